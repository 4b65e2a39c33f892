// Functions of moments and intervals.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>

#include "protocols/postgres/datetime.hpp"
#include "protocols/postgres/emulator/time_values.hpp"
#include "protocols/postgres/emulator/value_functions.hpp"
#include "protocols/postgres/emulator/values.hpp"
#include "protocols/sql/contents/calendar.hpp"
#include "protocols/sql/contents/exact_functions.hpp"

namespace understudy::postgres::emulation {
namespace of_time {
namespace {

using namespace std::chrono;

constexpr Microseconds second = 1'000'000, minute = 60 * second, hour = 60 * minute,
                       day = 24 * hour;
constexpr sys_days beginning = year{2000} / January / 1;

Given_value number_of(std::optional<std::int64_t> number) {
  return number ? std::optional(Datum(*number)) : std::nullopt;
}

std::optional<Interval> interval_in(const Datum& datum) {
  Interval interval;
  return parse_interval(text_in(datum), interval) ? std::optional(interval) : std::nullopt;
}

/// Within bounds in which nothing overflows.
Given_value interval_of(std::int64_t months, std::int64_t days, std::int64_t time) {
  constexpr std::int64_t most_days = 30'000'000, most_months = 120'000,
                         most_time = 1'000'000'000'000'000'000;
  if (std::abs(months) > most_months || std::abs(days) > most_days || std::abs(time) > most_time)
    return std::nullopt;
  return Datum(
      print_interval({time, static_cast<std::int32_t>(days), static_cast<std::int32_t>(months)}));
}

// ---- zones ----

Given_value local(Values values) {
  return number_of(local_time(number_in(values[0]), text_in(values[1])));
}
Given_value instant(Values values) {
  return number_of(instant_of(number_in(values[0]), text_in(values[1])));
}

/// A zone that is no abbreviation, of which the server may know another meaning.
bool is_plain_zone(std::string_view zone) {
  return zone == "UTC" || zone == "utc" || zone.find('/') != std::string_view::npos;
}
std::string_view spelled_zone(std::string_view zone) {
  return zone == "utc" ? "UTC" : zone;
}
Given_value local_at(Values values) {
  const std::string& zone = text_in(values[1]);
  return is_plain_zone(zone) ? number_of(local_time(number_in(values[0]), spelled_zone(zone)))
                             : std::nullopt;
}
Given_value instant_at(Values values) {
  const std::string& zone = text_in(values[1]);
  return is_plain_zone(zone) ? number_of(instant_of(number_in(values[0]), spelled_zone(zone)))
                             : std::nullopt;
}

/// In the zone: a day and more are cut off by its clock, less is not.
Given_value start_in_zone(Values values) {
  const std::string& field = text_in(values[0]);
  const std::string& zone = text_in(values[2]);
  const std::int64_t at = number_in(values[1]);
  const auto own = local_time(at, zone);
  const auto start = own ? sql::contents::start_of_time(field, *own) : std::nullopt;
  if (!start) return std::nullopt;
  const bool of_day = field == "hour" || field == "minute" || field == "second" ||
                      field == "milliseconds" || field == "microseconds";
  return of_day ? number_of(at - (*own - *start)) : number_of(instant_of(*start, zone));
}

// ---- sums ----

Given_value later_by(Values values) {
  const auto interval = interval_in(values[1]);
  return interval ? number_of(later(number_in(values[0]), *interval, number_in(values[2]) < 0))
                  : std::nullopt;
}

Given_value later_in_zone(Values values) {
  const auto interval = interval_in(values[1]);
  const bool back = number_in(values[2]) < 0;
  const std::string& zone = text_in(values[3]);
  std::optional<Microseconds> time = number_in(values[0]);
  if (!interval) return std::nullopt;
  for (const Interval& step : {Interval{0, 0, interval->months}, Interval{0, interval->days, 0}}) {
    if (step.months == 0 && step.days == 0) continue;
    time = local_time(*time, zone);
    if (time) time = later(*time, step, back);
    if (time) time = instant_of(*time, zone);
    if (!time) return std::nullopt;
  }
  return number_of(later(*time, {interval->time, 0, 0}, back));
}

Given_value between(Values values) {
  const std::int64_t time = number_in(values[0]) - number_in(values[1]);
  return interval_of(0, time / day, time % day);
}

Given_value interval_sum(Values values) {
  const auto a = interval_in(values[0]), b = interval_in(values[1]);
  if (!a || !b) return std::nullopt;
  return interval_of(std::int64_t{a->months} + b->months, std::int64_t{a->days} + b->days,
                     a->time + b->time);
}
Given_value interval_difference(Values values) {
  const auto a = interval_in(values[0]), b = interval_in(values[1]);
  if (!a || !b) return std::nullopt;
  return interval_of(std::int64_t{a->months} - b->months, std::int64_t{a->days} - b->days,
                     a->time - b->time);
}
Given_value interval_times(Values values) {
  const auto a = interval_in(values[0]);
  const std::int64_t factor = number_in(values[1]);
  std::int64_t time = 0;
  if (!a || std::abs(factor) > 1'000'000 || __builtin_mul_overflow(a->time, factor, &time))
    return std::nullopt;
  return interval_of(a->months * factor, a->days * factor, time);
}

Given_value interval_order(Values values) {
  const auto a = interval_in(values[0]);
  if (!a || std::abs(std::int64_t{a->months}) > 120'000 ||
      std::abs(std::int64_t{a->days}) > 30'000'000 || std::abs(a->time) > 1'000'000'000'000'000'000)
    return std::nullopt;
  return Datum(a->time + (a->days + a->months * std::int64_t{30}) * day);
}

// ---- age ----

struct ClockFields {
  std::int64_t year, month, day, time;
};

ClockFields fields_of(Microseconds time) {
  const sys_days days =
      floor<std::chrono::days>(sys_time<microseconds>(beginning) + microseconds(time));
  const year_month_day date{days};
  return {static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day()), time - (days - beginning).count() * day};
}

std::int64_t days_in(const ClockFields& fields) {
  const year_month_day_last end{year{static_cast<int>(fields.year)} /
                                month{static_cast<unsigned>(fields.month)} / last};
  return static_cast<unsigned>(end.day());
}

/// timestamp_age(): years, months and days as a person counts them.
Given_value age(Values values) {
  const Microseconds a = number_in(values[0]), b = number_in(values[1]);
  const ClockFields x = fields_of(a), y = fields_of(b);
  const std::int64_t sign = a < b ? -1 : 1;
  ClockFields difference{sign * (x.year - y.year), sign * (x.month - y.month),
                         sign * (x.day - y.day), sign * (x.time - y.time)};
  if (difference.time < 0) {
    difference.time += day;
    --difference.day;
  }
  while (difference.day < 0) {
    difference.day += days_in(a < b ? x : y);
    --difference.month;
  }
  while (difference.month < 0) {
    difference.month += 12;
    --difference.year;
  }
  return interval_of(sign * (difference.year * 12 + difference.month), sign * difference.day,
                     sign * difference.time);
}

// ---- parts ----

Given_value part_of_interval(Values values) {
  const auto a = interval_in(values[1]);
  const std::string& field = text_in(values[0]);
  if (!a) return std::nullopt;
  if (field == "year") return Datum(std::int64_t{a->months / 12});
  if (field == "month") return Datum(std::int64_t{a->months % 12});
  if (field == "day") return Datum(std::int64_t{a->days});
  if (field == "hour") return Datum(a->time / hour);
  if (field == "minute") return Datum(a->time / minute % 60);
  if (field == "second") return Datum(a->time % minute);
  if (field != "epoch") return std::nullopt;
  constexpr std::int64_t year_seconds = 31'557'600, month_seconds = 2'592'000, day_seconds = 86'400;
  return Datum(
      ((a->months / 12) * year_seconds + (a->months % 12) * month_seconds + a->days * day_seconds) *
          second +
      a->time);
}

Given_value part_of_clock(Values values) {
  const std::string& field = text_in(values[0]);
  const std::int64_t time = number_in(values[1]);
  if (field == "hour") return Datum(time / hour);
  if (field == "minute") return Datum(time / minute % 60);
  if (field == "second") return Datum(time % minute);
  return field == "epoch" ? std::optional(Datum(time)) : std::nullopt;
}

Given_value time_of_day(Values values) {
  const std::int64_t time = number_in(values[0]);
  return Datum(((time % day) + day) % day);
}

/// Millionths as a float.
Given_value seconds_as_float(Values values) {
  const double value = static_cast<double>(number_in(values[0])) / 1e6;
  return Datum(sql::contents::ordered_bits(value == 0 ? 0.0 : value));
}

Given_value make_date(Values values) {
  const std::int64_t y = number_in(values[0]), m = number_in(values[1]), d = number_in(values[2]);
  if (y < 1 || y > 9999 || m < 1 || m > 12 || d < 1 || d > 31) return std::nullopt;
  const year_month_day date{year{static_cast<int>(y)}, month{static_cast<unsigned>(m)},
                            std::chrono::day{static_cast<unsigned>(d)}};
  if (!date.ok()) return std::nullopt;
  return Datum(std::int64_t{(sys_days{date} - beginning).count()});
}

// ---- text ----

template <TypeKind kind>
Given_value printed(Values values) {
  Printing printing;
  printing.iso_dates = true;
  printing.zone = values.size() > 1 ? text_in(values[1]) : "UTC";
  printing.utc = printing.zone == "UTC";
  bool sure = true;
  auto text = print_value({kind}, values[0], printing, sure);
  return sure && text ? std::optional(Datum(*std::move(text))) : std::nullopt;
}

template <TypeKind kind>
Given_value read(Values values) {
  Printing printing;
  printing.iso_dates = true;
  printing.zone = values.size() > 1 ? text_in(values[1]) : "UTC";
  printing.utc = printing.zone == "UTC";
  return read_value({kind}, sql::ValueClass::unknown, text_in(values[0]), printing);
}

constexpr std::array<std::string_view, 12> months = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
constexpr std::array<std::string_view, 7> weekdays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                      "Thursday", "Friday", "Saturday"};

std::string in_case(std::string_view name, std::string_view like) {
  std::string text(name);
  const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  for (char& c : text) {
    if (!is_upper(like[0]) && is_upper(c)) c = static_cast<char>(c - 'A' + 'a');
    if (is_upper(like[0]) && is_upper(like[1]) && c >= 'a' && c <= 'z')
      c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

/// The patterns of to_char() that are known, the longer ones first.
class TimeFormat {
 public:
  TimeFormat(std::int64_t time, std::string_view format) : time_(time), rest_(format) {}

  std::optional<std::string> whole() {
    while (!rest_.empty())
      if (!take()) return std::nullopt;
    return out_;
  }

 private:
  [[nodiscard]] std::int64_t part(std::string_view field) const {
    return sql::contents::part_of_time(field, time_).value_or(-1);
  }

  bool accept(std::string_view pattern) {
    if (!rest_.starts_with(pattern)) return false;
    rest_.remove_prefix(pattern.size());
    return true;
  }
  /// In capitals or without any.
  bool accept_any_case(std::string_view pattern) {
    return accept(pattern) || accept(in_case(pattern, "xx"));
  }

  void number(std::int64_t value, int width) {
    out_ += bare_ ? std::to_string(value) : fmt::format("{:0{}}", value, width);
  }
  void name(std::string_view name, std::string_view like, std::size_t width) {
    std::string text = in_case(name, like);
    if (!bare_ && text.size() < width) text.resize(width, ' ');
    out_ += text;
  }

  bool take() {
    bare_ = false;
    if (rest_.starts_with("FM")) {
      rest_.remove_prefix(2);
      bare_ = true;
    }
    if (take_name()) return true;
    if (take_number()) return no_suffix();
    if (bare_) return false;
    const char c = rest_.front();
    if (c == '"') {
      const std::size_t end = rest_.find('"', 1);
      if (end == std::string_view::npos ||
          rest_.substr(0, end).find('\\') != std::string_view::npos)
        return false;
      out_ += rest_.substr(1, end - 1);
      rest_.remove_prefix(end + 1);
      return true;
    }
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '\\';
    if (letter || static_cast<unsigned char>(c) >= 0x80) return false;
    out_ += c;
    rest_.remove_prefix(1);
    return true;
  }

  /// TH behind a number makes an ordinal of it.
  [[nodiscard]] bool no_suffix() const {
    return !rest_.starts_with("TH") && !rest_.starts_with("th");
  }

  bool take_name() {
    const std::string_view of_month = months[static_cast<std::size_t>(part("month") - 1)];
    const std::string_view of_day = weekdays[static_cast<std::size_t>(part("dow"))];
    constexpr std::size_t longest = 9;
    for (const std::string_view each : {"Month", "MONTH", "month"})
      if (accept(each)) return name(of_month, each, longest), true;
    for (const std::string_view each : {"Mon", "MON", "mon"})
      if (accept(each)) return name(of_month.substr(0, 3), each, 0), true;
    for (const std::string_view each : {"Day", "DAY", "day"})
      if (accept(each)) return name(of_day, each, longest), true;
    for (const std::string_view each : {"Dy", "DY", "dy"})
      if (accept(each)) return name(of_day.substr(0, 3), each, 0), true;
    const bool afternoon = part("hour") >= 12;
    if (accept("AM") || accept("PM")) return out_ += afternoon ? "PM" : "AM", true;
    if (accept("am") || accept("pm")) return out_ += afternoon ? "pm" : "am", true;
    return false;
  }

  bool take_number() {
    const std::int64_t hours = part("hour"), of_twelve = hours % 12 == 0 ? 12 : hours % 12;
    const std::int64_t micros = part("second") % second;
    if (accept_any_case("IYYY")) return number(part("isoyear"), 4), true;
    if (accept_any_case("IW")) return number(part("week"), 2), true;
    if (accept_any_case("ID")) return number(part("isodow"), 1), true;
    if (accept_any_case("YYYY")) return number(part("year"), 4), true;
    if (accept_any_case("YYY")) return number(part("year") % 1000, 3), true;
    if (accept_any_case("YY")) return number(part("year") % 100, 2), true;
    if (accept_any_case("MM")) return number(part("month"), 2), true;
    if (accept_any_case("MI")) return number(part("minute"), 2), true;
    if (accept_any_case("MS")) return number(micros / 1000, 3), true;
    if (accept_any_case("DDD")) return number(part("doy"), 3), true;
    if (accept_any_case("DD")) return number(part("day"), 2), true;
    if (accept_any_case("D")) return number(part("dow") + 1, 1), true;
    if (accept_any_case("HH24")) return number(hours, 2), true;
    if (accept_any_case("HH12")) return number(of_twelve, 2), true;
    if (accept_any_case("HH")) return number(of_twelve, 2), true;
    if (accept_any_case("SSSS")) return false;
    if (accept_any_case("SS")) return number(part("second") / second, 2), true;
    if (accept_any_case("US")) return number(micros, 6), true;
    if (accept_any_case("WW")) return number((part("doy") - 1) / 7 + 1, 2), true;
    if (accept_any_case("Q")) return number(part("quarter"), 1), true;
    return false;
  }

  std::int64_t time_;
  std::string_view rest_;
  std::string out_;
  bool bare_ = false;
};

Given_value formatted(Values values) {
  const std::int64_t time = number_in(values[0]);
  if (!sql::contents::part_of_time("year", time) ||
      *sql::contents::part_of_time("year", time) < 1000)
    return std::nullopt;
  auto text = TimeFormat(time, text_in(values[1])).whole();
  return text ? std::optional(Datum(*std::move(text))) : std::nullopt;
}

constexpr ValueFunction functions[] = {{"pg_local", 2, local},
                                       {"pg_instant", 2, instant},
                                       {"pg_local_at", 2, local_at},
                                       {"pg_instant_at", 2, instant_at},
                                       {"pg_start_in_zone", 3, start_in_zone},
                                       {"pg_later", 3, later_by},
                                       {"pg_later_in_zone", 4, later_in_zone},
                                       {"pg_between", 2, between},
                                       {"pg_interval_sum", 2, interval_sum},
                                       {"pg_interval_difference", 2, interval_difference},
                                       {"pg_interval_times", 2, interval_times},
                                       {"pg_interval_order", 1, interval_order},
                                       {"pg_age", 2, age},
                                       {"pg_part_of_interval", 2, part_of_interval},
                                       {"pg_part_of_clock", 2, part_of_clock},
                                       {"pg_time_of_day", 1, time_of_day},
                                       {"pg_seconds_as_float", 1, seconds_as_float},
                                       {"pg_make_date", 3, make_date},
                                       {"pg_date_text", 1, printed<TypeKind::date>},
                                       {"pg_time_text", 1, printed<TypeKind::time>},
                                       {"pg_timestamp_text", 1, printed<TypeKind::timestamp>},
                                       {"pg_timestamptz_text", 2, printed<TypeKind::timestamptz>},
                                       {"pg_read_date", 1, read<TypeKind::date>},
                                       {"pg_read_time", 1, read<TypeKind::time>},
                                       {"pg_read_timestamp", 1, read<TypeKind::timestamp>},
                                       {"pg_read_timestamptz", 2, read<TypeKind::timestamptz>},
                                       {"pg_read_interval", 1, read<TypeKind::interval>},
                                       {"pg_read_uuid", 1, read<TypeKind::uuid>},
                                       {"pg_read_jsonb", 1, read<TypeKind::jsonb>},
                                       {"pg_read_boolean", 1, read<TypeKind::boolean>},
                                       {"pg_to_char", 2, formatted}};

}  // namespace
}  // namespace of_time

std::span<const ValueFunction> time_functions() {
  return of_time::functions;
}

}  // namespace understudy::postgres::emulation
