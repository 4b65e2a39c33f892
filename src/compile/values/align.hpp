// Several recordings of one flow, laid beside each other: what differs in the same place is made
// anew in each run.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "compile/model/steps.hpp"

namespace understudy::compile {

/// All values are folded (match/value_type.hpp).
struct Alignment {
  using Renames = std::map<std::string, std::string>;
  /// By recording: its values, each with the one that stands in its place in an earlier recording.
  /// Injective, and none becomes a value that the recording itself has: a history under other names
  /// is as true as it was.
  std::map<std::uint32_t, Renames> renames;
  /// The same of values as requests spell them: fractions of a second may or may not end in zeros.
  std::map<std::uint32_t, Renames> spellings;
  /// Where two recordings have different values in one place, as `file:line`.
  struct Evidence {
    std::string earlier, later;
  };
  /// Values of the earlier recordings for which another one stands in a later one.
  std::map<std::string, Evidence, std::less<>> proven;
};

/// Lays each recording beside the earlier one that it agrees with most, if with half of its
/// requests at least. Requests are paired in order of time, those that differ in generated values
/// only; what the server made is paired where an answer shows just one of a kind that is new and is
/// equal else. Values that are pinned as constant stand for themselves.
[[nodiscard]] Alignment align(std::span<const LoadedService> services);

}  // namespace understudy::compile
