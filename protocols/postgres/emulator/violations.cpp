#include "protocols/postgres/emulator/violations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "protocols/postgres/transaction.hpp"

namespace understudy::postgres::emulation {
namespace {

using sql::contents::Reference;
using Cells = std::vector<std::optional<std::string>>;

constexpr std::size_t longest_name = 63, longest_shown = 64;

struct TableName {
  std::string schema = "public", name;
};

/// Nothing where the key may be that of several names.
std::optional<TableName> name_of(const Definition& table) {
  const std::size_t dot = table.key.find('.');
  if (dot == std::string::npos) return TableName{"public", table.key};
  if (table.key.find('.', dot + 1) != std::string::npos) return std::nullopt;
  return TableName{table.key.substr(0, dot), table.key.substr(dot + 1)};
}

void name_table(const TableName& name, Fields& fields) {
  fields.emplace_back('s', name.schema);
  fields.emplace_back('t', name.name);
}

/// `(a, b)=(1, x)`
std::string key_text(const Definition& table, const std::vector<std::size_t>& columns,
                     const std::vector<std::string>& values) {
  std::string names, texts;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    names += (i > 0 ? ", " : "") + table.columns[columns[i]].name;
    texts += (i > 0 ? ", " : "") + values[i];
  }
  return fmt::format("({})=({})", names, texts);
}

bool is_inside_character(char c) noexcept {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

/// As the server shows a row: `Failing row contains (1, null).`
std::string row_text(const Cells& row) {
  std::string text;
  for (const auto& cell : row) {
    text += text.empty() ? "" : ", ";
    if (!cell) {
      text += "null";
      continue;
    }
    std::size_t end = std::min(cell->size(), longest_shown);
    while (end < cell->size() && end > 0 && is_inside_character((*cell)[end])) --end;
    text += cell->substr(0, end) + (end < cell->size() ? "..." : "");
  }
  return fmt::format("Failing row contains ({}).", text);
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return !is_inside_character(c); }));
}

/// Digits with a sign or none, without leading zeros.
bool is_plain_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text.size() <= 18 && !text.starts_with('0') &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

bool knows_messages_of(std::string_view server_version) noexcept {
  int major = 0;
  std::from_chars(server_version.data(), server_version.data() + server_version.size(), major);
  return major >= 13 && major <= 17;
}

bool are_english(std::string_view locale) noexcept {
  return locale == "C" || locale == "POSIX" || locale.starts_with("C.") ||
         locale.starts_with("en_") || locale == "en";
}

std::string constraint_name(const Definition& table, const std::vector<std::size_t>& columns,
                            std::string_view suffix) {
  const auto name = name_of(table);
  if (!name) return {};
  std::string text = name->name;
  if (suffix != "pkey")
    for (const std::size_t each : columns) text += "_" + table.columns[each].name;
  text += "_" + std::string(suffix);
  const auto is_taken = [&](const auto& other) { return other.name == text; };
  const bool taken = std::ranges::any_of(table.keys, is_taken) ||
                     std::ranges::any_of(table.references, is_taken) ||
                     std::ranges::any_of(table.checks, is_taken);
  return taken || text.size() > longest_name ? std::string() : text;
}

std::optional<Fields> unique_violation(const Definition& table, const std::string& constraint,
                                       const std::vector<std::size_t>& columns,
                                       const std::vector<std::string>& values) {
  const auto name = name_of(table);
  if (!name || constraint.empty()) return std::nullopt;
  Fields fields =
      make_fields("ERROR", "23505",
                  fmt::format("duplicate key value violates unique constraint \"{}\"", constraint),
                  fmt::format("Key {} already exists.", key_text(table, columns, values)));
  name_table(*name, fields);
  fields.emplace_back('n', constraint);
  return fields;
}

Fields not_null_violation(const Definition& table, std::size_t column, const Cells& row) {
  const TableName name = name_of(table).value_or(TableName{});
  const std::string& column_name = table.columns[column].name;
  Fields fields = make_fields(
      "ERROR", "23502",
      fmt::format("null value in column \"{}\" of relation \"{}\" violates not-null constraint",
                  column_name, name.name),
      row_text(row));
  name_table(name, fields);
  fields.emplace_back('c', column_name);
  return fields;
}

std::optional<Fields> check_violation(const Definition& table, const std::string& constraint,
                                      const Cells& row) {
  const auto name = name_of(table);
  if (!name || constraint.empty()) return std::nullopt;
  Fields fields =
      make_fields("ERROR", "23514",
                  fmt::format("new row for relation \"{}\" violates check constraint \"{}\"",
                              name->name, constraint),
                  row_text(row));
  name_table(*name, fields);
  fields.emplace_back('n', constraint);
  return fields;
}

std::optional<Fields> missing_parent(const Definition& child, const Reference& reference,
                                     const Definition& parent,
                                     const std::vector<std::string>& values) {
  const auto name = name_of(child), of = name_of(parent);
  if (!name || !of || reference.name.empty()) return std::nullopt;
  Fields fields = make_fields(
      "ERROR", "23503",
      fmt::format("insert or update on table \"{}\" violates foreign key constraint \"{}\"",
                  name->name, reference.name),
      fmt::format("Key {} is not present in table \"{}\".",
                  key_text(child, reference.columns, values), of->name));
  name_table(*name, fields);
  fields.emplace_back('n', reference.name);
  return fields;
}

std::optional<Fields> missing_child(const Definition& child, const Reference& reference,
                                    const Definition& parent, const std::vector<std::size_t>& of,
                                    const std::vector<std::string>& values) {
  const auto name = name_of(child), parent_name = name_of(parent);
  if (!name || !parent_name || reference.name.empty()) return std::nullopt;
  Fields fields = make_fields(
      "ERROR", "23503",
      fmt::format("update or delete on table \"{}\" violates foreign key constraint \"{}\" on "
                  "table \"{}\"",
                  parent_name->name, reference.name, name->name),
      fmt::format("Key {} is still referenced from table \"{}\".", key_text(parent, of, values),
                  name->name));
  name_table(*name, fields);
  fields.emplace_back('n', reference.name);
  return fields;
}

std::optional<Fields> refused_value(ColumnType type, sql::ValueClass value_class,
                                    std::string_view text) {
  const bool is_string =
      value_class == sql::ValueClass::string || value_class == sql::ValueClass::unknown;
  if (type.kind == TypeKind::varchar && type.length > 0 && is_string && understudy::is_text(text)) {
    std::string_view kept = text;
    while (kept.ends_with(' ')) kept.remove_suffix(1);
    if (characters(kept) <= static_cast<std::size_t>(type.length)) return std::nullopt;
    return make_fields("ERROR", "22001",
                       fmt::format("value too long for type character varying({})", type.length));
  }
  // Of one that is written out the server tells where it stands.
  if (type.kind == TypeKind::enumeration && value_class == sql::ValueClass::unknown &&
      understudy::is_text(text) && std::ranges::count(type.enumeration->labels, text) == 0)
    return make_fields(
        "ERROR", "22P02",
        fmt::format("invalid input value for enum {}: \"{}\"", type.enumeration->name, text));
  const bool narrow = type.kind == TypeKind::int2 || type.kind == TypeKind::int4;
  if (!narrow || value_class != sql::ValueClass::number || !is_plain_number(text))
    return std::nullopt;
  return make_fields(
      "ERROR", "22003",
      type.kind == TypeKind::int2 ? "smallint out of range" : "integer out of range");
}

}  // namespace understudy::postgres::emulation
