// Fields of timestamps, which count microseconds since 2000-01-01 in the proleptic Gregorian
// calendar. `field` is one of microseconds … year, in lower case; nothing for any other.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace understudy::sql::contents {

/// year, quarter, month, week (ISO), day, dow, isodow, doy, isoyear, hour, minute: whole numbers;
/// second and epoch in microseconds.
[[nodiscard]] std::optional<std::int64_t> part_of_time(std::string_view field, std::int64_t time);
/// The beginning of the year, quarter, month, week, day, hour, minute, second that it is in.
[[nodiscard]] std::optional<std::int64_t> start_of_time(std::string_view field, std::int64_t time);

}  // namespace understudy::sql::contents
