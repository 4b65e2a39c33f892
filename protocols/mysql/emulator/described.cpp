#include "protocols/mysql/emulator/described.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "protocols/mysql/capabilities.hpp"
#include "protocols/mysql/charset.hpp"

namespace understudy::mysql::emulation {
namespace {

constexpr std::uint32_t longest_blob = 0xFFFF'FFFFU;

struct WireType {
  std::string_view name;
  FieldType type;
  std::uint32_t length, unsigned_length;
};
constexpr WireType wire_types[] = {
    {"tinyint", FieldType::tiny, 4, 3},     {"smallint", FieldType::short_, 6, 5},
    {"mediumint", FieldType::int24, 9, 8},  {"int", FieldType::long_, 11, 10},
    {"integer", FieldType::long_, 11, 10},  {"bigint", FieldType::longlong, 20, 20},
    {"bool", FieldType::tiny, 1, 1},        {"boolean", FieldType::tiny, 1, 1},
    {"double", FieldType::double_, 22, 22}, {"real", FieldType::double_, 22, 22},
    {"float", FieldType::float_, 12, 12},
};

std::uint32_t argument_of(const tree::Type& type, std::size_t at, std::uint32_t none) {
  if (at >= type.arguments.size()) return none;
  const std::string& digits = type.arguments[at];
  std::uint32_t number = none;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

bool set_number(const tree::Type& type, Column& column) {
  if (type.is_unsigned) column.flags |= column_flag::unsigned_;
  const auto* found = std::ranges::find(wire_types, type.name.name, &WireType::name);
  if (found != std::end(wire_types)) {
    column.type = found->type;
    column.length = argument_of(type, 0, type.is_unsigned ? found->unsigned_length : found->length);
    if (found->type == FieldType::double_ || found->type == FieldType::float_) {
      if (!type.arguments.empty()) return false;
      column.decimals = floating_decimals;
    }
    return true;
  }
  const std::uint32_t precision = argument_of(type, 0, 10), scale = argument_of(type, 1, 0);
  column.type = FieldType::newdecimal;
  column.decimals = static_cast<std::uint8_t>(scale);
  column.length = precision + (scale > 0 ? 1 : 0) + (type.is_unsigned ? 0 : 1);
  return true;
}

bool set_text(const tree::Type& type, const ColumnType& known, Column& column) {
  const std::string& name = type.name.name;
  column.charset = 0;
  if (known.comparison == Comparison::padded) column.flags |= column_flag::binary;
  if (known.comparison == Comparison::alike) return false;  // of which character set it is
  if (name == "char" || name == "varchar") {
    column.type = name == "char" ? FieldType::string : FieldType::var_string;
    column.length = static_cast<std::uint32_t>(known.length);
    return true;
  }
  if (known.enumeration != nullptr) {
    column.type = FieldType::string;
    column.flags |= name == "set" ? column_flag::set : column_flag::enum_;
    column.length = static_cast<std::uint32_t>(known.length);
    return true;
  }
  column.type = FieldType::blob;
  column.flags |= column_flag::blob;
  column.length = name == "longtext" ? longest_blob : static_cast<std::uint32_t>(known.length);
  return true;
}

bool set_moment(const ColumnType& known, Column& column) {
  constexpr std::uint32_t of_date = 10, of_moment = 19;
  column.flags |= column_flag::binary;
  column.decimals = static_cast<std::uint8_t>(known.scale);
  const std::uint32_t fraction = known.scale > 0 ? static_cast<std::uint32_t>(known.scale) + 1 : 0;
  switch (known.kind) {
    case TypeKind::date:
      column.type = FieldType::date;
      column.length = of_date;
      return true;
    case TypeKind::time:
      column.type = FieldType::time;
      column.length = of_date + fraction;
      return true;
    case TypeKind::timestamp:
      column.type = FieldType::datetime;
      column.length = of_moment + fraction;
      return true;
    case TypeKind::timestamptz:
      column.type = FieldType::timestamp;
      column.length = of_moment + fraction;
      column.flags |= column_flag::unsigned_;
      return true;
    default:
      return false;
  }
}

bool set_octets(const tree::Type& type, const ColumnType& known, Column& column) {
  column.flags |= column_flag::binary;
  column.length = static_cast<std::uint32_t>(known.length);
  column.type = FieldType::var_string;
  if (type.name.name == "varbinary") return true;
  column.type = FieldType::blob;
  column.flags |= column_flag::blob;
  if (type.name.name == "longblob") column.length = longest_blob;
  return true;
}

/// What MariaDB tells beside the type.
std::string told_beside(std::uint8_t kind, std::string_view name) {
  return std::string(1, static_cast<char>(kind)) + static_cast<char>(name.size()) +
         std::string(name);
}
constexpr std::uint8_t beside_type = 0, beside_format = 1;

void set_uuid(Column& column) {
  constexpr std::uint32_t length_of_uuid = 36;
  column.charset = 0;
  column.type = FieldType::string;
  column.length = length_of_uuid;
  column.flags |= column_flag::unsigned_ | column_flag::binary;
  column.extended = told_beside(beside_type, "uuid");
}

void set_json(Column& column) {
  column.charset = 0;
  column.type = FieldType::blob;
  column.length = longest_blob;
  column.flags |= column_flag::blob | column_flag::binary;
  column.extended = told_beside(beside_format, "json");
}

bool set_type(const TableColumn& declared, Column& column) {
  column.charset = binary_collation;
  switch (declared.type.kind) {
    case TypeKind::int8:
    case TypeKind::numeric:
    case TypeKind::float8:
      return set_number(declared.declared, column);
    case TypeKind::text:
    case TypeKind::varchar:
      return set_text(declared.declared, declared.type, column);
    case TypeKind::bytea:
      return set_octets(declared.declared, declared.type, column);
    case TypeKind::uuid:
      return set_uuid(column), true;
    case TypeKind::json:
      return set_json(column), true;
    default:
      return set_moment(declared.type, column);
  }
}

/// Of the keys of its table.
void set_key_flags(const Definition& table, std::size_t place, Column& column) {
  for (const auto& key : table.keys) {
    const bool part = std::ranges::find(key.columns, place) != key.columns.end();
    if (part) column.flags |= column_flag::part_key;
    if (part && key.primary) column.flags |= column_flag::primary_key;
    if (key.primary || key.columns.front() != place) continue;
    column.flags |= key.columns.size() == 1 ? column_flag::unique_key : column_flag::multiple_key;
  }
  for (const auto& index : table.indexes) {
    if (index.columns.empty()) continue;
    if (std::ranges::find(index.columns, place) != index.columns.end())
      column.flags |= column_flag::part_key;
    if (index.columns.front() == place) column.flags |= column_flag::multiple_key;
  }
}

}  // namespace

std::optional<Column> described(const Definition& table, std::size_t place,
                                const std::string& database, const std::string& alias,
                                const std::string& name) {
  const TableColumn& declared = table.columns[place];
  Column column;
  column.schema = database;
  column.table = alias;
  column.org_table = table.spelled.name;
  column.name = name;
  column.org_name = declared.name;
  if (!set_type(declared, column)) return std::nullopt;
  const bool counts = declared.default_.kind == sql::contents::Default::Kind::number;
  if (declared.not_null) column.flags |= column_flag::not_null;
  if (counts) column.flags |= column_flag::auto_increment;
  if (declared.not_null && declared.lacks_default && !counts)
    column.flags |= column_flag::no_default;
  if (declared.is_refreshed) column.flags |= column_flag::on_update_now;
  const bool dated = declared.is_refreshed || declared.default_.moment;
  if (declared.type.kind == TypeKind::timestamptz && dated) column.flags |= column_flag::timestamp;
  set_key_flags(table, place, column);
  return column;
}

std::string layout_of(const std::set<std::string>& tables, const TableBook& book) {
  std::string text;
  for (const std::string& key : tables) {
    const auto found = book.tables.find(key);
    if (found == book.tables.end()) continue;
    text += key + "(";
    for (const TableColumn& column : found->second.definition->columns) {
      text += column.name + " " + column.declared.name.name;
      for (const std::string& argument : column.declared.arguments) text += "," + argument;
      text += column.declared.is_unsigned ? " unsigned" : "";
      text += column.not_null ? " not null;" : ";";
    }
    text += ")";
  }
  return text;
}

// ---- what was told ----

void allow_nulls(const Document& rows, std::vector<Column>& columns) {
  std::set<std::string> lacking;
  for (const Document& row : rows)
    for (std::size_t i = 0; i < columns.size() && i < row.size(); ++i)
      if (row[i].is_null() && columns[i].has(column_flag::not_null))
        lacking.insert(columns[i].table);
  for (Column& each : columns)
    if (lacking.contains(each.table))
      each.flags &= static_cast<std::uint16_t>(~unsigned{column_flag::not_null});
}

bool same_columns(const std::vector<Column>& a, const std::vector<Column>& b) {
  return std::ranges::equal(a, b, [](Column x, Column y) {
    x.flags &= static_cast<std::uint16_t>(~flags_of_keys);
    y.flags &= static_cast<std::uint16_t>(~flags_of_keys);
    // Not every client is told what stands beside the type.
    if (x.extended.empty() || y.extended.empty()) x.extended = y.extended = {};
    return x == y;
  });
}

DescriptionBook::DescriptionBook(const Document& document) {
  if (!document.is_object()) return;
  for (const auto& [pattern, all] : document.items())
    for (const Document& told : all) {
      Told& known = told_[pattern].emplace_back();
      known.tables = octets_of(told["tables"]);
      known.varies = told.contains("varies");
      known.description.status = told.value("status", std::uint16_t{0});
      for (const Document& packet : told["columns"]) {
        Column column;
        const std::string octets = octets_of(packet);
        if (!decode_column(as_bytes(octets), with_extended_metadata, column)) known.varies = true;
        known.description.columns.push_back(std::move(column));
      }
    }
}

Document DescriptionBook::document() const {
  Document document = Document::object();
  for (const auto& [pattern, all] : told_)
    for (const Told& told : all) {
      Document entry = {{"tables", document_of(told.tables)}, {"columns", Document::array()}};
      if (told.varies) entry["varies"] = true;
      if (told.description.status != 0) entry["status"] = told.description.status;
      for (const Column& column : told.description.columns) {
        std::vector<std::uint8_t> octets;
        ByteWriter writer(octets);
        encode_column(column, with_extended_metadata, writer);
        entry["columns"].push_back(document_of(as_text(octets)));
      }
      document[pattern].push_back(std::move(entry));
    }
  return document;
}

const DescriptionBook::Told* DescriptionBook::told_of(std::string_view pattern,
                                                      const std::string& tables) const {
  const auto found = told_.find(pattern);
  if (found == told_.end()) return nullptr;
  const auto one = std::ranges::find(found->second, tables, &Told::tables);
  return one == found->second.end() ? nullptr : &*one;
}

void DescriptionBook::learn(std::string_view pattern, const std::string& tables,
                            const ResultSet& set) {
  std::vector<Told>& all = told_[std::string(pattern)];
  const auto known = std::ranges::find(all, tables, &Told::tables);
  if (known != all.end()) {
    known->varies = known->varies || !same_columns(known->description.columns, set.columns);
    return;
  }
  all.push_back(
      {tables, {set.columns, static_cast<std::uint16_t>(set.status & status::of_answer)}, false});
}

const DescriptionBook::Description* DescriptionBook::find(std::string_view pattern,
                                                          const std::string& tables) const {
  const Told* const told = told_of(pattern, tables);
  return told == nullptr || told->varies ? nullptr : &told->description;
}

bool DescriptionBook::varies(std::string_view pattern, const std::string& tables) const {
  const Told* const told = told_of(pattern, tables);
  return told != nullptr && told->varies;
}

}  // namespace understudy::mysql::emulation
