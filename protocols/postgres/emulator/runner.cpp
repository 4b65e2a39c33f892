#include "protocols/postgres/emulator/runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "protocols/postgres/emulator/array.hpp"
#include "protocols/postgres/emulator/violations.hpp"

namespace understudy::postgres::emulation {

using sql::contents::DatumRow;
using sql::contents::is_null;
using sql::contents::is_whole;
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

}  // namespace

std::optional<Result> Runner::run(const Plan& plan, std::span<const Value> values) {
  Result result;
  if (!may_read(plan)) return std::nullopt;
  if (!keeps_within(plan)) {
    why_not_ = "a number that may leave its type";
    return std::nullopt;
  }
  why_not_ = plan.writes() ? "a write that the server may refuse" : "a value that is not sure";
  bool done = false;
  switch (plan.action) {
    case Plan::Action::select:
      done = select(plan, values, result);
      break;
    case Plan::Action::insert:
      done = insert(plan, values, result);
      break;
    case Plan::Action::update:
    case Plan::Action::remove:
      done = change(plan, values, result);
      break;
    case Plan::Action::truncate:
      done = truncate(plan, result);
      break;
  }
  if (done) return result;
  const auto error = took_effect_ ? std::nullopt : refusal();
  if (!error) return std::nullopt;
  Result refused;
  refused.answer.error = *error;
  return refused;
}

// ---- values ----

std::optional<Datum> Runner::value_of(const Bound& bound, std::span<const Value> values) {
  if (bound.slot == Bound::no_slot) return bound.constant;
  if (bound.slot >= values.size()) return std::nullopt;
  const Value& value = values[bound.slot];
  if (!value.text) return bound.array ? std::nullopt : std::optional(Datum());
  if (bound.array) return read_array(bound.type, value.value_class, *value.text, printing_);
  ColumnType type = bound.type;
  const bool any_number = value.value_class == sql::ValueClass::number && bound.compared;
  if (any_number && is_whole(type.kind)) type = {TypeKind::int8};
  if (!bound.assigned && !keeps_scale(type, *value.text, bound.compared)) return std::nullopt;
  auto datum = read_value(type, value.value_class, *value.text, printing_);
  if (!datum || bound.most == 0) return datum;
  const auto* number = std::get_if<std::int64_t>(&*datum);
  const bool near = number == nullptr || (*number >= -bound.most && *number <= bound.most);
  return near ? datum : std::nullopt;
}

// ---- rows of the answer ----

bool Runner::show(const Plan& plan, std::vector<DatumRow> rows, Result& result) {
  result.answer.returns_rows = true;
  result.answer.columns = columns_of(plan.shown, oids_);
  const auto shown = static_cast<std::ptrdiff_t>(plan.shown.size());
  bool sure = true;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool tied = i > 0 && std::equal(rows[i].begin() + shown, rows[i].end(),
                                          rows[i - 1].begin() + shown, rows[i - 1].end());
    result.runs.push_back(i == 0 ? 0 : result.runs.back() + (tied ? 0 : 1));
    Row& row = result.answer.rows.emplace_back();
    for (std::size_t column = 0; column < plan.shown.size(); ++column)
      row.push_back(print_value(plan.shown[column].type, rows[i][column], printing_, sure));
  }
  return sure;
}

bool Runner::select(const Plan& plan, std::span<const Value> values, Result& result) {
  std::vector<Datum> bound;
  std::vector<DatumRow> rows;
  if (!bind(plan.text.bounds, values, bound) ||
      contents_.database().run(plan.text.sql, bound, &rows) != Outcome::done ||
      !cut(plan, values, rows) || !show(plan, std::move(rows), result))
    return false;
  result.answer.tag = fmt::format("SELECT {}", result.answer.rows.size());
  return true;
}

// ---- INSERT ----

/// What RETURNING showed of a column of the new row.
std::optional<Datum> Runner::shown_value(const Plan& plan, std::size_t row, std::size_t column) {
  if (shown_ == nullptr || plan.answers_conflict || shown_->size() != plan.rows.size())
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

bool Runner::fill_row(const Plan& plan, std::size_t row, std::span<const Value> values,
                      std::vector<Datum>& bound) {
  const std::string key = plan.target;
  const std::shared_ptr<const Definition> table = contents_.find(key)->definition;
  hidden_.clear();
  for (std::size_t i = 0; i < table->columns.size(); ++i) {
    const Given& given = plan.rows[row][i];
    const auto& column = table->columns[i];
    if (given.kind == Given::Kind::value) {
      auto value = value_of(given.bound, values);
      if (!value) {
        why_not_ = "a value of the request for column " + key + "." + column.name;
        return refuse_value(plan, given, values);
      }
      bound.push_back(std::move(*value));
      continue;
    }
    auto value = took_effect_ ? shown_value(plan, row, i) : std::nullopt;
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
    } else if (!value && !took_effect_ && plan.returned.contains(i)) {
      return false;
    }
    if (!value) contents_.forget_column(key, i);
    if (!value) hidden_.insert(i);
    bound.push_back(value.value_or(Datum()));
  }
  return true;
}

bool Runner::insert_row(const Plan& plan, std::size_t row, std::span<const Value> values,
                        std::vector<DatumRow>& rows) {
  const std::shared_ptr<const Definition> table = contents_.find(plan.target)->definition;
  std::vector<Datum> bound;
  if (!fill_row(plan, row, values, bound)) return false;
  const std::vector<Datum> given = bound;
  const std::vector<Bound> further(
      plan.text.bounds.begin() + static_cast<std::ptrdiff_t>(table->columns.size()),
      plan.text.bounds.end());
  const std::int64_t place = contents_.database().last_place();
  if (!bind(further, values, bound) || !check_nulls(*table, given)) return false;
  const Outcome outcome = contents_.database().run(plan.text.sql, bound, &rows);
  if (outcome == Outcome::refused) return tell_refused(plan, values, bound);
  return outcome == Outcome::done && check_conditions(plan, values, place);
}

bool Runner::insert(const Plan& plan, std::span<const Value> values, Result& result) {
  std::vector<DatumRow> rows;
  std::int64_t count = 0;
  in_order_ = !plan.updates_conflict;
  if (!takes_values(plan, values)) return false;
  for (std::size_t i = 0; i < plan.rows.size(); ++i) {
    if (!insert_row(plan, i, values, rows)) return false;
    count += contents_.database().changed();
  }
  if (count > 0) add_written(result.written, plan.target);
  const std::shared_ptr<const Definition> table = contents_.find(plan.target)->definition;
  std::set<std::size_t> all;
  for (std::size_t i = 0; i < table->columns.size(); ++i) all.insert(i);
  if (count > 0 && !follow_references(plan.target, &all, moves_keys(plan, *table), result.written))
    return false;
  if (!plan.shown.empty() && !show(plan, std::move(rows), result)) return false;
  result.runs.clear();  // rows come in the order in which they were given
  for (std::size_t i = 0; i < result.answer.rows.size(); ++i) result.runs.push_back(i);
  result.answer.tag = fmt::format("INSERT 0 {}", count);
  return true;
}

// ---- UPDATE, DELETE, TRUNCATE ----

bool Runner::change(const Plan& plan, std::span<const Value> values, Result& result) {
  const std::shared_ptr<const Definition> table = contents_.find(plan.target)->definition;
  std::vector<Datum> bound;
  std::vector<DatumRow> rows;
  const bool was_known = contents_.find(plan.target)->known;
  const std::int64_t place = contents_.database().last_place();
  if (!bind(plan.text.bounds, values, bound)) return false;
  const Outcome outcome = contents_.database().run(plan.text.sql, bound, &rows);
  hidden_ = plan.refreshed;
  hidden_.insert(contents_.find(plan.target)->unknown.begin(),
                 contents_.find(plan.target)->unknown.end());
  if (outcome == Outcome::refused) return tell_refused(plan, values, bound);
  if (outcome != Outcome::done) {
    tell_nulls(plan, bound);
    return false;
  }
  const std::int64_t count = contents_.database().changed();
  if (!check_conditions(plan, values, place)) return false;
  const bool removes = plan.action == Plan::Action::remove;
  // Whether a key that moves meets another one on its way depends on the order of the rows.
  const bool moves = moves_keys(plan, *table);
  if (moves && count > 1) return false;
  if (count > 0) {
    add_written(result.written, plan.target);
    for (const std::size_t column : plan.refreshed) contents_.forget_column(plan.target, column);
    if (!follow_references(plan.target, removes ? nullptr : &plan.assigned, removes || moves,
                           result.written))
      return false;
  }
  if (removes && plan.all_rows) contents_.empty(plan.target);
  if (removes) contents_.note_removed(plan.target);
  if (!plan.shown.empty() && !show(plan, std::move(rows), result)) return false;
  result.answer.tag = fmt::format("{} {}", removes ? "DELETE" : "UPDATE", count);
  if (!was_known) {  // how many there were, only the server knew
    add_written(result.written, plan.target);
    result.answer.tag.clear();
  }
  return true;
}

bool Runner::truncate(const Plan& plan, Result& result) {
  for (const std::string& key : plan.targets) {
    contents_.empty(key);
    if (plan.restarts) contents_.restart_numbers(key);
    add_written(result.written, key);
  }
  result.answer.tag = "TRUNCATE TABLE";
  return true;
}

}  // namespace understudy::postgres::emulation
