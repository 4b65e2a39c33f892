// Unique indexes with a condition or of what is computed: two rows that agree in them are looked
// for when rows have been put in or changed.
#include <algorithm>

#include "protocols/postgres/emulator/typed.hpp"
#include "protocols/sql/emulator/same_expressions.hpp"

namespace understudy::postgres::emulation {

using sql::contents::ConditionalKey;

namespace {

tree::Expression expression_of(const tree::KeyPart& part) {
  return part.expression ? *part.expression
                         : tree::Expression(tree::Expression::Node(tree::Column{{part.column}}));
}

/// As a person writes it: the server's own catalogue has a cast around each string.
tree::Expression as_written(tree::Expression expression) {
  if (auto* cast = expression.as<tree::Cast>()) {
    const auto* literal = cast->operand->as<tree::Literal>();
    const bool plain = literal != nullptr && literal->kind == tree::Literal::Kind::string &&
                       cast->type.name.name == "text" && cast->type.dimensions == 0;
    if (plain) return tree::Expression(tree::Expression::Node(*literal));
    *cast->operand = as_written(*cast->operand);
  } else if (auto* call = expression.as<tree::Call>()) {
    for (tree::Expression& each : call->arguments) each = as_written(each);
  }
  return expression;
}

}  // namespace

/// What of the rows of `source` is in the index: k0, k1, … and their places, where they have one.
std::string Translator::keys_of(const ConditionalKey& key, const Definition& table,
                                const std::string& source, bool has_places) {
  Scope scope{outermost_, {}};
  scope.relations.push_back(relation_of(book_.tables.find(table.key)->second, "k", "k."));
  std::string list = has_places ? "k.rowid AS place" : "0 AS place";
  for (std::size_t i = 0; i < key.parts.size(); ++i) {
    const tree::KeyPart& part = key.parts[i];
    if (!part.collation.empty() || !part.operator_.empty())
      throw Unsure{"a unique index like this"};
    const Typed value = expression(expression_of(part), scope);
    if (value.untyped != Untyped::no || value.soft) throw Unsure{"a unique index like this"};
    require_comparable(value.type);
    list += ", " + value.sql + " AS k" + std::to_string(i);
  }
  const std::string where = key.where ? " WHERE " + condition(*key.where, scope).sql : "";
  return "(SELECT " + list + " FROM " + source + " AS k" + where + ")";
}

/// Finds a row of `rows`, which is behind the place ?1, and another one that agrees with it. What
/// of it is in the index is made in any case: a row of which that fails is refused.
Text Translator::meeting_of(const ConditionalKey& key, const Definition& table,
                            const std::string& rows, bool has_places) {
  std::vector<Bound> bounds = std::exchange(bounds_, {Bound{}});
  auto guards = std::exchange(guards_, {});
  std::string sql = "SELECT 1 FROM " + keys_of(key, table, rows, has_places) + " AS a WHERE " +
                    (has_places ? "a.place > ?1" : "?1 IS NOT NULL") + " AND (";
  std::string agrees = has_places ? "a.place <> b.place" : "1";
  for (std::size_t i = 0; i < key.parts.size(); ++i) {
    const std::string column = "k" + std::to_string(i);
    sql += "coalesce(a." + column + ", 0) IS NULL OR ";  // never, but it is looked at
    agrees += " AND a." + column + " = b." + column;
  }
  sql += "EXISTS (SELECT 1 FROM " + keys_of(key, table, table.sql_name(), true) + " AS b WHERE " +
         agrees + "))";
  if (!guards_.empty()) throw Unsure{"a sum in a unique index"};
  guards_ = std::move(guards);
  return {sql + " LIMIT 1", std::exchange(bounds_, std::move(bounds))};
}

/// What rows of the table are refused by, and its conditions.
void Translator::constraints(const Definition& table, const Scope& scope, Plan& plan) {
  checks(table, scope, plan);
  for (const ConditionalKey& key : table.conditional_keys)
    plan.meetings.push_back(meeting_of(key, table, table.sql_name(), true));
}

/// ON CONFLICT (…) [WHERE …] DO NOTHING with one of these indexes: false where it is none.
bool Translator::arbitrates(const tree::Conflict& conflict, const Definition& table, Plan& plan) {
  using Action = tree::Conflict::Action;
  if (conflict.action != Action::nothing || conflict.target.empty() || plan.of_query) return false;
  for (const ConditionalKey& key : table.conditional_keys) {
    std::vector<sql::emulator::SlotText> slots;
    const bool wheres = conflict.target_where ? key.where != nullptr : key.where == nullptr;
    const auto same = [&](const tree::KeyPart& a, const tree::KeyPart& b) {
      return a.collation.empty() &&
             sql::emulator::same_but_for_slots(as_written(expression_of(a)),
                                               as_written(expression_of(b)), slots);
    };
    if (!wheres || !std::ranges::equal(conflict.target, key.parts, same)) continue;
    if (key.where && !sql::emulator::same_but_for_slots(*conflict.target_where, *key.where, slots))
      continue;
    plan.arbiter = meeting_of(key, table, "proposed", false);
    for (const auto& [slot, text] : slots) {
      Bound same_text;
      same_text.slot = slot;
      same_text.demand = Bound::Demand::sameness;
      same_text.constant = text;
      plan.arbiter->bounds.push_back(std::move(same_text));
    }
    return true;
  }
  return false;
}

}  // namespace understudy::postgres::emulation
