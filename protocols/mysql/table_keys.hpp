// How the names of a service's tables become keys, and what its statements read and write by what
// the recording and schema files define.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/sql/catalog/catalog.hpp"
#include "protocols/sql/facts/dependencies.hpp"

namespace understudy::mysql {

/// First of the keys of the catalogue; the second is the table.
inline constexpr std::string_view catalog_key = "@catalog";
/// First of the keys of stored functions and procedures; the second is the name.
inline constexpr std::string_view routine_key = "@routine";

/// What a statement names, with its database.
struct Mentions {
  std::vector<sql::tree::Name> reads, writes;
  std::vector<sql::tree::Name> numbered;  ///< tables of which an insert takes a number
};
[[nodiscard]] Mentions mentions_of(std::string_view sql, sql::Mode mode, std::string_view database);

class TableKeys {
 public:
  /// Of definitions: what names mean from now on. `database`: the one in use.
  void define(std::string_view sql, sql::Mode mode, std::string_view database);
  /// A result shows columns of `base` for a statement that names only `view`; `database.table`.
  void define_view(std::string_view view, std::string_view base);
  /// A table that a statement writes by its name is one.
  void know(const sql::tree::Name& table) { tables_.push_back(table); }
  /// Tables of this database have keys without one. To be called before anything is asked.
  void settle(std::string_view main_database);

  /// `table`, or `database.table` where it is not one of the main database; `@catalog` of the
  /// server's own. What shares rows has one key.
  [[nodiscard]] std::string key_of(const sql::tree::Name& table, std::string_view database) const;
  /// The same of a table that is spelled `table` or `database.table`.
  [[nodiscard]] std::string key_of(std::string_view table, std::string_view database) const;
  /// Of a statement of any kind, with what its tables and functions bring with them.
  [[nodiscard]] sql::StatementFacts facts_of(std::string_view sql, sql::Mode mode,
                                             std::string_view database) const;

 private:
  [[nodiscard]] KeyPath path_of(const sql::tree::Name& table, std::string_view database) const;
  [[nodiscard]] sql::KeyNames names_in(const std::string& database) const;
  [[nodiscard]] sql::StatementFacts facts_of_all(const std::vector<std::string_view>& statements,
                                                 sql::Mode mode, std::string_view database) const;
  [[nodiscard]] sql::StatementFacts facts_of_unknown(std::string_view sql, sql::Mode mode,
                                                     std::string_view database) const;

  sql::Catalog catalog_{sql::Dialect::mysql};
  std::vector<sql::tree::Name> tables_;        ///< what is declared, or written by its name
  std::set<std::string, std::less<>> known_;   ///< their keys
  std::set<std::string, std::less<>> shared_;  ///< those of several tables: rows are not told apart
  std::string main_;
};

}  // namespace understudy::mysql
