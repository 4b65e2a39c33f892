// What a statement means to its connection: transactions, variables, the
// database in use.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/sql/statement.hpp"

namespace understudy::mysql {

/// One assignment of a SET statement. Names are lower case, without @@ and scope.
struct Assignment {
  enum class Target : std::uint8_t {
    session,
    global,
    user,
    next_transaction,  ///< SET TRANSACTION without SESSION: the next transaction only
    names,             ///< SET NAMES, name is the character set, value the collation
    charset,           ///< SET CHARACTER SET
    password           ///< SET PASSWORD
  };
  Target target = Target::session;
  std::string name = {};
  std::optional<std::string> value =
      {};  ///< nothing where it is no literal (or DEFAULT); of a user variable its SQL
  bool is_default = false;
  std::string source = {};          ///< of a system variable without value: its SQL
  std::size_t first_parameter = 0;  ///< the number of question marks before the value
};

/// What a statement does to the table locks of its connection.
enum class TableLocks : std::uint8_t {
  kept,
  taken,    ///< LOCK TABLES, FLUSH TABLES … WITH READ LOCK or FOR EXPORT
  released  ///< UNLOCK TABLES: commits, but only where some were taken
};

/// What a statement does to the XA transaction of its connection.
enum class XaTransaction : std::uint8_t { kept, opened, ended };

/// What a statement does beside reading and writing tables.
struct StatementInfo {
  sql::Kind kind = sql::Kind::unknown;
  std::string name;    ///< see sql::Verb
  bool chain = false;  ///< COMMIT or ROLLBACK AND CHAIN
  /// START TRANSACTION … READ ONLY, or READ WRITE; nothing: as the session says.
  std::optional<bool> read_only = {};
  bool snapshot = false;   ///< START TRANSACTION WITH CONSISTENT SNAPSHOT
  bool temporary = false;  ///< DDL of a temporary table
  TableLocks table_locks = TableLocks::kept;
  std::string locked = {};  ///< where some were taken: the statement in lower case
  XaTransaction xa = XaTransaction::kept;
  std::vector<Assignment> assignments;  ///< of a SET
};

/// The value of a system variable by its lower-case name; nothing where it is not known.
using VariableLookup = std::function<std::optional<std::string>(std::string_view)>;

/// Reads the leading words, and for SET all of it; values may refer to variables.
[[nodiscard]] StatementInfo inspect_statement(std::string_view sql, sql::Mode mode,
                                              const VariableLookup& variables);

/// Puts the bound values into the assignments that have question marks.
void bind_values(StatementInfo& info, std::span<const sql::Value> values, sql::Mode mode);

/// `sql` with literals in place of its question marks, the first of which is number `first` of
/// `values`.
[[nodiscard]] std::string with_values(std::string_view sql, std::span<const sql::Value> values,
                                      std::size_t first, sql::Mode mode);

/// True where the server commits an open transaction before it runs such a statement. `locked`: the
/// connection holds table locks.
[[nodiscard]] bool commits_implicitly(const StatementInfo& info, bool locked) noexcept;
/// True where a statement may end the open transaction by what it runs: a procedure's COMMIT.
[[nodiscard]] bool may_end_transaction(const StatementInfo& info) noexcept;
/// True where such a statement begins a transaction on a connection with autocommit off.
[[nodiscard]] bool begins_implicitly(const StatementInfo& info) noexcept;
/// True where a statement of such a `pattern` opens its transaction for clients to see, or is one
/// of its own.
[[nodiscard]] bool touches_tables(const StatementInfo& info, std::string_view pattern) noexcept;
/// Names of the user variables that a statement mentions, lower case and sorted. The host of an
/// account (`worker@localhost`) is none.
[[nodiscard]] std::vector<std::string> user_variables_in(std::string_view sql, sql::Mode mode);

/// True where a statement that is no SET may assign the user variables that it mentions: `:=`,
/// SELECT … INTO @x, CALL.
[[nodiscard]] bool may_assign_user_variables(std::string_view sql, const StatementInfo& info,
                                             sql::Mode mode);

/// A text of several statements that must stay one, because its results can't be counted before
/// (CALL) or its semicolons belong to a body (CREATE PROCEDURE …).
[[nodiscard]] bool is_indivisible(std::string_view sql, sql::Mode mode);

/// The statement behind SET STATEMENT … FOR; `sql` itself where there is none.
[[nodiscard]] std::string_view without_set_statement(std::string_view sql, sql::Mode mode);

/// The statement of an EXECUTE IMMEDIATE '…'; nothing where it is given otherwise.
[[nodiscard]] std::optional<std::string> immediate_text(std::string_view sql, sql::Mode mode);

/// The statement of a PREPARE … FROM '…'; nothing where it is given otherwise.
[[nodiscard]] std::optional<std::string> prepared_text(std::string_view sql, sql::Mode mode);

}  // namespace understudy::mysql
