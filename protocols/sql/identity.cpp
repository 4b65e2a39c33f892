// The canonical octets of a statement with its values, and back into something to read.
#include "protocols/sql/lists.hpp"
#include "protocols/sql/literal.hpp"
#include "protocols/sql/normalise.hpp"
#include "protocols/sql/number.hpp"
#include "protocols/sql/row_plan.hpp"
#include "protocols/sql/statement.hpp"
#include "protocols/sql/value_length.hpp"

namespace understudy::sql {
namespace {

void append_qualifier(ValueClass value_class, std::uint16_t spelling, std::string& out) {
  const char octets[4] = {static_cast<char>(value_class), static_cast<char>(spelling & 0xFF),
                          static_cast<char>(spelling >> 8), '\0'};
  out.append(octets, sizeof octets);
}

void append_text(std::string_view text, std::string& canonical) {
  append_length(text.size() + 1, canonical);
  canonical += text;
}

/// Numbers may come spelled anyhow: the text is made canonical where it stands, then measured.
void append_number_value(const Value& value, std::string& canonical) {
  const std::size_t begin = canonical.size();
  append_number(value.text, canonical);
  const std::size_t length = canonical.size() - begin;
  char prefix[10];
  std::string_view written(prefix, 0);
  std::size_t count = 0;
  for (std::size_t left = length + 1;; left >>= 7) {
    prefix[count++] = static_cast<char>((left & 0x7F) | (left >= 0x80 ? 0x80 : 0));
    if (left < 0x80) break;
  }
  written = std::string_view(prefix, count);
  canonical.insert(begin, written);
}

void append_value(const Value& value, std::string& canonical, std::string& qualifier) {
  if (value.value_class == ValueClass::null) {
    append_length(0, canonical);
    return append_qualifier(ValueClass::unknown, 0, qualifier);
  }
  if (value.value_class != ValueClass::number) {
    append_text(value.text, canonical);
    return append_qualifier(value.value_class, 0, qualifier);
  }
  append_number_value(value, canonical);
  const bool negative = value.text.starts_with('-');
  const std::uint16_t spelling = value.any_spelling
                                     ? std::uint16_t{0}
                                     : spelling_of(negative, value.text.substr(negative ? 1 : 0));
  append_qualifier(ValueClass::number, spelling, qualifier);
}

std::string readable(std::string_view pattern) {
  std::string text;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == slot_mark)
      text += '?';
    else if (pattern[i] == pattern_escape && i + 1 < pattern.size())
      text += static_cast<char>(pattern[++i] - '0');
    else
      text += pattern[i];
  }
  return text;
}

}  // namespace

void append_identity(const Statement& statement, std::span<const Value> parameters,
                     std::string& canonical, std::string& qualifier) {
  static constexpr Value null{ValueClass::null, {}, false};
  const std::size_t begin = canonical.size(), qualifier_begin = qualifier.size();
  canonical += statement.pattern();
  canonical += '\0';
  for (const Statement::Slot& slot : statement.slots()) {
    if (slot.parameter != Statement::Slot::literal) {
      const auto index = static_cast<std::size_t>(slot.parameter);
      append_value(index < parameters.size() ? parameters[index] : null, canonical, qualifier);
    } else if (slot.value_class == ValueClass::null) {
      append_value(null, canonical, qualifier);
    } else {
      append_text(statement.literal_text(slot), canonical);
      append_qualifier(slot.value_class, slot.spelling, qualifier);
    }
  }
  sort_lists(canonical, begin, qualifier, qualifier_begin);
}

std::vector<std::optional<std::string_view>> values_of(std::string_view canonical) {
  std::vector<std::optional<std::string_view>> values;
  const std::size_t pattern = pattern_of(canonical).size();
  std::string_view rest = canonical.substr(std::min(pattern + 1, canonical.size()));
  for (std::size_t length = 0; take_length(rest, length);) {
    if (length == 0) {
      values.emplace_back();
      continue;
    }
    values.emplace_back(rest.substr(0, length - 1));
    rest.remove_prefix(std::min(length - 1, rest.size()));
  }
  return values;
}

Document describe(std::string_view canonical) {
  Document described = Document::object();
  described["sql"] = document_of(readable(pattern_of(canonical)));
  Document values = Document::array();
  for (const auto& value : values_of(canonical))
    values.push_back(value ? document_of(*value) : Document());
  if (!values.empty()) described["params"] = std::move(values);
  return described;
}

}  // namespace understudy::sql
