#include "protocols/sql/emulator/scope.hpp"

#include "protocols/sql/lower.hpp"

namespace understudy::sql::emulator {

bool is_called(const ScopeRelation& relation, const ScopeColumn& column, std::string_view name) {
  return column.name == name || (relation.folds && lower(column.name) == lower(name));
}

const ScopeColumn& Scope::find(const std::vector<std::string>& path) const {
  if (path.empty() || path.size() > 3) throw Unsure{"a column by its database"};
  const std::string* const schema = path.size() == 3 ? &path.front() : nullptr;
  const std::string* const table = path.size() > 1 ? &path[path.size() - 2] : nullptr;
  for (const Scope* scope = this; scope != nullptr; scope = scope->outer) {
    const ScopeColumn* found = nullptr;
    bool named = false;
    for (const ScopeRelation& relation : scope->relations) {
      if (relation.hidden || (table != nullptr && relation.name != *table) ||
          (schema != nullptr && relation.schema != *schema))
        continue;
      if (named && table != nullptr) throw Unsure{"two tables of one name"};
      named = true;
      for (const ScopeColumn& column : relation.columns) {
        if (!is_called(relation, column, path.back())) continue;
        if (found != nullptr) throw Unsure{"which column is meant: " + path.back()};
        found = &column;
      }
    }
    if (found != nullptr) return *found;
    if (named && table != nullptr) break;
  }
  throw Unsure{"no such column: " + path.back()};
}

std::string Scope::relation_of(const ScopeColumn& column) const {
  for (const Scope* scope = this; scope != nullptr; scope = scope->outer)
    for (const ScopeRelation& relation : scope->relations)
      for (const ScopeColumn& each : relation.columns)
        if (&each == &column) return relation.name;
  return {};
}

}  // namespace understudy::sql::emulator
