// Scores and bounds of them, as clients write them.
#pragma once

#include <optional>
#include <string_view>

#include "protocols/redis/emulator/contents.hpp"

namespace understudy::redis::emulation {

/// A number that is none of those which are not numbers; what strtod takes, blanks before it
/// excepted. Nothing is an error.
[[nodiscard]] std::optional<double> parse_score(std::string_view word);

/// A score, or a member, or the place before or behind all of them.
template <class T>
struct Bound {
  T value{};
  bool exclusive = false;
  int infinite = 0;  ///< -1 before all, 1 behind all
};

using ScoreBound = Bound<double>;
using MemberBound = Bound<std::string>;

/// `(1.5`, `-inf`. Nothing is an error.
[[nodiscard]] std::optional<ScoreBound> parse_score_bound(std::string_view word);
/// `[a`, `(a`, `-`, `+`. Nothing is an error.
[[nodiscard]] std::optional<MemberBound> parse_member_bound(std::string_view word);

/// Members between two bounds, as iterators of the order.
struct Range {
  SortedSet::Order::const_iterator begin, end;
  [[nodiscard]] bool empty() const noexcept { return begin == end; }
};

[[nodiscard]] Range range_of(const SortedSet& set, const ScoreBound& least,
                             const ScoreBound& greatest);
/// Of a set whose members all have one score.
[[nodiscard]] Range range_of(const SortedSet& set, const MemberBound& least,
                             const MemberBound& greatest);

}  // namespace understudy::redis::emulation
