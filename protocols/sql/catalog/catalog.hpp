// What names of a service mean, as far as statements declare it: tables, views, partitions and
// inheritance, triggers and rules, row security, foreign keys, functions and procedures.
//
// It only ever grows: a statement is analysed without a look at when it ran, so of something that
// was dropped, replaced or renamed all that it ever was counts. Names are looked up without their
// schema, because which one an unqualified name means is decided by a search_path or a database in
// use: of two tables of one name both are meant. Both make what a statement touches too wide at
// worst.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/sql/tree/tree.hpp"

namespace understudy::sql {

/// A foreign key as the table sees it that is referred to.
struct Dependant {
  tree::Name child;
  bool follows_delete = false;  ///< its rows change with a DELETE: CASCADE, SET NULL, SET DEFAULT
  bool follows_update = false;
};

struct Relation {
  bool is_table = false;
  std::vector<tree::ColumnDefinition> columns;
  std::vector<tree::Query> views;         ///< what it shows, where it is a view
  std::vector<tree::Query> materialized;  ///< what a REFRESH of it reads
  std::vector<tree::CreateRoutine> triggers;
  std::vector<tree::CreateRule> rules;
  std::vector<tree::Expression> policies;  ///< of row security
  std::vector<Dependant> dependants;
};

class Catalog {
 public:
  explicit Catalog(Dialect dialect) : dialect_(dialect) {}

  /// Takes what a statement defines; all others are without effect.
  void apply(const tree::Statement& statement);

  /// Whether anything is declared at all.
  [[nodiscard]] bool empty() const noexcept { return relations_.empty(); }
  /// Null where nothing declares it.
  [[nodiscard]] const Relation* find(const tree::Name& name) const;
  /// The table that stands for all with which this one shares rows: its partitions, its parents,
  /// the tables that inherit from it, and what it was called before a rename. Itself where there
  /// are none.
  [[nodiscard]] const tree::Name& family_of(const tree::Name& name) const;
  [[nodiscard]] bool has_family(const tree::Name& name) const;
  /// What is declared of it and of its whole family.
  [[nodiscard]] std::vector<const Relation*> members(const tree::Name& name) const;
  /// All that was ever declared by that name.
  [[nodiscard]] std::vector<const tree::CreateRoutine*> routines(const tree::Name& name) const;
  [[nodiscard]] std::vector<const tree::CreateRoutine*> triggers(const tree::Name& name) const;
  /// Those of which an index of that name was ever declared.
  [[nodiscard]] std::vector<tree::Name> tables_of_index(const tree::Name& name) const;

 private:
  [[nodiscard]] std::string key_of(const tree::Name& name) const;
  Relation& relation(const tree::Name& name) { return relations_[key_of(name)]; }
  void define(const tree::CreateTable& table);
  void define(const tree::CreateRoutine& routine);
  void alter(const tree::AlterTable& alter);
  void constrain(const tree::Name& table, const tree::Constraint& constraint);
  void add_columns(const tree::Name& table, const std::vector<tree::ColumnDefinition>& columns);
  void join_families(const tree::Name& parent, const tree::Name& child);

  Dialect dialect_;
  std::map<std::string, Relation, std::less<>> relations_;
  /// The head of the family, of those that have one.
  std::map<std::string, tree::Name, std::less<>> families_;
  std::multimap<std::string, tree::CreateRoutine, std::less<>> routines_;
  std::multimap<std::string, tree::Name, std::less<>> indexes_;
};

}  // namespace understudy::sql
