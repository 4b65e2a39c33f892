#include "protocols/sql/emulator/typed.hpp"

#include <algorithm>
#include <limits>
#include <set>

namespace understudy::sql::emulator {

Typed typed(std::string sql, ColumnType type, bool soft) {
  Typed result;
  result.sql = std::move(sql);
  result.type = type;
  result.soft = soft;
  return result;
}

void forget_origin(Typed& value) {
  value.origin.reset();
  value.shown_as.reset();
  value.of_part.reset();
}

Typed::Range limits_of(TypeKind kind) {
  const auto of = [](auto number) {
    using Limits = std::numeric_limits<decltype(number)>;
    return Typed::Range{Limits::min(), Limits::max()};
  };
  return kind == TypeKind::int2   ? of(std::int16_t{})
         : kind == TypeKind::int4 ? of(std::int32_t{})
                                  : of(std::int64_t{});
}

ColumnType wider(ColumnType a, ColumnType b) {
  return static_cast<int>(a.kind) >= static_cast<int>(b.kind) ? a : b;
}

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
  std::string result;
  for (const std::string& each : parts) {
    if (!result.empty()) result += between;
    result += each;
  }
  return result;
}

bool is_moment(TypeKind kind) {
  return kind == TypeKind::date || kind == TypeKind::timestamp || kind == TypeKind::timestamptz;
}

std::string suffix_of(bool descending, bool nulls_first) {
  return std::string(descending ? " DESC" : "") + (nulls_first ? " NULLS FIRST" : " NULLS LAST");
}

bool is_key(const std::string& sql, const ScopeRelation& relation) {
  return std::ranges::any_of(relation.columns,
                             [&](const ScopeColumn& each) { return each.key == sql; });
}

void require_comparable(const ColumnType& type) {
  if (!contents::is_comparable(type)) throw Unsure{"a comparison of this type"};
}

void require_one_length(const std::vector<Typed>& values) {
  std::set<std::int32_t> lengths;
  for (const Typed& value : values)
    lengths.insert(value.untyped == Untyped::no ? value.type.length : 0);
  if (lengths.size() > 1) throw Unsure{"a choice of texts of several lengths"};
}

const char* spelled(tree::Operator op) {
  switch (op) {
    case tree::Operator::equal:
      return "=";
    case tree::Operator::not_equal:
      return "<>";
    case tree::Operator::less:
      return "<";
    case tree::Operator::less_equal:
      return "<=";
    case tree::Operator::greater:
      return ">";
    case tree::Operator::greater_equal:
      return ">=";
    case tree::Operator::distinct:
      return "IS NOT";
    case tree::Operator::not_distinct:
      return "IS";
    case tree::Operator::add:
      return "+";
    case tree::Operator::subtract:
      return "-";
    case tree::Operator::multiply:
      return "*";
    case tree::Operator::divide:
      return "/";
    case tree::Operator::modulo:
      return "%";
    default:
      throw Unsure{"this operator"};
  }
}

bool is_order(tree::Operator op) {
  return op == tree::Operator::less || op == tree::Operator::less_equal ||
         op == tree::Operator::greater || op == tree::Operator::greater_equal;
}

bool is_comparison(tree::Operator op) {
  return is_order(op) || op == tree::Operator::equal || op == tree::Operator::not_equal ||
         op == tree::Operator::distinct || op == tree::Operator::not_distinct;
}

}  // namespace understudy::sql::emulator
