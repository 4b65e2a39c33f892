#include "protocols/postgres/sleep.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

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

/// As it stands in a list of columns, where literals stay in the pattern.
std::optional<double> number_at(std::string_view text) {
  return number_in(text.substr(0, text.find_first_not_of("0123456789.")));
}

/// The text form of the value that stands in a slot.
std::string_view value_in(const sql::Statement::Slot& slot, const sql::Statement& statement,
                          const Parameters& parameters) {
  if (slot.parameter == sql::Statement::Slot::literal) return statement.literal_text(slot);
  const auto index = static_cast<std::size_t>(slot.parameter);
  return index < parameters.size() && parameters[index] ? *parameters[index] : std::string_view();
}

}  // namespace

milliseconds sleep_of(const sql::Statement& statement, const Parameters& parameters) {
  constexpr std::string_view call = "pg_sleep(";
  const std::string_view pattern = statement.pattern();
  double seconds = 0;
  for (std::size_t at = pattern.find(call); at != std::string_view::npos;
       at = pattern.find(call, at + 1)) {
    const std::size_t value = at + call.size();
    if (std::ranges::count(pattern.substr(0, at), '\'') % 2 != 0) continue;  // within a string
    const auto slot =
        static_cast<std::size_t>(std::ranges::count(pattern.substr(0, value), sql::slot_mark));
    const bool is_slot = value < pattern.size() && pattern[value] == sql::slot_mark;
    if (is_slot && slot >= statement.slots().size()) continue;
    const auto time = is_slot ? number_in(value_in(statement.slots()[slot], statement, parameters))
                              : number_at(pattern.substr(value));
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
