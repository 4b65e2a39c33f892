// Functions that are told by their arguments' types: which of SQLite's stands for each, and of what
// type it is.
#include <algorithm>
#include <array>

#include "protocols/postgres/emulator/typed.hpp"

namespace understudy::postgres::emulation {
namespace {

using sql::contents::is_text;
using sql::contents::is_whole;

/// Types by letters: t text, i int4, l int8, n numeric with a scale of its own, f float8, b bytea,
/// j jsonb, o boolean, d date, a text[], u uuid, v interval.
struct Signature {
  std::string_view name;
  std::string_view arguments;
  char result;
  const char* sql;
  bool raises = false;
};

constexpr Signature signatures[] = {
    {"substring", "ti", 't', "pg_substring"},
    {"substring", "tii", 't', "pg_substring", true},
    {"substr", "ti", 't', "pg_substring"},
    {"substr", "tii", 't', "pg_substring", true},
    {"left", "ti", 't', "pg_left"},
    {"right", "ti", 't', "pg_right"},
    {"position", "tt", 'i', "pg_position"},
    {"strpos", "tt", 'i', "pg_position"},
    {"btrim", "t", 't', "pg_btrim"},
    {"btrim", "tt", 't', "pg_btrim"},
    {"ltrim", "t", 't', "pg_ltrim"},
    {"ltrim", "tt", 't', "pg_ltrim"},
    {"rtrim", "t", 't', "pg_rtrim"},
    {"rtrim", "tt", 't', "pg_rtrim"},
    {"lpad", "ti", 't', "pg_lpad"},
    {"lpad", "tit", 't', "pg_lpad"},
    {"rpad", "ti", 't', "pg_rpad"},
    {"rpad", "tit", 't', "pg_rpad"},
    {"repeat", "ti", 't', "pg_repeat"},
    {"reverse", "t", 't', "pg_reverse"},
    {"split_part", "tti", 't', "pg_split_part", true},
    {"md5", "t", 't', "pg_md5"},
    {"md5", "b", 't', "pg_md5_of_octets"},
    {"sha256", "b", 'b', "pg_sha256"},
    {"octet_length", "t", 'i', "pg_octet_length"},
    {"octet_length", "b", 'i', "pg_bytea_length"},
    {"length", "b", 'i', "pg_bytea_length"},
    {"encode", "bt", 't', "pg_encode", true},
    {"decode", "tt", 'b', "pg_decode", true},
    {"convert_to", "tt", 'b', "pg_convert_to", true},
    {"initcap", "t", 't', "pg_initcap"},
    {"translate", "ttt", 't', "pg_translate"},
    {"starts_with", "tt", 'o', "pg_starts_with"},
    {"to_hex", "i", 't', "pg_to_hex"},
    {"to_hex", "l", 't', "pg_to_hex"},
    {"ascii", "t", 'i', "pg_ascii"},
    {"chr", "i", 't', "pg_chr", true},
    {"round", "n", 'n', "pg_round"},
    {"round", "ni", 'n', "pg_round"},
    {"trunc", "n", 'n', "pg_trunc"},
    {"trunc", "ni", 'n', "pg_trunc"},
    {"ceil", "n", 'n', "pg_ceil"},
    {"ceiling", "n", 'n', "pg_ceil"},
    {"floor", "n", 'n', "pg_floor"},
    {"sign", "n", 'n', "pg_decimal_sign"},
    {"mod", "nn", 'n', "pg_decimal_remainder", true},
    {"round", "f", 'f', "pg_float_round"},
    {"ceil", "f", 'f', "pg_float_ceil"},
    {"ceiling", "f", 'f', "pg_float_ceil"},
    {"floor", "f", 'f', "pg_float_floor"},
    {"trunc", "f", 'f', "pg_float_trunc"},
    {"sqrt", "f", 'f', "pg_sqrt", true},
    {"power", "ff", 'f', "pg_power", true},
    {"pow", "ff", 'f', "pg_power", true},
    {"make_date", "iii", 'd', "pg_make_date", true},
    {"string_to_array", "tt", 'a', "pg_string_to_array"},
    {"string_to_array", "ttt", 'a', "pg_string_to_array"},
    {"jsonb_typeof", "j", 't', "pg_json_typeof"},
    {"json_typeof", "J", 't', "pg_json_typeof"},
    {"jsonb_array_length", "j", 'i', "pg_json_array_length", true},
    {"json_array_length", "J", 'i', "pg_json_array_length", true},
    {"jsonb_strip_nulls", "j", 'j', "pg_json_strip"},
    {"jsonb_set", "jaj", 'j', "pg_json_set", true},
    {"jsonb_set", "jajo", 'j', "pg_json_set", true},
    {"jsonb_extract_path_text", "jt", 't', "pg_json_get_text"},
    {"jsonb_extract_path", "jt", 'j', "pg_json_get"},
};

ColumnType type_of_letter(char letter) {
  switch (letter) {
    case 't':
      return {TypeKind::text};
    case 'i':
      return {TypeKind::int4};
    case 'l':
      return {TypeKind::int8};
    case 'n':
      return {.kind = TypeKind::numeric, .scale = ColumnType::own_scale};
    case 'f':
      return {TypeKind::float8};
    case 'b':
      return {TypeKind::bytea};
    case 'j':
      return {TypeKind::jsonb};
    case 'J':
      return {TypeKind::json};
    case 'o':
      return {TypeKind::boolean};
    case 'd':
      return {TypeKind::date};
    case 'a': {
      ColumnType type{TypeKind::array};
      type.element = TypeKind::text;
      return type;
    }
    default:
      return {};
  }
}

/// Whether a value of that type is taken without anybody saying so.
bool takes(char letter, const ColumnType& type) {
  switch (letter) {
    case 't':
      return is_text(type.kind);
    case 'i':
      return type.kind == TypeKind::int4 || type.kind == TypeKind::int2;
    case 'l':
      return type.kind == TypeKind::int8;
    case 'n':
      return type.kind == TypeKind::numeric;
    case 'a':
      return type.kind == TypeKind::array && type.element == TypeKind::text;
    default:
      return type_of_letter(letter).kind == type.kind;
  }
}

bool fits(const Signature& signature, const std::string& name, const std::vector<Typed>& values) {
  if (signature.name != name || signature.arguments.size() != values.size()) return false;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (values[i].untyped == Untyped::no && !takes(signature.arguments[i], values[i].type))
      return false;
  return true;
}

}  // namespace

/// Nothing where no such function is known.
std::optional<Typed> Translator::by_signature(const tree::Call& call, std::vector<Typed> values) {
  const std::string& name = call.name.name;
  const auto suits = [&](const Signature& each) { return fits(each, name, values); };
  const auto found = std::ranges::find_if(signatures, suits);
  if (found == std::end(signatures)) return std::nullopt;
  const bool typed_one =
      std::ranges::any_of(values, [](const Typed& each) { return each.untyped == Untyped::no; });
  // Of values without a type the server takes the first for text, where it has a choice.
  const bool one = std::ranges::count_if(signatures, suits) == 1;
  if (!one || (!typed_one && found->arguments.front() != 't'))
    throw Unsure{"which function " + name + " is meant"};
  const bool of_pattern = name == "substring" && values[1].untyped != Untyped::no;
  if (of_pattern) throw Unsure{"which function substring is meant"};
  std::vector<std::string> list;
  bool bytewise = false, sure = true, written_out = true;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const char letter = found->arguments[i];
    Typed& value = values[i];
    bytewise = bytewise || value.type.bytewise;
    if (letter == 'n' && value.untyped != Untyped::no) throw Unsure{"a number without a scale"};
    value = coerced(std::move(value), type_of_letter(letter));
    sure = sure && !value.soft;
    if (letter == 'i')
      written_out = written_out && value.range && value.range->low == value.range->high &&
                    value.range->low > 0;
    list.push_back(letter == 'n' ? as_decimal(value) : value.sql);
  }
  static constexpr std::array<std::string_view, 3> of_counts = {"substring", "substr",
                                                                "split_part"};
  const bool counts = std::ranges::find(of_counts, name) != of_counts.end();
  if (found->raises && !(counts && written_out)) may_raise("a function");
  ColumnType type = type_of_letter(found->result);
  if (found->result == 't') type.bytewise = bytewise;
  return typed(std::string(found->sql) + "(" + joined(list, ", ") + ")", type);
}

// ---- functions of any types ----

Typed Translator::concatenated(const tree::Call& call, std::vector<Typed> values) {
  const bool separated = call.name.name == "concat_ws";
  std::vector<std::string> list;
  for (std::size_t i = 0; i < values.size(); ++i) {
    Typed& value = values[i];
    if (value.untyped != Untyped::no || (separated && i == 0)) value = as_text(std::move(value));
    list.push_back(text_of(value));
  }
  if (list.empty()) throw Unsure{"the function " + call.name.name};
  return typed((separated ? "pg_concat_ws(" : "pg_concat(") + joined(list, ", ") + ")",
               {TypeKind::text});
}

Typed Translator::extreme(const tree::Call& call, std::vector<Typed> values) {
  ColumnType type;
  bool soft = false;
  require_one_length(values);
  make_alike(values, type, soft);
  if (!sql::contents::is_comparable(type) || type.kind == TypeKind::array)
    throw Unsure{"the function " + call.name.name};
  std::vector<std::string> list;
  for (Typed& value : values) {
    if (value.sql == "NULL") value.type = type;
    list.push_back(value.sql == "NULL" ? value.sql : ordered(value));
  }
  if (list.size() == 1) list.push_back("NULL");
  return typed("pg_" + call.name.name + "(" + joined(list, ", ") + ")", type, soft);
}

Typed Translator::remainder(const tree::Call&, std::vector<Typed> values) {
  if (values.size() != 2) throw Unsure{"the function mod"};
  return arithmetic(tree::Operator::modulo, std::move(values[0]), std::move(values[1]));
}

// ---- JSON ----

Typed Translator::json_made(const tree::Call& call, std::vector<Typed> values) {
  const std::string& name = call.name.name;
  const bool binary = name.starts_with("jsonb"), object = name.ends_with("object");
  std::vector<std::string> list;
  if (object && values.size() % 2 != 0) throw Unsure{"the function " + name};
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool is_key = object && i % 2 == 0;
    if (is_key && values[i].untyped == Untyped::no && !is_text(values[i].type.kind) &&
        !is_whole(values[i].type.kind))
      throw Unsure{"a name of JSON of this type"};
    const auto [kind, text] = json_of(values[i]);
    list.push_back(kind);
    list.push_back(text);
  }
  if (object) may_raise("a name of JSON that is NULL");
  return typed(std::string(binary ? "pg_jsonb_" : "pg_json_") + (object ? "object(" : "array(") +
                   joined(list, ", ") + ")",
               {binary ? TypeKind::jsonb : TypeKind::json});
}

Typed Translator::to_json(const tree::Call& call, std::vector<Typed> values) {
  if (values.size() != 1 || values[0].untyped != Untyped::no)
    throw Unsure{"the function " + call.name.name};
  const bool binary = call.name.name == "to_jsonb";
  const auto [kind, text] = json_of(values[0]);
  const std::string json = kind == "'q'" ? "pg_json_quoted(" + text + ")" : text;
  const ColumnType type{binary ? TypeKind::jsonb : TypeKind::json};
  return typed(binary ? "pg_read_jsonb(" + json + ")" : json, type);
}

// ---- arrays ----

Typed Translator::of_array(const tree::Call& call, std::vector<Typed> values) {
  const std::string& name = call.name.name;
  const bool element_first = name == "array_prepend";
  const std::size_t at = element_first ? 1 : 0;
  if (values.size() <= at || values[at].untyped != Untyped::no ||
      values[at].type.kind != TypeKind::array)
    throw Unsure{"the function " + name};
  const ColumnType array = values[at].type, element = element_type(array);
  std::vector<std::string> list;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i == at) {
      list.push_back(values[i].sql);
    } else if (name == "array_length") {
      values[i] = coerced(std::move(values[i]), {TypeKind::int4});
      if (!is_whole(values[i].type.kind)) throw Unsure{"the function " + name};
      list.push_back(values[i].sql);
    } else if (name == "array_cat") {
      values[i] = coerced(std::move(values[i]), array);
      if (values[i].type.kind != TypeKind::array || values[i].type.element != array.element)
        throw Unsure{"arrays of two types"};
      list.push_back(values[i].sql);
    } else if (name == "array_to_string") {
      list.push_back(as_text(std::move(values[i])).sql);
    } else {
      list.push_back(as_element(std::move(values[i]), element));
    }
  }
  static const std::map<std::string_view, std::size_t> known = {
      {"array_append", 2}, {"array_prepend", 2}, {"array_cat", 2},
      {"array_remove", 2}, {"array_replace", 3}, {"array_position", 2},
      {"array_length", 2}, {"cardinality", 1},   {"array_to_string", 2}};
  const auto found = known.find(name);
  const bool text = name == "array_to_string";
  if (found == known.end() || (list.size() != found->second && !(text && list.size() == 3)))
    throw Unsure{"the function " + name};
  const bool comparing =
      name == "array_remove" || name == "array_replace" || name == "array_position";
  if (comparing && !sql::contents::is_comparable(array)) throw Unsure{"an array of this type"};
  ColumnType type = array;
  type.length = 0;
  if (name == "array_length" || name == "cardinality" || name == "array_position")
    type = {TypeKind::int4};
  if (text) type = {TypeKind::text};
  return typed("pg_" + name + "(" + joined(list, ", ") + ")", type);
}

/// A value as the text of an element.
std::string Translator::as_element(Typed value, const ColumnType& element) {
  if (value.untyped != Untyped::no && element.scale == ColumnType::own_scale)
    throw Unsure{"a numeric in an array"};
  value = coerced(std::move(value), element);
  const bool alike = value.type.kind == element.kind ||
                     (is_whole(value.type.kind) && is_whole(element.kind)) ||
                     (is_text(value.type.kind) && is_text(element.kind));
  if (!alike) throw Unsure{"an element of another type"};
  if (is_whole(element.kind) &&
      static_cast<int>(value.type.kind) > static_cast<int>(element.kind) && !value.bound)
    throw Unsure{"an element of a wider type"};
  value.soft = false;
  return text_of(value);
}

Typed Translator::node(const tree::Collection& collection, const Scope& scope) {
  if (collection.kind != tree::Collection::Kind::array) throw Unsure{"a row of values"};
  std::vector<Typed> values;
  for (const tree::Expression& each : collection.elements)
    values.push_back(expression(each, scope));
  if (values.empty()) throw Unsure{"an array of nothing"};
  ColumnType type;
  bool soft = false;
  make_alike(values, type, soft);
  if (soft || type.kind == TypeKind::array) throw Unsure{"an array of parameters"};
  std::vector<std::string> list;
  for (Typed& value : values) {
    value.type.length = 0;
    list.push_back(value.sql == "NULL" ? value.sql : text_of(value));
  }
  return typed("pg_array(" + joined(list, ", ") + ")", array_of(type));
}

Typed Translator::node(const tree::Access& access, const Scope& scope) {
  if (!access.field.empty() || access.subscripts.empty()) throw Unsure{"a field of a value"};
  const Typed array = expression(*access.operand, scope);
  std::vector<std::string> list = {array.sql};
  for (const tree::Expression& each : access.subscripts) {
    const Typed index = coerced(expression(each, scope), {TypeKind::int4});
    if (!is_whole(index.type.kind)) throw Unsure{"a subscript that is no number"};
    list.push_back(index.sql);
  }
  if (array.untyped != Untyped::no || array.type.kind != TypeKind::array ||
      access.slice != (access.subscripts.size() == 2))
    throw Unsure{"a subscript of this value"};
  ColumnType whole = array.type;
  whole.length = 0;
  if (access.slice) return typed("pg_slice(" + joined(list, ", ") + ")", whole);
  return typed(from_text(whole.element, "pg_element(" + joined(list, ", ") + ")"),
               element_type(whole));
}

/// ARRAY(query)
Typed Translator::array_of_query(const tree::SubQuery& query, const Scope& scope) {
  if (query.query->limit || query.query->offset)
    throw Unsure{"an array of a query that is cut off"};
  const Selected inner = selected(*query.query, &scope, false, true);
  if (inner.columns.size() != 1 || inner.columns.front().soft) throw Unsure{"an array of rows"};
  Typed value = typed("o0", inner.columns.front().type);
  std::string how = "a", keys;
  for (std::size_t i = 0; i < query.query->order.size(); ++i) {
    const tree::OrderItem& item = query.query->order[i];
    using Nulls = tree::OrderItem::Nulls;
    const bool first =
        item.nulls == Nulls::unspecified ? item.descending : item.nulls == Nulls::first;
    how += item.descending ? "d" : "a";
    how += first ? "f" : "l";
    keys += ", k" + std::to_string(i);
  }
  const std::string gathered = "pg_array_agg('" + how + "', " + text_of(value) + keys + ")";
  return typed("(SELECT coalesce(" + gathered + ", '{}') FROM (" + inner.sql + "))",
               array_of(value.type));
}

}  // namespace understudy::postgres::emulation
