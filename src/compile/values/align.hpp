// Several recordings of one flow, laid beside each other: what differs in the same place is made
// anew in each run.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "compile/model/steps.hpp"
#include "compile/values/texts.hpp"

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

  /// Of each service where values vary that look like anything; see match/places.hpp.
  std::vector<std::set<std::uint64_t>> places;
  /// Those values, as the earlier recordings have them.
  Texts texts;
  /// Of them those, folded, that an answer may show where they mean something else: what such an
  /// answer would be with another value is not known.
  std::set<std::string, std::less<>> unclear;
  /// Requests of later recordings, by service, source and line: values that is_commonplace() is
  /// true of, folded, and that stand at places that vary. Elsewhere they may mean something else.
  using Request = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>;
  std::map<Request, std::set<std::string>> commonplace;
};

/// Lays each recording beside the earlier one that it agrees with most, if with half of its
/// requests at least. Requests are paired in order of time, those that differ in generated values
/// only before those that differ in a text that a write makes there, whatever it looks like; what
/// the server made is paired where an answer shows just one of a kind that is new and is equal
/// else. Values that are pinned as constant stand for themselves.
[[nodiscard]] Alignment align(std::span<const LoadedService> services);

}  // namespace understudy::compile
