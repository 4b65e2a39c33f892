// Replays what was recorded against the finished table, unchanged and perturbed.
#pragma once

#include <cstdint>

#include "compile/load.hpp"
#include "table/service_section.hpp"

namespace understudy::compile {

struct Replay {
  std::uint64_t asked = 0;
  std::uint64_t certain = 0;  ///< answered as recorded, with a certain grade
  std::uint64_t guess = 0;    ///< answered as recorded, but only as a guess
  std::uint64_t miss = 0;     ///< no answer for this state
  std::uint64_t wrong =
      0;  ///< a certain answer that is not the recorded one: never, by construction
};

enum class Perturbation : std::uint8_t {
  none,            ///< identity: every exchange as recorded
  repeated_reads,  ///< every read three times
  omitted_reads    ///< every fifth read left out
};

/// `section` is the table made of `service`. Each recording starts from a fresh state.
[[nodiscard]] Replay replay(const LoadedService& service, const table::ServiceSection& section,
                            Perturbation perturbation);

}  // namespace understudy::compile
