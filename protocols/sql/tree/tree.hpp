// The SQL tree: what a statement is, in one form for both dialects. PostgreSQL's comes from its own
// parser (protocols/postgres/tree_from_pg_query), MySQL's from parse_mysql(). Plain values: copied,
// compared by their text, walked with Visitor (visitor.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "protocols/sql/statement.hpp"
#include "protocols/sql/tree/definition.hpp"
#include "protocols/sql/tree/expression.hpp"
#include "protocols/sql/tree/query.hpp"

namespace understudy::sql::tree {

/// How deep a tree may be; deeper statements become Unknown. What walks trees may recurse.
inline constexpr std::size_t depth_limit = 256;

/// `column = value` of UPDATE and INSERT; `(a, b) = row` has several columns.
struct Assignment {
  std::vector<Column> columns;
  Expression value;
  bool partial = false;  ///< PostgreSQL: only a field or an element of the column
};

/// ON CONFLICT, or MySQL's ON DUPLICATE KEY UPDATE, IGNORE and REPLACE.
struct Conflict {
  enum class Action : std::uint8_t { fail, nothing, update, replace };
  Action action = Action::fail;
  std::vector<KeyPart> target;  ///< empty: any unique constraint
  std::string constraint;
  Box<Expression> target_where;
  std::vector<Assignment> set;
  Box<Expression> where;
};

struct Insert {
  With with;
  Relation table;  ///< a TableName
  std::vector<std::string> columns;
  bool columns_told = false;  ///< whether there is a list of columns at all; `()` is one
  bool default_values = false;
  std::vector<std::vector<Expression>> rows;  ///< of VALUES, and of MySQL's SET
  Box<Query> query;                           ///< INSERT … SELECT
  std::string row_alias;                      ///< MySQL: VALUES (…) AS alias
  std::vector<std::string> row_alias_columns;
  Conflict conflict;
  bool ignore = false;  ///< MySQL: errors of rows become warnings
  std::vector<Output> returning;
};

struct Update {
  With with;
  /// What is updated, and in MySQL what it is joined with: which of the tables change, the
  /// assignments tell.
  std::vector<Relation> tables;
  std::vector<Assignment> set;
  std::vector<Relation> from;  ///< PostgreSQL
  Box<Expression> where;
  std::vector<OrderItem> order;
  Box<Expression> limit;
  bool ignore = false;
  std::string cursor;  ///< WHERE CURRENT OF
  std::vector<Output> returning;
};

struct Delete {
  With with;
  Relation table;  ///< of a DELETE from one table
  /// MySQL: DELETE targets FROM tables, by name or alias; then `table` means nothing.
  std::vector<Name> targets;
  std::vector<Relation> from;  ///< what is joined: USING, and MySQL's tables of several
  Box<Expression> where;
  std::vector<OrderItem> order;
  Box<Expression> limit;
  bool ignore = false;
  std::string cursor;
  std::vector<Output> returning;
};

/// PostgreSQL: MERGE.
struct Merge {
  struct When {
    bool matched = false;
    Box<Expression> condition;
    enum class Action : std::uint8_t { nothing, insert, update, remove } action = Action::nothing;
    std::vector<Assignment> set;
    std::vector<std::string> columns;
    std::vector<Expression> values;
  };
  With with;
  Relation table, source;
  Box<Expression> on;
  std::vector<When> whens;
};

/// COPY, LOAD DATA.
struct Transfer {
  Name table;
  std::vector<std::string> columns;
  Box<Query> query;  ///< COPY (query) TO
  bool into_table = false;
  bool server_file = false;  ///< a file or program of the server, not of the client
  Conflict::Action conflict = Conflict::Action::fail;
  std::vector<Assignment> set;
};

/// SET, and MariaDB's SET STATEMENT … FOR statement.
struct Set {
  struct Setting {
    enum class Scope : std::uint8_t { session, global, local, user };
    Scope scope = Scope::session;
    std::string name;  ///< in lower case: time_zone, names, transaction_isolation, a user variable
    std::vector<Expression> values;  ///< none: DEFAULT
  };
  std::vector<Setting> settings;
  Box<Statement> statement;
};

/// A statement that is decided by its kind: BEGIN, SHOW, EXPLAIN, CALL, PREPARE, LOCK, VACUUM …
struct Utility {
  Kind kind = Kind::unknown;
  std::string verb = {};  ///< its first word, in lower case, where `kind` is not enough
  std::string name = {};  ///< of what it names: a cursor, a channel, a setting, DO's language
  std::vector<Name> tables = {};
  std::vector<Expression> arguments = {};  ///< CALL: the call; EXECUTE, DO, HANDLER
  Box<Statement> statement = {};           ///< EXPLAIN, PREPARE, DECLARE … CURSOR FOR
  std::string text = {};                   ///< PREPARE … FROM 'text', DO $$body$$
  bool executes = false;                   ///< EXPLAIN ANALYZE
};

/// What is not understood, and why.
struct Unknown {
  std::string reason;
  std::size_t offset = 0;  ///< of the token that was not expected
};

struct Statement {
  Statement();
  Statement(const Statement& other);
  Statement(Statement&& other) noexcept;
  Statement& operator=(const Statement& other);
  Statement& operator=(Statement&& other) noexcept;
  ~Statement();

  std::variant<Unknown, Query, Insert, Update, Delete, Merge, Transfer, CreateTable, CreateView,
               CreateIndex, CreateRoutine, CreateSequence, CreateType, CreateRule, CreatePolicy,
               CreateOther, AlterTable, AlterOther, Drop, RenameTables, Truncate, Set, Utility>
      node;
  /// MySQL: a part of it is executed by servers of certain versions only.
  bool depends_on_version = false;

  template <class T>
  [[nodiscard]] const T* as() const noexcept {
    return std::get_if<T>(&node);
  }
  template <class T>
  [[nodiscard]] T* as() noexcept {
    return std::get_if<T>(&node);
  }
  [[nodiscard]] bool understood() const noexcept { return as<Unknown>() == nullptr; }
};

}  // namespace understudy::sql::tree
