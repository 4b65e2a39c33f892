#include "protocols/postgres/equalities.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "protocols/postgres/types.hpp"

namespace understudy::postgres {
namespace {

/// libpg_query leaves out what is zero.
int number_at(const ParseTree& node, const char* key) {
  const ParseTree& number = at(node, key);
  return number.is_number_integer() ? number.get<int>() : 0;
}

std::string last_name_of(const ParseTree& names) {
  if (!names.is_array() || names.empty() || !names.back().contains("String")) return {};
  return text_at(at(names.back(), "String"), "sval");
}

/// Casts after which equal values are still equal when they are folded. Others round, cut, shift or
/// rewrite; a type that is not built in is an enumeration or a domain as a rule.
bool keeps_value(const ParseTree& type) {
  static constexpr std::array<std::string_view, 9> plain = {
      "int2", "int4", "int8", "text", "uuid", "bool", "numeric", "varchar", "name"};
  const std::string name = last_name_of(at(type, "names"));
  if (type.contains("typmods")) return false;
  return std::ranges::find(plain, name) != plain.end() || oid_of(name) == 0;
}

sql::Operand constant_of(const ParseTree& constant) {
  sql::Operand operand{sql::Operand::Kind::constant, 0, {}};
  if (flag_at(constant, "isnull"))
    operand.kind = sql::Operand::Kind::null;
  else if (constant.contains("ival"))
    operand.text = std::to_string(number_at(at(constant, "ival"), "ival"));
  else if (constant.contains("fval"))
    operand.text = text_at(at(constant, "fval"), "fval");
  else if (constant.contains("sval"))
    operand.text = text_at(at(constant, "sval"), "sval");
  else if (constant.contains("boolval"))
    operand.text = flag_at(at(constant, "boolval"), "boolval") ? "true" : "false";
  else
    operand.kind = sql::Operand::Kind::unknown;
  return operand;
}

bool is_plain_equals(const ParseTree& expression) {
  const ParseTree& name = at(expression, "name");
  return name.size() == 1 && last_name_of(name) == "=";
}

/// The values of `IN (…)`, `= ANY (ARRAY[…])` and `= ANY ($1)`. Empty where they are not all known.
std::vector<sql::Operand> list_of(const ParseTree& node) {
  std::vector<sql::Operand> operands;
  const ParseTree* items = nullptr;
  if (node.contains("List")) items = &at(node, "List", "items");
  if (node.contains("A_ArrayExpr") && at(node, "A_ArrayExpr").contains("elements"))
    items = &at(node, "A_ArrayExpr", "elements");
  if (items == nullptr) {
    const bool cast =
        node.contains("TypeCast") && at(node, "TypeCast", "typeName").contains("arrayBounds");
    sql::Operand operand = operand_of(
        cast && keeps_value(at(node, "TypeCast", "typeName")) ? at(node, "TypeCast", "arg") : node);
    if (operand.kind != sql::Operand::Kind::slot) return {};
    operand.kind = sql::Operand::Kind::array;
    return {operand};
  }
  for (const ParseTree& item : *items) operands.push_back(operand_of(item));
  const bool known = std::ranges::none_of(
      operands, [](const auto& each) { return each.kind == sql::Operand::Kind::unknown; });
  return known ? operands : std::vector<sql::Operand>();
}

}  // namespace

sql::Operand operand_of(const ParseTree& node) {
  if (node.contains("ParamRef")) {
    const int number = number_at(at(node, "ParamRef"), "number");
    if (number > 0) return {sql::Operand::Kind::slot, static_cast<std::uint32_t>(number - 1), {}};
  }
  if (node.contains("A_Const")) return constant_of(at(node, "A_Const"));
  if (node.contains("SetToDefault")) return {sql::Operand::Kind::omitted, 0, {}};
  if (node.contains("TypeCast") && keeps_value(at(node, "TypeCast", "typeName")) &&
      !at(node, "TypeCast", "typeName").contains("arrayBounds"))
    return operand_of(at(node, "TypeCast", "arg"));
  return {};
}

std::optional<Equalities::Column> Equalities::resolve(const ParseTree& node) const {
  if (!node.contains("ColumnRef")) return std::nullopt;
  std::vector<std::string> names;
  for (const ParseTree& field : at(at(node, "ColumnRef"), "fields")) {
    if (!field.contains("String")) return std::nullopt;
    names.push_back(text_at(at(field, "String"), "sval"));
  }
  if (names.size() == 1 && unqualified_ && relations_.size() == 1 && !relations_[0].table.empty())
    return Column{0, names[0]};
  if (names.size() != 2) return std::nullopt;
  for (std::size_t i = 0; i < relations_.size(); ++i)
    if (relations_[i].alias == names[0] && !relations_[i].table.empty()) return Column{i, names[1]};
  return std::nullopt;
}

void Equalities::add(const ParseTree& condition, std::size_t first, std::size_t last) {
  if (!condition.is_object()) return;
  if (condition.contains("A_Expr")) return add_comparison(condition, first, last);
  if (!condition.contains("BoolExpr")) return;
  const ParseTree& expression = at(condition, "BoolExpr");
  const std::string operation = text_at(expression, "boolop");
  if (operation == "AND_EXPR")
    for (const ParseTree& each : at(expression, "args")) add(each, first, last);
  else if (operation == "OR_EXPR")
    add_alternatives(at(expression, "args"), first, last);
}

std::optional<Equalities::Fact> Equalities::fact_of(const ParseTree& node) const {
  if (!node.contains("A_Expr")) return std::nullopt;
  const ParseTree& expression = at(node, "A_Expr");
  if (!is_plain_equals(expression)) return std::nullopt;
  const std::string kind = text_at(expression, "kind");
  const ParseTree& left = at(expression, "lexpr");
  const ParseTree& right = at(expression, "rexpr");
  Fact fact;
  if (kind == "AEXPR_IN" || kind == "AEXPR_OP_ANY") {
    const auto column = resolve(left);
    fact.any_of = list_of(right);
    if (!column || fact.any_of.empty()) return std::nullopt;
    fact.column = *column;
    return fact;
  }
  if (kind != "AEXPR_OP") return std::nullopt;
  const auto column = resolve(left);
  const auto other = resolve(right);
  if (!column && !other) return std::nullopt;
  fact.column = column ? *column : *other;
  if (column && other) {
    fact.equals = other;
    return fact;
  }
  fact.any_of = {operand_of(column ? right : left)};
  if (fact.any_of[0].kind == sql::Operand::Kind::unknown) return std::nullopt;
  return fact;
}

void Equalities::add_comparison(const ParseTree& expression, std::size_t first, std::size_t last) {
  auto fact = fact_of(expression);
  if (!fact) return;
  fact->first = first;
  fact->last = last;
  facts_.push_back(std::move(*fact));
}

/// `a = 1 OR a = 2` says the same as `a IN (1, 2)`.
void Equalities::add_alternatives(const ParseTree& alternatives, std::size_t first,
                                  std::size_t last) {
  std::optional<Fact> all;
  for (const ParseTree& each : alternatives) {
    const auto fact = fact_of(each);
    if (!fact || fact->equals || (all && all->column != fact->column)) return;
    if (!all) all = Fact{fact->column, std::nullopt, {}, first, last};
    all->any_of.insert(all->any_of.end(), fact->any_of.begin(), fact->any_of.end());
  }
  if (all) facts_.push_back(std::move(*all));
}

void Equalities::add_using(const std::string& column, std::size_t left, std::size_t right,
                           std::size_t first, std::size_t last) {
  facts_.push_back({{left, column}, Column{right, column}, {}, first, last});
}

std::vector<sql::PlannedCondition> Equalities::conditions_of(std::size_t relation) const {
  std::vector<sql::PlannedCondition> conditions;
  const auto holds = [&](const Fact& fact) {
    return fact.first <= relation && relation < fact.last;
  };
  for (const Fact& valued : facts_) {
    if (valued.equals || !holds(valued)) continue;
    // All columns that the recorded equalities lead to from this one.
    std::vector<Column> reached = {valued.column};
    for (std::size_t i = 0; i < reached.size(); ++i)
      for (const Fact& link : facts_) {
        if (!link.equals || !holds(link)) continue;
        const Column& from = reached[i];
        if (link.column != from && *link.equals != from) continue;
        const Column to = link.column == from ? *link.equals : link.column;
        if (std::ranges::find(reached, to) == reached.end()) reached.push_back(to);
      }
    for (const Column& column : reached)
      if (column.relation == relation) conditions.push_back({column.name, valued.any_of});
  }
  return conditions;
}

}  // namespace understudy::postgres
