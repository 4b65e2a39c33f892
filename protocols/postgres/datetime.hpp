// Text and binary forms of date, time, timetz, timestamp, timestamptz and
// interval. Text is what PostgreSQL prints with DateStyle ISO, IntervalStyle postgres and
// TimeZone UTC; binary counts from 2000-01-01 in days or microseconds.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace understudy::postgres {

using Microseconds = std::int64_t;
inline constexpr std::int64_t seconds_from_1970_to_2000 = 946'684'800;

struct TimeWithZone {
  Microseconds time = 0;
  std::int32_t seconds_west = 0;
};

struct Interval {
  Microseconds time = 0;
  std::int32_t days = 0;
  std::int32_t months = 0;
};

void append_date(std::int32_t days, std::string& out);
void append_time(Microseconds time, std::string& out);
/// `+00`, `-03:30`: as behind a value with a zone.
void append_offset(std::int32_t seconds_east, std::string& out);
void append_timetz(TimeWithZone value, std::string& out);
void append_timestamp(Microseconds value, std::string& out);
void append_timestamptz(Microseconds value, std::string& out);
void append_interval(Interval value, std::string& out);

/// ISO forms only: also with `T`, `Z` and offsets of hours, minutes and seconds. False for more.
[[nodiscard]] bool parse_date(std::string_view text, std::int32_t& days) noexcept;
[[nodiscard]] bool parse_time(std::string_view text, Microseconds& time) noexcept;
[[nodiscard]] bool parse_timetz(std::string_view text, TimeWithZone& value) noexcept;
[[nodiscard]] bool parse_timestamp(std::string_view text, Microseconds& value) noexcept;
/// Without an offset the text is taken as UTC.
[[nodiscard]] bool parse_timestamptz(std::string_view text, Microseconds& value) noexcept;
[[nodiscard]] bool parse_interval(std::string_view text, Interval& value) noexcept;

}  // namespace understudy::postgres
