// Statements of the SQL tree that define things. Part of tree.hpp, which is the header to include.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocols/sql/tree/query.hpp"

namespace understudy::sql::tree {

enum class ObjectKind : std::uint8_t {
  table,
  view,
  materialized_view,
  index,
  sequence,
  type,  ///< an enumeration, a composite type, a range
  domain,
  schema,
  database,
  function,
  procedure,
  trigger,
  rule,
  policy,
  event,
  extension,
  role,
  column,
  constraint,
  other
};

enum class ForeignAction : std::uint8_t { no_action, restrict, cascade, set_null, set_default };

/// A column of an index or a constraint, or an expression.
struct KeyPart {
  std::string column;  ///< or
  Box<Expression> expression;
  std::string length = {};     ///< MySQL: of a prefix
  std::string operator_ = {};  ///< PostgreSQL: of an exclusion constraint
  std::string collation = {};
  bool descending = false;
};

struct Constraint {
  enum class Kind : std::uint8_t { primary, unique, foreign, check, exclusion, index };
  Kind kind = Kind::check;
  std::string name;
  std::vector<KeyPart> parts;
  Box<Expression> expression;  ///< CHECK; of an index or an exclusion constraint: its WHERE
  // Of a foreign key.
  Name parent;
  std::vector<std::string> parent_columns;
  ForeignAction on_delete = ForeignAction::no_action;
  ForeignAction on_update = ForeignAction::no_action;
  bool deferrable = false;
  bool deferred = false;  ///< at first: INITIALLY DEFERRED
  bool nulls_not_distinct = false;
  std::string using_index;  ///< PostgreSQL: USING INDEX
  bool has_more = false;    ///< the same: columns and options of its index alone
  std::string of_column;    ///< of a condition that is written behind a column: its name
};

struct ColumnDefinition {
  std::string name;
  Type type;
  bool not_null = false;
  Box<Expression> default_;
  Box<Expression> on_update;      ///< MySQL: ON UPDATE CURRENT_TIMESTAMP
  Box<Expression> generated;      ///< GENERATED ALWAYS AS (…)
  bool identity = false;          ///< GENERATED … AS IDENTITY, serial; AUTO_INCREMENT
  bool identity_always = false;   ///< PostgreSQL: GENERATED ALWAYS AS IDENTITY
  bool identity_options = false;  ///< its sequence does not count 1, 2, 3, …
  bool versioned = false;         ///< MariaDB: WITH SYSTEM VERSIONING
  std::string collation = {};
  std::vector<Constraint> constraints = {};  ///< written behind the column
};

/// CREATE TABLE.
struct CreateTable {
  Name name;
  bool temporary = false;
  bool if_not_exists = false;
  bool replace = false;  ///< MariaDB: OR REPLACE
  bool foreign = false;  ///< PostgreSQL: a foreign table
  std::vector<ColumnDefinition> columns;
  std::vector<Constraint> constraints;
  std::vector<Name> like;      ///< LIKE other
  std::vector<Name> inherits;  ///< INHERITS (…), or PARTITION OF
  bool partition = false;      ///< PARTITION OF
  bool partitioned = false;    ///< PARTITION BY
  bool versioned = false;      ///< MariaDB: it keeps its history, or has periods
  Name of_type;
  Box<Query> query;  ///< AS …
  bool materialized_view = false;
  std::string collation = {};  ///< MySQL: of columns that have none of their own
};

struct CreateView {
  Name name;
  bool temporary = false;
  bool replace = false;
  bool if_not_exists = false;
  bool recursive = false;
  std::vector<std::string> columns;
  Box<Query> query;
  bool check_option = false;
};

struct CreateIndex {
  std::string name;
  Name table;
  bool unique = false;
  bool if_not_exists = false;
  std::vector<KeyPart> parts;
  Box<Expression> where;
  bool nulls_not_distinct = false;
  // Of PostgreSQL.
  std::vector<std::string> including = {};
  bool has_more = false;  ///< a method, an operator class, a place of NULLs or options of its own
};

/// CREATE FUNCTION and PROCEDURE, also events and triggers with a body of their own.
struct CreateRoutine {
  enum class Volatility : std::uint8_t { unspecified, volatile_, stable, immutable };
  ObjectKind kind = ObjectKind::function;  ///< function, procedure, trigger or event
  Name name;
  bool replace = false;
  bool if_not_exists = false;
  Volatility volatility = Volatility::unspecified;
  bool no_sql = false;      ///< MySQL: NO SQL
  bool reads_only = false;  ///< MySQL: READS SQL DATA
  bool modifies = false;    ///< MySQL: MODIFIES SQL DATA
  bool security_definer = false;
  std::string language = {};  ///< in lower case; MySQL: sql
  std::string body = {};      ///< its text
  /// The statements of a body that is nothing but these; `body` is empty then.
  std::vector<Statement> statements;
  std::vector<std::string> parameters = {};
  std::vector<Type> parameter_types = {};  ///< beside them
  /// There is more to it than stands here: parameters that are no plain inputs, settings of its
  /// own, a condition, columns, arguments or the order of a trigger.
  bool has_more = false;
  Type returns = {};
  // Of a trigger.
  Name table = {};
  std::vector<std::string> events = {};  ///< insert, update, delete, truncate
  std::string timing = {};               ///< before, after, instead of
  bool each_row = true;                  ///< else once, however many rows are touched
  Name function = {};                    ///< PostgreSQL: EXECUTE FUNCTION
};

struct CreateSequence {
  Name name;
  bool temporary = false;
  bool if_not_exists = false;
  std::int64_t start = 1, increment = 1;
  bool has_more = false;  ///< PostgreSQL: other options
};

/// CREATE TYPE and CREATE DOMAIN.
struct CreateType {
  Name name;
  ObjectKind kind = ObjectKind::type;
  std::vector<std::string> labels;        ///< of an enumeration
  std::vector<ColumnDefinition> columns;  ///< of a composite type
  Type base;                              ///< of a domain
  Box<Expression> default_;
  bool not_null = false;
  std::vector<Constraint> constraints;
};

/// PostgreSQL: CREATE RULE.
struct CreateRule {
  std::string name;
  Name table;
  std::string event;  ///< select, insert, update, delete
  bool instead = false;
  Box<Expression> where;
  std::vector<Statement> actions;
};

/// PostgreSQL: CREATE POLICY, of row security.
struct CreatePolicy {
  std::string name;
  Name table;
  Box<Expression> using_, check;
};

/// CREATE of what the tree has no node for, by its kind and name.
struct CreateOther {
  ObjectKind kind = ObjectKind::other;
  Name name;
  bool if_not_exists = false;
  std::vector<Statement> elements;  ///< of CREATE SCHEMA
};

/// One change of ALTER TABLE.
struct AlterAction {
  enum class Kind : std::uint8_t {
    add_column,        ///< `column`
    drop_column,       ///< `name`
    change_column,     ///< MySQL: `name` gets the definition `column`
    rename_column,     ///< `name` to `new_name`
    set_default,       ///< of `name`: `expression`, or none
    set_not_null,      ///< of `name`
    drop_not_null,     ///< of `name`
    set_type,          ///< of `name`: `type`, by way of `expression`
    set_identity,      ///< of `name`: it is numbered from now on
    drop_identity,     ///< of `name`
    drop_expression,   ///< of `name`: it is generated no more
    add_constraint,    ///< `constraint`
    drop_constraint,   ///< `name`; MySQL's DROP PRIMARY KEY: `PRIMARY`
    drop_index,        ///< MySQL: `name`
    rename_index,      ///< `name` to `new_name`
    rename_table,      ///< to `table`
    set_schema,        ///< to `name`
    add_parent,        ///< INHERIT `table`, ATTACH: this table is one of `table`
    drop_parent,       ///< NO INHERIT
    attach_partition,  ///< `table`
    detach_partition,  ///< `table`
    change_rows,       ///< partitions that are dropped, truncated or exchanged: rows come and go
    row_security,
    trigger,  ///< ENABLE and DISABLE
    inert,    ///< neither rows nor what statements mean changes: owner, storage, comment
    other
  };
  Kind kind = Kind::other;
  std::string name = {}, new_name = {};
  std::optional<ColumnDefinition> column = {};
  std::optional<Constraint> constraint = {};
  Box<Expression> expression = {};
  Type type = {};
  std::string collation = {};  ///< of `type`
  Name table = {};
  bool first = false;      ///< MySQL: `column` stands before all others
  std::string after = {};  ///< or behind this one
  bool cascade = false;
  bool if_exists = false;  ///< or IF NOT EXISTS
};

struct AlterTable {
  Name name;
  bool if_exists = false;
  ObjectKind kind = ObjectKind::table;  ///< or a view, an index, a sequence
  std::vector<AlterAction> actions;
};

/// ALTER of what is no table, by its kind and name.
struct AlterOther {
  ObjectKind kind = ObjectKind::other;
  Name name;
  std::string new_name = {};    ///< RENAME TO
  std::string new_schema = {};  ///< SET SCHEMA
  bool keeps_numbers = false;   ///< of a sequence: nothing but its type and its cache change
};

struct Drop {
  ObjectKind kind = ObjectKind::table;
  std::vector<Name> names;
  Name table;  ///< of an index (MySQL), trigger, rule or policy
  bool if_exists = false;
  bool cascade = false;
  bool temporary = false;
};

/// MySQL: RENAME TABLE a TO b, c TO d.
struct RenameTables {
  struct Pair {
    Name from, to;
  };
  std::vector<Pair> pairs;
};

struct Truncate {
  std::vector<TableName> tables;
  bool cascade = false;
  bool restart_identity = false;
};

}  // namespace understudy::sql::tree
