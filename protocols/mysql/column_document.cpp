// The spelling of a column: an SQL-like type from which length, decimals,
// character set and flags follow, and beside it only what does not.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "protocols/mysql/charset.hpp"
#include "protocols/mysql/columns.hpp"
#include "protocols/mysql/document_keys.hpp"
#include "protocols/mysql/lenenc.hpp"
#include "understudy/document_text.hpp"

namespace understudy::mysql {

namespace {

enum class Shape : std::uint8_t { integer, floating, decimal, clock, text, octets, plain };

struct TypeName {
  std::string_view name;
  FieldType type;
  Shape shape;
  std::uint32_t length;           // of the type without arguments
  std::uint32_t unsigned_length;  // integers
  std::uint16_t flags;            // that the type implies
};

constexpr std::uint32_t unlimited = std::numeric_limits<std::uint32_t>::max();

// clang-format off
constexpr std::array type_names = {
    TypeName{"tinyint", FieldType::tiny, Shape::integer, 4, 3, 0},
    TypeName{"smallint", FieldType::short_, Shape::integer, 6, 5, 0},
    TypeName{"mediumint", FieldType::int24, Shape::integer, 9, 8, 0},
    TypeName{"int", FieldType::long_, Shape::integer, 11, 10, 0},
    TypeName{"bigint", FieldType::longlong, Shape::integer, 20, 20, 0},
    TypeName{"year", FieldType::year, Shape::integer, 4, 4, column_flag::unsigned_ | column_flag::zerofill},
    TypeName{"float", FieldType::float_, Shape::floating, 12, 0, 0},
    TypeName{"double", FieldType::double_, Shape::floating, 22, 0, 0},
    TypeName{"decimal", FieldType::newdecimal, Shape::decimal, 11, 0, 0},
    TypeName{"date", FieldType::date, Shape::plain, 10, 0, column_flag::binary},
    TypeName{"time", FieldType::time, Shape::clock, 10, 0, column_flag::binary},
    TypeName{"datetime", FieldType::datetime, Shape::clock, 19, 0, column_flag::binary},
    TypeName{"timestamp", FieldType::timestamp, Shape::clock, 19, 0, column_flag::binary},
    TypeName{"bit", FieldType::bit, Shape::plain, 1, 0, column_flag::unsigned_},
    TypeName{"json", FieldType::json, Shape::plain, unlimited, 0, column_flag::blob | column_flag::binary},
    TypeName{"geometry", FieldType::geometry, Shape::plain, unlimited, 0, column_flag::blob | column_flag::binary},
    TypeName{"null", FieldType::null, Shape::plain, 0, 0, column_flag::binary},
    TypeName{"enum", FieldType::string, Shape::text, 0, 0, column_flag::enum_},
    TypeName{"set", FieldType::string, Shape::text, 0, 0, column_flag::set},
    TypeName{"varchar", FieldType::var_string, Shape::text, 0, 0, 0},
    TypeName{"char", FieldType::string, Shape::text, 0, 0, 0},
    TypeName{"varbinary", FieldType::var_string, Shape::octets, 0, 0, column_flag::binary},
    TypeName{"binary", FieldType::string, Shape::octets, 0, 0, column_flag::binary},
    TypeName{"tinytext", FieldType::blob, Shape::text, 255, 0, column_flag::blob},
    TypeName{"text", FieldType::blob, Shape::text, 65535, 0, column_flag::blob},
    TypeName{"mediumtext", FieldType::blob, Shape::text, 16777215, 0, column_flag::blob},
    TypeName{"longtext", FieldType::blob, Shape::text, unlimited, 0, column_flag::blob},
    TypeName{"tinyblob", FieldType::blob, Shape::octets, 255, 0, column_flag::blob | column_flag::binary},
    TypeName{"blob", FieldType::blob, Shape::octets, 65535, 0, column_flag::blob | column_flag::binary},
    TypeName{"mediumblob", FieldType::blob, Shape::octets, 16777215, 0, column_flag::blob | column_flag::binary},
    TypeName{"longblob", FieldType::blob, Shape::octets, unlimited, 0, column_flag::blob | column_flag::binary},
};

struct FlagName { std::string_view name; std::uint16_t flag; };
constexpr std::array flag_names = {
    FlagName{"not_null", column_flag::not_null}, FlagName{"primary_key", column_flag::primary_key},
    FlagName{"unique_key", column_flag::unique_key}, FlagName{"multiple_key", column_flag::multiple_key},
    FlagName{"blob", column_flag::blob}, FlagName{"unsigned", column_flag::unsigned_},
    FlagName{"zerofill", column_flag::zerofill}, FlagName{"binary", column_flag::binary},
    FlagName{"enum", column_flag::enum_}, FlagName{"auto_increment", column_flag::auto_increment},
    FlagName{"timestamp", column_flag::timestamp}, FlagName{"set", column_flag::set},
    FlagName{"no_default", column_flag::no_default}, FlagName{"on_update_now", column_flag::on_update_now},
    FlagName{"part_key", column_flag::part_key}, FlagName{"number", column_flag::number},
};
// clang-format on

bool is_text_shape(const Column& column) noexcept {
  return column.type == FieldType::var_string || column.type == FieldType::string ||
         column.type == FieldType::blob;
}

const TypeName* type_name_of(const Column& column) noexcept {
  const Shape shape = column.is_octets() ? Shape::octets : Shape::text;
  const TypeName* fallback = nullptr;
  for (const TypeName& candidate : type_names) {
    if (candidate.type != column.type) continue;
    if (!is_text_shape(column)) return &candidate;
    if (candidate.shape != shape) continue;
    const bool marked =
        candidate.flags == column_flag::enum_ || candidate.flags == column_flag::set;
    if (marked && !column.has(candidate.flags)) continue;
    if (marked || column.type != FieldType::blob || candidate.length == column.length)
      return &candidate;
    if (candidate.name == "text" || candidate.name == "blob") fallback = &candidate;
  }
  return fallback;
}

std::uint16_t implied_flags(const TypeName& type, const ColumnContext&, bool of_table) noexcept {
  std::uint16_t flags = type.flags;
  if (!of_table && type.shape != Shape::text) flags |= column_flag::binary;
  return flags;
}

// The keys of a table imply what every such column carries.
std::uint16_t with_consequences(std::uint16_t flags) noexcept {
  if ((flags & column_flag::primary_key) != 0) flags |= column_flag::not_null;
  const std::uint16_t keys =
      column_flag::primary_key | column_flag::unique_key | column_flag::multiple_key;
  if ((flags & keys) != 0) flags |= column_flag::part_key;
  return flags;
}

std::uint8_t implied_decimals(const TypeName& type, const ColumnContext& context, bool of_table) {
  if (type.shape == Shape::floating) return floating_decimals;
  if (type.shape != Shape::text && type.shape != Shape::octets) return 0;
  if (of_table) return 0;
  return context.mariadb ? 39 : 31;
}

std::uint32_t decimal_length(std::uint32_t precision, std::uint32_t scale, bool is_unsigned) {
  return precision + (scale > 0 ? 1 : 0) + (is_unsigned ? 0 : 1);
}

// "decimal(10,2) unsigned": the arguments and suffix of `column`'s type.
std::string spell(const Column& column, const TypeName& type) {
  std::string text(type.name);
  const bool is_unsigned = column.has(column_flag::unsigned_);
  const bool numeric =
      type.shape == Shape::integer || type.shape == Shape::decimal || type.shape == Shape::floating;
  const std::uint32_t plain =
      is_unsigned && type.shape == Shape::integer ? type.unsigned_length : type.length;
  if (type.shape == Shape::decimal) {
    const std::uint32_t around = (column.decimals > 0 ? 1U : 0U) + (is_unsigned ? 0U : 1U);
    if (column.length >= around)
      text += fmt::format("({},{})", column.length - around, column.decimals);
  } else if (type.shape == Shape::clock) {
    if (column.decimals > 0 && column.decimals <= 6) text += fmt::format("({})", column.decimals);
  } else if (type.shape == Shape::floating) {
    if (column.decimals != floating_decimals)
      text += fmt::format("({},{})", column.length, column.decimals);
    else if (column.length != plain)
      text += fmt::format("({})", column.length);
  } else if (column.length != plain) {
    text += fmt::format("({})", column.length);
  }
  if (numeric && type.type != FieldType::year) {
    if (is_unsigned) text += " unsigned";
    if (column.has(column_flag::zerofill)) text += " zerofill";
  }
  return text;
}

struct Spelled {
  std::string_view name;
  std::uint32_t first = 0, second = 0;
  int arguments = 0;
  bool is_unsigned = false, zerofill = false, sound = true;
};

Spelled spelled_parts(std::string_view text) {
  Spelled spelled;
  const std::size_t end = std::min(text.find_first_of("( "), text.size());
  spelled.name = text.substr(0, end);
  text.remove_prefix(end);
  if (text.starts_with('(')) {
    const std::size_t close = text.find(')');
    const std::string_view inner =
        text.substr(1, close == std::string_view::npos ? close : close - 1);
    const char* stop = inner.data() + inner.size();
    std::from_chars_result read = std::from_chars(inner.data(), stop, spelled.first);
    spelled.arguments = 1;
    if (read.ec == std::errc{} && read.ptr != stop && *read.ptr == ',') {
      read = std::from_chars(read.ptr + 1, stop, spelled.second);
      spelled.arguments = 2;
    }
    spelled.sound = close != std::string_view::npos && read.ec == std::errc{} && read.ptr == stop;
    text.remove_prefix(
        std::min(close == std::string_view::npos ? text.size() : close + 1, text.size()));
  }
  spelled.is_unsigned = text.find("unsigned") != std::string_view::npos;
  spelled.zerofill = text.find("zerofill") != std::string_view::npos;
  return spelled;
}

// Everything of a column that follows from its type's spelling; false for an unknown one.
bool derive(std::string_view text, const ColumnContext& context, bool of_table, Column& column) {
  const Spelled spelled = spelled_parts(text);
  const auto found = std::ranges::find(type_names, spelled.name, &TypeName::name);
  if (found == type_names.end() || !spelled.sound) return false;
  column.type = found->type;
  column.charset = found->shape == Shape::text ? 0 : binary_collation;
  column.flags = implied_flags(*found, context, of_table);
  if (spelled.is_unsigned) column.flags |= column_flag::unsigned_;
  if (spelled.zerofill) column.flags |= column_flag::zerofill;
  column.decimals = implied_decimals(*found, context, of_table);
  column.length = spelled.is_unsigned && found->shape == Shape::integer ? found->unsigned_length
                                                                        : found->length;
  if (found->shape == Shape::decimal) {
    const std::uint32_t precision = spelled.arguments > 0 ? spelled.first : 10;
    column.decimals = static_cast<std::uint8_t>(spelled.second);
    column.length = decimal_length(precision, spelled.second, spelled.is_unsigned);
  } else if (found->shape == Shape::clock) {
    column.decimals = static_cast<std::uint8_t>(spelled.first);
    if (spelled.first > 0) column.length += spelled.first + 1;
  } else if (spelled.arguments > 0) {
    column.length = spelled.first;
    if (spelled.arguments > 1) column.decimals = static_cast<std::uint8_t>(spelled.second);
  }
  return true;
}

Document flags_document(std::uint16_t actual, std::uint16_t implied) {
  // Only causes are listed: a primary key says that it is not null and part of a key.
  std::uint16_t listed = static_cast<std::uint16_t>(actual & ~implied);
  const std::uint16_t consequences = static_cast<std::uint16_t>(
      with_consequences(listed & (column_flag::primary_key | column_flag::unique_key |
                                  column_flag::multiple_key)) &
      (column_flag::not_null | column_flag::part_key));
  const std::uint16_t missing = static_cast<std::uint16_t>((implied | consequences) & ~actual);
  listed = static_cast<std::uint16_t>(listed & ~consequences);
  Document names = Document::array();
  for (const FlagName& flag : flag_names)
    if ((listed & flag.flag) != 0) names.push_back(flag.name);
  for (const FlagName& flag : flag_names)
    if ((missing & flag.flag) != 0) names.push_back("no " + std::string(flag.name));
  return names;
}

std::uint16_t flags_from(const Document& names, std::uint16_t implied, const std::string& path,
                         std::vector<Problem>& problems) {
  std::uint16_t flags = implied;
  std::uint16_t cleared = 0;
  for (const Document& item : names) {
    const std::string text = item.is_string() ? item.get<std::string>() : "";
    const bool negated = text.starts_with("no ");
    const auto found = std::ranges::find(flag_names, std::string_view(text).substr(negated ? 3 : 0),
                                         &FlagName::name);
    if (found == flag_names.end()) {
      problems.push_back(
          {path + "/flags", "unknown column flag " + json_text(item), "not_null, primary_key, …"});
      continue;
    }
    if (negated)
      cleared |= found->flag;
    else
      flags |= found->flag;
  }
  return static_cast<std::uint16_t>(with_consequences(flags) & ~cleared);
}

void read_text(const Document& document, const char* key, std::string& text) {
  if (const auto found = document.find(key); found != document.end() && found->is_string())
    text = found->get<std::string>();
}

template <class Number>
void read_number(const Document& document, const char* key, Number& number) {
  if (const auto found = document.find(key); found != document.end() && found->is_number_integer())
    number = static_cast<Number>(found->get<std::int64_t>());
}

constexpr std::uint8_t extended_type = 0;
constexpr std::uint8_t extended_format = 1;

// {type: uuid} and {format: json}, which MariaDB tells beside the type.
Document extended_document(const std::string& extended) {
  Document document = Document::object();
  ByteReader reader(as_bytes(extended));
  while (!reader.failed() && reader.remaining() > 0) {
    const auto kind = static_cast<std::uint8_t>(reader.le(1));
    const Document text = document_of(as_text(read_lenenc_bytes(reader)));
    if (reader.failed()) break;
    if (kind == extended_type) document["type"] = text;
    if (kind == extended_format) document["format"] = text;
  }
  return document;
}

std::string extended_from(const Document& document) {
  std::vector<std::uint8_t> octets;
  ByteWriter writer(octets);
  for (const auto& [key, value] : document.items()) {
    writer.byte(key == "type" ? extended_type : extended_format);
    write_lenenc_text(writer, octets_of(value));
  }
  return std::string(as_text(octets));
}

void write_origin(const Column& column, const ColumnContext& context, Document& document) {
  const bool of_table = !column.table.empty();
  if (of_table) document["table"] = column.table;
  if (column.org_table != column.table) document["org_table"] = column.org_table;
  if (column.schema != (of_table ? context.database : "")) document["schema"] = column.schema;
  if (column.org_name != (of_table ? column.name : "")) document["org_name"] = column.org_name;
}

}  // namespace

Document column_document(const Column& column, const ColumnContext& context) {
  Document document = {{"name", column.name}};
  const bool of_table = !column.table.empty();
  const TypeName* type = type_name_of(column);
  const std::string text = type == nullptr ? fmt::format("type {}", static_cast<int>(column.type))
                                           : spell(column, *type);
  document["type"] = text;
  write_origin(column, context, document);
  Column derived;
  if (type == nullptr)
    derived.charset = binary_collation;
  else
    (void)derive(text, context, of_table, derived);
  if (derived.charset != column.charset) document["charset"] = column.charset;
  if (derived.length != column.length) document["length"] = column.length;
  if (derived.decimals != column.decimals) document["decimals"] = column.decimals;
  if (Document flags = flags_document(column.flags, derived.flags); !flags.empty())
    document["flags"] = std::move(flags);
  if (!column.extended.empty()) document["extended"] = extended_document(column.extended);
  return document;
}

Column column_from_document(const Document& document, const ColumnContext& context,
                            const std::string& path, std::vector<Problem>& problems) {
  Column column;
  if (document.is_string()) column.name = document.get<std::string>();
  if (!document.is_object()) {
    (void)derive("varchar(255)", context, false, column);
    if (!document.is_string())
      problems.push_back({path, "a column is a name or a map with `name` and `type`", ""});
    return column;
  }
  report_unknown_keys(document,
                      {"name", "type", "table", "org_table", "schema", "org_name", "charset",
                       "length", "decimals", "flags", "extended"},
                      path, problems);
  read_text(document, "table", column.table);
  const bool of_table = !column.table.empty();
  std::string type = "varchar(255)";
  read_text(document, "type", type);
  if (type.starts_with("type ")) {
    int number = 0;
    std::from_chars(type.data() + 5, type.data() + type.size(), number);
    column.type = static_cast<FieldType>(number);
    column.charset = binary_collation;
  } else if (!derive(type, context, of_table, column)) {
    problems.push_back({path + "/type", "unknown column type \"" + type + "\"",
                        "int, varchar(50), decimal(10,2), …"});
    (void)derive("varchar(255)", context, of_table, column);
  }
  read_text(document, "name", column.name);
  column.org_table = column.table;
  if (of_table) {
    column.schema = context.database;
    column.org_name = column.name;
  }
  read_text(document, "org_table", column.org_table);
  read_text(document, "schema", column.schema);
  read_text(document, "org_name", column.org_name);
  read_number(document, "charset", column.charset);
  read_number(document, "length", column.length);
  read_number(document, "decimals", column.decimals);
  if (const auto flags = document.find("flags"); flags != document.end() && flags->is_array())
    column.flags = flags_from(*flags, column.flags, path, problems);
  if (const auto extended = document.find("extended");
      extended != document.end() && extended->is_object())
    column.extended = extended_from(*extended);
  return column;
}

}  // namespace understudy::mysql
