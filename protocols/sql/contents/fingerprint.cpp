#include "protocols/sql/contents/fingerprint.hpp"

#include <algorithm>
#include <cstdint>
#include <variant>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "protocols/sql/value_length.hpp"

namespace understudy::sql::contents {
namespace {

/// Each ask reads the tables once: some milliseconds.
constexpr std::size_t most_rows = 20'000;

void append_datum(std::string& out, const Datum& datum) {
  if (is_null(datum)) {
    out += 'n';
  } else if (const auto* number = std::get_if<std::int64_t>(&datum)) {
    out.append("i").append(std::to_string(*number)) += ';';
  } else {
    out += 't';
    append_sized(std::get<std::string>(datum), out);
  }
}

void append_number(std::string& out, std::uint64_t number) {
  for (int byte = 0; byte < 8; ++byte) out += static_cast<char>(number >> (8 * byte));
}

void append_hash(std::string& out, std::string_view text) {
  const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
  append_number(out, hash.high64);
  append_number(out, hash.low64);
}

std::string description_of(const Definition& table, const std::vector<std::size_t>& columns) {
  std::string description;
  append_sized(table.key, description);
  for (const std::size_t i : columns) {
    const TableColumn& column = table.columns[i];
    append_sized(column.name, description);
    append_sized(column.declared.name.schema, description);
    append_sized(column.declared.name.name, description);
    append_length(column.declared.arguments.size(), description);
    for (const std::string& argument : column.declared.arguments)
      append_sized(argument, description);
    append_sized(column.declared.collation, description);
    append_sized(std::to_string(column.declared.dimensions), description);
    description += column.not_null ? '!' : '?';
    description += column.declared.is_unsigned ? 'u' : 's';
    append_sized(std::to_string(column.type.collation), description);
  }
  append_sized(table.collation, description);
  // Rows can be grouped by a primary key alone.
  for (const UniqueKey& key : table.keys)
    if (key.primary)
      for (const std::size_t column : key.columns)
        append_sized(table.columns[column].name, description);
  return description;
}

}  // namespace

std::optional<std::string> fingerprint(Contents& contents, const TableState& table,
                                       const std::vector<std::size_t>& columns) {
  const Definition& definition = *table.definition;
  const bool known = table.known && std::ranges::all_of(columns, [&](std::size_t column) {
                       return table.knows(column);
                     });
  if (!known) return std::nullopt;
  std::string selected = "1";
  for (const std::size_t column : columns) selected += ", " + definition.sql_column(column);
  std::vector<DatumRow> rows;
  const std::string sql = "SELECT " + selected + " FROM " + definition.sql_name() + " LIMIT " +
                          std::to_string(most_rows + 1);
  if (contents.database().run(sql, {}, &rows) != Outcome::done || rows.size() > most_rows)
    return std::nullopt;
  // A sum, so that the order does not count.
  std::uint64_t high = rows.size(), low = 0;
  std::string spelled;
  for (const DatumRow& row : rows) {
    spelled.clear();
    for (const Datum& datum : row) append_datum(spelled, datum);
    const XXH128_hash_t hash = XXH3_128bits(spelled.data(), spelled.size());
    high += hash.high64;
    low += hash.low64;
  }
  std::string print;
  append_hash(print, description_of(definition, columns));
  append_number(print, high);
  append_number(print, low);
  return print;
}

}  // namespace understudy::sql::contents
