#include "compile/rows/declarations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace understudy::compile {
namespace {

bool is_system_column(std::string_view name) {
  static constexpr std::array<std::string_view, 7> names = {"ctid", "xmin", "xmax",    "cmin",
                                                            "cmax", "oid",  "tableoid"};
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

bool is_declared(const TableFacts& facts, const UniqueViolation& violation) {
  return std::ranges::any_of(facts.unique, [&](const UniqueSet& set) {
    return (!violation.columns.empty() && set.columns == violation.columns) ||
           (!set.name.empty() && set.name == violation.constraint);
  });
}

Declarations::Declarations(const std::vector<Step>& steps, const Schema& schema) : schema_(schema) {
  for (const auto& [name, table] : schema)
    if (!table.complete()) doubts_.emplace(name, table.doubt);
  if (!schema.empty())
    for (const Step& packed : steps) note(FullStep(packed));
  resolve();
}

const TableFacts* Declarations::find(const std::string& table) const {
  const auto found = schema_.find(table);
  return found == schema_.end() || doubts_.contains(table) ? nullptr : &found->second;
}

void Declarations::note(const FullStep& step) {
  const RowFacts& rows = step.rows;
  for (const RowAccess& read : rows.reads) note_condition(read.table, read.where);
  for (const RowChange& change : rows.changes) {
    note_condition(change.table, change.where);
    note_columns(change.table, change.set);
    for (const Row& row : change.rows) note_columns(change.table, row);
  }
  for (const RowsSeen& seen : rows.seen)
    if (!seen.rows.empty()) note_columns(seen.table, seen.rows.front());
  if (rows.violation) note_violation(*rows.violation);
}

void Declarations::note_columns(const std::string& table, const Row& row) {
  for (const auto& [column, cell] : row) note_column(table, column);
}

void Declarations::note_condition(const std::string& table,
                                  const std::vector<RowCondition>& where) {
  for (const RowCondition& condition : where) note_column(table, condition.column);
}

/// A schema that does not know the column is not that of what was recorded.
void Declarations::note_column(const std::string& table, const std::string& column) {
  const auto found = schema_.find(table);
  if (found == schema_.end() || found->second.columns.contains(column) || is_system_column(column))
    return;
  contradict(table, fmt::format("it declares no column {}, which the recording shows", column));
}

void Declarations::note_violation(const UniqueViolation& violation) {
  const auto found = schema_.find(violation.table);
  if (found == schema_.end() || is_declared(found->second, violation)) return;
  contradict(violation.table,
             fmt::format("it declares no unique constraint {}, which the recording shows",
                         violation.constraint));
}

void Declarations::contradict(const std::string& table, const std::string& why) {
  if (doubts_.emplace(table, why).second) contradicted_.emplace(table, why);
}

/// What refers to a table without naming columns means its primary key.
void Declarations::resolve() {
  for (auto& [name, table] : schema_)
    for (ForeignKey& key : table.references) {
      const auto parent = schema_.find(key.parent);
      if (key.parent_columns.empty() && parent != schema_.end())
        key.parent_columns = parent->second.primary_key;
      if (parent == schema_.end() || key.parent_columns.size() != key.columns.size())
        doubts_.emplace(name, fmt::format("what it refers to in {} is not declared", key.parent));
    }
}

}  // namespace understudy::compile
