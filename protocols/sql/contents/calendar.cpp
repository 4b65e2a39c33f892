#include "protocols/sql/contents/calendar.hpp"

#include <chrono>

namespace understudy::sql::contents {
namespace {

using namespace std::chrono;
using Micro = sys_time<microseconds>;

constexpr sys_days beginning = year{2000} / January / 1;
constexpr std::int64_t day = 86'400'000'000, latest = 250'000'000'000'000'000;  // year 9922

sys_days start_of_week(sys_days days) {
  return days - (weekday{days} - Monday);
}

/// The year that most of the week is in.
year iso_year(sys_days days) {
  return year_month_day{start_of_week(days) + std::chrono::days{3}}.year();
}

std::int64_t iso_week(sys_days days) {
  const sys_days thursday = start_of_week(days) + std::chrono::days{3};
  const sys_days first = year_month_day{thursday}.year() / January / 1;
  return (thursday - first).count() / 7 + 1;
}

std::int64_t micros(sys_days days) {
  return (days - beginning).count() * day;
}

}  // namespace

std::optional<std::int64_t> part_of_time(std::string_view field, std::int64_t time) {
  if (time < -latest / 5 || time > latest) return std::nullopt;  // from year 415 on
  const Micro moment = Micro(beginning) + microseconds(time);
  const sys_days days = floor<std::chrono::days>(moment);
  const year_month_day date{days};
  const hh_mm_ss clock{moment - days};
  if (field == "year") return static_cast<int>(date.year());
  if (field == "quarter") return (static_cast<unsigned>(date.month()) + 2) / 3;
  if (field == "month") return static_cast<unsigned>(date.month());
  if (field == "week") return iso_week(days);
  if (field == "isoyear") return static_cast<int>(iso_year(days));
  if (field == "day") return static_cast<unsigned>(date.day());
  if (field == "dow") return weekday{days}.c_encoding();
  if (field == "isodow") return weekday{days}.iso_encoding();
  if (field == "doy") return (days - sys_days{date.year() / January / 1}).count() + 1;
  if (field == "hour") return clock.hours().count();
  if (field == "minute") return clock.minutes().count();
  if (field == "second") return clock.seconds().count() * 1'000'000 + clock.subseconds().count();
  if (field == "epoch") return duration_cast<microseconds>(moment.time_since_epoch()).count();
  return std::nullopt;
}

std::optional<std::int64_t> start_of_time(std::string_view field, std::int64_t time) {
  if (time < -latest / 5 || time > latest) return std::nullopt;
  const Micro moment = Micro(beginning) + microseconds(time);
  const sys_days days = floor<std::chrono::days>(moment);
  const year_month_day date{days};
  if (field == "year") return micros(date.year() / January / 1);
  if (field == "quarter")
    return micros(date.year() / month{(static_cast<unsigned>(date.month()) - 1) / 3 * 3 + 1} / 1);
  if (field == "month") return micros(date.year() / date.month() / 1);
  if (field == "week") return micros(start_of_week(days));
  if (field == "day") return micros(days);
  const auto cut = [&](auto unit) {
    return (floor<decltype(unit)>(moment) - Micro(beginning)) / microseconds(1);
  };
  if (field == "hour") return cut(hours(1));
  if (field == "minute") return cut(minutes(1));
  if (field == "second") return cut(seconds(1));
  return std::nullopt;
}

}  // namespace understudy::sql::contents
