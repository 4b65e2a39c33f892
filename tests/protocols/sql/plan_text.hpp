// Plans of statements in one line, so that a test can say what it expects:
// `u k=$1; update t where id=$2 set a=$3`.
#pragma once

#include <string>
#include <vector>

#include "protocols/sql/row_plan.hpp"

namespace understudy::sql::test {

inline std::string text_of(const Operand& operand) {
  switch (operand.kind) {
    case Operand::Kind::slot:
      return "$" + std::to_string(operand.slot + 1);
    case Operand::Kind::array:
      return "each $" + std::to_string(operand.slot + 1);
    case Operand::Kind::constant:
      return operand.text;
    case Operand::Kind::null:
      return "null";
    case Operand::Kind::omitted:
      return "default";
    case Operand::Kind::unknown:
      break;
  }
  return "?";
}

inline std::string text_of(const std::vector<PlannedCondition>& where) {
  std::string text;
  for (const auto& condition : where) {
    text += (text.empty() ? "" : " ") + condition.column + "=";
    for (std::size_t i = 0; i < condition.any_of.size(); ++i)
      text += (i == 0 ? "" : "|") + text_of(condition.any_of[i]);
  }
  return text.empty() ? "*" : text;
}

inline std::string text_of(const PlannedChange& change) {
  static constexpr const char* kinds[] = {"insert", "upsert", "update", "remove"};
  std::string text = std::string(kinds[static_cast<int>(change.kind)]) + " " + change.table;
  if (!change.rows_known) text += " rows?";
  for (const auto& row : change.rows) {
    text += " (";
    for (std::size_t i = 0; i < row.size(); ++i)
      text += (i == 0 ? "" : " ") + change.columns.at(i) + "=" + text_of(row[i]);
    text += ")";
  }
  if (change.kind == RowChange::Kind::update || change.kind == RowChange::Kind::remove)
    text += " where " + text_of(change.where);
  for (const std::string& target : change.target) text += " on " + target;
  for (const auto& [column, value] : change.set) text += " set " + column + "=" + text_of(value);
  return text;
}

inline std::string text_of(const RowPlan& plan) {
  std::string text;
  for (const auto& access : plan.reads) text += "; " + access.table + " " + text_of(access.where);
  for (const auto& change : plan.changes) text += "; " + text_of(change);
  return text.empty() ? "nothing" : text.substr(2);
}

}  // namespace understudy::sql::test
