// Functions by their names, and aggregates.
#include <limits>
#include <set>

#include "protocols/mysql/emulator/translator.hpp"
#include "protocols/sql/emulator/typed.hpp"

namespace understudy::mysql::emulation {
namespace {

using sql::contents::is_text;
using sql::contents::is_whole;
using sql::emulator::joined;
using sql::emulator::typed;

constexpr ColumnType count_type{.kind = TypeKind::int8, .length = 8};
/// What AVG shows beyond the digits of its numbers (div_precision_increment).
constexpr std::int32_t further_digits = 4;

std::string power_of_ten(std::int32_t digits) {
  return "1" + std::string(static_cast<std::size_t>(digits), '0');
}

Typed text_of(std::string sql, ColumnType type) {
  type.kind = TypeKind::text;
  type.enumeration = nullptr;
  type.scale = 0;
  type.length = std::numeric_limits<std::int32_t>::max();
  return typed("(" + sql + " COLLATE " + std::string(name_of(type.comparison)) + ")", type);
}

}  // namespace

Typed Translator::aggregate(const tree::Call& call, const Scope& scope) {
  if (grouped_ == nullptr || in_aggregate_) throw Unsure{"an aggregate here"};
  if (!call.order.empty() || !call.words.empty()) throw Unsure{"this aggregate"};
  const std::string& name = call.name.name;
  if (call.star && name == "count") return typed("count(*)", count_type);
  if (call.arguments.size() != 1) throw Unsure{"this aggregate"};
  in_aggregate_ = true;
  Typed value = expression(call.arguments.front(), scope);
  in_aggregate_ = false;
  if (name == "count" && value.untyped == Untyped::slot && !call.distinct) {
    value = coerced(std::move(value), count_type);
    return typed("count(" + value.sql + ")", count_type);
  }
  if (value.untyped != Untyped::no) throw Unsure{"a value without a type"};
  const TypeKind kind = value.type.kind;
  const bool ordered_otherwise = (name == "min" || name == "max") &&
                                 (kind == TypeKind::uuid || value.type.enumeration != nullptr);
  if (kind == TypeKind::opaque || kind == TypeKind::json || ordered_otherwise)
    throw Unsure{"an aggregate of this type"};
  const std::string distinct = call.distinct ? "DISTINCT " : "";
  const std::int32_t scale = kind == TypeKind::numeric ? value.type.scale : 0;
  const bool exact = kind == TypeKind::numeric || is_whole(kind) || kind == TypeKind::boolean;
  if (name == "count") return typed("count(" + distinct + value.sql + ")", count_type);
  if (name == "sum" && exact)
    return typed("sum(" + distinct + value.sql + ")", {.kind = TypeKind::numeric, .scale = scale});
  if (name == "avg" && exact && !call.distinct)
    return typed("rounded_quotient(whole_product(sum(" + value.sql + "), " +
                     power_of_ten(further_digits) + "), count(" + value.sql + "))",
                 {.kind = TypeKind::numeric, .scale = scale + further_digits});
  if (name != "min" && name != "max") throw Unsure{"the aggregate " + name};
  if (!is_text(kind)) return typed(name + "(" + value.sql + ")", value.type);
  const bool known = value.type.comparison == Comparison::padded ||
                     (value.type.comparison == Comparison::folded && !value.type.plain_order);
  return text_of(name + "(" + (known ? told_apart(value) : "plain(" + value.sql + ")") + ")",
                 value.type);
}

Typed Translator::node(const tree::Call& call, const Scope& scope) {
  const std::string& name = call.name.name;
  if (!call.name.schema.empty() || call.over || call.filter || !call.argument_names.empty())
    throw Unsure{"the function " + name};
  static const std::set<std::string_view> aggregate_names = {"count", "sum", "min", "max", "avg"};
  if (aggregate_names.contains(name)) return aggregate(call, scope);
  if (call.star || call.distinct || !call.order.empty() || !call.words.empty())
    throw Unsure{"the function " + name};
  if ((name == "values" || name == "value") && met_ != nullptr && call.arguments.size() == 1) {
    const auto* column = call.arguments.front().as<tree::Column>();
    if (column == nullptr) throw Unsure{"VALUES of this kind"};
    return inserted(column->name());
  }
  if ((name == "database" || name == "schema") && call.arguments.empty()) return database_in_use();
  if (name == "version" && call.arguments.empty() && !mysql_.version.empty())
    return text_in_names(mysql_.version);
  std::vector<Typed> values;
  if (name == "if" && call.arguments.size() == 3) {
    const std::string test = condition(call.arguments[0], scope).sql;
    for (std::size_t i = 1; i < 3; ++i) values.push_back(expression(call.arguments[i], scope));
    ColumnType type;
    make_alike(values, type);
    const std::string sql =
        "(CASE WHEN " + test + " THEN " + values[0].sql + " ELSE " + values[1].sql + " END)";
    return is_text(type.kind) ? text_of(sql, type) : typed(sql, type, true);
  }
  for (const tree::Expression& each : call.arguments) values.push_back(expression(each, scope));
  return function(call, std::move(values));
}

Typed Translator::function(const tree::Call& call, std::vector<Typed> values) {
  const std::string& name = call.name.name;
  const auto is_typed = [&](std::size_t at) {
    return at < values.size() && values[at].untyped == Untyped::no;
  };
  if ((name == "coalesce" || name == "ifnull") && values.size() > 1) {
    ColumnType type;
    make_alike(values, type);
    std::vector<std::string> parts;
    for (const Typed& value : values) parts.push_back(value.sql);
    const std::string sql = "coalesce(" + joined(parts, ", ") + ")";
    return is_text(type.kind) ? text_of(sql, type) : typed(sql, type, true);
  }
  static const std::set<std::string_view> lengths = {"length", "octet_length", "char_length",
                                                     "character_length"};
  if (values.size() == 1 && is_typed(0) && values[0].type.kind == TypeKind::bytea &&
      lengths.contains(name))
    return typed("length(CAST(" + values[0].sql + " AS BLOB))", count_type);
  if (values.size() == 1 && is_typed(0) && is_text(values[0].type.kind)) {
    const Typed& text = values[0];
    if (name == "char_length" || name == "character_length")
      return typed("length(" + text.sql + ")", count_type);
    if (name == "length" || name == "octet_length")
      return typed("length(CAST(" + text.sql + " AS BLOB))", count_type);
    if (name == "lower" || name == "lcase")
      return text_of("lower(ascii(" + text.sql + "))", text.type);
    if (name == "upper" || name == "ucase")
      return text_of("upper(ascii(" + text.sql + "))", text.type);
  }
  if (name == "json_valid" && is_typed(0) && values[0].type.kind == TypeKind::json)
    return truth("(1)");
  if (name == "concat" && is_typed(0) && is_text(values[0].type.kind)) {
    const ColumnType type = values[0].type;
    std::vector<std::string> parts;
    for (Typed& value : values) {
      value = coerced(std::move(value), type, true);
      if (!is_text(value.type.kind) || value.type.comparison != type.comparison ||
          value.type.collation != type.collation)
        throw Unsure{"a text of several kinds"};
      parts.push_back(value.sql);
    }
    return text_of("(" + joined(parts, " || ") + ")", type);
  }
  throw Unsure{"the function " + name};
}

}  // namespace understudy::mysql::emulation
