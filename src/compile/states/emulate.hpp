// Pass: the protocol's emulator follows the recordings, so that it knows what it can compute.
#pragma once

#include "compile/model/steps.hpp"
#include "understudy/document.hpp"
#include "understudy/emulator.hpp"

namespace understudy::compile {

struct Followed {
  Document knowledge;  ///< see Emulator::knowledge(); null where the protocol has no emulator
  Emulator::Coverage coverage;
};

/// What the emulator of the service gathered. Transactions take effect as a whole where they were
/// committed.
[[nodiscard]] Followed follow_recordings(const LoadedService& service);

}  // namespace understudy::compile
