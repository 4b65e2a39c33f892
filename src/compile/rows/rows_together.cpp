#include "compile/rows/rows_together.hpp"

#include <algorithm>
#include <optional>

#include "compile/rows/row_names.hpp"

namespace understudy::compile {
namespace {

constexpr std::size_t most_rows_of_a_table = 64;  // of a table that are followed at one time
constexpr std::size_t most_agreements = 512;      // of a table

/// The columns in which two rows agree; nothing where they may be one and the same row.
std::optional<std::vector<std::string>> agreement(const Row& one, const Row& other) {
  std::vector<std::string> columns;
  bool differ = false;
  for (const auto& [column, cell] : one) {
    const auto found = other.find(column);
    if (found == other.end() || !cell || !found->second) continue;
    if (*cell != *found->second)
      differ = true;
    else if (is_value(cell))
      columns.push_back(column);
  }
  return differ && !columns.empty() ? std::optional(columns) : std::nullopt;
}

/// Whether a row may meet the conditions of a change, or be the one that an upsert met.
bool may_touch(const RowChange& change, const Row& row) {
  const auto may_be = [&](const std::string& column, const auto& is_one) {
    const auto cell = row.find(column);
    return cell == row.end() || !cell->second || is_one(*cell->second);
  };
  for (const RowCondition& condition : change.where)
    if (!may_be(condition.column, [&](const std::string& value) {
          return std::ranges::find(condition.values, value) != condition.values.end();
        }))
      return false;
  if (change.kind != RowChange::Kind::upsert || change.target.empty()) return true;
  return std::ranges::any_of(change.rows, [&](const Row& given) {
    return std::ranges::all_of(change.target, [&](const std::string& column) {
      const auto wanted = given.find(column);
      return wanted == given.end() || !wanted->second ||
             may_be(column, [&](const std::string& value) { return value == *wanted->second; });
    });
  });
}

}  // namespace

bool is_value(const Cell& cell) {
  return cell && cell->starts_with('=');
}

bool is_insert(const RowChange& change) noexcept {
  return change.kind == RowChange::Kind::insert || change.kind == RowChange::Kind::upsert;
}

void RowsTogether::note(const FullStep& step) {
  // Each recording begins with tables of its own.
  if (std::exchange(recording_, step.recording) != step.recording) clear();
  see(step);
  if (step.analysis.control != Control::none) control(step);
  if (step.analysis.effect != Effect::write || !step.analysis.changed) return;
  clear_untold(step);
  for (const RowChange& each : step.rows.changes) change(step, each);
}

/// What a transaction sees may be its own and never come to be.
void RowsTogether::see(const FullStep& step) {
  if (pending_[step.connection].rows.active()) return;
  for (const RowsSeen& seen : step.rows.seen) {
    if (seen.touched) continue;
    for (std::size_t i = 0; i < std::min(seen.rows.size(), most_rows_of_a_table); ++i)
      add(tables_[seen.table], seen.rows[i]);
  }
}

void RowsTogether::change(const FullStep& step, const RowChange& change) {
  Pending& pending = pending_[step.connection];
  if (pending.rows.active() && change.kind != RowChange::Kind::insert)
    pending.changed.insert(change.table);
  switch (change.kind) {
    case RowChange::Kind::insert:
      return insert(pending, change);
    case RowChange::Kind::upsert:
      update(pending, change);
      return upsert(pending, change);
    case RowChange::Kind::update:
      return update(pending, change);
    case RowChange::Kind::remove:
      return remove(pending, change);
  }
}

/// Rows that were left out (ON CONFLICT DO NOTHING) are not there.
void RowsTogether::insert(Pending& pending, const RowChange& change) {
  if (change.count != change.rows.size()) return;
  for (const Row& row : change.rows) {
    if (pending.rows.active())
      pending.rows.add({change.table, row});
    else
      add(tables_[change.table], row);
  }
}

/// Whatever was there before: now there is a row with the values of the target and those set.
void RowsTogether::upsert(Pending& pending, const RowChange& change) {
  if (change.rows.size() != 1 || change.target.empty() || pending.rows.active()) return;
  Row row = change.set;
  for (const std::string& name : change.target) {
    const auto cell = change.rows[0].find(name);
    if (cell == change.rows[0].end() || !is_value(cell->second)) return;
    row.insert(*cell);
  }
  Table& table = tables_[change.table];
  std::erase_if(table.rows, [&](const Row& each) { return may_touch(change, each); });
  add(table, row);
}

/// Rows that may have been changed keep the rest. Those that were have what was asked and set.
void RowsTogether::update(Pending& pending, const RowChange& change) {
  Table& table = tables_[change.table];
  const auto forget = [&](Row& row) {
    if (may_touch(change, row))
      for (const auto& [column, value] : change.set) row.erase(column);
  };
  for (Row& row : table.rows) forget(row);
  pending.rows.erase_if([&](auto& each) {
    if (each.first == change.table) forget(each.second);
    return false;
  });
  if (change.kind != RowChange::Kind::update || !change.count || *change.count == 0) return;
  Row changed = change.set;
  for (const RowCondition& condition : change.where)
    if (condition.values.size() == 1) changed.emplace(condition.column, condition.values[0]);
  if (*change.count > 1) {
    std::vector<std::string> columns;
    for (const auto& [column, cell] : changed)
      if (is_value(cell)) columns.push_back(column);
    table.agreements.insert(std::move(columns));
  } else if (pending.rows.active()) {
    pending.rows.add({change.table, std::move(changed)});
  } else {
    add(table, changed);
  }
}

void RowsTogether::remove(Pending& pending, const RowChange& change) {
  std::erase_if(tables_[change.table].rows, [&](const Row& row) { return may_touch(change, row); });
  pending.rows.erase_if([&](const auto& each) {
    return each.first == change.table && may_touch(change, each.second);
  });
  clear_referring(change.table);
}

/// Rows that refer to removed ones by the name of a column may be gone with them.
void RowsTogether::clear_referring(const std::string& removed) {
  for (auto& [name, table] : tables_)
    if (name != removed)
      std::erase_if(table.rows, [&](const Row& row) {
        return std::ranges::any_of(
            row, [&](const auto& cell) { return may_refer(cell.first, removed); });
      });
}

void RowsTogether::control(const FullStep& step) {
  const StepAnalysis& a = step.analysis;
  Pending& pending = pending_[step.connection];
  const auto rows = pending.rows.carry_out(a.control, a.control_name, a.changed);
  if (pending.rows.active()) return;
  // What others saw meanwhile was the state before.
  if (a.control == Control::commit && a.changed)
    for (const std::string& table : pending.changed) tables_[table].rows.clear();
  pending.changed.clear();
  for (const auto& [table, row] : rows) add(tables_[table], row);
}

/// Tables that are written without a word about rows.
void RowsTogether::clear_untold(const FullStep& step) {
  for (const KeyPath& path : step.writes) {
    if (path.empty()) return clear();
    const bool told =
        path.size() == 1 && std::ranges::count(step.rows.changes, path[0], &RowChange::table) > 0;
    if (!told && path[0] != outside_transactions) tables_[path[0]].rows.clear();
  }
}

void RowsTogether::clear() {
  for (auto& [name, table] : tables_) table.rows.clear();
  for (auto& [connection, pending] : pending_) pending.rows.erase_if([](auto&) { return true; });
}

void RowsTogether::add(Table& table, const Row& row) {
  if (std::ranges::find(table.rows, row) != table.rows.end()) return;
  for (const Row& other : table.rows) {
    if (table.agreements.size() >= most_agreements) break;
    if (auto columns = agreement(row, other)) table.agreements.insert(std::move(*columns));
  }
  table.rows.push_back(row);
  if (table.rows.size() > most_rows_of_a_table) table.rows.pop_front();
}

bool RowsTogether::agree(const std::string& table, const std::vector<std::string>& columns) const {
  const auto found = tables_.find(table);
  if (found == tables_.end()) return false;
  std::vector<std::string> sorted = columns;
  std::ranges::sort(sorted);
  return std::ranges::any_of(found->second.agreements, [&](const auto& agreed) {
    return std::ranges::includes(agreed, sorted);
  });
}

}  // namespace understudy::compile
