#include "protocols/mysql/temporary_tables.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "protocols/mysql/names.hpp"
#include "protocols/sql/words.hpp"

namespace understudy::mysql {
namespace {

using sql::Kind;

/// Whether it may change what is in a table that it names.
bool changes_rows(Kind kind) {
  return kind != Kind::select && kind != Kind::show && kind != Kind::explain && kind != Kind::set;
}

/// FNV-1a, from one statement on to the next.
void take(std::string_view what, std::uint64_t& history) {
  for (const char octet : what) {
    history ^= static_cast<unsigned char>(octet);
    history *= 0x100000001B3U;
  }
}

std::string canonical_of(std::string_view sql, sql::Mode mode, std::span<const sql::Value> values) {
  sql::Statement statement;
  statement.assign(sql, mode);
  std::string canonical, qualifier;
  sql::append_identity(statement, values, canonical, qualifier);
  return canonical;
}

constexpr std::uint64_t no_history = 0xCBF29CE484222325U;

}  // namespace

/// CREATE and DROP: what there was before is no matter then.
bool TemporaryTables::define(std::string_view sql, sql::Mode mode, const StatementInfo& info) {
  if (info.kind != Kind::ddl) return false;
  if (const auto made = created_table(sql, mode)) {
    // IF NOT EXISTS of one that is there does nothing.
    const std::string name = folded(made->name);
    if (!info.temporary || tables_.contains(name)) return false;
    take(canonical_of(sql, mode, {}), tables_.emplace(name, no_history).first->second);
    return true;
  }
  const std::string_view verb =
      sql.substr(std::min(sql.find_first_not_of(" \t\r\n"), sql.size()), 4);
  if (!sql::equals_folded(verb, "drop")) return false;
  return std::erase_if(tables_, [names = names_in(sql, mode)](const auto& table) {
           return std::ranges::any_of(
               names, [&](const auto& name) { return folded(name.name) == table.first; });
         }) > 0;
}

bool TemporaryTables::follow(std::string_view sql, sql::Mode mode, const StatementInfo& info,
                             std::span<const sql::Value> values) {
  if (tables_.empty() && !info.temporary) return false;
  if (define(sql, mode, info)) return true;
  if (info.kind == Kind::rollback || info.kind == Kind::rollback_to) return roll_back();
  if (tables_.empty() || !changes_rows(info.kind)) return false;
  const bool created = created_table(sql, mode).has_value();
  const std::vector<sql::tree::Name> names = names_in(sql, mode);
  bool changed = false;
  for (auto& [table, history] : tables_) {
    const bool named = std::ranges::any_of(
        names, [&](const sql::tree::Name& name) { return folded(name.name) == table; });
    // What a procedure does, its call does not say.
    if (info.kind != Kind::call && (!named || created)) continue;
    take(canonical_of(sql, mode, values), history);
    changed = true;
  }
  return changed;
}

bool TemporaryTables::roll_back() {
  for (auto& [table, history] : tables_) take("rollback", history);
  return !tables_.empty();
}

std::string TemporaryTables::state() const {
  std::string text;
  for (const auto& [table, history] : tables_)
    text += fmt::format("{}{}#{:016x}", text.empty() ? "" : " ", table, history);
  return text;
}

std::string temporary_part(std::string_view state, std::span<const std::string> words) {
  std::string part;
  while (!state.empty()) {
    const std::size_t end = std::min(state.find(' '), state.size());
    const std::string_view one = state.substr(0, end), name = one.substr(0, one.rfind('#'));
    // Of other names the words are not told to be parts.
    const bool plain = std::ranges::all_of(name, sql::is_word_octet);
    if (!plain || std::ranges::find(words, name) != words.end())
      part.append(part.empty() ? "" : " ").append(one);
    state.remove_prefix(std::min(end + 1, state.size()));
  }
  return part;
}

}  // namespace understudy::mysql
