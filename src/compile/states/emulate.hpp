// Pass: the protocol's emulator follows the recordings, so that it knows what it can compute.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "compile/model/steps.hpp"
#include "understudy/document.hpp"
#include "understudy/emulator.hpp"

namespace understudy::compile {

/// What the emulator of the service gathered.
struct Followed {
  Document knowledge;              ///< see Emulator::knowledge(); null where its protocol has none
  std::string contents;            ///< see Emulator::contents()
  std::vector<HeldState> held;     ///< see Emulator::hold()
  std::set<std::string> numbered;  ///< see Emulator::numbered()
  Emulator::Coverage coverage;
};

/// Transactions take effect as a whole where they were committed.
[[nodiscard]] Followed follow_recordings(const LoadedService& service);

}  // namespace understudy::compile
