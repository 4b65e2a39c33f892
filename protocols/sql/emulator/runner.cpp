#include "protocols/sql/emulator/runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace understudy::sql::emulator {

using contents::Outcome;
using contents::TableState;

namespace {

std::string name_of(const TableState* table, const TableColumnName& column) {
  return table == nullptr ? column.table
                          : column.table + "." + table->definition->columns[column.column].name;
}

}  // namespace

void add_written(Written& written, const std::string& key) {
  if (std::ranges::find(written, key) == written.end()) written.push_back(key);
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
    bound.type = {count->kind};
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

}  // namespace understudy::sql::emulator
