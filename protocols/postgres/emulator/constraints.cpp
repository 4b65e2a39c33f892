// What constraints make of a change: refused, or followed by other rows.
#include <fmt/format.h>

#include <algorithm>

#include "protocols/postgres/emulator/definitions.hpp"
#include "protocols/postgres/emulator/runner.hpp"
#include "protocols/postgres/emulator/violations.hpp"

namespace understudy::postgres::emulation {

using sql::contents::DatumRow;
using sql::contents::is_null;
using sql::contents::Outcome;
using sql::contents::Reference;
using sql::contents::TableState;
using sql::contents::UniqueKey;

namespace {

constexpr int deepest_cascade = 16;

/// Whether equal values of both are kept alike.
bool kept_alike(const sql::contents::ColumnType& a, const sql::contents::ColumnType& b) {
  using sql::contents::is_text;
  using sql::contents::is_whole;
  if (!sql::contents::is_comparable(a) || !sql::contents::is_comparable(b)) return false;
  if (is_whole(a.kind) || is_text(a.kind))
    return is_whole(a.kind) ? is_whole(b.kind) : is_text(b.kind);
  return a.kind == b.kind && a.scale == b.scale;
}

/// The rows of the child that refer to no row.
std::optional<std::string> orphans(const Definition& child, const Reference& reference,
                                   const Definition& parent) {
  const auto columns = referred_columns(reference, parent);
  if (!columns || columns->size() != reference.columns.size()) return std::nullopt;
  std::string some, same;
  for (std::size_t i = 0; i < columns->size(); ++i) {
    const auto& parents = parent.columns[(*columns)[i]];
    if (!kept_alike(child.columns[reference.columns[i]].type, parents.type)) return std::nullopt;
    const std::string own = child.sql_name() + "." + child.sql_column(reference.columns[i]);
    some += own + " IS NOT NULL AND ";
    same += (i > 0 ? " AND p." : "p.") + parent.sql_column((*columns)[i]) + " = " + own;
  }
  return some + "NOT EXISTS (SELECT 1 FROM " + parent.sql_name() + " AS p WHERE " + same + ")";
}

bool knows(const TableState* table, const std::vector<std::size_t>& columns) {
  return table != nullptr && table->known && std::ranges::none_of(columns, [&](std::size_t each) {
           return table->unknown.contains(each);
         });
}

std::string list_of(const Definition& table, const std::vector<std::size_t>& columns) {
  std::string list;
  for (const std::size_t each : columns)
    list += (list.empty() ? "" : ", ") + table.sql_column(each);
  return list;
}

}  // namespace

bool Runner::refuse(std::optional<Fields> error) {
  refusals_.push_back(std::move(error));
  return false;
}

/// What the server prints for these values; nothing where that is not sure.
std::optional<std::vector<std::string>> Runner::printed(const Definition& table,
                                                        const std::vector<std::size_t>& columns,
                                                        std::span<const Datum> values) {
  std::vector<std::string> texts;
  bool sure = true;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    auto text = print_value(table.columns[columns[i]].type, values[i], printing_, sure);
    if (!text) return std::nullopt;
    texts.push_back(std::move(*text));
  }
  return sure ? std::optional(texts) : std::nullopt;
}

/// All of a row, as errors show it.
std::optional<std::vector<std::optional<std::string>>> Runner::printed_row(
    const Definition& table, std::span<const Datum> row) {
  std::vector<std::optional<std::string>> cells;
  bool sure = true;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (hidden_.contains(i)) return std::nullopt;
    cells.push_back(print_value(table.columns[i].type, row[i], printing_, sure));
  }
  return sure ? std::optional(cells) : std::nullopt;
}

bool Runner::check_nulls(const Definition& table, std::span<const Datum> row) {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (!table.columns[i].not_null || !is_null(row[i]) || hidden_.contains(i)) continue;
    const auto cells = printed_row(table, row);
    return refuse(cells ? std::optional(not_null_violation(table, i, *cells)) : std::nullopt);
  }
  return true;
}

/// Of the rows behind that place.
bool Runner::check_conditions(const Plan& plan, std::span<const Value> values, std::int64_t place) {
  std::vector<const PlannedCheck*> violated;
  for (const PlannedCheck& check : plan.checks) {
    std::vector<Datum> bound;
    std::vector<DatumRow> rows;
    if (!bind(check.text.bounds, values, bound)) return false;
    bound.front() = place;
    if (contents_.database().run(check.text.sql, bound, &rows) != Outcome::done) return false;
    if (!rows.empty()) violated.push_back(&check);
  }
  if (violated.empty()) return true;
  const bool ordered = violated.size() == 1 || !violated.front()->name.empty();
  const std::shared_ptr<const Definition> table = contents_.find(plan.target)->definition;
  const auto row = row_behind(*table, place);
  const auto cells = row ? printed_row(*table, *row) : std::nullopt;
  return refuse(ordered && cells ? check_violation(*table, violated.front()->name, *cells)
                                 : std::nullopt);
}

/// The one that was put in or changed last, where it is the only one behind that place.
std::optional<DatumRow> Runner::row_behind(const Definition& table, std::int64_t place) {
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < table.columns.size(); ++i) all.push_back(i);
  const Datum after[] = {place};
  std::vector<DatumRow> rows;
  const std::string sql =
      fmt::format("SELECT {} FROM {} WHERE rowid > ?1", list_of(table, all), table.sql_name());
  if (contents_.database().run(sql, after, &rows) != Outcome::done || rows.size() != 1)
    return std::nullopt;
  return rows.front();
}

/// A row was refused by a unique key: by which one. `changed`: columns that an UPDATE sets; null:
/// all.
bool Runner::tell_key(const Definition& table, std::span<const Datum> row,
                      const std::set<std::size_t>* changed) {
  const UniqueKey* met = nullptr;
  for (const UniqueKey& key : table.keys) {
    if (changed != nullptr && !contains_any(*changed, key.columns)) continue;
    std::vector<Datum> values;
    std::string where;
    for (const std::size_t each : key.columns) {
      values.push_back(row[each]);
      where += fmt::format("{}{} = ?{}", where.empty() ? "" : " AND ", table.sql_column(each),
                           values.size());
    }
    if (holds(fmt::format("SELECT 1 FROM {} WHERE {} LIMIT 1", table.sql_name(), where), values))
      continue;
    if (met != nullptr) return refuse(std::nullopt);  // which is looked at first
    met = &key;
  }
  if (met == nullptr) return refuse(std::nullopt);
  std::vector<Datum> values;
  for (const std::size_t each : met->columns) values.push_back(row[each]);
  const auto texts = printed(table, met->columns, values);
  return refuse(texts ? unique_violation(table, met->name, met->columns, *texts) : std::nullopt);
}

/// An INSERT or UPDATE was refused by a unique key. It is done once more, in the place of the row
/// that it met, to see what the new one is and whether other constraints, which the server looks at
/// before, refuse it.
bool Runner::tell_refused(const Plan& plan, std::span<const Value> values,
                          std::span<const Datum> bound) {
  if (took_effect_ || plan.answers_conflict) return false;
  const bool inserts = plan.action == Plan::Action::insert;
  const std::string_view verb = inserts ? "INSERT " : "UPDATE ";
  const std::shared_ptr<const Definition> table = contents_.find(plan.target)->definition;
  auto& database = contents_.database();
  const std::int64_t place = database.last_place();
  static_cast<void>(database.run("SAVEPOINT told"));
  const std::string sql = std::string(verb) + "OR REPLACE " + plan.text.sql.substr(verb.size());
  std::vector<DatumRow> ignored;
  const bool one = database.run(sql, bound, &ignored) == Outcome::done && database.changed() == 1;
  const auto row = one ? row_behind(*table, place) : std::nullopt;
  const bool satisfies = row && check_conditions(plan, values, place);
  static_cast<void>(database.run("ROLLBACK TO told"));
  static_cast<void>(database.run("RELEASE told"));
  if (!row) return refuse(std::nullopt);
  return satisfies && tell_key(*table, *row, inserts ? nullptr : &plan.assigned);
}

/// An UPDATE could not be done: where it is NULL that it would have put into one row, that is said.
void Runner::tell_nulls(const Plan& plan, std::span<const Datum> bound) {
  if (took_effect_) return;
  const std::shared_ptr<const Definition> table = contents_.find(plan.target)->definition;
  auto& database = contents_.database();
  const std::int64_t place = database.last_place();
  static_cast<void>(database.run("SAVEPOINT told"));
  database.allow_nulls(true);
  std::vector<DatumRow> ignored;
  const bool one =
      database.run(plan.text.sql, bound, &ignored) == Outcome::done && database.changed() == 1;
  database.allow_nulls(false);
  const auto row = one ? row_behind(*table, place) : std::nullopt;
  static_cast<void>(database.run("ROLLBACK TO told"));
  static_cast<void>(database.run("RELEASE told"));
  if (row) static_cast<void>(check_nulls(*table, *row));
}

// ---- references ----

/// Rows of the child refer to none: as the server says it, where it is sure of which one.
bool Runner::tell_orphans(const Definition& child, const Reference& reference,
                          const Definition& parent, const std::string& missing, bool as_parent) {
  const auto of = referred_columns(reference, parent);
  std::vector<DatumRow> rows;
  const std::string sql =
      fmt::format("SELECT {}, min({}.rowid) FROM {} WHERE {} GROUP BY {} ORDER BY min({}.rowid)",
                  list_of(child, reference.columns), child.sql_name(), child.sql_name(), missing,
                  list_of(child, reference.columns), child.sql_name());
  if (!of || reference.deferrable || contents_.database().run(sql, {}, &rows) != Outcome::done ||
      rows.empty())
    return refuse(std::nullopt);
  // Rows that are put in are looked at in their order; which one is removed first is not known.
  if (rows.size() > 1 && (as_parent || !in_order_)) return refuse(std::nullopt);
  const auto texts = printed(child, reference.columns, rows.front());
  if (!texts) return refuse(std::nullopt);
  refused_at_.push_back(std::get<std::int64_t>(rows.front().back()));
  return refuse(as_parent ? missing_child(child, reference, parent, *of, *texts)
                          : missing_parent(child, reference, parent, *texts));
}

bool Runner::follow_child(const Definition& child, const Reference& reference, Result& result,
                          bool removed, bool as_parent, int depth) {
  const TableState* const state = contents_.find(child.key);
  const TableState* const parent = contents_.find(reference.parent);
  const auto columns =
      parent == nullptr ? std::nullopt : referred_columns(reference, *parent->definition);
  const auto missing =
      parent == nullptr ? std::nullopt : orphans(child, reference, *parent->definition);
  const bool sure =
      columns && missing && knows(state, reference.columns) && knows(parent, *columns);
  if (!sure) {
    if (!took_effect_) return refuse(std::nullopt);
    if (removed && reference.on_delete != sql::tree::ForeignAction::no_action)
      contents_.forget_rows(child.key);
    return true;
  }
  if (removed && !child.triggers.empty()) return refuse(std::nullopt);
  const std::string where = " WHERE " + *missing;
  using Action = sql::tree::ForeignAction;
  const bool cascades = removed && child.gives_rows && reference.on_delete == Action::cascade;
  const bool clears = removed && child.takes_rows && reference.on_delete == Action::set_null;
  if (!cascades && !clears) {
    if (holds("SELECT 1 FROM " + child.sql_name() + where + " LIMIT 1")) return true;
    const Action action = removed ? reference.on_delete : reference.on_update;
    const bool refuses = !as_parent || action == Action::no_action || action == Action::restrict;
    return depth == 0 && refuses
               ? tell_orphans(child, reference, *parent->definition, *missing, as_parent)
               : refuse(std::nullopt);
  }
  std::string sql = "DELETE FROM " + child.sql_name();
  if (clears) {
    sql = "UPDATE " + child.sql_name() + " SET rowid = next_place()";
    for (const std::size_t each : reference.columns) {
      if (child.columns[each].not_null || !child.checks.empty()) return refuse(std::nullopt);
      sql += ", " + child.sql_column(each) + " = NULL";
    }
  }
  if (contents_.database().run(sql + where) != Outcome::done) return refuse(std::nullopt);
  if (contents_.database().changed() == 0) return true;
  add_written(result, child.key);
  if (cascades) contents_.note_removed(child.key);
  const std::set<std::size_t> cleared(reference.columns.begin(), reference.columns.end());
  return follow_references(child.key, clears ? &cleared : nullptr, !clears, result, depth + 1);
}

/// After rows were put in or changed in these columns (null: removed). `as_parent`: what others
/// refer to was changed or removed. All that is refused is gathered.
bool Runner::follow_references(const std::string& key, const std::set<std::size_t>* changed,
                               bool as_parent, Result& result, int depth) {
  if (depth > deepest_cascade) return refuse(std::nullopt);
  const std::shared_ptr<const Definition> table = contents_.find(key)->definition;
  bool kept = true;
  if (changed != nullptr)
    for (const Reference& reference : table->references)
      if (contains_any(*changed, reference.columns))
        kept = follow_child(*table, reference, result, false, false, depth) && kept;
  if (!as_parent) return kept;
  std::vector<std::shared_ptr<const Definition>> others;
  for (const auto& [name, state] : contents_.book().tables) others.push_back(state.definition);
  const bool removed = changed == nullptr;
  for (const auto& child : others)
    for (const Reference& reference : child->references)
      if (reference.parent == key)
        kept = follow_child(*child, reference, result, removed, true, depth) && kept;
  return kept;
}

bool deferred_references_hold(sql::contents::Contents& contents) {
  const auto holds = [&](const TableState& child, const Reference& reference) {
    const TableState* const parent = contents.find(reference.parent);
    const auto columns =
        parent == nullptr ? std::nullopt : referred_columns(reference, *parent->definition);
    const auto missing = parent == nullptr
                             ? std::nullopt
                             : orphans(*child.definition, reference, *parent->definition);
    if (!columns || !missing || !knows(&child, reference.columns) || !knows(parent, *columns))
      return false;
    std::vector<DatumRow> rows;
    const std::string sql =
        "SELECT 1 FROM " + child.definition->sql_name() + " WHERE " + *missing + " LIMIT 1";
    return contents.database().run(sql, {}, &rows) == Outcome::done && rows.empty();
  };
  return std::ranges::all_of(contents.book().tables, [&](const auto& each) {
    return std::ranges::all_of(each.second.definition->references, [&](const Reference& reference) {
      return !reference.deferrable || holds(each.second, reference);
    });
  });
}

/// The one error of all that were found; nothing where it is not sure which comes first.
std::optional<Fields> Runner::refusal() const {
  const bool told =
      std::ranges::all_of(refusals_, [](const auto& each) { return each.has_value(); });
  if (refusals_.empty() || !told) return std::nullopt;
  if (refusals_.size() == 1) return refusals_.front();
  if (refused_at_.size() != refusals_.size() || !in_order_) return std::nullopt;
  const auto first = std::ranges::min_element(refused_at_);
  if (std::ranges::count(refused_at_, *first) > 1) return std::nullopt;
  return refusals_[static_cast<std::size_t>(first - refused_at_.begin())];
}

}  // namespace understudy::postgres::emulation
