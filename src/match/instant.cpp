#include "match/instant.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace understudy::match {
namespace {

constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::int64_t second = 1'000'000;

bool is_decimal_digit(char octet) noexcept {
  return octet >= '0' && octet <= '9';
}

/// Takes fields off the front of a text; fails for good at the first that is not there.
class Fields {
 public:
  explicit Fields(std::string_view text) : rest_(text), whole_(text.size()) {}

  int number(std::size_t digits) {
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (i >= rest_.size() || !is_decimal_digit(rest_[i])) return fail();
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(digits);
    return value;
  }
  bool skip(std::string_view text) {
    if (rest_.starts_with(text)) return rest_.remove_prefix(text.size()), true;
    return false;
  }
  void expect(std::string_view text) {
    if (!skip(text)) fail();
  }
  template <std::size_t n>
  int one_of(const std::array<std::string_view, n>& names) {
    const auto found = std::ranges::find(names, rest_.substr(0, 3));
    if (found == names.end()) return fail();
    rest_.remove_prefix(3);
    return static_cast<int>(found - names.begin());
  }
  int fail() {
    failed_ = true;
    return 0;
  }
  [[nodiscard]] bool failed() const noexcept { return failed_; }
  [[nodiscard]] std::string_view rest() const noexcept { return rest_; }
  [[nodiscard]] std::size_t taken() const noexcept { return whole_ - rest_.size(); }

 private:
  std::string_view rest_;
  std::size_t whole_;
  bool failed_ = false;
};

std::optional<std::int64_t> days_since_1970(int year, int month, int day) {
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || year < 1900) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count();
}

/// Hours, minutes and seconds in microseconds, with the fraction's digits counted.
std::int64_t take_time(Fields& fields, int& fraction) {
  const int hours = fields.number(2);
  fields.expect(":");
  const int minutes = fields.number(2);
  std::int64_t time = (hours * 60 + minutes) * 60 * second;
  if (hours > 23 || minutes > 59) return fields.fail();
  fraction = -1;
  if (!fields.skip(":")) return time;
  const int seconds = fields.number(2);
  if (seconds > 59) return fields.fail();  // a leap second is another instant on every system
  time += seconds * second;
  fraction = 0;
  if (fields.rest().size() < 2 || fields.rest()[0] != '.' || !is_decimal_digit(fields.rest()[1]))
    return time;
  fields.expect(".");
  std::int64_t unit = second;
  for (; !fields.rest().empty() && is_decimal_digit(fields.rest()[0]); ++fraction)
    time += fields.number(1) * (unit /= 10);
  return time;
}

/// Minutes east of UTC.
std::int64_t take_zone(Fields& fields, std::string_view& zone) {
  const std::string_view before = fields.rest();
  if (fields.skip("Z")) return zone = before.substr(0, 1), 0;
  const bool signed_hours = before.size() >= 3 && (before[0] == '+' || before[0] == '-') &&
                            is_decimal_digit(before[1]) && is_decimal_digit(before[2]);
  if (!signed_hours) return 0;
  fields.expect(before.substr(0, 1));
  std::int64_t minutes = fields.number(2) * 60;
  const std::string_view rest = fields.rest();
  const std::size_t colon = rest.starts_with(':') ? 1 : 0;
  if (rest.size() >= colon + 2 && is_decimal_digit(rest[colon]) &&
      is_decimal_digit(rest[colon + 1])) {
    fields.expect(rest.substr(0, colon));
    minutes += fields.number(2);
  }
  zone = before.substr(0, before.size() - fields.rest().size());
  return before[0] == '-' ? -minutes : minutes;
}

std::optional<Instant> parse_iso(std::string_view text) {
  Fields fields(text);
  Instant instant;
  const int year = fields.number(4);
  fields.expect("-");
  const int month = fields.number(2);
  fields.expect("-");
  const int day = fields.number(2);
  const auto date = fields.failed() ? std::nullopt : days_since_1970(year, month, day);
  if (!date) return std::nullopt;
  instant.microseconds = *date * 86'400 * second;
  instant.style.form = InstantStyle::Form::date;
  instant.size = fields.taken();
  const std::string_view rest = fields.rest();
  if (rest.empty() || (rest[0] != 'T' && rest[0] != ' ')) return instant;
  fields.expect(rest.substr(0, 1));
  InstantStyle style;
  style.between = rest[0];
  const std::int64_t time = take_time(fields, style.fraction);
  if (fields.failed()) return instant;
  instant.microseconds += time - take_zone(fields, style.zone) * 60 * second;
  instant.style = style;
  instant.size = fields.taken();
  return instant;
}

/// "Sun, 06 Nov 1994 08:49:37 GMT"
std::optional<Instant> parse_http(std::string_view text) {
  Fields fields(text);
  const int weekday = fields.one_of(days);
  fields.expect(", ");
  const int day = fields.number(2);
  fields.expect(" ");
  const int month = fields.one_of(months) + 1;
  fields.expect(" ");
  const int year = fields.number(4);
  fields.expect(" ");
  Instant instant;
  instant.style.form = InstantStyle::Form::http;
  const std::int64_t time = take_time(fields, instant.style.fraction);
  fields.expect(" GMT");
  const auto date = fields.failed() ? std::nullopt : days_since_1970(year, month, day);
  if (!date || instant.style.fraction != 0) return std::nullopt;
  const std::chrono::sys_days day_of_month{std::chrono::days(*date)};
  if (std::chrono::weekday(day_of_month).c_encoding() != static_cast<unsigned>(weekday))
    return std::nullopt;
  instant.microseconds = *date * 86'400 * second + time;
  instant.size = fields.taken();
  return instant;
}

std::int64_t minutes_of(std::string_view zone) {
  std::string_view ignored;
  Fields fields(zone);
  return take_zone(fields, ignored);
}

}  // namespace

std::optional<Instant> parse_instant(std::string_view text) {
  if (text.empty()) return std::nullopt;
  return is_decimal_digit(text[0]) ? parse_iso(text) : parse_http(text);
}

std::string format_instant(std::int64_t microseconds, const InstantStyle& style) {
  microseconds += minutes_of(style.zone) * 60 * second;
  const std::chrono::sys_time<std::chrono::microseconds> time{
      std::chrono::microseconds(microseconds)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::int64_t of_day = (time - day).count();
  const int year = static_cast<int>(date.year());
  const auto month = static_cast<unsigned>(date.month()),
             number = static_cast<unsigned>(date.day());
  const auto hours = of_day / (3600 * second), minutes = of_day / (60 * second) % 60,
             seconds = of_day / second % 60;
  if (style.form == InstantStyle::Form::http)
    return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                       days[std::chrono::weekday(day).c_encoding()], number, months[month - 1],
                       year, hours, minutes, seconds);
  std::string text = fmt::format("{:04}-{:02}-{:02}", year, month, number);
  if (style.form == InstantStyle::Form::date) return text;
  text += fmt::format("{}{:02}:{:02}", style.between, hours, minutes);
  if (style.fraction >= 0) text += fmt::format(":{:02}", seconds);
  if (style.fraction > 0) {
    std::string digits = fmt::format("{:06}", of_day % second);
    digits.resize(static_cast<std::size_t>(style.fraction), '0');
    text += '.' + digits;
  }
  return text.append(style.zone);
}

}  // namespace understudy::match
