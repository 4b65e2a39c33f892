#include "compile/rows/row_book.hpp"

#include <algorithm>
#include <utility>

namespace understudy::compile {
namespace {

constexpr std::size_t most_rows_of_a_change =
    64;  // that one change touches, before its key is a whole column

}  // namespace

RowBook::RowBook(const std::vector<Step>& steps, const RowEvidence& evidence,
                 const std::vector<RowRelation>& relations)
    : evidence_(evidence), relations_(relations) {
  for (const auto& [name, columns] : evidence.tables()) {
    Table& table = tables_[name];
    for (const auto& [column, what] : columns) {
      table.columns.insert(column);
      if (evidence.identifies(name, column)) table.identities[column];
    }
  }
  for (const Step& packed : steps) note(FullStep(packed));
}

// --- learning -----------------------------------------------------------------------------------

void RowBook::note(const FullStep& step) {
  const StepAnalysis& a = step.analysis;
  for (const RowsSeen& seen : step.rows.seen)
    for (const Row& row : seen.rows)
      if (!seen.touched) note_seen(tables_[seen.table], row, step.recording, false);
  if (a.effect != Effect::write || !a.changed) return;
  note_opaque(step);
  for (const RowChange& change : step.rows.changes) {
    Table& table = tables_[change.table];
    if (is_insert(change))
      note_insert(step, change, table);
    else if (change.kind == RowChange::Kind::update)
      note_update(step, change, table);
    else
      note_removal(change.table, change.where, step.recording);
  }
  // What RETURNING shows is what the change left behind.
  for (const RowsSeen& seen : step.rows.seen)
    for (const Row& row : seen.rows)
      if (seen.touched) note_seen(tables_[seen.table], row, step.recording, false);
}

/// Tables that are written without a word about rows: TRUNCATE, COPY, what is not understood.
void RowBook::note_opaque(const FullStep& step) {
  for (const KeyPath& path : step.writes) {
    if (path.empty())
      for (auto& [name, table] : tables_) table.opaque = true;
    else if (path.size() == 1 &&
             std::ranges::count(step.rows.changes, path[0], &RowChange::table) == 0)
      tables_[path[0]].opaque = true;
  }
}

/// Which rows may be gone, by each column that tells them apart. Without conditions: any. Rows that
/// refer to them may have gone as well.
void RowBook::note_removal(const std::string& name, const std::vector<RowCondition>& where,
                           std::int64_t recording) {
  Table& table = tables_[name];
  bool news = std::exchange(table.removed_in, recording) != recording;
  for (auto& [column, identity] : table.identities) {
    auto& removed = identity.removed;
    if (removed.recording != recording) removed = {{}, false, recording};
    if (const RowCondition* named = condition_on(where, column))
      removed.values.insert(named->values.begin(), named->values.end());
    else
      news |= !std::exchange(removed.any, true);
  }
  for (const RowRelation& relation : relations_)
    if (news && relation.follows && relation.parent == name)
      note_removal(relation.child, {}, recording);
}

void RowBook::note_seen(Table& table, const Row& row, std::int64_t recording, bool inserted) {
  for (auto& [name, identity] : table.identities) {
    const auto value = row.find(name);
    if (value == row.end() || !value->second) {
      identity.anonymous |= inserted;
      continue;
    }
    Others& others = identity.rows[*value->second];
    const auto& removed = identity.removed;
    const bool removed_before =
        removed.recording == recording && (removed.any || removed.values.contains(*value->second));
    for (const std::string& column : table.columns) {
      const auto cell = row.find(column);
      if (column == name || (cell == row.end() && !inserted)) continue;
      Known& known = others[column];
      const auto wide = identity.wide.find(column);
      const bool set_before = wide != identity.wide.end() && wide->second.recording == recording;
      // Sighted late: it may have been something else before an update, or another row, with the
      // same value of `name`, that was removed (in whatever table: a foreign key may cascade).
      const bool other_before = inserted ? removed_before : set_before;
      if (known.sighted != recording && other_before) known.unknown = true;
      known.sighted = recording;
      if (cell != row.end() && cell->second)
        known.values.insert(*cell->second);
      else
        known.unknown = true;
    }
  }
}

void RowBook::note_insert(const FullStep& step, const RowChange& change, Table& table) {
  if (change.kind == RowChange::Kind::upsert) return note_upsert(change, table, step.recording);
  const bool all = change.count == change.rows.size();
  const RowsSeen* shown = returned_rows(step, change.table);
  for (const Row& given : change.rows) {
    Row row = given;
    if (shown != nullptr && shown->rows.size() == 1 && change.rows.size() == 1)
      for (const auto& [column, cell] : shown->rows[0]) row.insert_or_assign(column, cell);
    note_seen(table, row, step.recording, true);
    if (all) continue;
    // Some of the rows were there already, and look otherwise.
    for (auto& [name, identity] : table.identities)
      if (const auto cell = row.find(name); cell != row.end() && cell->second)
        for (auto& [column, known] : identity.rows[*cell->second]) known.unknown = true;
  }
}

/// A new row, or an old one with `set`.
void RowBook::note_upsert(const RowChange& change, Table& table, std::int64_t recording) {
  for (auto& [name, identity] : table.identities) {
    const auto rows = column_of(change.rows, name);
    if (!rows) identity.anonymous = true;
    for (const std::string& column : table.columns) {
      if (column == name) continue;
      auto values = column_of(change.rows, column);
      const auto set = change.set.find(column);
      if (set != change.set.end()) {
        if (!set->second)
          values.reset();
        else if (values)
          values->insert(*set->second);
      }
      note_set(identity, rows.value_or(Values()), column, values, recording);
      // The row that was there may be another than the values of `name` say.
      const bool same = change.target == std::vector<std::string>{name};
      if (rows && same) continue;
      Wide& wide = identity.wide[column];
      wide.recording = recording;
      if (set == change.set.end()) continue;
      if (set->second)
        wide.values.insert(*set->second);
      else
        wide.unknown = true;
    }
  }
}

void RowBook::note_update(const FullStep& step, const RowChange& change, Table& table) {
  const RowsSeen* shown = returned_rows(step, change.table);
  for (const auto& [column, cell] : change.set) {
    std::optional<Values> set;
    if (cell)
      set = Values{*cell};
    else if (shown != nullptr && change.count == shown->rows.size())
      set = column_of(shown->rows, column);
    for (auto& [name, identity] : table.identities) {
      if (name == column) continue;
      if (const RowCondition* named = condition_on(change.where, name)) {
        note_set(identity, values_of(*named), column, set, step.recording);
        continue;
      }
      Wide& wide = identity.wide[column];
      wide.recording = step.recording;
      if (set)
        wide.values.insert(set->begin(), set->end());
      else
        wide.unknown = true;
    }
  }
}

void RowBook::note_set(Identity& identity, const Values& rows, const std::string& column,
                       const std::optional<Values>& set, std::int64_t recording) {
  for (const std::string& row : rows) {
    Known& known = identity.rows[row][column];
    // What it was before nobody saw.
    if (known.sighted != recording) known.unknown = true;
    known.sighted = recording;
    if (set)
      known.values.insert(set->begin(), set->end());
    else
      known.unknown = true;
  }
}

// --- asking -------------------------------------------------------------------------------------

/// Everything that `column` ever was in the row whose `identity` is `row`.
std::optional<Values> RowBook::possible(const Table& table, const std::string& identity,
                                        const std::string& row, const std::string& column) const {
  const Identity& known_rows = table.identities.at(identity);
  if (table.opaque || (known_rows.anonymous && table.removed_in >= 0)) return std::nullopt;
  const auto others = known_rows.rows.find(row);
  if (others == known_rows.rows.end()) return std::nullopt;
  const auto known = others->second.find(column);
  if (known == others->second.end() || known->second.unknown || known->second.values.empty())
    return std::nullopt;
  const auto wide = known_rows.wide.find(column);
  if (wide == known_rows.wide.end()) return known->second.values;
  if (wide->second.unknown) return std::nullopt;
  Values all = known->second.values;
  all.insert(wide->second.values.begin(), wide->second.values.end());
  return all;
}

/// The rows that the condition names are known one by one.
std::optional<Values> RowBook::by_rows(const std::string& name, const RowCondition& condition,
                                       const std::string& column) const {
  const Table& table = tables_.at(name);
  if (!table.identities.contains(condition.column)) return std::nullopt;
  Values all;
  for (const std::string& row : condition.values) {
    const auto values = possible(table, condition.column, row, column);
    if (!values) return std::nullopt;
    all.insert(values->begin(), values->end());
  }
  return all;
}

const RowBook::Inverse& RowBook::inverse(const std::string& name, const std::string& identity,
                                         const std::string& column) const {
  const auto [found, added] =
      inverses_.try_emplace(name + '\x1f' + identity + '\x1f' + column, Inverse());
  if (!added) return found->second;
  for (const std::string& row : evidence_.find(name, identity)->named) {
    const auto values = possible(tables_.at(name), identity, row, column);
    if (!values)
      found->second.unknown.insert(row);
    else
      for (const std::string& value : *values) found->second.by_value[value].insert(row);
  }
  return found->second;
}

/// Of the rows that any request names, those of which it is not known that they never met the
/// condition. Others have no key that could be told.
std::optional<Values> RowBook::by_exclusion(const std::string& name, const RowCondition& condition,
                                            const std::string& column) const {
  if (!tables_.at(name).identities.contains(column)) return std::nullopt;
  const Inverse& rows = inverse(name, column, condition.column);
  if (rows.unknown.size() > most_rows_of_a_change) return std::nullopt;
  Values all = rows.unknown;
  for (const std::string& value : condition.values)
    if (const auto found = rows.by_value.find(value); found != rows.by_value.end())
      all.insert(found->second.begin(), found->second.end());
  return all.size() > most_rows_of_a_change ? std::nullopt : std::optional(all);
}

std::optional<Values> RowBook::values_where(const std::string& table,
                                            const std::vector<RowCondition>& where,
                                            const std::string& column, Wanted wanted) const {
  if (const RowCondition* named = condition_on(where, column)) return values_of(*named);
  if (!tables_.contains(table)) return std::nullopt;
  std::optional<Values> best;
  const auto consider = [&](std::optional<Values> values) {
    if (values && (!best || values->size() < best->size())) best = std::move(values);
  };
  for (const RowCondition& condition : where) {
    consider(by_rows(table, condition, column));
    if (wanted == Wanted::named) consider(by_exclusion(table, condition, column));
  }
  return best;
}

std::optional<Values> RowBook::inserted(const FullStep& step, const RowChange& change,
                                        const std::string& column, bool answered) const {
  if (auto values = column_of(change.rows, column)) return values;
  const RowsSeen* shown = answered ? returned_rows(step, change.table) : nullptr;
  if (shown == nullptr || shown->rows.size() != change.rows.size()) return std::nullopt;
  return column_of(shown->rows, column);
}

/// What `column` was in the rows that an upsert found to be there already.
std::optional<Values> RowBook::replaced(const RowChange& change, const std::string& column,
                                        bool answered) const {
  std::vector<std::string> target = change.target;
  if (target.empty() && !change.rows.empty()) {
    for (const auto& [name, cell] : change.rows[0]) target.push_back(name);
    target = evidence_.distinguishing(change.table, std::move(target));
    if (target.size() != 1) return std::nullopt;
  }
  std::vector<RowCondition> where;
  for (const std::string& name : target)
    if (const auto values = column_of(change.rows, name))
      where.push_back({name, {values->begin(), values->end()}});
  if (const RowCondition* named = condition_on(where, column)) return values_of(*named);
  return answered ? values_where(change.table, where, column) : std::nullopt;
}

/// What `column` was in the rows of an update or a delete.
std::optional<Values> RowBook::before(const FullStep& step, const RowChange& change,
                                      const std::string& column, bool answered,
                                      Wanted wanted) const {
  if (const RowCondition* named = condition_on(change.where, column)) return values_of(*named);
  if (!answered) return std::nullopt;
  const RowsSeen* shown = returned_rows(step, change.table);
  if (shown != nullptr && !change.set.contains(column) && change.count == shown->rows.size())
    if (auto values = column_of(shown->rows, column)) return values;
  return values_where(change.table, change.where, column, wanted);
}

std::optional<Values> RowBook::touched(const FullStep& step, const RowChange& change,
                                       const std::string& column, bool answered,
                                       Wanted wanted) const {
  auto values = is_insert(change) ? inserted(step, change, column, answered)
                                  : before(step, change, column, answered, wanted);
  if (!values || change.kind == RowChange::Kind::insert || change.kind == RowChange::Kind::remove)
    return values;
  if (change.kind == RowChange::Kind::upsert) {
    const auto old = replaced(change, column, answered);
    if (!old) return std::nullopt;
    values->insert(old->begin(), old->end());
  }
  const auto set = change.set.find(column);
  if (set == change.set.end()) return values;
  const RowsSeen* shown = answered ? returned_rows(step, change.table) : nullptr;
  std::optional<Values> now;
  if (set->second)
    now = Values{*set->second};
  else if (shown != nullptr && change.count == shown->rows.size())
    now = column_of(shown->rows, column);
  if (!now) return std::nullopt;
  values->insert(now->begin(), now->end());
  return values;
}

}  // namespace understudy::compile
