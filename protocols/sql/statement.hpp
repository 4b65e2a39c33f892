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
  bool backslash_escapes = false;  ///< mysql: unless NO_BACKSLASH_ESCAPES; postgres: standard_conforming_strings = off
  bool ansi_quotes = false;        ///< mysql: sql_mode ANSI_QUOTES
};

enum class ValueClass : std::uint8_t { unknown = 0, number, string, boolean, null, binary };

/// One value of a statement: a literal of its text or a bound parameter, in the canonical spelling
/// of its class (numbers without needless zeros, booleans as `true`/`false`, strings unescaped).
struct Value {
  ValueClass value_class = ValueClass::unknown;
  std::string_view text;      ///< borrowed
  bool any_spelling = false;  ///< a number from a binary or floating-point parameter has no spelling of its own
};

/// A statement taken apart. Reusable: `assign` keeps the memory of the last one.
class Statement {
 public:
  /// A place where a value stands: a literal of the text, or a parameter.
  struct Slot {
    static constexpr std::int32_t literal = -1;
    std::int32_t parameter = literal;  ///< index of the bound parameter, from 0; `literal` for none
    ValueClass value_class = ValueClass::unknown;
    std::uint32_t offset = 0, length = 0;  ///< of the literal's canonical text in the statement's own store
    std::uint16_t spelling = 0;            ///< hash of how a number was spelled, never 0; 0: any
  };

  /// `sql` is not kept. Never fails: text that is no SQL becomes a pattern of its own.
  void assign(std::string_view sql, Mode mode);
  /// Keywords and unquoted identifiers folded, white space and inert comments out, a `?` per slot.
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

/// Appends the canonical form and the qualifier (see Request) of `statement` with its parameters
/// bound; a missing parameter counts as null. No allocation beyond the strings' growth.
void append_identity(const Statement& statement, std::span<const Value> parameters,
                     std::string& canonical, std::string& qualifier);

/// A canonical request as {"sql": pattern with its values in place, "params": […]}.
[[nodiscard]] Document describe(std::string_view canonical);

/// The statements of a text that may hold several, without the semicolons; empty ones are left out.
[[nodiscard]] std::vector<std::string_view> split(std::string_view sql, Mode mode);

/// What a statement is, by its leading keywords.
enum class Kind : std::uint8_t {
  empty, select, insert, update, delete_, other_write, ddl,
  begin, commit, rollback, savepoint, release, rollback_to,
  set, show, reset, discard, prepare, execute, deallocate,
  declare_cursor, fetch, close_cursor, listen, unlisten, notify, copy, use, call, explain, lock, unknown
};

struct Verb {
  Kind kind = Kind::unknown;
  std::string name;  ///< of the savepoint, statement, cursor, variable, channel or database; folded
};
[[nodiscard]] Verb verb_of(std::string_view sql, Mode mode);

/// Tables that a statement reads and writes, as KeyPaths of one segment (or `{}` where it is not
/// understood), by a light parser over the tokens; what it can't follow it widens, never narrows.
struct Dependencies {
  Effect effect = Effect::read;
  std::vector<KeyPath> reads;
  std::vector<KeyPath> writes;
  bool understood = true;
};
[[nodiscard]] Dependencies dependencies_of(std::string_view sql, Mode mode);

}  // namespace understudy::sql
