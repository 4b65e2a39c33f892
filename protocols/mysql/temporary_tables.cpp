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

}  // namespace

/// FNV-1a, from one statement on to the next.
void TemporaryTables::take(std::string_view what) {
  constexpr std::uint64_t offset = 0xCBF29CE484222325U, prime = 0x100000001B3U;
  history_ ^= offset;
  for (const char octet : what) {
    history_ ^= static_cast<unsigned char>(octet);
    history_ *= prime;
  }
}

bool TemporaryTables::follow(std::string_view sql, sql::Mode mode, const StatementInfo& info,
                             std::span<const sql::Value> values) {
  if (info.kind == Kind::ddl && info.temporary)
    if (const auto made = created_table(sql, mode); made && !made->name.empty())
      names_.insert(folded(made->name));
  if (names_.empty()) return false;
  if (info.kind == Kind::rollback || info.kind == Kind::rollback_to) return roll_back();
  const bool named = std::ranges::any_of(names_in(sql, mode), [&](const sql::tree::Name& name) {
    return names_.contains(folded(name.name));
  });
  // What a procedure does, its call does not say.
  const bool changes = info.kind == Kind::call || (named && changes_rows(info.kind));
  if (!changes) return false;
  sql::Statement statement;
  statement.assign(sql, mode);
  std::string canonical, qualifier;
  sql::append_identity(statement, values, canonical, qualifier);
  take(canonical);
  return true;
}

bool TemporaryTables::roll_back() {
  if (names_.empty()) return false;
  take("rollback");
  return true;
}

std::string TemporaryTables::state() const {
  if (names_.empty()) return {};
  std::string text;
  for (const std::string& name : names_) text += (text.empty() ? "" : " ") + name;
  return fmt::format("{}#{:016x}", text, history_);
}

bool names_temporary(std::string_view state, std::span<const std::string> words) {
  std::string_view names = state.substr(0, state.find('#'));
  while (!names.empty()) {
    const std::size_t end = std::min(names.find(' '), names.size());
    const std::string_view name = names.substr(0, end);
    // The words of a statement are not told to be parts of one name.
    const bool plain = std::ranges::all_of(name, sql::is_word_octet);
    if (!plain || std::ranges::find(words, name) != words.end()) return true;
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return false;
}

}  // namespace understudy::mysql
