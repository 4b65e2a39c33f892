// Queries of the SQL tree. Part of tree.hpp, which is the header to include.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "protocols/sql/tree/expression.hpp"

namespace understudy::sql::tree {

struct Relation;

/// A common table expression.
struct CommonTable {
  std::string name;
  std::vector<std::string> columns;
  Box<Statement> statement;  ///< a query; in PostgreSQL also a change with RETURNING
};

struct With {
  bool recursive = false;
  std::vector<CommonTable> tables;
};

/// A table, view or common table expression by its name.
struct TableName {
  Name name;
  bool only = false;                    ///< PostgreSQL: without the tables that inherit from it
  std::vector<std::string> partitions;  ///< MySQL: PARTITION (…)
  Box<Expression> as_of;                ///< MariaDB: FOR SYSTEM_TIME
};

struct Derived {
  Box<Query> query;
  bool lateral = false;
};

/// A function among the tables: `unnest(…)`, `JSON_TABLE(…)`, ROWS FROM (…).
struct TableFunction {
  std::vector<Expression> calls;
  bool lateral = false;
  bool ordinality = false;
};

struct Join {
  enum class Kind : std::uint8_t { inner, left, right, full, cross };
  Kind kind = Kind::inner;
  bool natural = false;
  Box<Relation> left, right;
  Box<Expression> on;
  std::vector<std::string> using_;
};

/// An item of FROM.
struct Relation {
  Relation();
  Relation(const Relation& other);
  Relation(Relation&& other) noexcept;
  Relation& operator=(const Relation& other);
  Relation& operator=(Relation&& other) noexcept;
  ~Relation();

  std::variant<TableName, Derived, TableFunction, Join> source;
  std::string alias;                       ///< empty where there is none
  std::vector<std::string> alias_columns;  ///< `AS t (a, b)`
  bool sampled = false;                    ///< PostgreSQL: TABLESAMPLE, which throws dice
  std::uint32_t offset = 0;

  template <class T>
  [[nodiscard]] const T* as() const noexcept {
    return std::get_if<T>(&source);
  }
};

struct Output {
  Expression expression;
  std::string alias;  ///< empty where there is none
};

/// Where the rows of a SELECT go: INTO of PostgreSQL (a new table) or MySQL (variables, a file).
struct Into {
  std::vector<Variable> variables;
  Name table;
  bool temporary = false;
  bool file = false;
  [[nodiscard]] bool empty() const noexcept {
    return variables.empty() && table.name.empty() && !file;
  }
};

struct NamedWindow {
  std::string name;
  Window window;
};

struct Select {
  bool distinct = false;
  std::vector<Expression> distinct_on;
  std::vector<std::string> modifiers;  ///< MySQL: SQL_CALC_FOUND_ROWS …, in lower case
  std::vector<Output> outputs;
  Into into;
  std::vector<Relation> from;
  Box<Expression> where;
  std::vector<Expression> group;
  std::string grouping;  ///< rollup, cube, sets, distinct; empty: plain
  Box<Expression> having;
  std::vector<NamedWindow> windows;
};

struct Values {
  std::vector<std::vector<Expression>> rows;
};

/// Chains of one operation are one node where that means the same.
struct SetOperation {
  enum class Kind : std::uint8_t { union_, intersect, except };
  Kind kind = Kind::union_;
  bool all = false;
  std::vector<Query> operands;
};

struct Locking {
  enum class Strength : std::uint8_t { share, update };
  Strength strength = Strength::update;
  std::vector<Name> of;
  bool skip_locked = false;
  bool no_wait = false;
};

struct Query {
  Query();
  Query(const Query& other);
  Query(Query&& other) noexcept;
  Query& operator=(const Query& other);
  Query& operator=(Query&& other) noexcept;
  ~Query();

  With with;
  std::variant<Select, Values, SetOperation> body;
  std::vector<OrderItem> order;
  Box<Expression> limit, offset;
  bool with_ties = false;
  std::vector<Locking> locking;

  template <class T>
  [[nodiscard]] const T* as() const noexcept {
    return std::get_if<T>(&body);
  }
};

}  // namespace understudy::sql::tree
