// Functions of arrays, which are kept as the text that the server prints.
#include <algorithm>
#include <set>

#include "protocols/postgres/emulator/value_functions.hpp"
#include "protocols/sql/lower.hpp"
#include "understudy/document.hpp"
#include "understudy/document_text.hpp"

namespace understudy::postgres::emulation {
namespace of_arrays {
namespace {

using sql::contents::is_null;

constexpr std::string_view spaces = " \t\n\r\v\f";

std::optional<std::string> element_in(const Datum& datum) {
  if (is_null(datum)) return std::nullopt;
  return text_in(datum);
}

template <class Make>
Given_value of_elements(const Datum& array, const Make& make) {
  auto elements = elements_of(text_in(array));
  return elements ? make(*elements) : Given_value();
}

/// ARRAY[…] of elements as they are printed.
Given_value make_array(Values values) {
  Elements elements;
  for (const Datum& each : values) elements.push_back(element_in(each));
  return Datum(print_array(elements));
}

Given_value length(Values values) {
  return of_elements(values[0], [&](const Elements& elements) -> Given_value {
    if (elements.empty() || number_in(values[1]) != 1) return Datum();
    return Datum(static_cast<std::int64_t>(elements.size()));
  });
}
Given_value cardinality(Values values) {
  return of_elements(values[0], [](const Elements& elements) -> Given_value {
    return Datum(static_cast<std::int64_t>(elements.size()));
  });
}

Given_value appended(Values values) {
  auto elements = is_null(values[0]) ? Elements() : elements_of(text_in(values[0]));
  if (!elements) return std::nullopt;
  elements->push_back(element_in(values[1]));
  return Datum(print_array(*elements));
}
Given_value prepended(Values values) {
  auto elements = is_null(values[1]) ? Elements() : elements_of(text_in(values[1]));
  if (!elements) return std::nullopt;
  elements->insert(elements->begin(), element_in(values[0]));
  return Datum(print_array(*elements));
}
Given_value joined_arrays(Values values) {
  if (is_null(values[0])) return values[1];
  if (is_null(values[1])) return values[0];
  auto a = elements_of(text_in(values[0])), b = elements_of(text_in(values[1]));
  if (!a || !b) return std::nullopt;
  a->insert(a->end(), b->begin(), b->end());
  return Datum(print_array(*a));
}
Given_value removed(Values values) {
  if (is_null(values[0])) return Datum();
  auto elements = elements_of(text_in(values[0]));
  if (!elements) return std::nullopt;
  std::erase(*elements, element_in(values[1]));
  return Datum(print_array(*elements));
}
Given_value replaced(Values values) {
  if (is_null(values[0])) return Datum();
  auto elements = elements_of(text_in(values[0]));
  if (!elements) return std::nullopt;
  std::ranges::replace(*elements, element_in(values[1]), element_in(values[2]));
  return Datum(print_array(*elements));
}
Given_value position(Values values) {
  if (is_null(values[0])) return Datum();
  const auto elements = elements_of(text_in(values[0]));
  if (!elements) return std::nullopt;
  const auto found = std::ranges::find(*elements, element_in(values[1]));
  if (found == elements->end()) return Datum();
  return Datum(std::int64_t{found - elements->begin()} + 1);
}

Given_value to_text(Values values) {
  if (is_null(values[0]) || is_null(values[1])) return Datum();
  const auto elements = elements_of(text_in(values[0]));
  if (!elements) return std::nullopt;
  const bool shows_null = values.size() > 2 && !is_null(values[2]);
  std::string text;
  bool first = true;
  for (const auto& each : *elements) {
    if (!each && !shows_null) continue;
    text += (first ? "" : text_in(values[1])) + (each ? *each : text_in(values[2]));
    first = false;
  }
  return Datum(text);
}

Given_value split_text(Values values) {
  if (is_null(values[0])) return Datum();
  std::string_view text = text_in(values[0]);
  if (is_null(values[1])) return std::nullopt;
  const std::string& between = text_in(values[1]);
  Elements elements;
  if (!text.empty() && between.empty()) {
    elements.emplace_back(std::string(text));
  } else if (!text.empty()) {
    for (std::size_t at = text.find(between); at != std::string_view::npos;
         at = text.find(between)) {
      elements.emplace_back(std::string(text.substr(0, at)));
      text.remove_prefix(at + between.size());
    }
    elements.emplace_back(std::string(text));
  }
  if (values.size() > 2 && !is_null(values[2]))
    for (auto& each : elements)
      if (each == text_in(values[2])) each.reset();
  return Datum(print_array(elements));
}

Given_value element(Values values) {
  return of_elements(values[0], [&](const Elements& elements) -> Given_value {
    const std::int64_t index = number_in(values[1]);
    if (index < 1 || index > static_cast<std::int64_t>(elements.size())) return Datum();
    const auto& found = elements[static_cast<std::size_t>(index - 1)];
    return found ? Datum(*found) : Datum();
  });
}
Given_value slice(Values values) {
  return of_elements(values[0], [&](const Elements& elements) -> Given_value {
    const auto size = static_cast<std::int64_t>(elements.size());
    const std::int64_t low = std::max(number_in(values[1]), std::int64_t{1});
    const std::int64_t high = std::min(number_in(values[2]), size);
    if (low > high) return Datum(std::string("{}"));
    return Datum(print_array(Elements(elements.begin() + low - 1, elements.begin() + high)));
  });
}

/// NULL meets nothing.
std::set<std::string> values_in(const Elements& elements) {
  std::set<std::string> values;
  for (const auto& each : elements)
    if (each) values.insert(*each);
  return values;
}

Given_value contains(Values values) {
  const auto a = elements_of(text_in(values[0])), b = elements_of(text_in(values[1]));
  if (!a || !b) return std::nullopt;
  const auto own = values_in(*a);
  return truth_of(
      std::ranges::all_of(*b, [&](const auto& each) { return each && own.contains(*each); }));
}
Given_value overlaps(Values values) {
  const auto a = elements_of(text_in(values[0])), b = elements_of(text_in(values[1]));
  if (!a || !b) return std::nullopt;
  const auto own = values_in(*a);
  return truth_of(
      std::ranges::any_of(*b, [&](const auto& each) { return each && own.contains(*each); }));
}

/// `value = ANY (array)`
Given_value has(Values values) {
  if (is_null(values[1])) return Datum();
  const auto elements = elements_of(text_in(values[1]));
  if (!elements) return std::nullopt;
  if (elements->empty()) return truth_of(false);
  if (is_null(values[0])) return Datum();
  if (std::ranges::count(*elements, element_in(values[0])) > 0) return truth_of(true);
  const bool unknown = std::ranges::any_of(*elements, [](const auto& each) { return !each; });
  return unknown ? Datum() : truth_of(false);
}

/// What is kept for an element, as JSON; `kind`: i of whole numbers, b of booleans, t of texts.
std::string listed_element(const std::optional<std::string>& element, char kind) {
  if (!element) return "null";
  if (kind == 'i') return *element;
  if (kind == 'b') return *element == "t" ? "1" : "0";
  return quoted_json_text(*element);
}

/// A JSON list of what is kept for the elements.
Given_value listed(Values values) {
  const auto elements = elements_of(text_in(values[0]));
  if (!elements) return std::nullopt;
  std::string json;
  for (const auto& each : *elements) {
    json += json.empty() ? "[" : ",";
    json += listed_element(each, text_in(values[1]).front());
  }
  return Datum(json.empty() ? "[]" : json + "]");
}

/// The same of several arrays, whose kinds come first: a list of lists, with NULL where an array
/// has no more elements.
Given_value listed_together(Values values) {
  const std::string& kinds = text_in(values[0]);
  std::vector<Elements> arrays(kinds.size());
  std::size_t rows = 0;
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    if (is_null(values[i + 1])) continue;
    auto elements = elements_of(text_in(values[i + 1]));
    if (!elements) return std::nullopt;
    arrays[i] = *std::move(elements);
    rows = std::max(rows, arrays[i].size());
  }
  std::string json = "[";
  for (std::size_t row = 0; row < rows; ++row) {
    json += row > 0 ? ",[" : "[";
    for (std::size_t i = 0; i < arrays.size(); ++i) {
      if (i > 0) json += ",";
      json += row < arrays[i].size() ? listed_element(arrays[i][row], kinds[i]) : "null";
    }
    json += "]";
  }
  return Datum(json + "]");
}

constexpr std::int64_t longest_series = 10'000;

/// A JSON list of the numbers from one to another.
Given_value series(Values values) {
  const std::int64_t begin = number_in(values[0]), end = number_in(values[1]),
                     step = values.size() > 2 ? number_in(values[2]) : 1;
  constexpr std::int64_t most = 1'000'000'000'000'000;
  if (step == 0 || begin > most || begin < -most || end > most || end < -most || step > most ||
      step < -most)
    return std::nullopt;
  std::string json;
  std::int64_t count = 0;
  for (std::int64_t i = begin; step > 0 ? i <= end : i >= end; i += step) {
    if (++count > longest_series) return std::nullopt;
    json += (json.empty() ? "[" : ",") + std::to_string(i);
  }
  return Datum(json.empty() ? "[]" : json + "]");
}

constexpr ValueFunction functions[] = {{"pg_array", -1, make_array, true},
                                       {"pg_array_length", 2, length},
                                       {"pg_cardinality", 1, cardinality},
                                       {"pg_array_append", 2, appended, true},
                                       {"pg_array_prepend", 2, prepended, true},
                                       {"pg_array_cat", 2, joined_arrays, true},
                                       {"pg_array_remove", 2, removed, true},
                                       {"pg_array_replace", 3, replaced, true},
                                       {"pg_array_position", 2, position, true},
                                       {"pg_array_to_string", 2, to_text, true},
                                       {"pg_array_to_string", 3, to_text, true},
                                       {"pg_string_to_array", 2, split_text, true},
                                       {"pg_string_to_array", 3, split_text, true},
                                       {"pg_element", 2, element},
                                       {"pg_slice", 3, slice},
                                       {"pg_array_contains", 2, contains},
                                       {"pg_array_overlaps", 2, overlaps},
                                       {"pg_array_has", 2, has, true},
                                       {"pg_array_listed", 2, listed},
                                       {"pg_arrays_listed", -1, listed_together, true},
                                       {"pg_series", 2, series},
                                       {"pg_series", 3, series}};

bool needs_quotes(std::string_view text) {
  return text.empty() || text.find_first_of("\"\\{},") != std::string_view::npos ||
         text.find_first_of(spaces) != std::string_view::npos || sql::lower(text) == "null";
}

}  // namespace
}  // namespace of_arrays

std::optional<Elements> elements_of(std::string_view array) {
  if (!array.starts_with('{') || !array.ends_with('}')) return std::nullopt;
  std::string_view rest = array.substr(1, array.size() - 2);
  Elements elements;
  while (!rest.empty()) {
    std::string text;
    const bool quoted = rest.starts_with('"');
    if (quoted) {
      std::size_t i = 1;
      for (; i < rest.size() && rest[i] != '"'; ++i) {
        if (rest[i] == '\\') ++i;
        if (i < rest.size()) text += rest[i];
      }
      if (i >= rest.size()) return std::nullopt;
      rest.remove_prefix(i + 1);
    } else {
      const std::size_t end = std::min(rest.find(','), rest.size());
      text = rest.substr(0, end);
      if (text.find_first_of("{}\"\\") != std::string::npos) return std::nullopt;
      rest.remove_prefix(end);
    }
    const bool null = !quoted && text == "NULL";
    elements.push_back(null ? std::nullopt : std::optional(std::move(text)));
    if (rest.empty()) break;
    if (rest.front() != ',' || rest.size() == 1) return std::nullopt;
    rest.remove_prefix(1);
  }
  return elements;
}

std::string print_array(const Elements& elements) {
  std::string text = "{";
  for (const auto& each : elements) {
    if (text.size() > 1) text += ',';
    if (!each) {
      text += "NULL";
    } else if (!of_arrays::needs_quotes(*each)) {
      text += *each;
    } else {
      text += '"';
      for (const char c : *each) {
        if (c == '"' || c == '\\') text += '\\';
        text += c;
      }
      text += '"';
    }
  }
  return text + "}";
}

std::span<const ValueFunction> array_functions() {
  return of_arrays::functions;
}

}  // namespace understudy::postgres::emulation
