#include "protocols/postgres/sleep.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "protocols/postgres/plain_calls.hpp"

namespace understudy::postgres {
namespace {

using std::chrono::milliseconds;

/// Longer than anybody waits, and far from where durations overflow.
constexpr double longest = 1e9;  // seconds

std::optional<double> number_in(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

milliseconds sleep_of(const sql::Statement& statement, const Parameters& parameters) {
  double seconds = 0;
  for (const PlainCall& call : plain_calls(statement, parameters, "pg_sleep")) {
    const auto time = call.size() == 1 && call[0] ? number_in(*call[0]) : std::nullopt;
    if (time && *time > 0) seconds = std::min(seconds + *time, longest);
  }
  return milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

milliseconds time_of_setting(std::string_view value) {
  static constexpr std::array<std::pair<std::string_view, double>, 6> units = {
      {{"ms", 1}, {"s", 1e3}, {"min", 6e4}, {"h", 3.6e6}, {"d", 8.64e7}, {"", 1}}};
  const std::size_t end = std::min(value.find_first_not_of("0123456789."), value.size());
  const auto number = number_in(value.substr(0, end));
  const auto* unit =
      std::ranges::find(units, value.substr(end), &std::pair<std::string_view, double>::first);
  if (!number || unit == units.end()) return milliseconds(0);
  return milliseconds(static_cast<std::int64_t>(std::min(*number * unit->second, longest * 1e3)));
}

}  // namespace understudy::postgres
