// Runs changes: what is put in, changed and removed, one row after the other where a query gives
// them.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>

#include "protocols/postgres/emulator/definition_answers.hpp"
#include "protocols/postgres/emulator/runner.hpp"
#include "protocols/postgres/emulator/violations.hpp"
#include "protocols/postgres/transaction.hpp"

namespace understudy::postgres::emulation {

using sql::contents::DatumRow;
using sql::contents::Definition;
using sql::contents::Outcome;

namespace {

std::int64_t greatest_number(TypeKind kind) {
  return kind == TypeKind::int2   ? std::numeric_limits<std::int16_t>::max()
         : kind == TypeKind::int4 ? std::numeric_limits<std::int32_t>::max()
                                  : std::numeric_limits<std::int64_t>::max();
}

/// Whether an UPDATE gives values to a unique key.
bool moves_keys(const Plan& plan, const Definition& table) {
  return std::ranges::any_of(
      table.keys, [&](const auto& key) { return contains_any(plan.assigned, key.columns); });
}

/// Whether rows that are alike in their order are among them, so that any may come first.
bool has_ties(const std::vector<DatumRow>& rows, std::size_t shown) {
  return std::ranges::adjacent_find(rows, [&](const DatumRow& a, const DatumRow& b) {
           const auto from = static_cast<std::ptrdiff_t>(shown);
           return std::equal(a.begin() + from, a.end(), b.begin() + from, b.end());
         }) != rows.end();
}

bool takes_number(const std::vector<Given>& row) {
  return std::ranges::count(row, Given::Kind::number, &Given::kind) > 0;
}

}  // namespace

// ---- INSERT ----

/// What RETURNING showed of a column of the new row.
std::optional<Datum> Runner::shown_value(const Plan& plan, std::size_t row, std::size_t column) {
  if (shown_ == nullptr || plan.answers_conflict || !in_order_ || shown_->size() != new_rows_)
    return std::nullopt;
  const auto found = std::ranges::find_if(plan.shown, [&](const Shown& each) {
    return each.origin && each.origin->table == plan.target && each.origin->column == column;
  });
  if (found == plan.shown.end()) return std::nullopt;
  const auto at = static_cast<std::size_t>(found - plan.shown.begin());
  const auto& cell = (*shown_)[row][at];
  if (!cell) return Datum();
  return read_value(found->type, sql::ValueClass::unknown, *cell, printing_);
}

/// A value that its column does not take. The server looks at it before any row is made; of values
/// that a driver bound not always, so that numbers may have been taken before.
bool Runner::refuse_value(const Plan& plan, const Given& given, std::span<const Value> values) {
  if (took_effect_ || plan.updates_conflict || plan.rows.size() != 1 ||
      given.bound.slot >= values.size())
    return false;
  const Value& value = values[given.bound.slot];
  if (!value.text) return false;
  auto error = refused_value(given.bound.type, value.value_class, *value.text);
  if (!error) return false;
  // Which of several is refused first depends on how each is refused.
  for (const Given& other : plan.rows.front())
    if (&other != &given && other.kind == Given::Kind::value && !value_of(other.bound, values))
      return false;
  const bool bound = value.value_class == sql::ValueClass::unknown;
  numbers_.clear();
  const std::shared_ptr<const Definition> table = contents_.find(plan.target)->definition;
  for (std::size_t i = 0; bound && i < table->columns.size(); ++i)
    if (plan.rows.front()[i].kind == Given::Kind::number) numbers_[{table->id, i}] = std::nullopt;
  return refuse(std::move(error));
}

/// Whether all rows have values that their columns take: the server looks at all of them before it
/// makes any row. What it says of one alone is known.
bool Runner::takes_values(const Plan& plan, std::span<const Value> values) {
  return plan.rows.size() == 1 ||
         std::ranges::all_of(plan.rows, [&](const std::vector<Given>& row) {
           return std::ranges::all_of(row, [&](const Given& given) {
             return given.kind != Given::Kind::value || value_of(given.bound, values);
           });
         });
}

/// What is put in, before anything is: a query sees none of it.
bool Runner::make_rows(const Plan& plan, std::span<const Value> values, std::vector<NewRow>& made) {
  for (std::size_t i = 0; i < plan.rows.size(); ++i) {
    if (plan.sources.empty() || plan.sources[i].text.sql.empty()) {
      made.push_back({made.size(), &plan.rows[i], {}});
      continue;
    }
    const Plan& source = plan.sources[i];
    std::vector<DatumRow> rows;
    if (!query(source, values, rows) || (!plan.of_query && rows.size() != 1)) return false;
    if (plan.of_query && has_ties(rows, source.shown.size())) in_order_ = false;
    for (DatumRow& row : rows) made.push_back({made.size(), &plan.rows[i], std::move(row)});
  }
  new_rows_ = made.size();
  if (in_order_ || !plan.of_query) return true;
  // Which of them gets which number is not known.
  return !takes_number(plan.rows.front());
}

/// Of a value that the server took and that can't be read here: what it showed of it, else nothing,
/// and the column is no longer known.
Datum Runner::take_unread(const Plan& plan, std::size_t row, std::size_t column) {
  if (auto shown = shown_value(plan, row, column)) return *std::move(shown);
  hidden_.insert(column);
  return contents_.hidden_cell(plan.target, column);
}

bool Runner::fill_row(const Plan& plan, const NewRow& row, std::span<const Value> values,
                      std::vector<Datum>& bound) {
  const std::string key = plan.target;
  const std::shared_ptr<const Definition> table = contents_.find(key)->definition;
  hidden_.clear();
  for (std::size_t i = 0; i < table->columns.size(); ++i) {
    const Given& given = (*row.given)[i];
    const auto& column = table->columns[i];
    if (given.kind == Given::Kind::computed) {
      if (column.type.kind == TypeKind::opaque) hidden_.insert(i);
      bound.push_back(row.computed[given.place]);
      continue;
    }
    if (given.kind == Given::Kind::value) {
      auto value = value_of(given.bound, values);
      if (!value && took_effect_) value = take_unread(plan, row.number, i);
      if (!value) {
        why_not_ = "a value of the request for column " + key + "." + column.name;
        return refuse_value(plan, given, values);
      }
      bound.push_back(std::move(*value));
      continue;
    }
    auto value = took_effect_ ? shown_value(plan, row.number, i) : std::nullopt;
    if (given.kind == Given::Kind::number) {
      const sql::contents::Contents::Sequence sequence{table->id, i};
      auto& last = numbers_.try_emplace(sequence, contents_.last_number(sequence)).first->second;
      if (!value && last) value = Datum(*last + 1);
      if (!value && !took_effect_) {
        why_not_ = "the number that the sequence of " + key + "." + column.name + " gives";
        return false;
      }
      const auto* number = value ? std::get_if<std::int64_t>(&*value) : nullptr;
      last = number != nullptr ? std::optional(*number) : std::nullopt;
      if (number != nullptr && *number >= greatest_number(column.type.kind)) return false;
    }
    // As long as it is not answered by what was recorded, it is made here.
    if (!value && given.kind == Given::Kind::fresh && !took_effect_ &&
        given.bound.source != Bound::Source::request) {
      value = momentary(given.bound, moment_);
      if (value && sql::contents::is_null(*value)) value.reset();
    }
    if (!value && !took_effect_ && plan.returned.contains(i)) return false;
    if (!value) {
      value = hidden(given.bound, i);
      hidden_.insert(i);
    }
    bound.push_back(*std::move(value));
  }
  return true;
}

bool Runner::insert_row(const Plan& plan, const NewRow& row, std::span<const Value> values,
                        std::vector<DatumRow>& rows, Result& result) {
  const std::shared_ptr<const Definition> table = contents_.find(plan.target)->definition;
  std::vector<Datum> bound;
  if (!fill_row(plan, row, values, bound)) return false;
  if (!table->triggers.empty()) {
    if (took_effect_) return refuse(std::nullopt);
    if (!fire(*table, "before", "insert", nullptr, &bound, result)) return false;
    for (const std::size_t each : hidden_) contents_.forget_column(plan.target, each);
    note_fired(*table, "insert", std::nullopt, bound);
  }
  const std::vector<Datum> given = bound;
  for (const auto& [place, most] : plan.part_guards) {
    if (place.part != Bound::no_slot) continue;
    const auto* number = std::get_if<std::int64_t>(&given[place.column]);
    if (number != nullptr && (*number < -most || *number > most)) return false;
  }
  const std::vector<Bound> further(
      plan.text.bounds.begin() + static_cast<std::ptrdiff_t>(table->columns.size()),
      plan.text.bounds.end());
  const std::int64_t place = contents_.database().last_place();
  if (!bind(further, values, bound) || !check_nulls(*table, given)) return false;
  if (plan.answers_conflict && !check_proposed(plan, values, given)) return false;
  const Outcome outcome = contents_.database().run(plan.text.sql, bound, &rows);
  if (outcome == Outcome::refused) return tell_refused(plan, values, bound);
  return outcome == Outcome::done && check_conditions(plan, values, place);
}

bool Runner::insert(const Plan& plan, std::span<const Value> values, std::vector<DatumRow>& rows,
                    Result& result) {
  std::int64_t count = 0;
  in_order_ = !plan.updates_conflict;
  begin_place_ = contents_.database().last_place();
  std::vector<NewRow> made;
  if (!takes_values(plan, values) || !make_rows(plan, values, made)) return false;
  // Which of several rows in no order is refused first is not known.
  const bool tells = !plan.of_query || in_order_ || made.size() == 1;
  if (!tells && !fires_in_any_order(*contents_.find(plan.target)->definition))
    return refuse(std::nullopt);
  for (const NewRow& row : made) {
    if (!insert_row(plan, row, values, rows, result)) return tells ? false : refuse(std::nullopt);
    count += contents_.database().changed();
  }
  if (count > 0) add_written(result.written, plan.target);
  const std::shared_ptr<const Definition> table = contents_.find(plan.target)->definition;
  std::set<std::size_t> all;
  for (std::size_t i = 0; i < table->columns.size(); ++i) all.insert(i);
  if (count > 0 && !follow_references(plan.target, &all, moves_keys(plan, *table), result.written))
    return false;
  const bool ordered = in_order_ || plan.updates_conflict;
  if (!fire_pending(*table, result)) return false;
  result.given_order = ordered;
  result.answer.tag = fmt::format("INSERT 0 {}", count);
  return true;
}

// ---- UPDATE, DELETE, TRUNCATE ----

bool Runner::change(const Plan& plan, std::span<const Value> values, std::vector<DatumRow>& rows,
                    Result& result) {
  std::vector<Datum> bound;
  if (plan.blurs) return blur(plan, result);
  const bool was_known = contents_.find(plan.target)->known;
  const std::int64_t place = contents_.database().last_place();
  if (!bind(plan.text.bounds, values, bound))
    return took_effect_ && plan.action == Plan::Action::update && blur(plan, result);
  const Outcome outcome = contents_.database().run(plan.text.sql, bound, &rows);
  hide(plan);
  if (outcome == Outcome::refused) return tell_refused(plan, values, bound);
  if (outcome != Outcome::done) {
    tell_nulls(plan, bound);
    return false;
  }
  if (!follow_change(plan, values, place, contents_.database().changed(), result)) return false;
  if (!was_known) {  // how many there were, only the server knew
    add_written(result.written, plan.target);
    result.answer.tag.clear();
  }
  return true;
}

/// An UPDATE of which it is not known which rows it changed, nor to what.
bool Runner::blur(const Plan& plan, Result& result) {
  const std::shared_ptr<const Definition> table = contents_.find(plan.target)->definition;
  const auto refers = [&](const auto& each) { return contains_any(plan.assigned, each.columns); };
  if (!took_effect_ || !table->triggers.empty() || moves_keys(plan, *table) ||
      std::ranges::any_of(table->references, refers))
    return false;
  for (const std::size_t column : plan.assigned) contents_.forget_column(plan.target, column);
  add_written(result.written, plan.target);
  result.answer.tag.clear();  // how many there were, only the server knew
  return true;
}

/// Of the rows of an UPDATE the columns whose values nobody knows, or not of every row.
void Runner::hide(const Plan& plan) {
  hidden_ = unknown_values(plan);
  const TableState& table = *contents_.find(plan.target);
  for (std::size_t i = 0; i < table.definition->columns.size(); ++i)
    if (!table.knows(i)) hidden_.insert(i);
}

/// The rows that a query gives; each of them once.
bool Runner::change_rows(const Plan& plan, std::span<const Value> values,
                         std::vector<DatumRow>& rows, Result& result) {
  std::vector<DatumRow> found;
  if (!query(plan.sources.front(), values, found)) return false;
  auto& database = contents_.database();
  const std::int64_t place = database.last_place();
  const auto shown = static_cast<std::ptrdiff_t>(plan.assigned.size()) + 1;
  std::map<Datum, const DatumRow*> seen;
  hide(plan);
  // In which order the server finds several rows is not known.
  if (found.size() > 1 && !fires_in_any_order(*contents_.find(plan.target)->definition))
    return refuse(std::nullopt);
  for (const DatumRow& row : found) {
    const auto [before, is_new] = seen.emplace(row.front(), &row);
    // By which of several it is changed, only the server knows.
    if (!is_new && *before->second != row) return false;
    if (!is_new) continue;
    if (!contents_.find(plan.target)->definition->triggers.empty()) {
      if (!change_fired(plan, row, rows, result)) return false;
      continue;
    }
    const std::vector<Datum> bound(row.begin(), row.begin() + shown);
    const Outcome outcome = database.run(plan.text.sql, bound);
    hide(plan);
    if (outcome == Outcome::refused) return found.size() == 1 && tell_refused(plan, values, bound);
    if (outcome != Outcome::done) return false;
    rows.emplace_back(row.begin() + shown, row.end());
  }
  return follow_change(plan, values, place, static_cast<std::int64_t>(seen.size()), result);
}

/// What follows from rows that were changed or removed.
bool Runner::follow_change(const Plan& plan, std::span<const Value> values, std::int64_t place,
                           std::int64_t count, Result& result) {
  const std::shared_ptr<const Definition> table = contents_.find(plan.target)->definition;
  if (!check_conditions(plan, values, place)) return false;
  const std::set<std::size_t> unknown = unknown_values(plan);
  const bool removes = plan.action == Plan::Action::remove;
  // Whether a key that moves meets another one on its way depends on the order of the rows.
  const bool moves = moves_keys(plan, *table);
  if (moves && count > 1) return false;
  if (count > 0) {
    add_written(result.written, plan.target);
    for (const std::size_t column : unknown) contents_.forget_column(plan.target, column);
    if (!follow_references(plan.target, removes ? nullptr : &plan.assigned, removes || moves,
                           result.written))
      return false;
  }
  if (removes && plan.all_rows) contents_.empty(plan.target);
  if (removes) contents_.note_removed(plan.target);
  if (!fire_pending(*table, result)) return false;
  result.answer.tag = fmt::format("{} {}", removes ? "DELETE" : "UPDATE", count);
  return true;
}

/// One row of a table with triggers. What they refuse is never told.
bool Runner::change_fired(const Plan& plan, const DatumRow& source, std::vector<DatumRow>& rows,
                          Result& result) {
  const std::shared_ptr<const Definition> table = contents_.find(plan.target)->definition;
  auto& database = contents_.database();
  const auto unsure = [&] { return refuse(std::nullopt); };
  if (took_effect_) return unsure();
  std::string list, set = "rowid = next_place()";
  for (std::size_t i = 0; i < table->columns.size(); ++i) {
    list += (i > 0 ? ", " : "") + table->sql_column(i);
    set += fmt::format(", {} = ?{}", table->sql_column(i), i + 2);
  }
  const Datum place[] = {source.front()};
  std::vector<DatumRow> old;
  const std::string sql =
      fmt::format("SELECT {} FROM {} WHERE rowid = ?1", list, table->sql_name());
  // A row that a trigger has changed or removed meanwhile is left out by the server.
  if (database.run(sql, place, &old) != Outcome::done || old.size() != 1) return unsure();
  hide(plan);
  const std::size_t assigned = plan.set_columns.size();
  if (plan.action == Plan::Action::remove) {
    if (!fire(*table, "before", "delete", &old.front(), nullptr, result)) return unsure();
    if (database.run(plan.text.sql, place) != Outcome::done || database.changed() != 1)
      return unsure();
    note_fired(*table, "delete", old.front(), std::nullopt);
    rows.emplace_back(source.begin() + 1, source.end());
    return true;
  }
  DatumRow row = old.front();
  for (std::size_t i = 0; i < assigned; ++i) row[plan.set_columns[i]] = source[i + 1];
  const DatumRow given = row;
  if (!fire(*table, "before", "update", &old.front(), &row, result)) return unsure();
  for (std::size_t i = 0; i < row.size(); ++i) {
    const bool in_key = std::ranges::any_of(
        table->keys, [&](const auto& key) { return std::ranges::count(key.columns, i) > 0; });
    const bool refers = std::ranges::any_of(table->references, [&](const auto& each) {
      return std::ranges::count(each.columns, i) > 0;
    });
    if (row[i] != given[i] && (in_key || refers)) return unsure();
    if (hidden_.contains(i)) contents_.forget_column(plan.target, i);
  }
  if (!check_nulls(*table, row)) return unsure();
  std::vector<Datum> bound = {source.front()};
  bound.insert(bound.end(), row.begin(), row.end());
  if (database.run(fmt::format("UPDATE {} SET {} WHERE rowid = ?1", table->sql_name(), set),
                   bound) != Outcome::done ||
      database.changed() != 1)
    return unsure();
  note_fired(*table, "update", old.front(), row);
  if (plan.after.sql.empty()) {
    rows.emplace_back(source.begin() + static_cast<std::ptrdiff_t>(assigned) + 1, source.end());
    return true;
  }
  if (!hidden_.empty() && contains_any(hidden_, {plan.returned.begin(), plan.returned.end()}))
    return unsure();
  std::vector<Datum> last;
  if (!bind(plan.after.bounds, {}, last)) return unsure();
  last.front() = database.last_place();
  return database.run(plan.after.sql, last, &rows) == Outcome::done || unsure();
}

// ---- MERGE ----

/// One row of the source. Which error the server would give is never told.
bool Runner::merge_row(const Plan& plan, const DatumRow& row, std::span<const Value> values,
                       Merged& merged, Result& result) {
  const auto* which = std::get_if<std::int64_t>(&row[1]);
  if (which == nullptr) return true;
  const PlannedWhen& when = plan.whens[static_cast<std::size_t>(*which)];
  if (when.action == PlannedWhen::Action::nothing) return true;
  ++merged.count;
  if (when.action == PlannedWhen::Action::insert) {
    std::vector<DatumRow> ignored;
    const std::vector<Given>& given = plan.rows[when.row];
    return (++merged.inserted == 1 || !takes_number(given)) &&
           insert_row(plan, {0, &given, row}, values, ignored, result);
  }
  // The server takes no row twice.
  if (!merged.places.insert(row.front()).second) return false;
  merged.removed = merged.removed || when.action == PlannedWhen::Action::remove;
  std::vector<Datum> bound = {row.front()};
  for (const std::size_t each : when.places) bound.push_back(row[each]);
  return contents_.database().run(when.sql, bound) == Outcome::done;
}

bool Runner::merge(const Plan& plan, std::span<const Value> values, Result& result) {
  const std::shared_ptr<const Definition> table = contents_.find(plan.target)->definition;
  const std::int64_t place = contents_.database().last_place();
  std::vector<DatumRow> rows;
  Merged merged;
  in_order_ = false;
  // What is written out has to be fit for its column, though no row be put in.
  for (const std::vector<Given>& row : plan.rows)
    for (const Given& given : row)
      if (given.kind == Given::Kind::value && !value_of(given.bound, values))
        return refuse(std::nullopt);
  const auto done = [&] {
    if (!query(plan.sources.front(), values, rows)) return false;
    for (const DatumRow& row : rows)
      if (!merge_row(plan, row, values, merged, result)) return false;
    const bool moves = moves_keys(plan, *table) && !merged.places.empty();
    if (!check_conditions(plan, values, place) || (moves && merged.count > 1)) return false;
    if (merged.count == 0) return true;
    add_written(result.written, plan.target);
    for (const std::size_t column : unknown_values(plan))
      contents_.forget_column(plan.target, column);
    std::set<std::size_t> all;
    for (std::size_t i = 0; i < table->columns.size(); ++i) all.insert(i);
    return follow_references(plan.target, &all, moves, result.written) &&
           (!merged.removed || follow_references(plan.target, nullptr, true, result.written));
  };
  if (!done()) return refuse(std::nullopt);
  contents_.note_removed(plan.target);
  result.answer.tag = fmt::format("MERGE {}", merged.count);
  return true;
}

// ---- REFRESH, TRUNCATE ----

bool Runner::refresh(const Plan& plan, std::span<const Value> values, Result& result) {
  const std::shared_ptr<const Definition> table = contents_.find(plan.target)->definition;
  std::vector<DatumRow> rows;
  if (!query(plan.sources.front(), values, rows)) return false;
  contents_.empty(plan.target);
  for (DatumRow& row : rows) {
    row.resize(table->columns.size());
    if (contents_.database().run(plan.text.sql, row) != Outcome::done) return false;
  }
  add_written(result.written, plan.target);
  result.answer.tag = "REFRESH MATERIALIZED VIEW";
  return true;
}

/// The next number of a sequence, or the one that it is set to.
bool Runner::number(const Plan& plan, std::span<const Value> values, std::vector<DatumRow>& rows) {
  const auto& use = *plan.sequence;
  auto& last =
      numbers_.try_emplace(use.sequence, contents_.last_number(use.sequence)).first->second;
  why_not_ = "the number that a sequence gives";
  if (!use.sets) {
    std::optional<std::int64_t> next;
    if (last) next = *last + use.increment;
    if (took_effect_ && shown_ != nullptr && shown_->size() == 1 && shown_->front().front()) {
      const auto told = read_value({TypeKind::int8}, sql::ValueClass::unknown,
                                   *shown_->front().front(), printing_);
      next = told ? std::optional(std::get<std::int64_t>(*told)) : std::nullopt;
    }
    if (!next || *next > use.most) return false;
    last = next;
    rows.push_back({Datum(*next)});
    return true;
  }
  std::vector<DatumRow> given;
  if (!query(plan.sources.front(), values, given) || given.size() != 1) return false;
  const auto* number = std::get_if<std::int64_t>(&given.front()[0]);
  const auto* called = std::get_if<std::int64_t>(&given.front()[1]);
  if (number == nullptr || called == nullptr) {
    rows.push_back({Datum()});
    return true;
  }
  if (*number < 1 || *number > use.most) return false;
  last = *called != 0 ? *number : *number - use.increment;
  rows.push_back({Datum(*number)});
  return true;
}

bool Runner::truncate(const Plan& plan, Result& result) {
  for (const std::string& key : plan.cascaded)
    result.answer.notices.push_back(make_fields(
        "NOTICE", "00000", fmt::format("truncate cascades to table \"{}\"", shown_name(key))));
  for (const std::string& key : plan.targets) {
    contents_.empty(key);
    if (plan.restarts) contents_.restart_numbers(key);
    add_written(result.written, key);
  }
  result.answer.tag = "TRUNCATE TABLE";
  return true;
}

}  // namespace understudy::postgres::emulation
