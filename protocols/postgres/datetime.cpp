#include "protocols/postgres/datetime.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <iterator>
#include <limits>

namespace understudy::postgres {
namespace {

constexpr Microseconds second = 1'000'000, minute = 60 * second, hour = 60 * minute,
                       day = 24 * hour;
constexpr std::int64_t last_day = 106'751'990;  // of a timestamp: its microseconds fit 64 bits
constexpr std::int64_t unix_to_2000 = 10'957;   // days from 1970-01-01 to 2000-01-01

struct Civil {
  std::int64_t year = 0;
  unsigned month = 0, day = 0;
};

// Howard Hinnant's days_from_civil and its inverse, proleptic Gregorian.
std::int64_t days_of(Civil date) noexcept {
  const std::int64_t year = date.year - (date.month <= 2 ? 1 : 0);
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const auto year_of_era = static_cast<unsigned>(year - era * 400);
  const unsigned day_of_year =
      (153 * (date.month + (date.month > 2 ? -3U : 9U)) + 2) / 5 + date.day - 1;
  const unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + static_cast<std::int64_t>(day_of_era) - 719'468 - unix_to_2000;
}

Civil civil_of(std::int64_t days) noexcept {
  days += 719'468 + unix_to_2000;
  const std::int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
  const auto day_of_era = static_cast<unsigned>(days - era * 146'097);
  const unsigned year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const unsigned day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const unsigned shifted = (5 * day_of_year + 2) / 153;
  const unsigned month = shifted < 10 ? shifted + 3 : shifted - 9;
  const std::int64_t year =
      static_cast<std::int64_t>(year_of_era) + era * 400 + (month <= 2 ? 1 : 0);
  return {year, month, day_of_year - (153 * shifted + 2) / 5 + 1};
}

/// Prints the date and says whether ` BC` is to follow.
bool append_civil(std::int64_t days, std::string& out) {
  const Civil date = civil_of(days);
  const bool before_christ = date.year <= 0;
  fmt::format_to(std::back_inserter(out), "{:04}-{:02}-{:02}",
                 before_christ ? 1 - date.year : date.year, date.month, date.day);
  return before_christ;
}

void append_fraction(Microseconds micros, std::string& out) {
  if (micros == 0) return;
  std::string digits = fmt::format("{:06}", micros);
  digits.erase(digits.find_last_not_of('0') + 1);
  out.append(".").append(digits);
}

std::int64_t floor_days(Microseconds value) noexcept {
  return value / day - (value % day < 0 ? 1 : 0);
}

void append_moment(Microseconds value, bool zone, std::string& out) {
  if (value == std::numeric_limits<Microseconds>::max()) return void(out += "infinity");
  if (value == std::numeric_limits<Microseconds>::min()) return void(out += "-infinity");
  const std::int64_t days = floor_days(value);
  // Split before subtracting: days * day may lie outside 64 bits at the lower end.
  const Microseconds of_day = value % day < 0 ? value % day + day : value % day;
  const bool before_christ = append_civil(days, out);
  out += ' ';
  append_time(of_day, out);
  if (zone) out += "+00";
  if (before_christ) out += " BC";
}

/// Reads text from the left; a failed read leaves `ok` false for good.
struct Scanner {
  std::string_view rest;
  bool ok = true;

  bool accept(char c) noexcept {
    if (rest.empty() || rest.front() != c) return false;
    rest.remove_prefix(1);
    return true;
  }
  void expect(char c) noexcept { ok = ok && accept(c); }
  std::int64_t number(std::size_t least, std::size_t most) noexcept {
    std::int64_t value = 0;
    std::size_t count = 0;
    while (count < most && count < rest.size() && rest[count] >= '0' && rest[count] <= '9')
      value = value * 10 + (rest[count++] - '0');
    ok = ok && count >= least;
    rest.remove_prefix(count);
    return value;
  }
  /// Digits behind a point as microseconds; more than six are refused, they would be rounded.
  std::int64_t fraction() noexcept {
    if (!accept('.')) return 0;
    const std::size_t before = rest.size();
    std::int64_t value = number(1, 6);
    for (std::size_t digits = before - rest.size(); digits < 6; ++digits) value *= 10;
    while (accept('0')) {
    }
    return value;
  }
};

std::int64_t scan_date(Scanner& scanner) noexcept {
  Civil date;
  date.year = scanner.number(4, 7);
  scanner.expect('-');
  date.month = static_cast<unsigned>(scanner.number(2, 2));
  scanner.expect('-');
  date.day = static_cast<unsigned>(scanner.number(2, 2));
  if (scanner.rest.ends_with(" BC")) {
    scanner.rest.remove_suffix(3);
    date.year = 1 - date.year;
  }
  static constexpr std::array<unsigned, 12> lengths = {31, 29, 31, 30, 31, 30,
                                                       31, 31, 30, 31, 30, 31};
  const bool sound =
      date.month >= 1 && date.month <= 12 && date.day >= 1 && date.day <= lengths[date.month - 1];
  scanner.ok = scanner.ok && sound;
  if (!sound) return 0;
  const std::int64_t days = days_of(date);
  scanner.ok = scanner.ok && civil_of(days).day == date.day;  // February 29 of a common year
  return days;
}

Microseconds scan_time(Scanner& scanner) noexcept {
  const std::int64_t hours = scanner.number(2, 2);
  scanner.expect(':');
  const std::int64_t minutes = scanner.number(2, 2);
  std::int64_t seconds = 0, micros = 0;
  if (scanner.accept(':')) {
    seconds = scanner.number(2, 2);
    micros = scanner.fraction();
  }
  scanner.ok = scanner.ok && hours <= 24 && minutes < 60 && seconds <= 60;
  return hours * hour + minutes * minute + seconds * second + micros;
}

/// Seconds east of UTC; an empty rest is UTC.
std::int64_t scan_offset(Scanner& scanner) noexcept {
  if (scanner.rest.empty() || scanner.accept('Z')) return 0;
  const bool west = scanner.accept('-');
  if (!west) scanner.expect('+');
  std::int64_t seconds = scanner.number(2, 2) * 3600;
  const bool colon = scanner.accept(':');
  if (colon || !scanner.rest.empty()) seconds += scanner.number(2, 2) * 60;
  if (scanner.accept(':')) seconds += scanner.number(2, 2);
  return west ? -seconds : seconds;
}

bool parse_infinity(std::string_view text, Microseconds& value) noexcept {
  if (text == "infinity") return value = std::numeric_limits<Microseconds>::max(), true;
  if (text == "-infinity") return value = std::numeric_limits<Microseconds>::min(), true;
  return false;
}

bool parse_moment(std::string_view text, bool zone, Microseconds& value) noexcept {
  if (parse_infinity(text, value)) return true;
  Scanner scanner{text};
  const std::int64_t days = scan_date(scanner);
  Microseconds time = 0;
  if (!scanner.rest.empty()) {
    if (!scanner.accept('T')) scanner.expect(' ');
    time = scan_time(scanner);
  }
  if (zone) time -= scan_offset(scanner) * second;
  if (!scanner.ok || !scanner.rest.empty() || days > last_day || days < -last_day) return false;
  value = days * day + time;
  return true;
}

/// One `3 mons` of an interval.
bool add_part(std::int64_t value, std::string_view unit, Interval& interval) noexcept {
  if (unit.ends_with('s')) unit.remove_suffix(1);
  std::int64_t months = interval.months, days = interval.days;
  if (unit == "year")
    months += value * 12;
  else if (unit == "mon")
    months += value;
  else if (unit == "day")
    days += value;
  else
    return false;
  interval.months = static_cast<std::int32_t>(months);
  interval.days = static_cast<std::int32_t>(days);
  return interval.months == months && interval.days == days;
}

}  // namespace

void append_date(std::int32_t days, std::string& out) {
  if (days == std::numeric_limits<std::int32_t>::max()) return void(out += "infinity");
  if (days == std::numeric_limits<std::int32_t>::min()) return void(out += "-infinity");
  if (append_civil(days, out)) out += " BC";
}

void append_time(Microseconds time, std::string& out) {
  fmt::format_to(std::back_inserter(out), "{:02}:{:02}:{:02}", time / hour, time / minute % 60,
                 time / second % 60);
  append_fraction(time % second, out);
}

void append_offset(std::int32_t seconds_east, std::string& out) {
  out += seconds_east < 0 ? '-' : '+';
  const std::int64_t magnitude = std::abs(static_cast<std::int64_t>(seconds_east));
  fmt::format_to(std::back_inserter(out), "{:02}", magnitude / 3600);
  if (magnitude % 3600 == 0) return;
  fmt::format_to(std::back_inserter(out), ":{:02}", magnitude / 60 % 60);
  if (magnitude % 60 != 0) fmt::format_to(std::back_inserter(out), ":{:02}", magnitude % 60);
}

void append_timetz(TimeWithZone value, std::string& out) {
  append_time(value.time, out);
  append_offset(-value.seconds_west, out);
}

void append_timestamp(Microseconds value, std::string& out) {
  append_moment(value, false, out);
}
void append_timestamptz(Microseconds value, std::string& out) {
  append_moment(value, true, out);
}

// EncodeInterval of the server: a positive part that follows a negative one carries its sign.
void append_interval(Interval value, std::string& out) {
  bool first = true, negative_before = false;
  const auto part = [&](std::int64_t amount, std::string_view unit) {
    if (amount == 0) return;
    fmt::format_to(std::back_inserter(out), "{}{}{} {}{}", first ? "" : " ",
                   negative_before && amount > 0 ? "+" : "", amount, unit, amount == 1 ? "" : "s");
    first = false;
    negative_before = amount < 0;
  };
  part(value.months / 12, "year");
  part(value.months % 12, "mon");
  part(value.days, "day");
  if (!first && value.time == 0) return;
  if (!first) out += ' ';
  if (value.time < 0)
    out += '-';
  else if (negative_before)
    out += '+';
  const auto magnitude = value.time < 0 ? 0 - static_cast<std::uint64_t>(value.time)
                                        : static_cast<std::uint64_t>(value.time);
  fmt::format_to(std::back_inserter(out), "{:02}:{:02}:{:02}", magnitude / hour,
                 magnitude / minute % 60, magnitude / second % 60);
  append_fraction(static_cast<Microseconds>(magnitude % second), out);
}

bool parse_date(std::string_view text, std::int32_t& days) noexcept {
  if (text == "infinity") return days = std::numeric_limits<std::int32_t>::max(), true;
  if (text == "-infinity") return days = std::numeric_limits<std::int32_t>::min(), true;
  Scanner scanner{text};
  days = static_cast<std::int32_t>(scan_date(scanner));
  return scanner.ok && scanner.rest.empty();
}

bool parse_time(std::string_view text, Microseconds& time) noexcept {
  Scanner scanner{text};
  time = scan_time(scanner);
  return scanner.ok && scanner.rest.empty();
}

bool parse_timetz(std::string_view text, TimeWithZone& value) noexcept {
  Scanner scanner{text};
  value.time = scan_time(scanner);
  if (scanner.rest.empty()) return false;
  value.seconds_west = static_cast<std::int32_t>(-scan_offset(scanner));
  return scanner.ok && scanner.rest.empty();
}

bool parse_timestamp(std::string_view text, Microseconds& value) noexcept {
  return parse_moment(text, false, value);
}

bool parse_timestamptz(std::string_view text, Microseconds& value) noexcept {
  return parse_moment(text, true, value);
}

bool parse_interval(std::string_view text, Interval& value) noexcept {
  value = {};
  Scanner scanner{text};
  if (text.empty()) return false;
  while (scanner.ok && !scanner.rest.empty()) {
    const bool negative = scanner.accept('-');
    if (!negative) (void)scanner.accept('+');
    const std::int64_t number = scanner.number(1, 12);
    if (scanner.accept(':')) {
      const std::int64_t minutes = scanner.number(2, 2);
      scanner.expect(':');
      const std::int64_t seconds = scanner.number(2, 2);
      if (number > 2'562'047'000) return false;
      const Microseconds time =
          number * hour + minutes * minute + seconds * second + scanner.fraction();
      value.time = negative ? -time : time;
      return scanner.ok && scanner.rest.empty();
    }
    scanner.expect(' ');
    const std::string_view unit = scanner.rest.substr(0, scanner.rest.find(' '));
    if (!scanner.ok || !add_part(negative ? -number : number, unit, value)) return false;
    scanner.rest.remove_prefix(unit.size());
    (void)scanner.accept(' ');
  }
  return scanner.ok;
}

}  // namespace understudy::postgres
