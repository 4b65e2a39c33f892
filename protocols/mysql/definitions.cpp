#include "protocols/mysql/definitions.hpp"

#include <algorithm>

#include "protocols/mysql/names.hpp"
#include "protocols/sql/tree/parse_mysql.hpp"

namespace understudy::mysql {
namespace {

namespace tree = sql::tree;

/// How many names or changes stand behind IF [NOT] EXISTS; 0 where something is done in any case.
std::size_t guarded(const tree::Statement& statement) {
  if (const auto* table = statement.as<tree::CreateTable>())
    return table->if_not_exists && !table->replace ? 1 : 0;
  if (const auto* view = statement.as<tree::CreateView>())
    return view->if_not_exists && !view->replace ? 1 : 0;
  if (const auto* routine = statement.as<tree::CreateRoutine>())
    return routine->if_not_exists && !routine->replace ? 1 : 0;
  if (const auto* index = statement.as<tree::CreateIndex>()) return index->if_not_exists ? 1 : 0;
  if (const auto* sequence = statement.as<tree::CreateSequence>())
    return sequence->if_not_exists ? 1 : 0;
  if (const auto* other = statement.as<tree::CreateOther>()) return other->if_not_exists ? 1 : 0;
  if (const auto* dropped = statement.as<tree::Drop>())
    return dropped->if_exists ? std::max<std::size_t>(dropped->names.size(), 1) : 0;
  const auto* altered = statement.as<tree::AlterTable>();
  if (altered == nullptr) return 0;
  const bool all = std::ranges::all_of(altered->actions, &tree::AlterAction::if_exists);
  if (all && !altered->actions.empty()) return altered->actions.size();
  return altered->if_exists ? 1 : 0;
}

}  // namespace

bool did_nothing(std::string_view sql, sql::Mode mode, std::uint64_t warnings) {
  return warnings > 0 && warnings == guarded(tree::parse_mysql(sql, mode));
}

std::optional<std::string> used_database(std::string_view sql, sql::Mode mode) {
  sql::Verb verb = sql::verb_of(sql, mode);
  if (verb.kind != sql::Kind::use) return std::nullopt;
  return std::move(verb.name);
}

std::vector<std::string> timestamps_declared(std::string_view ddl, sql::Mode mode) {
  const tree::Statement statement = tree::parse_mysql(ddl, mode);
  std::vector<std::string> names;
  if (!statement.understood())
    for (const tree::Name& name : names_in(ddl, mode)) names.push_back(name.name);
  const auto add = [&](const tree::ColumnDefinition& column) {
    if (column.type.name.name == "timestamp") names.push_back(folded(column.name));
  };
  if (const auto* table = statement.as<tree::CreateTable>())
    for (const tree::ColumnDefinition& column : table->columns) add(column);
  if (const auto* altered = statement.as<tree::AlterTable>())
    for (const tree::AlterAction& action : altered->actions)
      if (action.column) add(*action.column);
  return names;
}

}  // namespace understudy::mysql
