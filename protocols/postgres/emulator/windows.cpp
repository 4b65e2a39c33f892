// Window functions: those that rows which agree in the order of their window can't change, and the
// others where no two rows agree.
#include <set>

#include "protocols/postgres/emulator/typed.hpp"

namespace understudy::postgres::emulation {

using sql::contents::is_text;
using sql::contents::is_whole;

namespace {

/// FRAMEOPTION_… of PostgreSQL's parsenodes.h.
enum FrameOption : unsigned {
  range = 0x2,
  rows = 0x4,
  groups = 0x8,
  between = 0x10,
  start_unbounded = 0x20,
  end_unbounded = 0x100,
  start_current = 0x200,
  end_current = 0x400,
  start_preceding = 0x800,
  end_preceding = 0x1000,
  start_following = 0x2000,
  end_following = 0x4000,
  exclusions = 0x38000
};

}  // namespace

/// With what the window that it names has.
tree::Window Translator::resolved(const tree::Window& window) const {
  if (window.base.empty()) return window;
  const tree::NamedWindow* found = nullptr;
  if (windows_ != nullptr)
    for (const tree::NamedWindow& each : *windows_)
      if (each.name == window.base) found = &each;
  if (found == nullptr || !found->window.base.empty()) throw Unsure{"a window of this name"};
  if (window.only_name) return found->window;
  tree::Window whole = window;
  if (!found->window.frame.empty() || !whole.partition.empty() ||
      (!whole.order.empty() && !found->window.order.empty()))
    throw Unsure{"a window of this kind"};
  whole.partition = found->window.partition;
  if (whole.order.empty()) whole.order = found->window.order;
  whole.base.clear();
  return whole;
}

/// Of rows that agree in their order only all may be in it, or none.
std::string Translator::frame_of(const tree::Window& window, bool one_order) {
  if (window.frame.empty()) return {};
  constexpr std::string_view begin = "options ";
  const auto options = static_cast<unsigned>(std::stoul(window.frame.substr(begin.size())));
  const bool counts = (options & rows) != 0;
  const bool whole = (options & start_unbounded) != 0 && (options & end_unbounded) != 0;
  if ((options & exclusions) != 0 || (counts && !one_order && !whole))
    throw Unsure{"a frame of rows that may come in any order"};
  std::size_t bounds = 0;
  const auto offset = [&](const char* direction) {
    const auto* literal = bounds < window.frame_bounds.size()
                              ? window.frame_bounds[bounds].as<tree::Literal>()
                              : nullptr;
    ++bounds;
    const bool plain = literal != nullptr && literal->kind == tree::Literal::Kind::number &&
                       literal->text.size() < 6 &&
                       literal->text.find_first_not_of("0123456789") == std::string::npos;
    if (!plain || !counts) throw Unsure{"a frame of this kind"};
    return literal->text + direction;
  };
  const std::string start = (options & start_unbounded) != 0   ? "UNBOUNDED PRECEDING"
                            : (options & start_current) != 0   ? "CURRENT ROW"
                            : (options & start_preceding) != 0 ? offset(" PRECEDING")
                            : (options & start_following) != 0 ? offset(" FOLLOWING")
                                                               : throw Unsure{"this frame"};
  const std::string end = (options & end_unbounded) != 0   ? "UNBOUNDED FOLLOWING"
                          : (options & end_current) != 0   ? "CURRENT ROW"
                          : (options & end_preceding) != 0 ? offset(" PRECEDING")
                          : (options & end_following) != 0 ? offset(" FOLLOWING")
                                                           : throw Unsure{"this frame"};
  const char* const unit = counts ? " ROWS" : (options & groups) != 0 ? " GROUPS" : " RANGE";
  return std::string(unit) + " BETWEEN " + start + " AND " + end;
}

/// What stands behind OVER. `one_order`: no two rows are alike in it.
std::string Translator::over(const tree::Window& named, const Scope& scope, bool& one_order) {
  const tree::Window window = resolved(named);
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
  return sql + frame_of(window, one_order) + ")";
}

Typed Translator::window(const tree::Call& call, const Scope& scope) {
  const std::string& name = call.name.name;
  static const std::set<std::string_view> of_order = {
      "row_number", "lag", "lead", "first_value", "last_value", "nth_value", "ntile"};
  static const std::set<std::string_view> without_values = {"rank", "dense_rank", "row_number"};
  if (grouped_ != nullptr || call.distinct || call.variadic || !call.order.empty())
    throw Unsure{"the window function " + name};
  bool one_order = false;
  std::string behind = over(*call.over, scope, one_order);
  if (of_order.contains(name) && !one_order)
    throw Unsure{"a window function over rows that may come in any order"};
  if (call.filter) {
    if (of_order.contains(name) || without_values.contains(name))
      throw Unsure{"FILTER of the window function " + name};
    behind = " FILTER (WHERE " + condition(*call.filter, scope).sql + ")" + behind;
  }
  if (call.arguments.empty()) {
    const bool known = without_values.contains(name) || (name == "count" && call.star);
    if (!known) throw Unsure{"the window function " + name};
    return typed(name + (call.star ? "(*)" : "()") + behind, {TypeKind::int8});
  }
  const Typed value = expression(call.arguments.front(), scope);
  if (value.untyped != Untyped::no || value.soft) throw Unsure{"a value without a type"};
  ColumnType type = value.type;
  std::string further;
  if (call.arguments.size() > 1) {
    const auto* count = call.arguments[1].as<tree::Literal>();
    const bool plain = count != nullptr && count->kind == tree::Literal::Kind::number &&
                       count->text.size() < 6 && count->text != "0" &&
                       count->text.find_first_not_of("0123456789") == std::string::npos;
    const bool takes = name == "lag" || name == "lead" || name == "nth_value";
    if (!plain || !takes || call.arguments.size() > 3) throw Unsure{"the window function " + name};
    further = ", " + count->text;
    if (call.arguments.size() == 3) {
      const Typed other = coerced(expression(call.arguments[2], scope), type);
      if (name == "nth_value" || other.type.kind != type.kind || other.type.scale != type.scale ||
          other.soft)
        throw Unsure{"the window function " + name};
      further += ", " + other.sql;
    }
  }
  if (name == "count") return typed("count(" + value.sql + ")" + behind, {TypeKind::int8});
  const bool exact = type.kind == TypeKind::numeric && type.scale != ColumnType::own_scale;
  if (name == "ntile") {
    if (!value.range || value.range->low < 1) throw Unsure{"the window function ntile"};
    return typed("ntile(" + value.sql + ")" + behind, {TypeKind::int4});
  }
  if (name == "sum" && (is_whole(type.kind) || exact)) {
    const bool wide = type.kind == TypeKind::int8 || exact;
    return typed("sum(" + value.sql + ")" + behind,
                 {.kind = wide ? TypeKind::numeric : TypeKind::int8, .scale = type.scale});
  }
  if (name == "avg" && (is_whole(type.kind) || exact))
    return typed("pg_decimal_quotient(pg_decimal(sum(" + value.sql + ")" + behind + ", " +
                     std::to_string(type.scale) + "), pg_decimal(count(" + value.sql + ")" +
                     behind + ", 0))",
                 {.kind = TypeKind::numeric, .scale = ColumnType::own_scale});
  type.length = 0;
  if (of_order.contains(name)) return typed(name + "(" + value.sql + further + ")" + behind, type);
  const bool least = (name == "min" || name == "max") && type.kind != TypeKind::boolean &&
                     type.kind != TypeKind::uuid && type.kind != TypeKind::inet &&
                     type.kind != TypeKind::bytea && type.kind != TypeKind::array &&
                     type.kind != TypeKind::enumeration && type.kind != TypeKind::interval &&
                     type.scale != ColumnType::own_scale;
  if (!least) throw Unsure{"the window function " + name};
  if (is_text(type.kind)) type.kind = TypeKind::text;
  return typed(name + "(" + ordered(value) + ")" + behind, type);
}

}  // namespace understudy::postgres::emulation
