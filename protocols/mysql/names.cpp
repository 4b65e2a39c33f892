#include "protocols/mysql/names.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "protocols/sql/cursor.hpp"
#include "protocols/sql/lower.hpp"

namespace understudy::mysql {
namespace {

using sql::NameCase;
using sql::Token;
using sql::TokenKind;

bool is_name(const Token& token) {
  return token.kind == TokenKind::quoted ||
         (token.kind == TokenKind::word && (token.entry->flags & sql::mysql_reserved) == 0);
}

/// `name` or `schema.name`, which is stepped over.
sql::tree::Name take_name(sql::Cursor& cursor, sql::Mode mode) {
  sql::tree::Name name{"", sql::name_of(cursor.now(), mode, NameCase::folded)};
  cursor.step();
  while (cursor.accept('.')) {
    name = {std::move(name.name), sql::name_of(cursor.now(), mode, NameCase::folded)};
    cursor.step();
  }
  return name;
}

std::vector<sql::tree::Name> all_names(std::string_view sql, sql::Mode mode, bool called) {
  std::vector<sql::tree::Name> names;
  for (sql::Cursor cursor(sql, mode); !cursor.at_end();) {
    if (!is_name(cursor.now())) {
      cursor.step();
      continue;
    }
    sql::tree::Name name = take_name(cursor, mode);
    if (called && !cursor.now().is('(')) continue;
    if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
  }
  return names;
}

}  // namespace

std::string folded(std::string_view name) {
  return sql::lower(name);
}

std::string spelled_name(const sql::tree::Name& name) {
  return folded(name.schema.empty() ? name.name : name.schema + "." + name.name);
}

bool is_odd_name(std::string_view name) noexcept {
  return std::ranges::any_of(
      name, [](char c) { return static_cast<unsigned char>(c) >= 0x80 || c == '.'; });
}

bool is_catalogue(std::string_view database) noexcept {
  static constexpr std::array<std::string_view, 4> catalogues = {"information_schema", "mysql",
                                                                 "performance_schema", "sys"};
  return std::ranges::find(catalogues, database) != catalogues.end();
}

std::vector<sql::tree::Name> names_in(std::string_view sql, sql::Mode mode) {
  return all_names(sql, mode, false);
}

std::vector<sql::tree::Name> called_in(std::string_view sql, sql::Mode mode) {
  return all_names(sql, mode, true);
}

std::optional<sql::tree::Name> created_table(std::string_view sql, sql::Mode mode) {
  sql::Cursor cursor(sql, mode);
  if (!cursor.accept("create")) return std::nullopt;
  for (const char* word : {"or", "replace", "temporary"}) cursor.accept(word);
  if (!cursor.accept("table")) return std::nullopt;
  for (const char* word : {"if", "not", "exists"}) cursor.accept(word);
  return is_name(cursor.now()) ? take_name(cursor, mode) : sql::tree::Name();
}

}  // namespace understudy::mysql
