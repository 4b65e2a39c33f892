#include "protocols/sql/emulator/contents_behind.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "protocols/sql/contents/fingerprint.hpp"
#include "protocols/sql/lower.hpp"
#include "protocols/sql/value_length.hpp"

namespace understudy::sql::emulator {
namespace {

struct Table {
  const contents::TableState* state = nullptr;
  bool whole = false;
};
using Tables = std::map<std::string, Table>;  // by key

/// Nothing where one of them is not known.
std::optional<Tables> tables_of(const ContentsAlone& alone, const contents::Contents& contents,
                                const ServerRules& rules, const std::set<std::string>& denied) {
  Tables tables;
  for (const auto* names : {&alone.tables, &alone.whole})
    for (const tree::Name& name : *names) try {
        const std::string key = rules.key_in(name, contents.book());
        const contents::TableState* const state = contents.find(key);
        if (state == nullptr || denied.contains(key)) return std::nullopt;
        Table& table = tables[key];
        table = {state, table.whole || names == &alone.whole};
      } catch (const Unsure&) {
        return std::nullopt;
      }
  return tables;
}

/// Whether every name that may be a column's is one of these tables', or made by the query: what
/// is neither may be a call of a function.
bool knows_names(const ContentsAlone& alone, const Tables& tables) {
  if (!alone.columns) return true;
  return std::ranges::all_of(*alone.columns, [&](const std::string& name) {
    return alone.own_names.contains(name) || std::ranges::any_of(tables, [&](const auto& table) {
             return std::ranges::any_of(
                 table.second.state->definition->columns,
                 [&](const contents::TableColumn& column) { return lower(column.name) == name; });
           });
  });
}

/// Those that may matter.
std::vector<std::size_t> columns_of(const Table& table, const ContentsAlone& alone) {
  std::vector<std::size_t> columns;
  const auto& all = table.state->definition->columns;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string name = lower(all[i].name);
    if (table.whole || !alone.columns || alone.columns->contains(name) ||
        alone.columns_in_routines.contains(name))
      columns.push_back(i);
  }
  return columns;
}

/// Nothing where it is not known which function it is.
bool append_routine(std::string& out, const tree::Name& name, const contents::Contents& contents,
                    const ServerRules& rules) {
  const auto found = contents.book().routines.find(rules.key_of(name));
  if (found == contents.book().routines.end() || !found->second) return false;
  const tree::CreateRoutine& routine = *found->second;
  if (routine.has_more || !routine.statements.empty()) return false;
  for (const std::string& text : {routine.language, routine.body, routine.returns.name.name})
    append_sized(text, out);
  append_length(routine.parameters.size(), out);
  for (const std::string& parameter : routine.parameters) append_sized(parameter, out);
  append_length(routine.parameter_types.size(), out);
  for (const tree::Type& type : routine.parameter_types) append_sized(type.name.name, out);
  return true;
}

}  // namespace

std::string question_of(const SqlRequest& request) {
  std::string question;
  append_sized(request.pattern, question);
  append_sized(request.session, question);
  for (const Value& value : request.values) {
    question += static_cast<char>('a' + static_cast<int>(value.value_class));
    append_length(value.text ? value.text->size() + 1 : 0, question);
    if (value.text) question += *value.text;
  }
  return question;
}

std::optional<std::string> contents_behind(const SqlRequest& request, Statements& statements,
                                           contents::Contents& contents, const ServerRules& rules,
                                           const std::set<std::string>& denied) {
  for (const Value& value : request.values)
    if (value.text && names_moment(*value.text)) return std::nullopt;
  const auto alone = statements.contents_alone(request.pattern);
  if (!alone) return std::nullopt;
  const auto tables = tables_of(*alone, contents, rules, denied);
  if (!tables || !knows_names(*alone, *tables)) return std::nullopt;
  std::string behind;
  for (const tree::Name& name : alone->routines)
    if (!append_routine(behind, name, contents, rules)) return std::nullopt;
  for (const auto& [key, table] : *tables) {
    const auto columns = columns_of(table, *alone);
    const auto print = contents::fingerprint(contents, *table.state, columns);
    if (!print) return std::nullopt;
    behind += *print;
  }
  return behind;
}

}  // namespace understudy::sql::emulator
