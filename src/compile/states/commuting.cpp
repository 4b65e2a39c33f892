#include "compile/states/commuting.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <string>

#include "compile/model/full_step.hpp"
#include "compile/rows/rows_together.hpp"

namespace understudy::compile {
namespace {

/// The one change that a write consists of; null where it does, or may do, anything else.
const RowChange* only_change(const FullStep& step) {
  const StepAnalysis& a = step.analysis;
  const bool plain = a.effect == Effect::write && a.changed && a.understood &&
                     a.control == Control::none && step.determined.empty() &&
                     step.rows.reads.empty() && step.rows.changes.size() == 1;
  if (!plain) return nullptr;
  const RowChange& change = step.rows.changes[0];
  const bool kept_to_it = std::ranges::all_of(step.writes, [&](const KeyPath& path) {
    return path == KeyPath{change.table} ||
           path == KeyPath{std::string(outside_transactions), change.table};
  });
  const bool followed =
      change.kind == RowChange::Kind::insert || change.kind == RowChange::Kind::update;
  return kept_to_it && followed ? &change : nullptr;
}

/// What stands in a column of all rows that a change is about; nothing where that is not known.
std::optional<std::set<std::string>> values_in(const RowChange& change, const std::string& column) {
  std::set<std::string> values;
  if (change.kind == RowChange::Kind::insert) {
    for (const Row& row : change.rows) {
      const auto cell = row.find(column);
      if (cell == row.end() || !is_value(cell->second)) return std::nullopt;
      values.insert(*cell->second);
    }
    return values.empty() ? std::nullopt : std::optional(std::move(values));
  }
  for (const RowCondition& condition : change.where)
    if (condition.column == column)
      return std::set(condition.values.begin(), condition.values.end());
  return std::nullopt;
}

/// The columns by which it is told which rows a change is about, and which stay as they are.
std::set<std::string> telling_columns(const RowChange& change) {
  std::set<std::string> columns;
  for (const RowCondition& condition : change.where)
    if (!change.set.contains(condition.column)) columns.insert(condition.column);
  return columns;
}

bool are_of_different_rows(const RowChange& update, const RowChange& other) {
  return std::ranges::any_of(telling_columns(update), [&](const std::string& column) {
    if (other.set.contains(column)) return false;
    const auto one = values_in(update, column), two = values_in(other, column);
    if (!one || !two) return false;
    return std::ranges::none_of(*one,
                                [&](const std::string& value) { return two->contains(value); });
  });
}

/// The numbers that an insert shows, by their columns: those of a sequence may be among them.
/// Nothing where it may show some that are not known here.
std::optional<std::map<std::string, std::set<std::int64_t>>> numbers_shown(
    const FullStep& step, const RowChange& insert) {
  std::map<std::string, std::set<std::int64_t>> numbers;
  bool shown = false;
  for (const RowsSeen& seen : step.rows.seen) {
    shown = shown || seen.table == insert.table;
    for (const Row& row : seen.rows)
      for (const auto& [column, cell] : row) {
        if (!is_value(cell)) continue;
        const std::string_view digits = std::string_view(*cell).substr(1);  // behind `=`
        std::int64_t number = 0;
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), number);
        if (error == std::errc{} && end == digits.data() + digits.size())
          numbers[column].insert(number);
      }
  }
  if (insert.generates && !shown) return std::nullopt;
  return numbers;
}

}  // namespace

namespace {

bool leave_the_same(const FullStep& one, const FullStep& other) {
  const RowChange* first = only_change(one);
  const RowChange* second = only_change(other);
  if (first == nullptr || second == nullptr || first->table != second->table) return false;
  const auto updates = [](const RowChange* change) {
    return change->kind == RowChange::Kind::update;
  };
  if (updates(first)) return are_of_different_rows(*first, *second);
  return !updates(second) || are_of_different_rows(*second, *first);
}

}  // namespace

bool leave_the_same(const Step& one, const Step& other) {
  return leave_the_same(FullStep(one), FullStep(other));
}

bool are_answered_alike(const Step& one, const Step& other, std::string_view key) {
  // A row may refer to the other one.
  if (key.find("@present ") != std::string_view::npos) return false;
  const FullStep full_one(one), full_other(other);
  if (!leave_the_same(full_one, full_other)) return false;
  const RowChange& first = full_one.rows.changes[0];
  const RowChange& second = full_other.rows.changes[0];
  for (const RowChange* each : {&first, &second})
    if (each->kind != RowChange::Kind::insert || each->rows.empty() || each->rows.front().empty())
      return false;
  const auto ones = numbers_shown(full_one, first), others = numbers_shown(full_other, second);
  if (!ones || !others || ones->size() != others->size()) return false;
  // A sequence gives no number twice.
  return std::ranges::all_of(*ones, [&](const auto& column) {
    const auto found = others->find(column.first);
    return found != others->end() &&
           (*column.second.rbegin() < *found->second.begin() || column.second == found->second);
  });
}

}  // namespace understudy::compile
