// Expressions and their operators.
#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "protocols/mysql/emulator/translator.hpp"
#include "protocols/sql/emulator/decimals.hpp"
#include "protocols/sql/emulator/typed.hpp"

namespace understudy::mysql::emulation {
namespace {

using sql::contents::is_text;
using sql::contents::is_whole;
using sql::emulator::is_comparison;
using sql::emulator::is_order;
using sql::emulator::joined;
using sql::emulator::spelled;
using sql::emulator::typed;
using tree::Operator;

constexpr ColumnType truth_type{TypeKind::boolean};
constexpr ColumnType whole_type{.kind = TypeKind::int8, .length = 8};
/// No sum or product of two of them runs over.
constexpr std::int64_t far = 1'000'000'000'000'000;

bool is_whole_or_truth(const ColumnType& type) {
  return is_whole(type.kind) || type.kind == TypeKind::boolean;
}

/// An ENUM is sorted by where its label stands.
std::string place_of_label(const Typed& value) {
  std::string sql = "(CASE " + value.sql;
  int place = 0;
  for (const std::string& label : value.type.enumeration->labels) {
    sql += " WHEN '";
    for (const char c : label) sql += c == '\'' ? "''" : std::string(1, c);
    sql += "' THEN " + std::to_string(++place);
  }
  return sql + " END)";
}

/// Those of RFC 4122 of the versions 1 to 5 are sorted by their last part first; of others it
/// depends on the version of the server.
std::string order_of_uuid(const std::string& sql) {
  const auto part = [&](const char* at) { return "substr(" + sql + ", " + at + ")"; };
  return "(CASE WHEN " + sql + " IS NULL THEN NULL WHEN " + part("15, 1") +
         " IN ('1', '2', '3', '4', '5') AND " + part("20, 1") + " IN ('8', '9', 'a', 'b') THEN " +
         part("25, 12") + " || " + part("20, 4") + " || " + part("15, 4") + " || " + part("10, 4") +
         " || " + part("1, 8") + " ELSE within(0, 1, 1) END)";
}

/// Sure where no row is asked for it, as of a table that has none.
std::string of_no_row(const Typed& value) {
  return "within(length(" + value.sql + ") * 0, 1, 1)";
}

bool is_typed_text(const Typed& value) {
  return value.untyped == Untyped::no && is_text(value.type.kind);
}

/// Of its labels nothing is left where a text is made of it.
ColumnType without_labels(ColumnType type) {
  type.enumeration = nullptr;
  return type;
}

/// Whether equal values of both are kept alike.
bool kept_alike(const ColumnType& a, const ColumnType& b) {
  if (is_whole_or_truth(a) || is_text(a.kind))
    return is_text(a.kind)
               ? is_text(b.kind) && a.comparison == b.comparison && a.collation == b.collation
               : is_whole_or_truth(b);
  return a.kind == b.kind && a.kind != TypeKind::json && a.kind != TypeKind::opaque &&
         (a.kind != TypeKind::numeric || a.scale == b.scale);
}

Typed at_scale(Typed value, std::int32_t scale) {
  if (value.type.kind != TypeKind::numeric) value.type.scale = 0;
  if (value.type.scale < scale)
    value.sql = "scaled(" + value.sql + ", " + std::to_string(scale - value.type.scale) + ")";
  value.type = {.kind = TypeKind::numeric, .scale = scale};
  return value;
}

}  // namespace

// ---- values ----

Typed Translator::node(const tree::Expression& expression, const Scope& scope) {
  const auto make = [&](const auto& each) -> Typed {
    using Node = std::remove_cvref_t<decltype(each)>;
    if constexpr (std::is_same_v<Node, tree::Parameter>) {
      Typed value;
      value.untyped = Untyped::slot;
      value.slot = each.index;
      value.soft = true;
      return value;
    } else if constexpr (std::is_same_v<Node, tree::Literal>) {
      return node(each);
    } else if constexpr (std::is_same_v<Node, tree::Column>) {
      // `new.c` of VALUES (…) AS new
      const bool of_row = inserting_ != nullptr && each.path.size() == 2 &&
                          !inserting_->row_alias.empty() &&
                          each.path.front() == inserting_->row_alias;
      return of_row ? inserted(each.name()) : this->column(each, scope);
    } else if constexpr (requires { node(each, scope); }) {
      return node(each, scope);
    } else {
      throw Unsure{"this kind of expression"};
    }
  };
  return std::visit(make, expression.node);
}

Typed Translator::node(const tree::Literal& literal) {
  Typed value;
  if (!literal.charset.empty()) throw Unsure{"a literal with a character set"};
  switch (literal.kind) {
    case tree::Literal::Kind::null:
      value.untyped = Untyped::null;
      return value;
    case tree::Literal::Kind::boolean:
      return typed(literal.text == "true" ? "1" : "0", whole_type);
    case tree::Literal::Kind::string:
      value.untyped = Untyped::text;
      value.text = literal.text;
      return value;
    case tree::Literal::Kind::number: {
      const auto datum = mysql_.read_value(whole_type, sql::ValueClass::number, literal.text);
      if (!datum) return fraction(literal.text);
      const std::int64_t number = std::get<std::int64_t>(*datum);
      value = typed("(" + std::to_string(number) + ")", whole_type);
      value.range = Typed::Range{number, number};
      return value;
    }
    case tree::Literal::Kind::bits:
      break;
  }
  throw Unsure{"bit strings"};
}

/// `1.50` is a DECIMAL, `1e0` a DOUBLE.
Typed Translator::fraction(const std::string& text) {
  constexpr std::int32_t most_digits = 15;
  ColumnType type{.kind = TypeKind::numeric, .length = most_digits};
  type.scale = sql::emulator::scale_of(text);
  if (text.find_first_of("eE") != std::string::npos) type = {TypeKind::float8};
  const auto datum = mysql_.read_value(type, sql::ValueClass::number, text);
  if (!datum) throw Unsure{"the number " + text};
  type.length = 0;
  return typed("(" + std::to_string(std::get<std::int64_t>(*datum)) + ")", type);
}

Typed Translator::coerced(Typed value, ColumnType type, bool compared) {
  if (value.untyped == Untyped::no) return value;
  if (type.kind == TypeKind::json) throw Unsure{"a value of this type"};
  if (type.kind == TypeKind::boolean) type = whole_type;
  Bound bound;
  bound.type = type;
  bound.compared = compared;
  // What it is compared with may be beyond the column.
  if (compared && is_whole(type.kind)) bound.type = whole_type;
  if (compared && is_text(type.kind)) {
    bound.type = without_labels(bound.type);
    bound.type.length = std::numeric_limits<std::int32_t>::max();
    bound.type.scale = 0;
  }
  if (compared && type.kind == TypeKind::numeric) bound.type.length = 15;
  // Of a moment all digits count there.
  constexpr std::int32_t most_decimals = 6;
  if (compared && (type.kind == TypeKind::timestamp || type.kind == TypeKind::timestamptz))
    bound.type.scale = most_decimals;
  if (compared && type.kind == TypeKind::float8) bound.type.length = 0;  // a FLOAT is a DOUBLE here
  if (value.untyped == Untyped::slot) {
    bound.slot = value.slot;
    value.sql = bind(std::move(bound));
    value.bound = bounds_.size() - 1;
  } else if (value.untyped == Untyped::null) {
    value.sql = "NULL";
  } else {
    auto datum = type.kind == TypeKind::opaque
                     ? std::optional(Datum(value.text))
                     : mysql_.read_value(bound.type, sql::ValueClass::string, value.text);
    if (!datum) throw Unsure{"the literal '" + value.text + "'"};
    bound.constant = std::move(*datum);
    value.sql = bind(std::move(bound));
  }
  value.untyped = Untyped::no;
  value.type = compared && is_text(type.kind) ? without_labels(type) : type;
  return value;
}

Typed Translator::truth(std::string sql) const {
  return typed(std::move(sql), truth_type);
}

/// Shown as it was written: of which type it is the request alone tells.
Typed Translator::as_output(Typed value) {
  if (value.untyped == Untyped::no) return value;
  if (value.untyped == Untyped::null) return typed("NULL", {TypeKind::opaque});
  return coerced(std::move(value), {TypeKind::opaque});
}

Typed Translator::condition(const tree::Expression& expression, const Scope& scope) {
  Typed value = this->expression(expression, scope);
  if (value.untyped == Untyped::slot) value = coerced(std::move(value), whole_type);
  if (value.untyped != Untyped::no) throw Unsure{"a condition that is written out"};
  if (value.type.kind == TypeKind::boolean) return value;
  if (!is_whole(value.type.kind) && value.type.kind != TypeKind::numeric)
    throw Unsure{"a condition that is no number"};
  return truth("(" + value.sql + " <> 0)");
}

std::string Translator::ordered(const Typed& value) const {
  if (value.type.kind == TypeKind::opaque || value.type.kind == TypeKind::json)
    throw Unsure{"the order of this type"};
  if (holds_several(value.type)) throw Unsure{"the order of this type"};
  if (value.type.kind == TypeKind::uuid) return order_of_uuid(value.sql);
  if (!is_text(value.type.kind)) return value.sql;
  if (value.type.enumeration != nullptr) return place_of_label(value);
  switch (value.type.comparison) {
    case Comparison::folded:
      return value.type.plain_order ? "plain(lower(" + value.sql + "))"
                                    : "folded_text(" + value.sql + ")";
    case Comparison::alike:
      return "plain(" + value.sql + ")";
    case Comparison::padded:
    case Comparison::octets:
      break;
  }
  return value.sql;
}

std::string Translator::told_apart(const Typed& value) const {
  const bool folds = is_text(value.type.kind) && value.type.comparison == Comparison::folded;
  return folds ? "(" + value.sql + " COLLATE alike)" : value.sql;
}

std::optional<std::string> Translator::name_of_output(const tree::Expression& expression) const {
  const auto* column = expression.as<tree::Column>();
  // Of anything else it is as it was written, which the recording tells.
  return column != nullptr ? column->name() : std::string();
}

bool Translator::unites(const ColumnType& a, const ColumnType& b) const {
  return a == b && !(is_text(a.kind) && a.comparison == Comparison::folded);
}

/// InnoDB keeps rows by their primary key.
std::string Translator::place_of(const tree::Name& name, const std::string& alias) {
  const Definition& definition = *table(name).definition;
  for (const auto& key : definition.keys)
    if (key.primary) {
      std::string list;
      for (const std::size_t each : key.columns)
        list += (list.empty() ? "" : ", ") + alias + "." + definition.sql_column(each);
      return list;
    }
  return alias + ".rowid";
}

void Translator::check_query(const tree::Query& query) const {
  for (const tree::Locking& each : query.locking)
    if (each.strength == tree::Locking::Strength::share && !each.of.empty())
      throw Unsure{"a lock of some tables"};
}

void Translator::read_column(const ScopeColumn& column) {
  if (column.origin && assigned_.contains(*column.origin))
    throw Unsure{"a column that has another value already"};
  sql::emulator::Translator::read_column(column);
}

// ---- operators ----

Typed Translator::compare(Operator op, Typed left, Typed right) {
  if (left.untyped != Untyped::no && right.untyped != Untyped::no)
    throw Unsure{"two values without a type"};
  left = coerced(std::move(left), right.type, true);
  right = coerced(std::move(right), left.type, true);
  const bool numbers = (is_whole_or_truth(left.type) || left.type.kind == TypeKind::numeric) &&
                       (is_whole_or_truth(right.type) || right.type.kind == TypeKind::numeric);
  if (numbers && (left.type.kind == TypeKind::numeric || right.type.kind == TypeKind::numeric)) {
    const std::int32_t scale = std::max(left.type.scale, right.type.scale);
    left = at_scale(std::move(left), scale);
    right = at_scale(std::move(right), scale);
  }
  if (left.bound || right.bound) {
    if (is_text(left.type.kind)) right.type.comparison = left.type.comparison;
  }
  if (is_typed_text(left) && right.type.kind == TypeKind::float8 && !right.bound)
    return truth(of_no_row(left));
  if (!kept_alike(left.type, right.type)) throw Unsure{"a comparison of two types"};
  if (auto names = compare_names(op, left, right)) return *std::move(names);
  const bool collated = left.type.collation != 0 && left.type.collation == right.type.collation;
  if (is_text(left.type.kind) && !left.bound && !right.bound && !collated)
    throw Unsure{"a comparison of two collations"};
  if (is_order(op) && (left.type.kind == TypeKind::uuid || right.type.kind == TypeKind::uuid))
    throw Unsure{"the order of this type"};
  left.type = without_labels(left.type);
  right.type = without_labels(right.type);
  const bool order = is_order(op) && is_text(left.type.kind);
  // Texts of a known order are compared in it as they are.
  const bool as_it_is = !order ||
                        (left.type.comparison == Comparison::folded && !left.type.plain_order) ||
                        left.type.comparison == Comparison::padded;
  const std::string a = as_it_is ? left.sql : ordered(left);
  right.type.plain_order = left.type.plain_order;
  const std::string b = as_it_is ? right.sql : ordered(right);
  std::string collation;
  if (as_it_is && is_text(left.type.kind) && left.type.comparison != Comparison::octets)
    collation = " COLLATE " + std::string(name_of(left.type.comparison));
  return truth("(" + a + " " + spelled(op) + " " + b + collation + ")");
}

Typed Translator::logic(const tree::Operation& operation, const Scope& scope) {
  std::vector<std::string> parts;
  for (const tree::Expression& each : operation.operands)
    parts.push_back(condition(each, scope).sql);
  if (operation.op == Operator::not_) return truth("(NOT " + parts.front() + ")");
  return truth("(" + joined(parts, operation.op == Operator::or_ ? " OR " : " AND ") + ")");
}

Typed::Range Translator::range_of(Typed& value) {
  if (value.range) return *value.range;
  if (value.type.kind == TypeKind::boolean) return {0, 1};
  if (value.type.length < 8) {
    const Limits limits = limits_of(value.type);
    return {limits.low, limits.high};
  }
  value.sql =
      "within(" + value.sql + ", " + std::to_string(-far) + ", " + std::to_string(far) + ")";
  return {-far, far};
}

Typed Translator::arithmetic(Operator op, Typed left, Typed right) {
  // A text is a number by what it begins with, with a warning.
  const auto is_floating = [](const Typed& value) {
    return is_typed_text(value) ||
           (value.untyped == Untyped::no && value.type.kind == TypeKind::float8);
  };
  if (is_floating(left) || is_floating(right))
    return typed(of_no_row(is_floating(left) ? left : right), {TypeKind::float8});
  if (left.untyped != Untyped::no && right.untyped != Untyped::no)
    throw Unsure{"two values without a type"};
  const bool soft = left.soft || right.soft;
  const auto counts = [](const Typed& each) {
    return is_whole_or_truth(each.type) || each.type.kind == TypeKind::numeric;
  };
  const bool bound = left.untyped != Untyped::no || right.untyped != Untyped::no;
  const ColumnType other = left.untyped == Untyped::no ? left.type : right.type;
  const ColumnType given = is_whole_or_truth(other) ? whole_type : other;
  left = coerced(std::move(left), given);
  right = coerced(std::move(right), given);
  if (!counts(left) || !counts(right)) throw Unsure{"arithmetic with what is no number"};
  if (left.type.kind == TypeKind::numeric || right.type.kind == TypeKind::numeric) {
    if (bound && op == Operator::multiply) throw Unsure{"a product with a value of the request"};
    Typed result = numeric_arithmetic(op, std::move(left), std::move(right));
    result.soft = soft;
    return result;
  }
  const bool is_unsigned = left.type.is_unsigned || right.type.is_unsigned;
  const Typed::Range a = range_of(left), b = range_of(right);
  __extension__ typedef __int128 Wide;  // wider than all types that are calculated with
  Wide low = 0, high = 0;
  if (op == Operator::add) {
    low = Wide{a.low} + b.low, high = Wide{a.high} + b.high;
  } else if (op == Operator::subtract) {
    low = Wide{a.low} - b.high, high = Wide{a.high} - b.low;
  } else if (op == Operator::multiply) {
    const Wide ends[] = {Wide{a.low} * b.low, Wide{a.low} * b.high, Wide{a.high} * b.low,
                         Wide{a.high} * b.high};
    low = *std::ranges::min_element(ends), high = *std::ranges::max_element(ends);
  } else {
    throw Unsure{"this operator between numbers"};
  }
  constexpr Wide most = std::numeric_limits<std::int64_t>::max();
  if (low < -most || high > most) throw Unsure{"a number that may leave its type"};
  ColumnType type = whole_type;
  type.is_unsigned = is_unsigned;
  Typed result = typed("(" + left.sql + " " + spelled(op) + " " + right.sql + ")", type, soft);
  if (is_unsigned && low < 0) {
    // The server refuses what would be below 0.
    low = 0;
    result.sql =
        "within(" + result.sql + ", 0, " + std::to_string(static_cast<std::int64_t>(high)) + ")";
  }
  result.range = Typed::Range{static_cast<std::int64_t>(low), static_cast<std::int64_t>(high)};
  return result;
}

Typed Translator::numeric_arithmetic(Operator op, Typed left, Typed right) {
  std::int32_t scale = std::max(left.type.scale, right.type.scale);
  if (op == Operator::multiply) {
    const std::int32_t of_left = left.type.scale, of_right = right.type.scale;
    scale = of_left + of_right;
    left = at_scale(std::move(left), of_left);
    right = at_scale(std::move(right), of_right);
  } else {
    left = at_scale(std::move(left), scale);
    right = at_scale(std::move(right), scale);
  }
  constexpr std::int32_t most = 12;
  const char* const function = op == Operator::add        ? "whole_sum("
                               : op == Operator::subtract ? "whole_difference("
                               : op == Operator::multiply ? "whole_product("
                                                          : nullptr;
  if (function == nullptr || scale > most) throw Unsure{"this operator between decimals"};
  return typed("near(" + (function + left.sql) + ", " + right.sql + "))",
               {.kind = TypeKind::numeric, .scale = scale});
}

Typed Translator::node(const tree::Operation& operation, const Scope& scope) {
  if (operation.operands.empty() || operation.quantifier != tree::Operation::Quantifier::none)
    throw Unsure{"this operator"};
  switch (operation.op) {
    case Operator::and_:
    case Operator::or_:
    case Operator::not_:
      return logic(operation, scope);
    case Operator::negate: {
      Typed zero = typed("0", whole_type);
      zero.range = Typed::Range{0, 0};
      Typed value = expression(operation.operands.front(), scope);
      if (value.untyped != Untyped::no || value.type.is_unsigned)
        throw Unsure{"a value without a type"};
      return arithmetic(Operator::subtract, std::move(zero), std::move(value));
    }
    default:
      break;
  }
  if (operation.operands.size() != 2) {
    if (operation.op != Operator::add && operation.op != Operator::multiply)
      throw Unsure{"this operator"};
    Typed sum = expression(operation.operands.front(), scope);
    for (std::size_t i = 1; i < operation.operands.size(); ++i)
      sum = arithmetic(operation.op, std::move(sum), expression(operation.operands[i], scope));
    return sum;
  }
  Typed left = expression(operation.operands[0], scope);
  Typed right = expression(operation.operands[1], scope);
  if (is_comparison(operation.op)) return compare(operation.op, std::move(left), std::move(right));
  return arithmetic(operation.op, std::move(left), std::move(right));
}

Typed Translator::node(const tree::Is& is, const Scope& scope) {
  Typed value = expression(*is.operand, scope);
  if (value.untyped != Untyped::no) throw Unsure{"a value without a type"};
  const char* const negation = is.negated ? " IS NOT " : " IS ";
  if (is.test == tree::Is::Test::null) {
    // A date of zeros is NULL to this test, and with some settings so is the last number.
    const bool dated = value.type.kind == TypeKind::date || value.type.kind == TypeKind::timestamp;
    static_cast<void>(dated);
    return truth("(" + value.sql + negation + "NULL)");
  }
  if (!is_whole_or_truth(value.type) || is.test == tree::Is::Test::other) throw Unsure{"this test"};
  if (is.test == tree::Is::Test::unknown) return truth("(" + value.sql + negation + "NULL)");
  const bool wanted = is.test == tree::Is::Test::true_;
  const std::string met =
      wanted ? "coalesce(" + value.sql + " <> 0, 0)" : "coalesce(" + value.sql + " = 0, 0)";
  return truth(is.negated ? "(NOT " + met + ")" : "(" + met + ")");
}

Typed Translator::node(const tree::In& in, const Scope& scope) {
  const Typed operand = expression(*in.operand, scope);
  if (operand.untyped != Untyped::no) throw Unsure{"a value without a type"};
  if (in.query) {
    Selected query = selected(*in.query, &scope, false);
    if (query.columns.size() != 1) throw Unsure{"rows in a query"};
    const bool unknown = is_text(operand.type.kind) && operand.type.collation == 0;
    if (unknown || !kept_alike(operand.type, query.columns.front().type))
      throw Unsure{"a comparison of two types"};
    std::string collation;
    if (is_text(operand.type.kind) && operand.type.comparison != Comparison::octets)
      collation = " COLLATE " + std::string(name_of(operand.type.comparison));
    return truth("((" + operand.sql + collation + ")" + (in.negated ? " NOT IN (" : " IN (") +
                 query.sql + "))");
  }
  if (in.list.empty()) throw Unsure{"an empty list"};
  std::vector<std::string> parts;
  for (const tree::Expression& each : in.list)
    parts.push_back(compare(Operator::equal, operand, expression(each, scope)).sql);
  const std::string any = "(" + joined(parts, " OR ") + ")";
  return truth(in.negated ? "(NOT " + any + ")" : any);
}

Typed Translator::node(const tree::Between& between, const Scope& scope) {
  if (between.symmetric) throw Unsure{"BETWEEN SYMMETRIC"};
  const Typed operand = expression(*between.operand, scope);
  const std::string low =
      compare(Operator::greater_equal, operand, expression(*between.low, scope)).sql;
  const std::string high =
      compare(Operator::less_equal, operand, expression(*between.high, scope)).sql;
  return truth((between.negated ? "(NOT (" : "((") + low + " AND " + high + "))");
}

Typed Translator::node(const tree::Like& like, const Scope& scope) {
  if (like.kind != tree::Like::Kind::like || !like.pattern) throw Unsure{"regular expressions"};
  if (like.escape) throw Unsure{"an escape of LIKE"};
  // LIKE BINARY: octet by octet.
  const auto* octets = like.pattern->as<tree::Cast>();
  if (octets != nullptr && (octets->type.name.name != "binary" || !octets->type.arguments.empty()))
    octets = nullptr;
  Typed operand = expression(*like.operand, scope);
  Typed pattern = expression(octets != nullptr ? *octets->operand : *like.pattern, scope);
  if (operand.untyped != Untyped::no || !is_text(operand.type.kind) ||
      (octets == nullptr && operand.type.comparison == Comparison::alike))
    throw Unsure{"LIKE of this value"};
  pattern = coerced(std::move(pattern), operand.type, true);
  if (!is_text(pattern.type.kind)) throw Unsure{"LIKE of this value"};
  const bool folds = octets == nullptr && operand.type.comparison == Comparison::folded;
  const auto taken = [&](const std::string& sql) {
    return folds ? "lower(ascii(" + sql + "))" : sql;
  };
  const std::string call = "is_like(" + taken(operand.sql) + ", " + taken(pattern.sql) + ", '\\')";
  return truth(like.negated ? "(NOT " + call + ")" : call);
}

/// As the branches of CASE and the arguments of COALESCE are made of one type.
void Translator::make_alike(std::vector<Typed>& values, ColumnType& type) {
  const auto first =
      std::ranges::find_if(values, [](const Typed& each) { return each.untyped == Untyped::no; });
  if (first == values.end()) throw Unsure{"values without a type"};
  type = first->type;
  if (is_whole_or_truth(type)) type = whole_type;
  if (is_text(type.kind)) {
    type.kind = TypeKind::text;
    type = without_labels(type);
    type.scale = 0;
    type.length = std::numeric_limits<std::int32_t>::max();
  }
  for (Typed& value : values) {
    value = coerced(std::move(value), type);
    if (!kept_alike(value.type, type)) throw Unsure{"values of two types in one place"};
  }
}

Typed Translator::node(const tree::Case& choice, const Scope& scope) {
  Typed none;
  none.untyped = Untyped::null;
  std::vector<Typed> results = {choice.otherwise ? expression(*choice.otherwise, scope) : none};
  std::vector<std::string> conditions;
  for (const tree::Case::When& when : choice.whens) {
    if (choice.operand)
      conditions.push_back(compare(Operator::equal, expression(*choice.operand, scope),
                                   expression(when.condition, scope))
                               .sql);
    else
      conditions.push_back(condition(when.condition, scope).sql);
    results.push_back(expression(when.result, scope));
  }
  const bool all_given = std::ranges::all_of(results, [](const Typed& each) {
    return each.untyped == Untyped::slot || each.untyped == Untyped::null;
  });
  ColumnType type = whole_type;
  if (all_given)
    for (Typed& each : results) each = coerced(std::move(each), whole_type);
  else
    make_alike(results, type);
  std::string sql = "(CASE";
  for (std::size_t i = 0; i < conditions.size(); ++i)
    sql += " WHEN " + conditions[i] + " THEN " + results[i + 1].sql;
  sql += " ELSE " + results.front().sql + " END)";
  if (is_text(type.kind))
    sql = "(" + sql + " COLLATE " + std::string(name_of(type.comparison)) + ")";
  return typed(std::move(sql), type, true);
}

}  // namespace understudy::mysql::emulation
