// SQL text as a pattern and its values: what makes simple and extended
// protocol, COM_QUERY and prepared statements, `?`, `$1` and inlined literals
// of one statement the same request.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "understudy/analyser.hpp"
#include "understudy/document.hpp"
#include "understudy/request.hpp"

namespace understudy::sql {

enum class Dialect : std::uint8_t { postgres, mysql };

struct Mode {
  Dialect dialect = Dialect::postgres;
  bool backslash_escapes =
      false;  ///< mysql: unless NO_BACKSLASH_ESCAPES; postgres: standard_conforming_strings = off
  bool ansi_quotes = false;  ///< mysql: sql_mode ANSI_QUOTES
};

enum class ValueClass : std::uint8_t { unknown = 0, number, string, boolean, null, binary };

/// One value of a statement: a literal of its text or a bound parameter, in the canonical spelling
/// of its class (booleans as `true`/`false`, strings unescaped, binary as its octets, PostgreSQL's
/// bit strings as digits 0 and 1). A number may come as it was spelled, `1.50` or `15e-1`: its
/// canonical text is made from that, see number.hpp.
struct Value {
  ValueClass value_class = ValueClass::unknown;
  std::string_view text;  ///< borrowed
  bool any_spelling =
      false;  ///< a number from a binary or floating-point parameter has no spelling of its own
};

/// Stands for a slot in a pattern. PostgreSQL has operators of `?`, so it can't be that one.
inline constexpr char slot_mark = '\x01';
/// NUL, `slot_mark` and this octet of the statement itself are written as this and the octet + '0'.
inline constexpr char pattern_escape = '\x02';

/// A statement taken apart. Reusable: `assign` keeps the memory of the last one.
class Statement {
 public:
  /// A place where a value stands: a literal of the text, or a parameter.
  struct Slot {
    static constexpr std::int32_t literal = -1;
    std::int32_t parameter = literal;  ///< index of the bound parameter, from 0; `literal` for none
    ValueClass value_class = ValueClass::unknown;
    std::uint32_t offset = 0,
                  length = 0;    ///< of the literal's canonical text in the statement's own store
    std::uint16_t spelling = 0;  ///< hash of how a number was spelled, never 0; 0: any
  };

  /// `sql` is not kept. Never fails: text that is no SQL becomes a pattern of its own.
  void assign(std::string_view sql, Mode mode);
  /// Keywords and unquoted identifiers folded, white space and inert comments out, `slot_mark` per
  /// slot. Free of NUL; two statements with one pattern have one sequence of tokens.
  [[nodiscard]] std::string_view pattern() const noexcept { return pattern_; }
  [[nodiscard]] std::span<const Slot> slots() const noexcept { return slots_; }
  [[nodiscard]] std::string_view literal_text(const Slot& slot) const noexcept {
    return std::string_view(literals_).substr(slot.offset, slot.length);
  }
  [[nodiscard]] std::size_t parameter_count() const noexcept { return parameters_; }
  [[nodiscard]] bool empty() const noexcept { return pattern_.empty(); }

 private:
  friend class Normaliser;
  std::string pattern_;
  std::string literals_;
  std::vector<Slot> slots_;
  std::size_t parameters_ = 0;
};

/// A pattern (see Statement::pattern) as SQL again, with `$n` or `?` for slot n: what is parsed of
/// it has a Parameter where the request has a value.
[[nodiscard]] std::string sql_of_pattern(std::string_view pattern, Dialect dialect);

/// Appends the canonical form and the qualifier (see Request) of `statement` with its parameters
/// bound; a missing parameter counts as null. No allocation beyond the strings' growth.
/// Canonical: the pattern, a NUL, then for each slot the length of its value plus one in groups of
/// 7 bits, least first (0: null), and the value. Qualifier: for each slot its class, two octets of
/// the number's spelling (neither is 0, or both are: any), and a 0.
void append_identity(const Statement& statement, std::span<const Value> parameters,
                     std::string& canonical, std::string& qualifier);

/// A canonical request as {"sql": pattern with a `?` per slot, "params": [text, octets or null,
/// …]}; without "params" where there is no slot. Never fails: what is no canonical request is shown
/// as far as it goes.
[[nodiscard]] Document describe(std::string_view canonical);

/// The statements of a text that may hold several, without the semicolons; empty ones are left out.
[[nodiscard]] std::vector<std::string_view> split(std::string_view sql, Mode mode);

/// What a statement is, by its leading keywords.
enum class Kind : std::uint8_t {
  empty,
  select,
  insert,
  update,
  delete_,
  other_write,
  ddl,
  begin,
  commit,
  rollback,
  savepoint,
  release,
  rollback_to,
  set,
  show,
  reset,
  discard,
  prepare,
  execute,
  deallocate,
  declare_cursor,
  fetch,
  close_cursor,
  listen,
  unlisten,
  notify,
  copy,
  use,
  call,
  explain,
  lock,
  unknown
};

struct Verb {
  Kind kind = Kind::unknown;
  /// Of the savepoint, statement, cursor, variable, channel or database, without quotes and folded
  /// (a database's is not). A variable's without its scope, but `global.` before a global one;
  /// `transaction_isolation`, `timezone`, `session_authorization` for their long forms. `chain` for
  /// COMMIT and ROLLBACK … AND CHAIN.
  std::string name;
};
[[nodiscard]] Verb verb_of(std::string_view sql, Mode mode);

/// Tables that a statement reads and writes, as KeyPaths of one segment (or `{}` where it is not
/// understood), by a light parser over the tokens; what it can't follow it widens, never narrows.
/// A key is the table's name, in PostgreSQL without schema: which schema an unqualified name means,
/// the text does not tell; in MySQL `schema.table` where the statement says so. `@sequence`,
/// `@lock` and MySQL's user variables (`@name`) are keys as well.
struct Dependencies {
  Effect effect = Effect::read;
  std::vector<KeyPath> reads;
  std::vector<KeyPath> writes;
  bool understood = true;
  std::string unsteady = {};  ///< see Analysis; for dialects to fill in
  /// Functions and procedures that it calls and that are not known by their name, in lower case.
  /// What they do is not part of the keys where the statement is MySQL's.
  std::vector<std::string> functions = {};
};
[[nodiscard]] Dependencies dependencies_of(std::string_view sql, Mode mode);

}  // namespace understudy::sql
