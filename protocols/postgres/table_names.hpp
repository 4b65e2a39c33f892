// How the names of a service's tables become keys. Which schema an unqualified name means is
// decided by a search_path that the text does not tell; so a table is known by its schema as long
// as nobody says its name without one, and else by its bare name, whatever the schema.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "protocols/postgres/row_planner.hpp"
#include "protocols/sql/catalog/catalog.hpp"
#include "protocols/sql/facts/dependencies.hpp"
#include "understudy/schema.hpp"

namespace understudy::postgres {

class TableNames {
 public:
  TableNames() : catalog_(sql::Dialect::postgres) {}

  /// What a statement of the recording or of a schema file calls tables, and what it defines.
  /// `pattern`: the same for all statements that name and define the same. False where nothing is
  /// new.
  bool learn(std::string_view sql, std::string_view pattern);
  /// All statements of a schema file.
  void learn_file(const SchemaFile& file);

  /// What a statement reads and writes, by PostgreSQL's grammar, or by its words where that does
  /// not accept it.
  [[nodiscard]] sql::StatementFacts facts_of(std::string_view sql) const;
  /// `{"orders"}`, of a schema that tells it apart `{"sales.orders"}`; `{"@catalog"}`; `{}` for
  /// what shows more than one table's rows.
  [[nodiscard]] KeyPath key_of(const sql::tree::Name& name) const;
  /// Of a relation in the catalogue, whether it is there or not.
  [[nodiscard]] static KeyPath entry_of(const sql::tree::Name& name);
  /// A plan with these keys in place of names as row_plan_of() spells them.
  [[nodiscard]] sql::RowPlan named(sql::RowPlan plan) const;
  /// Moves the facts of tables to their keys; of two tables with one key not all is known.
  void rename(Schema& schema) const;

 private:
  void mention(const sql::tree::Name& name);
  [[nodiscard]] std::string named(const std::string& table) const;
  [[nodiscard]] sql::StatementFacts facts_of_block(std::string_view body) const;

  sql::Catalog catalog_;
  std::map<std::string, std::set<std::string>, std::less<>> schemas_;  // by bare name; "": none
  std::set<std::string, std::less<>> written_;                         // bare names
  bool has_event_trigger_ = false;
  std::set<std::string, std::less<>> seen_;  // patterns
};

}  // namespace understudy::postgres
