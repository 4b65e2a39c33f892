// Expressions of the SQL tree. Part of tree.hpp, which is the header to include: expressions hold
// queries, and queries statements.
//
// Names are spelled as they were written, without quotes; PostgreSQL's unquoted ones are in lower
// case, as its own parser leaves them. MySQL's are not folded: whether their case matters is the
// server's setting.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "protocols/sql/tree/box.hpp"

namespace understudy::sql::tree {

struct Expression;
struct Query;
struct Statement;

/// `schema.name`. In MySQL the schema is the database.
struct Name {
  std::string schema;  ///< empty where the text has none
  std::string name;
  friend bool operator==(const Name&, const Name&) = default;
};

/// A type as it was written: `numeric(10, 2)[]`, `enum('a', 'b')`, `int unsigned`.
struct Type {
  Name name;                           ///< in lower case where it is a built-in one
  std::vector<std::string> arguments;  ///< lengths, labels of an enumeration (unescaped)
  int dimensions = 0;                  ///< of an array
  bool is_unsigned = false;            ///< MySQL
  bool is_set = false;                 ///< PostgreSQL: SETOF
  std::string charset, collation;      ///< MySQL: CHARACTER SET and COLLATE of the type
};

struct Literal {
  enum class Kind : std::uint8_t { null, boolean, number, string, bits };
  Kind kind = Kind::null;
  /// Booleans as `true` and `false`, numbers as they were written, strings unescaped, bits as the
  /// bytes that they mean (PostgreSQL: as digits 0 and 1).
  std::string text;
  std::string charset = {};  ///< MySQL: an introducer, without its underscore
};

/// A value of the request: `$n`, `?`, or a literal of a pattern (see Statement::slots()).
struct Parameter {
  std::uint32_t index = 0;  ///< from 0
};

/// `column`, `table.column`, `schema.table.column`.
struct Column {
  std::vector<std::string> path;
  [[nodiscard]] const std::string& name() const noexcept { return path.back(); }
};

/// `*`, `table.*`, `schema.table.*`
struct Star {
  std::vector<std::string> path;
};

/// MySQL's @name and @@scope.name; `name` in lower case, without @ and scope.
struct Variable {
  std::string name;
  bool is_system = false;
  std::string scope = {};  ///< session, global, local; or empty
};

/// MySQL: `@name := value`.
struct AssignVariable {
  Variable variable;
  Box<Expression> value;
};

enum class Operator : std::uint8_t {
  // Logic, of two or more operands; `not_` of one.
  or_,
  xor_,
  and_,
  not_,
  // Comparisons.
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  not_distinct,  ///< IS NOT DISTINCT FROM; MySQL's <=>
  distinct,      ///< IS DISTINCT FROM
  // Arithmetic.
  add,
  subtract,
  multiply,
  divide,
  integer_divide,
  modulo,
  power,
  negate,
  plus,
  concatenate,
  pipes,  ///< MySQL's `||`: OR, or a concatenation, as sql_mode says
  bit_or,
  bit_and,
  bit_xor,
  bit_not,
  shift_left,
  shift_right,
  json_get,       ///< ->
  json_get_text,  ///< ->>
  member_of,      ///< MySQL: value MEMBER OF (array)
  overlaps,       ///< (start, end) OVERLAPS (start, end)
  other           ///< `spelled`
};

/// An operator with its operands; chains of one that associates are one node: `a AND b AND c`.
struct Operation {
  enum class Quantifier : std::uint8_t { none, any, all };
  Operator op = Operator::other;
  std::vector<Expression> operands;
  /// `left op ANY (right)`: the right operand is an array or a sub-query.
  Quantifier quantifier = Quantifier::none;
  std::string spelled = {};  ///< of Operator::other
};

struct Is {
  enum class Test : std::uint8_t { null, true_, false_, unknown, other };
  Box<Expression> operand;
  Test test = Test::null;
  bool negated = false;
};

/// `operand IN (list)` or `operand IN (query)`; the operand may be a row.
struct In {
  Box<Expression> operand;
  std::vector<Expression> list;
  Box<Query> query;
  bool negated = false;
};

struct Between {
  Box<Expression> operand, low, high;
  bool negated = false;
  bool symmetric = false;
};

struct Like {
  enum class Kind : std::uint8_t { like, ilike, similar, regexp, iregexp, sounds };
  Kind kind = Kind::like;
  Box<Expression> operand, pattern, escape;
  bool negated = false;
};

struct Case {
  struct When;
  Box<Expression> operand;
  std::vector<When> whens;
  Box<Expression> otherwise;
};

struct Cast {
  Box<Expression> operand;
  Type type;
};

/// A query as a value.
struct SubQuery {
  enum class Kind : std::uint8_t { scalar, exists, array };
  Kind kind = Kind::scalar;
  Box<Query> query;
};

/// `ROW(a, b)`, `(a, b)`, `ARRAY[a, b]`.
struct Collection {
  enum class Kind : std::uint8_t { row, array };
  Kind kind = Kind::row;
  std::vector<Expression> elements;
};

/// `(composite).field`, `array[index]`, `array[low:high]`.
struct Access {
  Box<Expression> operand;
  std::string field;                   ///< or
  std::vector<Expression> subscripts;  ///< what stands in the brackets
  bool slice = false;                  ///< with a colon between
};

struct Collate {
  Box<Expression> operand;
  Name collation;
};

/// MySQL's INTERVAL amount unit; `unit` in lower case.
struct Interval {
  Box<Expression> amount;
  std::string unit;
};

/// MySQL's MATCH (columns) AGAINST (query mode).
struct Match {
  std::vector<Expression> columns;
  Box<Expression> against;
  std::string mode;  ///< in lower case; empty: natural language
};

/// DEFAULT, or MySQL's DEFAULT(column).
struct Default {
  std::vector<std::string> path;
};

struct OrderItem {
  Box<Expression> expression;
  bool descending = false;
  enum class Nulls : std::uint8_t { unspecified, first, last } nulls = Nulls::unspecified;
  std::string operator_ = {};  ///< PostgreSQL: USING operator
};

/// OVER (…), or what WINDOW names.
struct Window {
  std::string base;  ///< the window that it names; alone with `only_name`: OVER name
  bool only_name = false;
  std::vector<Expression> partition;
  std::vector<OrderItem> order;
  std::string frame;  ///< as it was written, in lower case; empty: the default one
  std::vector<Expression> frame_bounds;
};

struct Call {
  Name name;  ///< in lower case, unless it was quoted in PostgreSQL
  std::vector<Expression> arguments;
  bool parentheses = true;  ///< false: CURRENT_TIMESTAMP, CURRENT_USER
  bool star = false;        ///< count(*)
  bool distinct = false;
  bool variadic = false;
  bool within_group = false;     ///< `order` is that of WITHIN GROUP
  std::vector<OrderItem> order;  ///< inside of the parentheses
  Box<Expression> filter;        ///< FILTER (WHERE …)
  Box<Window> over;
  std::vector<std::string>
      argument_names;  ///< beside `arguments`, empty for positional ones; or none
  std::string
      words;  ///< what else stands in the parentheses, in lower case: `leading`, `separator`
};

/// What the tree has no node for; nothing may be claimed of what it reads.
struct Opaque {
  std::string text;
};

struct Expression {
  using Node = std::variant<Opaque, Literal, Parameter, Column, Star, Variable, AssignVariable,
                            Operation, Is, In, Between, Like, Case, Cast, SubQuery, Collection,
                            Access, Collate, Interval, Match, Default, Call>;
  // Copies and moves are made in tree.cpp, once: they are long, and everybody needs them.
  Expression();
  Expression(Node&& node_, std::uint32_t offset_ = 0, std::uint16_t height_ = 0);  // NOLINT
  Expression(const Expression& other);
  Expression(Expression&& other) noexcept;
  Expression& operator=(const Expression& other);
  Expression& operator=(Expression&& other) noexcept;
  ~Expression();

  Node node;
  /// Where it begins in the text that was parsed, in bytes: of literals, parameters, columns and
  /// calls.
  std::uint32_t offset = 0;
  std::uint16_t height = 0;  ///< of the tree below it, at most depth_limit

  template <class T>
  [[nodiscard]] const T* as() const noexcept {
    return std::get_if<T>(&node);
  }
  template <class T>
  [[nodiscard]] T* as() noexcept {
    return std::get_if<T>(&node);
  }
};

struct Case::When {
  Expression condition, result;
};

}  // namespace understudy::sql::tree
