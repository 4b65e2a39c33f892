#include "compile/rows/row_evidence.hpp"

#include <algorithm>
#include <unordered_map>

#include "compile/rows/row_names.hpp"
#include "table/hash.hpp"

namespace understudy::compile {
namespace {

constexpr std::size_t most_values = 65536;  // values per column that are counted
constexpr std::size_t enough_values = 16;   // that all differ, to take a column for a key

bool is_whole_number(const std::string& folded) {
  if (folded.size() < 2 || folded.front() != '=') return false;
  const std::size_t first = folded[1] == '-' ? 2 : 1;
  return folded.size() > first &&
         std::all_of(folded.begin() + static_cast<std::ptrdiff_t>(first), folded.end(),
                     [](char c) { return c >= '0' && c <= '9'; });
}

bool among(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

/// A column of each declared unique constraint by which rows with `given` columns, the best first,
/// can meet another row.
std::vector<std::string> distinguishing(const TableFacts& facts,
                                        const std::vector<std::string>& given) {
  std::vector<std::string> chosen;
  for (const UniqueSet& set : facts.unique) {
    const bool never_met = std::ranges::any_of(set.columns, [&](const std::string& name) {
      const auto column = facts.columns.find(name);
      if (among(given, name) || column == facts.columns.end()) return false;
      return column->second.generated || (!column->second.defaults && set.nulls_distinct);
    });
    if (never_met || std::ranges::any_of(
                         set.columns, [&](const std::string& name) { return among(chosen, name); }))
      continue;
    const auto best = std::ranges::find_if(
        given, [&](const std::string& name) { return among(set.columns, name); });
    chosen.push_back(best == given.end() ? set.columns.front() : *best);
  }
  return chosen;
}

}  // namespace

std::optional<Values> values_of(const std::vector<Row>& rows, const std::string& column) {
  auto values = column_of(rows, column);
  if (values) std::erase_if(*values, [](const std::string& value) { return !is_value(value); });
  return values;
}

std::optional<Values> column_of(const std::vector<Row>& rows, const std::string& column) {
  Values values;
  for (const Row& row : rows) {
    const auto cell = row.find(column);
    if (cell == row.end() || !cell->second) return std::nullopt;
    values.insert(*cell->second);
  }
  return values;
}

const RowCondition* condition_on(const std::vector<RowCondition>& where,
                                 const std::string& column) {
  const auto found = std::ranges::find(where, column, &RowCondition::column);
  return found == where.end() ? nullptr : &*found;
}

Values values_of(const RowCondition& condition) {
  return {condition.values.begin(), condition.values.end()};
}

const RowsSeen* returned_rows(const FullStep& step, const std::string& table) {
  const auto& changes = step.rows.changes;
  if (std::ranges::count(changes, table, &RowChange::table) != 1) return nullptr;
  for (const RowsSeen& seen : step.rows.seen)
    if (seen.touched && seen.table == table) return &seen;
  return nullptr;
}

RowEvidence::RowEvidence(const std::vector<Step>& steps, const Schema& schema)
    : declarations_(steps, schema) {
  for (const Step& packed : steps) note_names(FullStep(packed));
  for (const Step& packed : steps) {
    const FullStep step(packed);
    note_rows(step);
    together_.note(step);
  }
  if (!steps.empty() && steps.front().recording != steps.back().recording) note_numbers(steps);
}

void RowEvidence::note_conditions(Columns& table, const std::vector<RowCondition>& where) {
  for (const RowCondition& condition : where) {
    Column& column = table[condition.column];
    column.asked = true;
    column.named.insert(condition.values.begin(), condition.values.end());
  }
}

/// First pass: which columns there are, and what is asked and set of them.
void RowEvidence::note_names(const FullStep& step) {
  const RowFacts& rows = step.rows;
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

void RowEvidence::note_rows(const FullStep& step) {
  for (const RowsSeen& seen : step.rows.seen) {
    for (const Row& row : seen.rows) note_row(columns_[seen.table], row);
    note_repeats(seen);
  }
  if (step.analysis.effect != Effect::write || !step.analysis.changed) return;
  for (const RowChange& change : step.rows.changes) note_change(change);
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
}

void RowEvidence::note_change(const RowChange& change) {
  if (change.kind == RowChange::Kind::insert && change.count == change.rows.size())
    for (const Row& row : change.rows) note_row(columns_[change.table], row);
  if (!change.target.empty())
    targets_[change.table].insert({change.target.begin(), change.target.end()});
  for (const auto& [column, cell] : change.set)
    if (!cell) columns_[change.table][column].computed = true;
  // More rows than values: several rows share a value.
  for (const RowCondition& condition : change.where)
    if (change.count && *change.count > condition.values.size())
      columns_[change.table][condition.column].repeated = true;
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
  if (column == nullptr || column->changed || column->repeated) return false;
  if (together_.agree(table, {name})) return false;
  if (const TableFacts* facts = declared(table))
    return std::ranges::any_of(facts->unique, [&](const UniqueSet& set) {
      return set.condition.empty() && set.columns == std::vector<std::string>{name};
    });
  // That a few rows differ says little; a name or a declared constraint says more.
  const auto targets = targets_.find(table);
  const bool unique = targets != targets_.end() && targets->second.contains({name});
  return column->values.size() >= (unique || is_key_name(table, name) ? 2 : enough_values);
}

bool RowEvidence::is_part_of_target(const std::string& table,
                                    const std::vector<std::string>& columns) const {
  const auto found = targets_.find(table);
  if (found == targets_.end()) return false;
  return std::ranges::any_of(found->second, [&](const auto& target) {
    return columns.size() < target.size() &&
           std::ranges::all_of(columns, [&](const auto& name) { return target.contains(name); });
  });
}

bool RowEvidence::is_measure(const std::string& table, const std::string& name) const {
  const Column* column = find(table, name);
  return column != nullptr && column->computed && column->numeric;
}

bool RowEvidence::may_be_unique(const std::string& table, const std::string& column) const {
  return find(table, column) != nullptr && !is_refuted(table, {column});
}

/// Whether there is no unique constraint over just these columns.
bool RowEvidence::is_refuted(const std::string& table,
                             const std::vector<std::string>& columns) const {
  if (const TableFacts* facts = declared(table))
    return std::ranges::none_of(facts->unique, [&](const UniqueSet& set) {
      return std::ranges::all_of(set.columns,
                                 [&](const std::string& name) { return among(columns, name); });
    });
  if (columns.size() == 1) {
    const Column& column = *find(table, columns[0]);
    if (column.repeated || is_measure(table, columns[0])) return true;
  }
  return is_part_of_target(table, columns) || together_.agree(table, columns);
}

std::vector<std::string> RowEvidence::distinguishing(const std::string& table,
                                                     std::vector<std::string> columns) const {
  std::erase_if(columns, [&](const auto& name) { return find(table, name) == nullptr; });
  if (const TableFacts* facts = declared(table)) return compile::distinguishing(*facts, columns);
  std::stable_partition(columns.begin(), columns.end(),
                        [&](const auto& name) { return may_be_unique(table, name); });
  std::vector<std::string> chosen;
  while (!columns.empty() && !is_refuted(table, columns)) {
    chosen.push_back(columns.front());
    columns.erase(columns.begin());
  }
  return chosen;
}

bool RowEvidence::bears_on_uniqueness(const RowChange& change, const std::string& name) const {
  const TableFacts* facts = declared(change.table);
  return std::ranges::any_of(change.set, [&](const auto& cell) {
    if (facts == nullptr) return !is_measure(change.table, cell.first);
    return std::ranges::any_of(facts->unique, [&](const UniqueSet& set) {
      return among(set.columns, name) &&
             (among(set.columns, cell.first) || among(set.condition, cell.first));
    });
  });
}

bool RowEvidence::has_default(const std::string& table, const std::string& name) const {
  const TableFacts* facts = declared(table);
  if (facts == nullptr) return false;
  const auto column = facts->columns.find(name);
  return column != facts->columns.end() && (column->second.defaults || column->second.generated);
}

/// By the schema, or by what the recording shows of it.
bool RowEvidence::may_be_numbered(const std::string& table, const std::string& name) const {
  const Column* column = find(table, name);
  if (column == nullptr || column->shown + (column->asked ? 1 : 0) == 0) return false;
  if (const TableFacts* facts = declared(table)) {
    const auto known = facts->columns.find(name);
    return known != facts->columns.end() && known->second.generated;
  }
  const bool always_alike = column->values.size() == 1 && column->shown > 1;
  return column->shown > 0 && !column->changed && column->numeric && !always_alike;
}

std::vector<std::string> RowEvidence::numbered(const RowChange& insert) const {
  std::vector<std::string> names;
  const auto table = columns_.find(insert.table);
  if (table == columns_.end()) return names;
  for (const auto& column : table->second) {
    const std::string& name = column.first;
    const bool given = std::ranges::all_of(insert.rows, [&](const Row& row) {
      const auto cell = row.find(name);
      return cell != row.end() && (cell->second || !insert.generates);
    });
    if (!given && may_be_numbered(insert.table, name)) names.push_back(name);
  }
  return names;
}

/// Which number an insert got as the n-th of its kind, by each recording.
void RowEvidence::note_numbers(const std::vector<Step>& steps) {
  std::map<std::pair<std::uint32_t, std::uint64_t>, std::size_t> before;  // equal inserts
  std::map<std::pair<std::uint64_t, std::size_t>, std::vector<std::optional<Values>>> numbers;
  for (const Step& packed : steps) {
    const FullStep step(packed);
    for (const RowChange& change : step.rows.changes) {
      if (!is_insert(change)) continue;
      const std::uint64_t insert = table::hash_of(step.analysis.identity.canonical);
      const std::size_t nth = before[{step.recording, insert}]++;
      const RowsSeen* shown = returned_rows(step, change.table);
      if (shown == nullptr) continue;
      std::vector<std::optional<Values>> given;
      for (const std::string& name : numbered(change))
        given.push_back(column_of(shown->rows, name));
      if (numbers.emplace(std::pair(insert, nth), given).first->second != given)
        disputed_.insert(change.table);
    }
  }
}

/// Whether the server makes nothing of an inserted row that differs from row to row, but keys.
/// Where no schema tells otherwise a trigger could count rows.
bool RowEvidence::makes_only_keys(const RowChange& insert) const {
  return std::ranges::all_of(columns_.at(insert.table), [&](const auto& entry) {
    const std::string& name = entry.first;
    const Column& column = entry.second;
    const bool given =
        std::ranges::all_of(insert.rows, [&](const Row& row) { return row.contains(name); });
    const bool made = !given && !column.changed && column.shown > 0 && column.values.size() > 1;
    return !made || (is_key_name(insert.table, name) && may_be_unique(insert.table, name));
  });
}

Numbering RowEvidence::numbering(const FullStep& step, const RowChange& insert) const {
  const std::vector<std::string> names = numbered(insert);
  if (names.empty() && !insert.generates && !insert.rows.empty() && columns_.contains(insert.table))
    return Numbering::none;
  if (names.empty() || insert.rows.empty() || insert.rows.front().empty()) return Numbering::shared;
  if (declared(insert.table) == nullptr && !makes_only_keys(insert)) return Numbering::shared;
  // Recordings that gave one insert two numbers are told apart by the inserts before it.
  if (disputed_.contains(insert.table)) return Numbering::shared;
  if (!step.analysis.changed || insert.count == 0) return Numbering::own;
  const RowsSeen* shown = returned_rows(step, insert.table);
  const bool all_shown =
      shown != nullptr && std::ranges::all_of(names, [&](const std::string& name) {
        return column_of(shown->rows, name).has_value();
      });
  return all_shown ? Numbering::own : Numbering::shared;
}

}  // namespace understudy::compile
