#include "protocols/postgres/time_zone.hpp"

#include <date/tz.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <exception>
#include <string>

namespace understudy::postgres {
namespace {

bool is_utc(std::string_view zone) noexcept {
  static constexpr std::array<std::string_view, 7> names = {"UTC", "Etc/UTC", "GMT",      "Etc/GMT",
                                                            "UCT", "Zulu",    "Universal"};
  return std::ranges::find(names, zone) != names.end();
}

/// `<+03>-03`, `<-0330>+03:30`: the name, then hours west.
std::optional<std::int32_t> fixed_offset(std::string_view zone) {
  const std::size_t end = zone.find('>');
  if (!zone.starts_with('<') || end == std::string_view::npos || end + 2 >= zone.size())
    return std::nullopt;
  std::string_view west = zone.substr(end + 1);
  const std::int32_t sign = west.front() == '-' ? 1 : -1;
  if (west.front() == '-' || west.front() == '+') west.remove_prefix(1);
  std::int32_t seconds = 0;
  for (std::int32_t unit = 3600; unit > 0 && !west.empty(); unit /= 60) {
    std::int32_t number = 0;
    const auto [rest, error] = std::from_chars(west.data(), west.data() + west.size(), number);
    if (error != std::errc{} || number < 0 || number > 167) return std::nullopt;
    seconds += number * unit;
    west.remove_prefix(static_cast<std::size_t>(rest - west.data()));
    if (west.starts_with(':')) west.remove_prefix(1);
  }
  return west.empty() ? std::optional(sign * seconds) : std::nullopt;
}

}  // namespace

std::optional<std::int32_t> seconds_east(std::string_view zone, Microseconds at) {
  if (is_utc(zone)) return 0;
  if (const auto offset = fixed_offset(zone)) return offset;
  const std::int64_t second = (at >= 0 ? at : at - 999'999) / 1'000'000;
  try {
    const date::sys_seconds instant{std::chrono::seconds(second + seconds_from_1970_to_2000)};
    const auto info = date::locate_zone(std::string(zone))->get_info(instant);
    return static_cast<std::int32_t>(info.offset.count());
  } catch (const std::exception&) {  // no such zone, or no database
    return std::nullopt;
  }
}

}  // namespace understudy::postgres
