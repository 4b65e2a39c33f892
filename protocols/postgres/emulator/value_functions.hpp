// PostgreSQL's functions over values as the executor keeps them. All are unsure where the server
// may refuse the value, or where this does not know what it makes of it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/sql/contents/value_functions.hpp"

namespace understudy::postgres::emulation {

using sql::contents::Datum;
using sql::contents::ValueAggregate;
using sql::contents::ValueFunction;

using Values = std::span<const Datum>;
using Given_value = std::optional<Datum>;

/// Of a function whose translator gave it what it takes.
[[nodiscard]] inline const std::string& text_in(const Datum& datum) {
  static const std::string none;
  const auto* text = std::get_if<std::string>(&datum);
  return text == nullptr ? none : *text;
}
[[nodiscard]] inline std::int64_t number_in(const Datum& datum) {
  const auto* number = std::get_if<std::int64_t>(&datum);
  return number == nullptr ? 0 : *number;
}
[[nodiscard]] inline Datum truth_of(bool value) {
  return Datum(std::int64_t{value ? 1 : 0});
}

// ---- what each family has ----
[[nodiscard]] std::span<const ValueFunction> text_functions();
[[nodiscard]] std::span<const ValueFunction> number_functions();
[[nodiscard]] std::span<const ValueFunction> time_functions();
[[nodiscard]] std::span<const ValueFunction> array_functions();
[[nodiscard]] std::span<const ValueFunction> json_functions();
[[nodiscard]] std::span<const ValueFunction> text_search_functions();
[[nodiscard]] std::span<const ValueAggregate> gathering_aggregates();

/// All of them.
[[nodiscard]] sql::contents::ValueFunctions value_functions();

// ---- shared between families ----
/// The elements of an array as it is printed; nothing for one of several dimensions.
using Elements = std::vector<std::optional<std::string>>;
[[nodiscard]] std::optional<Elements> elements_of(std::string_view array);
[[nodiscard]] std::string print_array(const Elements& elements);
/// Whether a regular expression means the same here and to the server.
[[nodiscard]] bool is_common_pattern(const std::string& pattern);
/// As a JSON string.
[[nodiscard]] std::string quoted_json_text(std::string_view text);

}  // namespace understudy::postgres::emulation
