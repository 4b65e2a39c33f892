#include "compile/row_book.hpp"

#include <algorithm>
#include <utility>

namespace understudy::compile {
namespace {

constexpr std::size_t sample_size = 4096;       // rows per table that are compared with each other
constexpr std::size_t most_values = 65536;      // values per column that are counted
constexpr std::size_t most_distinguishing = 4;  // columns that an insert depends on

bool is_whole_number(const std::string& folded) {
  if (folded.size() < 2 || folded.front() != '=') return false;
  const std::size_t first = folded[1] == '-' ? 2 : 1;
  return folded.size() > first &&
         std::all_of(folded.begin() + static_cast<std::ptrdiff_t>(first), folded.end(),
                     [](char c) { return c >= '0' && c <= '9'; });
}

const RowsSeen* returned(const Step& step, const std::string& table) {
  const auto& changes = step.analysis.rows.changes;
  if (std::ranges::count(changes, table, &RowChange::table) != 1) return nullptr;
  for (const RowsSeen& seen : step.analysis.rows.seen)
    if (seen.touched && seen.table == table) return &seen;
  return nullptr;
}

/// The values of a column in all rows; nothing where one is not known.
std::optional<Values> column_of(const std::vector<Row>& rows, const std::string& column) {
  Values values;
  for (const Row& row : rows) {
    const auto cell = row.find(column);
    if (cell == row.end() || !cell->second) return std::nullopt;
    values.insert(*cell->second);
  }
  return values;
}

bool is_insert(const RowChange& change) {
  return change.kind == RowChange::Kind::insert || change.kind == RowChange::Kind::upsert;
}

bool is_target(const RowChange& change, const std::string& column) {
  return std::ranges::find(change.target, column) != change.target.end();
}

/// Whether two rows that were in the table together agree in all of `columns`.
bool some_agree(const std::vector<std::vector<Row>>& together,
                const std::vector<std::string>& columns) {
  return std::ranges::any_of(together, [&](const std::vector<Row>& rows) {
    std::set<Row> different;
    return std::ranges::any_of(rows, [&](const Row& row) {
      Row part;
      for (const std::string& name : columns) {
        const auto cell = row.find(name);
        if (cell == row.end() || !cell->second) return false;
        part.insert(*cell);
      }
      return !different.insert(std::move(part)).second;
    });
  });
}

}  // namespace

RowBook::RowBook(const std::vector<Step>& steps) {
  for (const Step& step : steps) note_names(step);
  std::uint32_t recording = 0;
  for (const Step& step : steps) {
    // Each recording begins with tables of its own.
    if (std::exchange(recording, step.recording) != step.recording)
      for (auto& [name, table] : tables_) end_inserts(table);
    note_rows(step);
  }
  for (auto& [name, table] : tables_) end_inserts(table);
  pending_.clear();
}

void RowBook::note_conditions(Table& table, const std::vector<RowCondition>& where) {
  for (const RowCondition& condition : where) table.columns[condition.column].asked = true;
}

/// First pass: which columns there are, and what is asked and set of them.
void RowBook::note_names(const Step& step) {
  const Analysis& a = step.analysis;
  opaque_writes_ |= a.effect == Effect::write && !a.understood;
  for (const RowAccess& read : a.rows.reads) note_conditions(tables_[read.table], read.where);
  for (const RowChange& change : a.rows.changes) {
    Table& table = tables_[change.table];
    note_conditions(table, change.where);
    for (const auto& [column, value] : change.set) table.columns[column].changed = true;
    for (const std::string& column : change.target) table.columns[column].asked = true;
    for (const Row& row : change.rows)
      for (const auto& [column, cell] : row) static_cast<void>(table.columns[column]);
  }
}

void RowBook::note_rows(const Step& step) {
  for (const RowsSeen& seen : step.analysis.rows.seen) {
    Table& table = tables_[seen.table];
    for (const Row& row : seen.rows) note_row(table, row);
    note_repeats(table, seen);
  }
  if (step.analysis.control != Control::none) note_transaction(step);
  if (step.analysis.effect != Effect::write || !step.analysis.changed) return;
  note_removals(step);
  for (const RowChange& change : step.analysis.rows.changes) note_change(step, change);
}

void RowBook::note_row(Table& table, const Row& row) {
  for (const auto& [name, cell] : row) {
    Column& column = table.columns[name];
    ++column.shown;
    column.numeric = column.numeric && cell && is_whole_number(*cell);
    if (!cell) continue;
    if (column.values.size() < most_values) column.values.insert(*cell);
    if (!column.asked) continue;
    auto& others = column.rows[*cell];
    for (const auto& [other, value] : row)
      if (value && other != name && table.columns[other].asked) others[other].insert(*value);
  }
}

/// Two rows of one answer that agree in a column: it does not tell rows apart. What a join shows
/// twice may be one row, unless something else differs.
void RowBook::note_repeats(Table& table, const RowsSeen& seen) {
  std::map<std::string, std::unordered_map<std::string, const Row*>> first;
  for (const Row& row : seen.rows)
    for (const auto& [column, cell] : row) {
      if (!cell) continue;
      const auto [found, added] = first[column].emplace(*cell, &row);
      if (!added && (seen.each_once || *found->second != row))
        table.columns[column].repeated = true;
    }
  if (seen.each_once) keep_together(table, seen.rows);
}

void RowBook::note_change(const Step& step, const RowChange& change) {
  Table& table = tables_[change.table];
  if (is_insert(change)) {
    // Rows that were left out (ON CONFLICT DO NOTHING), or updated instead, may look otherwise.
    if (change.kind != RowChange::Kind::insert || change.count != change.rows.size()) return;
    Pending& pending = pending_[step.connection];
    for (const Row& row : change.rows) {
      note_row(table, row);
      if (pending.open)
        pending.rows.emplace_back(change.table, row);
      else
        table.inserted.push_back(row);
    }
    return;
  }
  // More rows than values: several rows share a value.
  for (const RowCondition& condition : change.where)
    if (change.count && *change.count > condition.values.size())
      table.columns[condition.column].repeated = true;
}

/// Which inserted rows are in a table together is known until rows may have been taken from it.
void RowBook::note_removals(const Step& step) {
  const auto& changes = step.analysis.rows.changes;
  for (const RowChange& change : changes)
    if (change.kind == RowChange::Kind::remove) end_inserts(tables_[change.table]);
  for (const KeyPath& path : step.analysis.writes) {
    const bool told =
        path.size() == 1 && std::ranges::count(changes, path[0], &RowChange::table) > 0;
    if (told || (!path.empty() && path[0] == outside_transactions)) continue;
    if (path.empty())
      for (auto& [name, table] : tables_) end_inserts(table);
    else
      end_inserts(tables_[path[0]]);
  }
}

void RowBook::note_transaction(const Step& step) {
  Pending& pending = pending_[step.connection];
  switch (step.analysis.control) {
    case Control::begin:
      pending.open = true;
      return;
    case Control::commit:
      if (step.analysis.changed)
        for (auto& [table, row] : pending.rows) tables_[table].inserted.push_back(std::move(row));
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

void RowBook::keep_together(Table& table, std::vector<Row> rows) {
  if (rows.size() < 2 || table.sampled >= sample_size) return;
  table.sampled += rows.size();
  table.together.push_back(std::move(rows));
}

void RowBook::end_inserts(Table& table) {
  std::map<std::string, std::set<std::string>> values;
  for (const Row& row : table.inserted)
    for (const auto& [name, cell] : row)
      if (cell && !values[name].insert(*cell).second) table.columns[name].repeated = true;
  keep_together(table, std::exchange(table.inserted, {}));
}

const RowBook::Column* RowBook::find(const std::string& table, const std::string& column) const {
  const auto found = tables_.find(table);
  if (found == tables_.end()) return nullptr;
  const auto entry = found->second.columns.find(column);
  return entry == found->second.columns.end() ? nullptr : &entry->second;
}

/// Whether a value of the column means one row, always the same one while it is there.
bool RowBook::identifies(const Column& column) const {
  return !column.changed && !column.repeated && column.values.size() >= 2;
}

std::optional<Values> RowBook::learned(const std::string& table,
                                       const std::vector<RowCondition>& where,
                                       const std::string& column) const {
  const Column* wanted = find(table, column);
  if (wanted == nullptr || wanted->changed || opaque_writes_) return std::nullopt;
  for (const RowCondition& condition : where) {
    const Column* known = find(table, condition.column);
    if (known == nullptr || !identifies(*known)) continue;
    Values values;
    const bool all = std::ranges::all_of(condition.values, [&](const std::string& value) {
      const auto row = known->rows.find(value);
      if (row == known->rows.end()) return false;
      const auto cells = row->second.find(column);
      if (cells == row->second.end() || cells->second.empty()) return false;
      values.insert(cells->second.begin(), cells->second.end());
      return true;
    });
    if (all) return values;
  }
  return std::nullopt;
}

std::optional<Values> RowBook::inserted(const Step& step, const RowChange& change,
                                        const std::string& column, bool answered) const {
  if (auto values = column_of(change.rows, column)) return values;
  const RowsSeen* shown = answered ? returned(step, change.table) : nullptr;
  if (shown == nullptr || shown->rows.size() != change.rows.size()) return std::nullopt;
  return column_of(shown->rows, column);
}

/// What `column` was in the rows that an upsert found to be there already.
std::optional<Values> RowBook::replaced(const RowChange& change, const std::string& column,
                                        bool answered) const {
  const auto given = column_of(change.rows, column);
  if (is_target(change, column)) return given;
  const std::vector<std::string> candidates = distinguishing(change);
  const bool only = change.target.empty() && candidates.size() == 1 && candidates[0] == column;
  if (only) return given;
  if (!answered || change.target.size() != 1) return std::nullopt;
  const auto rows = column_of(change.rows, change.target[0]);
  if (!rows) return std::nullopt;
  return learned(change.table, {{change.target[0], {rows->begin(), rows->end()}}}, column);
}

/// What `column` was in the rows of an update or a delete.
std::optional<Values> RowBook::before(const Step& step, const RowChange& change,
                                      const std::string& column, bool answered) const {
  for (const RowCondition& condition : change.where)
    if (condition.column == column) return Values(condition.values.begin(), condition.values.end());
  if (!answered) return std::nullopt;
  const RowsSeen* shown = returned(step, change.table);
  if (shown != nullptr && !change.set.contains(column) && change.count == shown->rows.size())
    if (auto values = column_of(shown->rows, column)) return values;
  return learned(change.table, change.where, column);
}

std::optional<Values> RowBook::touched(const Step& step, const RowChange& change,
                                       const std::string& column, bool answered) const {
  auto values = is_insert(change) ? inserted(step, change, column, answered)
                                  : before(step, change, column, answered);
  if (!values || change.kind == RowChange::Kind::insert || change.kind == RowChange::Kind::remove)
    return values;
  if (change.kind == RowChange::Kind::upsert) {
    const auto old = replaced(change, column, answered);
    if (!old) return std::nullopt;
    values->insert(old->begin(), old->end());
  }
  const auto set = change.set.find(column);
  if (set == change.set.end()) return values;
  if (!set->second) return std::nullopt;
  values->insert(*set->second);
  return values;
}

std::vector<std::string> RowBook::distinguishing(const RowChange& insert) const {
  const auto table = tables_.find(insert.table);
  if (table == tables_.end() || insert.rows.empty()) return {};
  std::string key = insert.table;
  for (const auto& [name, cell] : insert.rows.front()) key += '\x1f' + name;
  const auto found = distinguishing_.find(key);
  if (found != distinguishing_.end()) return found->second;
  return distinguishing_[key] = find_distinguishing(table->second, insert.rows.front());
}

std::vector<std::string> RowBook::find_distinguishing(const Table& table, const Row& insert) const {
  std::vector<std::string> left;
  for (const auto& [name, cell] : insert)
    if (!table.columns.at(name).changed) left.push_back(name);
  std::ranges::stable_sort(left, std::ranges::greater{}, [&](const std::string& name) {
    const Column& column = table.columns.at(name);
    return std::pair(!column.repeated, column.values.size());
  });
  std::vector<std::string> chosen;
  while (!left.empty() && chosen.size() < most_distinguishing &&
         !some_agree(table.together, left)) {
    chosen.push_back(left.front());
    left.erase(left.begin());
  }
  return chosen;
}

bool RowBook::takes_number(const RowChange& insert) const {
  const auto table = tables_.find(insert.table);
  if (insert.generates || insert.rows.empty() || table == tables_.end()) return true;
  for (const auto& [name, column] : table->second.columns) {
    const bool given =
        std::ranges::all_of(insert.rows, [&](const Row& row) { return row.contains(name); });
    if (given || column.changed || column.shown == 0) continue;
    const bool always_alike = column.values.size() == 1 && column.shown > 1;
    if (column.numeric && !always_alike) return true;
  }
  return false;
}

std::vector<std::string> RowBook::condition_columns(const std::string& table) const {
  std::vector<std::string> names;
  const auto found = tables_.find(table);
  if (found != tables_.end())
    for (const auto& [name, column] : found->second.columns)
      if (column.asked) names.push_back(name);
  return names;
}

std::size_t RowBook::variety(const std::string& table, const std::string& column) const {
  const Column* found = find(table, column);
  return found == nullptr ? 0 : found->values.size();
}

}  // namespace understudy::compile
