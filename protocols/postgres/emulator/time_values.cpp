#include "protocols/postgres/emulator/time_values.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <limits>

#include "protocols/postgres/time_zone.hpp"

namespace understudy::postgres::emulation {
namespace {

using namespace std::chrono;

constexpr Microseconds second = 1'000'000, minute = 60 * second, hour = 60 * minute,
                       day = 24 * hour;
constexpr sys_days beginning = year{2000} / January / 1;
constexpr Microseconds earliest = -63'000'000'000'000'000, latest = 252'000'000'000'000'000;

struct Unit {
  std::string_view name;
  Microseconds time;
  std::int32_t days, months;
};
constexpr std::array<Unit, 34> units = {{{"microsecond", 1, 0, 0},
                                         {"microseconds", 1, 0, 0},
                                         {"millisecond", 1000, 0, 0},
                                         {"milliseconds", 1000, 0, 0},
                                         {"second", second, 0, 0},
                                         {"seconds", second, 0, 0},
                                         {"sec", second, 0, 0},
                                         {"secs", second, 0, 0},
                                         {"s", second, 0, 0},
                                         {"minute", minute, 0, 0},
                                         {"minutes", minute, 0, 0},
                                         {"min", minute, 0, 0},
                                         {"mins", minute, 0, 0},
                                         {"hour", hour, 0, 0},
                                         {"hours", hour, 0, 0},
                                         {"hr", hour, 0, 0},
                                         {"hrs", hour, 0, 0},
                                         {"h", hour, 0, 0},
                                         {"day", 0, 1, 0},
                                         {"days", 0, 1, 0},
                                         {"d", 0, 1, 0},
                                         {"week", 0, 7, 0},
                                         {"weeks", 0, 7, 0},
                                         {"w", 0, 7, 0},
                                         {"month", 0, 0, 1},
                                         {"months", 0, 0, 1},
                                         {"mon", 0, 0, 1},
                                         {"mons", 0, 0, 1},
                                         {"year", 0, 0, 12},
                                         {"years", 0, 0, 12},
                                         {"y", 0, 0, 12},
                                         {"yr", 0, 0, 12},
                                         {"decade", 0, 0, 120},
                                         {"decades", 0, 0, 120}}};

std::string lowered(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

/// A signed number with up to six digits behind its point, in millionths.
struct Amount {
  std::int64_t whole = 0, millionths = 0;
  bool negative = false;
};

std::string_view take_word(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  const std::size_t end = std::min(rest.find(' '), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(end);
  return word;
}

bool read_digits(std::string_view text, std::int64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && !text.empty() &&
         text.front() != '-' && number < 1'000'000'000;
}

std::optional<Amount> read_amount(std::string_view text) {
  Amount amount;
  amount.negative = text.starts_with('-');
  if (amount.negative || text.starts_with('+')) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  if (!read_digits(text.substr(0, point), amount.whole)) return std::nullopt;
  if (point == std::string_view::npos) return amount;
  std::string digits(text.substr(point + 1));
  if (digits.empty() || digits.size() > 6) return std::nullopt;
  digits.resize(6, '0');
  if (!read_digits(digits, amount.millionths)) return std::nullopt;
  return amount;
}

/// `[-]hh:mm[:ss[.ffffff]]`
std::optional<Microseconds> read_clock(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const std::size_t first = text.find(':'), next = text.find(':', first + 1);
  std::int64_t hours = 0, minutes = 0;
  Amount seconds;
  const std::string_view between =
      text.substr(first + 1, next == std::string_view::npos ? next : next - first - 1);
  if (!read_digits(text.substr(0, first), hours) || between.size() != 2 ||
      !read_digits(between, minutes) || minutes > 59 || hours > 1'000'000)
    return std::nullopt;
  if (next != std::string_view::npos) {
    const auto read = read_amount(text.substr(next + 1));
    if (!read || read->negative || read->whole > 59 || text.size() < next + 3 ||
        text.substr(next + 1, 2).find_first_not_of("0123456789") != std::string_view::npos)
      return std::nullopt;
    seconds = *read;
  }
  const Microseconds time =
      hours * hour + minutes * minute + seconds.whole * second + seconds.millionths;
  return negative ? -time : time;
}

bool add_unit(const Amount& amount, std::string_view name, Interval& interval) {
  const std::string unit = lowered(name);
  for (const Unit& each : units) {
    if (each.name != unit) continue;
    if (amount.millionths != 0 && each.time != second) return false;
    const std::int64_t sign = amount.negative ? -1 : 1;
    constexpr std::int64_t most_days = 30'000'000, most_months = 120'000,
                           most_time = 1'000'000'000'000'000'000;
    if (each.time != 0 && amount.whole > most_time / each.time) return false;
    const std::int64_t days = interval.days + sign * amount.whole * each.days;
    const std::int64_t months = interval.months + sign * amount.whole * each.months;
    interval.time += sign * (amount.whole * each.time + amount.millionths);
    interval.days = static_cast<std::int32_t>(days);
    interval.months = static_cast<std::int32_t>(months);
    return std::abs(days) <= most_days && std::abs(months) <= most_months &&
           std::abs(interval.time) <= most_time;
  }
  return false;
}

}  // namespace

std::optional<Microseconds> local_time(Microseconds instant, std::string_view zone) {
  const auto east = seconds_east(zone, instant);
  return east ? std::optional(instant + *east * second) : std::nullopt;
}

std::optional<Microseconds> instant_of(Microseconds local, std::string_view zone) {
  const auto before = seconds_east(zone, local - day), after = seconds_east(zone, local + day);
  if (!before || !after) return std::nullopt;
  const Microseconds early = local - *before * second, late = local - *after * second;
  const auto at_early = seconds_east(zone, early), at_late = seconds_east(zone, late);
  if (!at_early || !at_late) return std::nullopt;
  const bool early_holds = *at_early == *before, late_holds = *at_late == *after;
  if (*before == *after) return early_holds ? std::optional(early) : std::nullopt;
  if (early_holds && late_holds) return late;
  if (late_holds) return late;
  return early;
}

std::optional<Interval> read_spelled_interval(std::string_view text) {
  Interval interval;
  bool any = false, clock = false;
  std::string_view rest = text;
  for (std::string_view word = take_word(rest); !word.empty(); word = take_word(rest)) {
    any = true;
    if (clock) return std::nullopt;
    if (word.find(':') != std::string_view::npos) {
      const auto time = read_clock(word);
      if (!time) return std::nullopt;
      interval.time += *time;
      clock = true;
      continue;
    }
    // The unit may stand right behind the number.
    const std::size_t end = std::min(word.find_first_not_of("+-0123456789."), word.size());
    const auto amount = read_amount(word.substr(0, end));
    const std::string_view unit = end < word.size() ? word.substr(end) : take_word(rest);
    if (!amount || !add_unit(*amount, unit, interval)) return std::nullopt;
  }
  return any ? std::optional(interval) : std::nullopt;
}

std::string print_interval(const Interval& interval) {
  std::string text;
  append_interval(interval, text);
  return text;
}

std::optional<Microseconds> later(Microseconds time, const Interval& interval, bool back) {
  const std::int64_t sign = back ? -1 : 1;
  if (time < earliest || time > latest) return std::nullopt;
  if (interval.months != 0) {
    const sys_days days =
        floor<std::chrono::days>(sys_time<microseconds>(beginning) + microseconds(time));
    const Microseconds of_day = time - (days - beginning).count() * day;
    year_month_day date{days};
    const year_month month =
        date.year() / date.month() + std::chrono::months(sign * interval.months);
    date = month / date.day();
    if (!date.ok()) date = month / last;
    time = (sys_days{date} - beginning).count() * day + of_day;
    if (time < earliest || time > latest) return std::nullopt;
  }
  time += sign * interval.days * day;
  if (time < earliest || time > latest) return std::nullopt;
  Microseconds result = 0;
  if (__builtin_add_overflow(time, sign * interval.time, &result) || result < earliest ||
      result > latest)
    return std::nullopt;
  return result;
}

}  // namespace understudy::postgres::emulation
