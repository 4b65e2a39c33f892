// Moments of a time zone, and intervals.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/postgres/datetime.hpp"

namespace understudy::postgres::emulation {

/// The clock of the zone at that instant; nothing for a zone that is not known.
[[nodiscard]] std::optional<Microseconds> local_time(Microseconds instant, std::string_view zone);
/// The instant that the zone's clock tells so, as the server chooses it where there is none or
/// there are two: before a gap, behind an overlap.
[[nodiscard]] std::optional<Microseconds> instant_of(Microseconds local, std::string_view zone);

/// An interval as a person may write it: numbers with units, and a time of day. Nothing for what
/// the server may read otherwise.
[[nodiscard]] std::optional<Interval> read_spelled_interval(std::string_view text);
[[nodiscard]] std::string print_interval(const Interval& interval);

/// The time of a clock (timestamp) so much later; nothing where it leaves the years 1 to 9999.
[[nodiscard]] std::optional<Microseconds> later(Microseconds time, const Interval& interval,
                                                bool back);

}  // namespace understudy::postgres::emulation
