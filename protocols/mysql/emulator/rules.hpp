// What the shared emulator has to know of MySQL and MariaDB.
#pragma once

#include <map>
#include <string>

#include "protocols/mysql/emulator/shared.hpp"
#include "protocols/mysql/emulator/values.hpp"

namespace understudy::mysql::emulation {

class MysqlRules final : public ServerRules {
 public:
  MysqlRules() = default;

  Reading reading;
  std::string version;  ///< of the server; empty where it is not told
  std::string main_database;
  /// Default collations of databases, by their names.
  std::map<std::string, std::string, std::less<>> collations;
  /// What views show, by their keys.
  std::map<std::string, tree::Query, std::less<>> views;
  /// Their names as they were made, by their keys: of all that are known to be there.
  std::map<std::string, std::string, std::less<>> view_names;

  /// The database in which a table lies.
  [[nodiscard]] std::string database_of(const Definition& table) const {
    return table.spelled.schema.empty() ? main_database : table.spelled.schema;
  }
  [[nodiscard]] std::string collation_of(const tree::ColumnDefinition& column,
                                         const Definition& table) const;
  /// Of a statement of a routine's body, with its variables.
  [[nodiscard]] Plan plan_inside(const tree::Statement& statement, const TableBook& tables,
                                 const Scope& variables) const;
  /// Of what a query without tables shows, for a place of that type.
  [[nodiscard]] Plan plan_of_value(const tree::Statement& shows, const ColumnType& type,
                                   const TableBook& tables, const Scope& variables) const;
  /// Of a parameter or variable of a routine, or of what it returns; opaque: it is not known.
  [[nodiscard]] ColumnType type_of_variable(const tree::Type& type,
                                            const tree::Name& routine) const;

  [[nodiscard]] tree::Statement parse(std::string_view pattern) const override;
  [[nodiscard]] std::string spelled(std::string_view pattern) const override;
  [[nodiscard]] std::string unsure_by_text(std::string_view pattern) const override;
  [[nodiscard]] std::string key_of(const tree::Name& name) const override;
  [[nodiscard]] Plan plan(const tree::Statement& statement, const TableBook& tables,
                          bool took_effect) const override;
  [[nodiscard]] const tree::Query* view_of(const tree::Name& name) const override;
  [[nodiscard]] bool runs(const tree::CreateRoutine& routine) const override;
  [[nodiscard]] ColumnType type_of(const tree::ColumnDefinition& column,
                                   const Definition& table) const override;
  [[nodiscard]] sql::contents::Default default_of(const tree::Expression& expression,
                                                  ColumnType type) const override;
  [[nodiscard]] sql::contents::Default no_default(const TableColumn& column) const override;
  [[nodiscard]] std::string constraint_name(const Definition& table,
                                            const std::vector<std::size_t>& columns,
                                            std::string_view suffix) const override;
  [[nodiscard]] bool folds_names() const noexcept override { return true; }
  [[nodiscard]] std::optional<Datum> read_value(ColumnType type, sql::ValueClass value_class,
                                                std::string_view text) const override {
    return emulation::read_value(type, value_class, text, reading);
  }
  [[nodiscard]] std::optional<std::string> print_value(ColumnType type, const Datum& datum,
                                                       bool& sure) const override {
    return emulation::print_value(type, datum, reading, sure);
  }
};

}  // namespace understudy::mysql::emulation
