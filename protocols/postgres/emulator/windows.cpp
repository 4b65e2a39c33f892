// Window functions: those that rows which agree in the order of their window can't change, and the
// others where no two rows agree.
#include <set>

#include "protocols/postgres/emulator/typed.hpp"

namespace understudy::postgres::emulation {

using sql::contents::is_text;
using sql::contents::is_whole;

/// What stands behind OVER. `one_order`: no two rows are alike in it.
std::string Translator::over(const tree::Window& window, const Scope& scope, bool& one_order) {
  if (!window.base.empty() || window.only_name || !window.frame.empty())
    throw Unsure{"a window of this kind"};
  std::vector<std::string> partition, order;
  for (const tree::Expression& each : window.partition) {
    const Typed value = expression(each, scope);
    if (value.untyped != Untyped::no) throw Unsure{"a window of a value"};
    require_comparable(value.type);
    partition.push_back(value.sql);
  }
  for (const tree::OrderItem& item : window.order) {
    const Typed value = expression(*item.expression, scope);
    if (value.untyped != Untyped::no || !item.operator_.empty())
      throw Unsure{"an order of a window by a value"};
    const std::string sql = ordered(value);
    one_order = one_order || (scope.relations.size() == 1 && is_key(sql, scope.relations.front()));
    const bool nulls_first = item.nulls == tree::OrderItem::Nulls::unspecified
                                 ? item.descending
                                 : item.nulls == tree::OrderItem::Nulls::first;
    order.push_back(sql + suffix_of(item.descending, nulls_first));
  }
  std::string sql = " OVER (";
  if (!partition.empty()) sql += "PARTITION BY " + joined(partition, ", ");
  if (!order.empty()) sql += (partition.empty() ? "ORDER BY " : " ORDER BY ") + joined(order, ", ");
  return sql + ")";
}

Typed Translator::window(const tree::Call& call, const Scope& scope) {
  const std::string& name = call.name.name;
  static const std::set<std::string_view> of_order = {"row_number", "lag", "lead", "first_value"};
  if (grouped_ != nullptr || call.distinct || call.variadic || call.filter || !call.order.empty())
    throw Unsure{"the window function " + name};
  bool one_order = false;
  const std::string behind = over(*call.over, scope, one_order);
  if (of_order.contains(name) && !one_order)
    throw Unsure{"a window function over rows that may come in any order"};
  if (call.arguments.empty()) {
    const bool known = name == "rank" || name == "dense_rank" || name == "row_number" ||
                       (name == "count" && call.star);
    if (!known) throw Unsure{"the window function " + name};
    return typed(name + (call.star ? "(*)" : "()") + behind, {TypeKind::int8});
  }
  if (call.arguments.size() != 1) throw Unsure{"the window function " + name};
  const Typed value = expression(call.arguments.front(), scope);
  if (value.untyped != Untyped::no || value.soft) throw Unsure{"a value without a type"};
  ColumnType type = value.type;
  if (name == "count") return typed("count(" + value.sql + ")" + behind, {TypeKind::int8});
  if (name == "sum" && is_whole(type.kind))
    return typed("sum(" + value.sql + ")" + behind,
                 {type.kind == TypeKind::int8 ? TypeKind::numeric : TypeKind::int8});
  type.length = 0;
  if (of_order.contains(name)) return typed(name + "(" + value.sql + ")" + behind, type);
  const bool least = (name == "min" || name == "max") && type.kind != TypeKind::boolean &&
                     type.kind != TypeKind::uuid && type.kind != TypeKind::bytea;
  if (!least) throw Unsure{"the window function " + name};
  if (is_text(type.kind)) type.kind = TypeKind::text;
  return typed(name + "(" + ordered(value) + ")" + behind, type);
}

}  // namespace understudy::postgres::emulation
