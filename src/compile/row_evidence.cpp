#include "compile/row_evidence.hpp"

#include <algorithm>
#include <unordered_map>

namespace understudy::compile {
namespace {

constexpr std::size_t sample_size = 4096;   // rows per table that are compared with each other
constexpr std::size_t most_values = 65536;  // values per column that are counted

bool is_whole_number(const std::string& folded) {
  if (folded.size() < 2 || folded.front() != '=') return false;
  const std::size_t first = folded[1] == '-' ? 2 : 1;
  return folded.size() > first &&
         std::all_of(folded.begin() + static_cast<std::ptrdiff_t>(first), folded.end(),
                     [](char c) { return c >= '0' && c <= '9'; });
}

/// Whether the cell is known and no NULL, which equals nothing.
bool is_value(const Cell& cell) {
  return cell && cell->starts_with('=');
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

const RowsSeen* returned_rows(const Step& step, const std::string& table) {
  const auto& changes = step.analysis.rows.changes;
  if (std::ranges::count(changes, table, &RowChange::table) != 1) return nullptr;
  for (const RowsSeen& seen : step.analysis.rows.seen)
    if (seen.touched && seen.table == table) return &seen;
  return nullptr;
}

bool is_insert(const RowChange& change) noexcept {
  return change.kind == RowChange::Kind::insert || change.kind == RowChange::Kind::upsert;
}

RowEvidence::RowEvidence(const std::vector<Step>& steps) {
  for (const Step& step : steps) note_names(step);
  std::uint32_t recording = 0;
  for (const Step& step : steps) {
    // Each recording begins with tables of its own.
    if (std::exchange(recording, step.recording) != step.recording) end_all_inserts();
    note_rows(step);
  }
  end_all_inserts();
  pending_.clear();
}

void RowEvidence::note_conditions(Columns& table, const std::vector<RowCondition>& where) {
  for (const RowCondition& condition : where) {
    Column& column = table[condition.column];
    column.asked = true;
    column.named.insert(condition.values.begin(), condition.values.end());
  }
}

/// First pass: which columns there are, and what is asked and set of them.
void RowEvidence::note_names(const Step& step) {
  const RowFacts& rows = step.analysis.rows;
  const auto name = [](Columns& table, const Row& row) {
    for (const auto& [column, cell] : row)
      if (cell) table[column].named.insert(*cell);
  };
  for (const RowAccess& read : rows.reads) note_conditions(columns_[read.table], read.where);
  for (const RowChange& change : rows.changes) {
    Columns& table = columns_[change.table];
    note_conditions(table, change.where);
    for (const auto& [column, value] : change.set) table[column].changed = true;
    for (const std::string& column : change.target) table[column].asked = true;
    for (const Row& row : change.rows) {
      for (const auto& [column, cell] : row) static_cast<void>(table[column]);
      name(table, row);
    }
    name(table, change.set);
  }
}

void RowEvidence::note_rows(const Step& step) {
  for (const RowsSeen& seen : step.analysis.rows.seen) {
    for (const Row& row : seen.rows) note_row(columns_[seen.table], row);
    note_repeats(seen);
  }
  if (step.analysis.control != Control::none) note_transaction(step);
  if (step.analysis.effect != Effect::write || !step.analysis.changed) return;
  note_removals(step);
  for (const RowChange& change : step.analysis.rows.changes) note_change(step, change);
}

void RowEvidence::note_row(Columns& table, const Row& row) {
  for (const auto& [name, cell] : row) {
    Column& column = table[name];
    ++column.shown;
    column.numeric = column.numeric && cell && is_whole_number(*cell);
    if (cell && column.values.size() < most_values) column.values.insert(*cell);
  }
}

/// Two rows of one answer that agree in a column: it does not tell rows apart. What a join shows
/// twice may be one row, unless something else differs.
void RowEvidence::note_repeats(const RowsSeen& seen) {
  std::map<std::string, std::unordered_map<std::string, const Row*>> first;
  for (const Row& row : seen.rows)
    for (const auto& [column, cell] : row) {
      if (!is_value(cell)) continue;
      const auto [found, added] = first[column].emplace(*cell, &row);
      if (!added && (seen.each_once || *found->second != row))
        columns_[seen.table][column].repeated = true;
    }
  if (seen.each_once) keep_together(present_[seen.table], seen.rows);
}

void RowEvidence::note_change(const Step& step, const RowChange& change) {
  if (is_insert(change)) return note_insert(step, change);
  // More rows than values: several rows share a value.
  for (const RowCondition& condition : change.where)
    if (change.count && *change.count > condition.values.size())
      columns_[change.table][condition.column].repeated = true;
  if (change.kind == RowChange::Kind::update) note_update(change);
}

void RowEvidence::note_insert(const Step& step, const RowChange& change) {
  if (change.kind == RowChange::Kind::upsert) note_update(change);
  // Rows that were left out (ON CONFLICT DO NOTHING), or updated instead, may look otherwise.
  if (change.kind != RowChange::Kind::insert || change.count != change.rows.size()) return;
  Pending& pending = pending_[step.connection];
  for (const Row& row : change.rows) {
    note_row(columns_[change.table], row);
    if (pending.open)
      pending.rows.emplace_back(change.table, row);
    else
      present_[change.table].rows.push_back(row);
  }
}

/// What rows that are there may have been changed to is not followed: they only keep the rest.
void RowEvidence::note_update(const RowChange& change) {
  Present& present = present_[change.table];
  const auto is_set = [&](const Row& row) {
    return std::ranges::any_of(change.set,
                               [&](const auto& each) { return row.contains(each.first); });
  };
  const auto is_lost = [&](const Row& row) { return may_touch(change, row) && is_set(row); };
  if (std::ranges::any_of(present.rows, is_lost)) keep_together(present, present.rows);
  for (Row& row : present.rows)
    if (may_touch(change, row))
      for (const auto& [column, value] : change.set) row.erase(column);
}

/// Which inserted rows are in a table together is known until they may have been taken from it.
void RowEvidence::note_removals(const Step& step) {
  const auto& changes = step.analysis.rows.changes;
  for (const RowChange& change : changes)
    if (change.kind == RowChange::Kind::remove) note_removal(change);
  for (const KeyPath& path : step.analysis.writes) {
    const bool told =
        path.size() == 1 && std::ranges::count(changes, path[0], &RowChange::table) > 0;
    if (told || (!path.empty() && path[0] == outside_transactions)) continue;
    if (path.empty())
      end_all_inserts();
    else
      end_inserts(path[0]);
  }
}

void RowEvidence::note_removal(const RowChange& change) {
  Present& present = present_[change.table];
  const auto is_lost = [&](const Row& row) { return may_touch(change, row); };
  if (std::ranges::none_of(present.rows, is_lost)) return;
  keep_together(present, present.rows);
  std::erase_if(present.rows, is_lost);
}

void RowEvidence::note_transaction(const Step& step) {
  Pending& pending = pending_[step.connection];
  switch (step.analysis.control) {
    case Control::begin:
      pending.open = true;
      return;
    case Control::commit:
      if (step.analysis.changed)
        for (auto& [table, row] : pending.rows) present_[table].rows.push_back(std::move(row));
      [[fallthrough]];
    case Control::rollback:
    case Control::reset:
      pending = Pending();
      return;
    case Control::rollback_to:
      pending.rows.clear();
      return;
    default:
      return;
  }
}

void RowEvidence::keep_together(Present& present, std::vector<Row> rows) {
  if (rows.size() < 2 || present.sampled >= sample_size) return;
  present.sampled += rows.size();
  present.together.push_back(std::move(rows));
}

void RowEvidence::end_inserts(const std::string& name) {
  Present& present = present_[name];
  std::map<std::string, Values> values;
  for (const Row& row : present.rows)
    for (const auto& [column, cell] : row)
      if (is_value(cell) && !values[column].insert(*cell).second)
        columns_[name][column].repeated = true;
  keep_together(present, std::exchange(present.rows, {}));
}

void RowEvidence::end_all_inserts() {
  for (const auto& [name, table] : columns_) end_inserts(name);
}

const RowEvidence::Column* RowEvidence::find(const std::string& table,
                                             const std::string& column) const {
  const auto found = columns_.find(table);
  if (found == columns_.end()) return nullptr;
  const auto entry = found->second.find(column);
  return entry == found->second.end() ? nullptr : &entry->second;
}

bool RowEvidence::identifies(const std::string& table, const std::string& name) const {
  const Column* column = find(table, name);
  return column != nullptr && !column->changed && !column->repeated && column->values.size() >= 2;
}

/// Whether two rows that were in the table together agree in all of `columns`.
bool RowEvidence::some_agree(const std::string& table,
                             const std::vector<std::string>& columns) const {
  const auto present = present_.find(table);
  if (columns.size() == 1 && find(table, columns[0])->repeated) return true;
  if (present == present_.end()) return false;
  std::string key = table;
  for (const std::string& column : columns) key += '\x1f' + column;
  const auto [agree, added] = agreements_.emplace(std::move(key), false);
  if (!added) return agree->second;
  return agree->second = std::ranges::any_of(present->second.together, [&](const auto& rows) {
           std::set<Row> different;
           return std::ranges::any_of(rows, [&](const Row& row) {
             Row part;
             for (const std::string& name : columns) {
               const auto cell = row.find(name);
               if (cell == row.end() || !is_value(cell->second)) return false;
               part.insert(*cell);
             }
             return !different.insert(std::move(part)).second;
           });
         });
}

std::vector<std::string> RowEvidence::distinguishing(const std::string& table,
                                                     std::vector<std::string> columns) const {
  std::erase_if(columns, [&](const auto& name) { return find(table, name) == nullptr; });
  std::ranges::stable_partition(columns,
                                [&](const auto& name) { return !find(table, name)->repeated; });
  std::vector<std::string> chosen;
  while (!columns.empty() && !some_agree(table, columns)) {
    chosen.push_back(columns.front());
    columns.erase(columns.begin());
  }
  return chosen;
}

bool RowEvidence::takes_number(const RowChange& insert) const {
  const auto table = columns_.find(insert.table);
  if (insert.generates || insert.rows.empty() || table == columns_.end()) return true;
  for (const auto& [name, column] : table->second) {
    const bool given =
        std::ranges::all_of(insert.rows, [&](const Row& row) { return row.contains(name); });
    if (given || column.changed || column.shown == 0) continue;
    const bool always_alike = column.values.size() == 1 && column.shown > 1;
    if (column.numeric && !always_alike) return true;
  }
  return false;
}

}  // namespace understudy::compile
