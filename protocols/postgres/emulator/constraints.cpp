// What constraints make of a change: refused, or followed by other rows.
#include <fmt/format.h>

#include <algorithm>

#include "protocols/postgres/emulator/runner.hpp"
#include "protocols/postgres/emulator/violations.hpp"

namespace understudy::postgres::emulation {

using sql::contents::DatumRow;
using sql::contents::is_null;
using sql::contents::Outcome;
using sql::contents::Reference;
using sql::contents::UniqueKey;

bool Runner::refuse(std::optional<Fields> error) {
  refusals_.push_back(std::move(error));
  return false;
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
  if (took_effect_) return true;
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

/// Of a row of which it is not known yet whether it is put in: with ON CONFLICT the conditions are
/// looked at before.
bool Runner::check_proposed(const Plan& plan, std::span<const Value> values,
                            std::span<const Datum> row) {
  if (took_effect_) return true;
  const std::shared_ptr<const Definition> table = contents_.find(plan.target)->definition;
  std::vector<const PlannedCheck*> violated;
  for (const PlannedCheck& check : plan.checks) {
    std::vector<Datum> bound;
    std::vector<DatumRow> rows;
    if (!bind(check.text.bounds, values, bound)) return false;
    bound.front() = std::int64_t{0};
    std::string sql = "WITH " + table->sql_name() + " AS (SELECT 1 AS rowid";
    for (std::size_t i = 0; i < row.size(); ++i) {
      bound.push_back(row[i]);
      sql += fmt::format(", ?{} AS {}", bound.size(), table->sql_column(i));
    }
    if (contents_.database().run(sql + ") " + check.text.sql, bound, &rows) != Outcome::done)
      return false;
    if (!rows.empty()) violated.push_back(&check);
  }
  if (violated.empty()) return true;
  const bool ordered = violated.size() == 1 || !violated.front()->name.empty();
  const auto cells = printed_row(*table, row);
  return refuse(ordered && cells ? check_violation(*table, violated.front()->name, *cells)
                                 : std::nullopt);
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
