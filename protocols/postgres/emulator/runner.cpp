#include "protocols/postgres/emulator/runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "protocols/postgres/emulator/array.hpp"
#include "protocols/postgres/emulator/violations.hpp"

namespace understudy::postgres::emulation {

using sql::contents::DatumRow;
using sql::contents::Definition;
using sql::contents::is_null;
using sql::contents::is_whole;
using sql::contents::Outcome;
using sql::contents::TableState;

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

std::string name_of(const TableState* table, const TableColumnName& column) {
  return table == nullptr ? column.table
                          : column.table + "." + table->definition->columns[column.column].name;
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

void Runner::take_numbers() {
  for (const auto& [sequence, last] : numbers_) contents_.set_last_number(sequence, last);
}

// ---- what has to be known ----

bool Runner::may_read(const Plan& plan) {
  const bool determines = plan.action == Plan::Action::remove && plan.all_rows && took_effect_;
  for (const std::string& key : plan.reads) {
    const TableState* const table = contents_.find(key);
    if (table == nullptr || !(table->known || determines)) {
      why_not_ = "the rows of table " + key + " are not known";
      return false;
    }
  }
  for (const TableColumnName& each : plan.columns) {
    const TableState* const table = contents_.find(each.table);
    const bool determined = determines && each.table == plan.target;
    if (table == nullptr || (table->unknown.contains(each.column) && !determined)) {
      why_not_ = "the values of column " + name_of(table, each) + " are not known";
      return false;
    }
  }
  if (plan.action != Plan::Action::insert) return true;
  const TableState* const table = contents_.find(plan.target);
  if (table == nullptr || !table->known)
    why_not_ = "the rows of table " + plan.target + " are not known";
  return table != nullptr && table->known;
}

bool Runner::holds(const std::string& sql, std::span<const Datum> values) {
  std::vector<DatumRow> rows;
  return contents_.database().run(sql, values, &rows) == Outcome::done && rows.empty();
}

bool Runner::keeps_within(const Plan& plan) {
  return std::ranges::all_of(plan.guards, [&](const auto& guard) {
    const auto& [name, most] = guard;
    const TableState* const table = contents_.find(name.table);
    return table != nullptr &&
           holds(fmt::format("SELECT 1 FROM {0} WHERE {1} NOT BETWEEN -{2} AND {2} LIMIT 1",
                             table->definition->sql_name(),
                             table->definition->sql_column(name.column), most));
  });
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

bool Runner::bind(const std::vector<Bound>& bounds, std::span<const Value> values,
                  std::vector<Datum>& bound) {
  for (const Bound& each : bounds) {
    auto value = value_of(each, values);
    if (!value) {
      why_not_ = "a value of the request that it can't read";
      return false;
    }
    bound.push_back(std::move(*value));
  }
  return true;
}

// ---- rows of the answer ----

/// As LIMIT and OFFSET cut them; false where it is not sure which rows are left.
bool Runner::cut(const Plan& plan, std::span<const Value> values, std::vector<DatumRow>& rows) {
  const auto number = [&](const std::optional<Count>& count, std::int64_t none) {
    if (!count) return std::optional(none);
    if (count->slot == Bound::no_slot) return std::optional(count->constant);
    Bound bound;
    bound.slot = count->slot;
    bound.type = {TypeKind::int8};
    const auto value = value_of(bound, values);
    if (!value) return std::optional<std::int64_t>();
    const auto* given = std::get_if<std::int64_t>(&*value);
    return given == nullptr ? std::optional(none) : std::optional(*given);
  };
  const auto limit = number(plan.limit, std::numeric_limits<std::int64_t>::max());
  const auto offset = number(plan.offset, 0);
  if (!limit || !offset || *limit < 0 || *offset < 0) return false;
  const auto size = static_cast<std::int64_t>(rows.size());
  const std::int64_t begin = std::min(*offset, size), end = begin + std::min(*limit, size - begin);
  const auto shown = static_cast<std::ptrdiff_t>(plan.shown.size());
  // Rows that agree in their keys may come in any order: those on both sides of a cut must be
  // alike.
  const auto sure_at = [&](std::int64_t at) {
    if (at <= 0 || at >= size) return true;
    const auto same_key = [&](std::int64_t a, std::int64_t b) {
      return std::equal(rows[static_cast<std::size_t>(a)].begin() + shown,
                        rows[static_cast<std::size_t>(a)].end(),
                        rows[static_cast<std::size_t>(b)].begin() + shown);
    };
    if (!same_key(at - 1, at)) return true;
    std::int64_t first = at - 1, last = at;
    while (first > 0 && same_key(first - 1, at)) --first;
    while (last + 1 < size && same_key(last + 1, at)) ++last;
    for (std::int64_t i = first; i < last; ++i)
      if (rows[static_cast<std::size_t>(i)] != rows[static_cast<std::size_t>(i) + 1]) return false;
    return true;
  };
  if (begin < end && !(sure_at(begin) && sure_at(end))) return false;
  rows.erase(rows.begin() + end, rows.end());
  rows.erase(rows.begin(), rows.begin() + begin);
  return true;
}

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
  if (count > 0) add_written(result, plan.target);
  const std::shared_ptr<const Definition> table = contents_.find(plan.target)->definition;
  std::set<std::size_t> all;
  for (std::size_t i = 0; i < table->columns.size(); ++i) all.insert(i);
  if (count > 0 && !follow_references(plan.target, &all, moves_keys(plan, *table), result))
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
    add_written(result, plan.target);
    for (const std::size_t column : plan.refreshed) contents_.forget_column(plan.target, column);
    if (!follow_references(plan.target, removes ? nullptr : &plan.assigned, removes || moves,
                           result))
      return false;
  }
  if (removes && plan.all_rows) contents_.empty(plan.target);
  if (removes) contents_.note_removed(plan.target);
  if (!plan.shown.empty() && !show(plan, std::move(rows), result)) return false;
  result.answer.tag = fmt::format("{} {}", removes ? "DELETE" : "UPDATE", count);
  if (!was_known) {  // how many there were, only the server knew
    add_written(result, plan.target);
    result.answer.tag.clear();
  }
  return true;
}

bool Runner::truncate(const Plan& plan, Result& result) {
  for (const std::string& key : plan.targets) {
    contents_.empty(key);
    if (plan.restarts) contents_.restart_numbers(key);
    add_written(result, key);
  }
  result.answer.tag = "TRUNCATE TABLE";
  return true;
}

}  // namespace understudy::postgres::emulation
