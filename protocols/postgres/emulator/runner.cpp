#include "protocols/postgres/emulator/runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "protocols/postgres/emulator/array.hpp"

namespace understudy::postgres::emulation {

using sql::contents::DatumRow;
using sql::contents::Definition;
using sql::contents::is_null;
using sql::contents::is_whole;
using sql::contents::Outcome;
using sql::contents::Reference;
using sql::contents::TableState;

namespace {

constexpr int deepest_cascade = 16;

std::int64_t greatest_number(TypeKind kind) {
  return kind == TypeKind::int2   ? std::numeric_limits<std::int16_t>::max()
         : kind == TypeKind::int4 ? std::numeric_limits<std::int32_t>::max()
                                  : std::numeric_limits<std::int64_t>::max();
}

bool contains_any(const std::set<std::size_t>& set, const std::vector<std::size_t>& columns) {
  return std::ranges::any_of(columns, [&](std::size_t each) { return set.contains(each); });
}

/// Whether an UPDATE gives values to a unique key.
bool moves_keys(const Plan& plan, const Definition& table) {
  return std::ranges::any_of(
      table.keys, [&](const auto& key) { return contains_any(plan.assigned, key.columns); });
}

void add_once(std::vector<std::string>& keys, const std::string& key) {
  if (std::ranges::find(keys, key) == keys.end()) keys.push_back(key);
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
  if (!done) return std::nullopt;
  for (const auto& [sequence, last] : numbers_) contents_.set_last_number(sequence, last);
  return result;
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

bool Runner::holds(const std::string& sql) {
  std::vector<DatumRow> rows;
  return contents_.database().run(sql, {}, &rows) == Outcome::done && rows.empty();
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

bool Runner::fill_row(const Plan& plan, std::size_t row, std::span<const Value> values,
                      std::vector<Datum>& bound) {
  const std::string key = plan.target;
  const std::shared_ptr<const Definition> table = contents_.find(key)->definition;
  for (std::size_t i = 0; i < table->columns.size(); ++i) {
    const Given& given = plan.rows[row][i];
    const auto& column = table->columns[i];
    if (given.kind == Given::Kind::value) {
      auto value = value_of(given.bound, values);
      if (!value) why_not_ = "a value of the request for column " + key + "." + column.name;
      if (!value || (column.not_null && is_null(*value))) return false;
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
    bound.push_back(value.value_or(Datum()));
  }
  return true;
}

bool Runner::insert(const Plan& plan, std::span<const Value> values, Result& result) {
  std::vector<DatumRow> rows;
  std::int64_t count = 0;
  const std::size_t width = contents_.find(plan.target)->definition->columns.size();
  for (std::size_t i = 0; i < plan.rows.size(); ++i) {
    std::vector<Datum> bound;
    if (!fill_row(plan, i, values, bound)) return false;
    const std::vector<Bound> further(plan.text.bounds.begin() + static_cast<std::ptrdiff_t>(width),
                                     plan.text.bounds.end());
    if (!bind(further, values, bound) ||
        contents_.database().run(plan.text.sql, bound, &rows) != Outcome::done)
      return false;
    count += contents_.database().changed();
  }
  if (count > 0) add_once(result.written, plan.target);
  const std::shared_ptr<const Definition> table = contents_.find(plan.target)->definition;
  std::set<std::size_t> all;
  for (std::size_t i = 0; i < width; ++i) all.insert(i);
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
  if (!bind(plan.text.bounds, values, bound) ||
      contents_.database().run(plan.text.sql, bound, &rows) != Outcome::done)
    return false;
  const std::int64_t count = contents_.database().changed();
  const bool removes = plan.action == Plan::Action::remove;
  // Whether a key that moves meets another one on its way depends on the order of the rows.
  const bool moves = moves_keys(plan, *table);
  if (moves && count > 1) return false;
  if (count > 0) {
    add_once(result.written, plan.target);
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
    add_once(result.written, plan.target);
    result.answer.tag.clear();
  }
  return true;
}

bool Runner::truncate(const Plan& plan, Result& result) {
  for (const std::string& key : plan.targets) {
    contents_.empty(key);
    if (plan.restarts) contents_.restart_numbers(key);
    add_once(result.written, key);
  }
  result.answer.tag = "TRUNCATE TABLE";
  return true;
}

// ---- references ----

namespace {

/// The columns that a reference refers to; nothing where they are not known.
std::optional<std::vector<std::size_t>> referred(const Reference& reference,
                                                 const Definition& parent) {
  std::vector<std::size_t> columns;
  for (const std::string& name : reference.of) {
    const auto column = parent.column(name);
    if (!column) return std::nullopt;
    columns.push_back(*column);
  }
  if (!reference.of.empty()) return columns;
  for (const auto& key : parent.keys)
    if (key.primary) return key.columns;
  return std::nullopt;
}

/// The rows of the child that refer to no row.
std::optional<std::string> orphans(const Definition& child, const Reference& reference,
                                   const Definition& parent) {
  const auto columns = referred(reference, parent);
  if (!columns || columns->size() != reference.columns.size()) return std::nullopt;
  std::string some, same;
  for (std::size_t i = 0; i < columns->size(); ++i) {
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

}  // namespace

bool Runner::follow_child(const Definition& child, const Reference& reference, Result& result,
                          bool removed, int depth) {
  const TableState* const state = contents_.find(child.key);
  const TableState* const parent = contents_.find(reference.parent);
  const auto columns = parent == nullptr ? std::nullopt : referred(reference, *parent->definition);
  const auto missing =
      parent == nullptr ? std::nullopt : orphans(child, reference, *parent->definition);
  const bool sure =
      columns && missing && knows(state, reference.columns) && knows(parent, *columns);
  if (!sure) {
    if (!took_effect_) return false;
    if (removed && reference.on_delete != sql::tree::ForeignAction::no_action)
      contents_.forget_rows(child.key);
    return true;
  }
  const std::string where = " WHERE " + *missing;
  using Action = sql::tree::ForeignAction;
  const bool cascades = removed && child.gives_rows && reference.on_delete == Action::cascade;
  const bool clears = removed && child.takes_rows && reference.on_delete == Action::set_null;
  if (!cascades && !clears) return holds("SELECT 1 FROM " + child.sql_name() + where + " LIMIT 1");
  std::string sql = "DELETE FROM " + child.sql_name();
  if (clears) {
    sql = "UPDATE " + child.sql_name() + " SET rowid = next_place()";
    for (const std::size_t each : reference.columns) {
      if (child.columns[each].not_null) return false;
      sql += ", " + child.sql_column(each) + " = NULL";
    }
  }
  if (contents_.database().run(sql + where) != Outcome::done) return false;
  if (contents_.database().changed() == 0) return true;
  add_once(result.written, child.key);
  if (cascades) contents_.note_removed(child.key);
  const std::set<std::size_t> cleared(reference.columns.begin(), reference.columns.end());
  return follow_references(child.key, clears ? &cleared : nullptr, !clears, result, depth + 1);
}

/// After rows were put in or changed in these columns (null: removed). `as_parent`: what others
/// refer to was changed or removed.
bool Runner::follow_references(const std::string& key, const std::set<std::size_t>* changed,
                               bool as_parent, Result& result, int depth) {
  if (depth > deepest_cascade) return false;
  const std::shared_ptr<const Definition> table = contents_.find(key)->definition;
  if (changed != nullptr)
    for (const Reference& reference : table->references)
      if (contains_any(*changed, reference.columns) &&
          !follow_child(*table, reference, result, false, depth))
        return false;
  if (!as_parent) return true;
  std::vector<std::shared_ptr<const Definition>> others;
  for (const auto& [name, state] : contents_.book().tables) others.push_back(state.definition);
  const bool removed = changed == nullptr;
  for (const auto& child : others)
    for (const Reference& reference : child->references)
      if (reference.parent == key && !follow_child(*child, reference, result, removed, depth))
        return false;
  return true;
}

}  // namespace understudy::postgres::emulation
