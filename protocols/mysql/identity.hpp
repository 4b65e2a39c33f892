// Requests as the table knows them: one canonical form for COM_QUERY and
// prepared statements, whichever side builds it.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "protocols/sql/statement.hpp"
#include "understudy/document.hpp"

namespace understudy::mysql {

/// What a table calls the settings with which a statement was recorded, before its shape_key; where
/// it has none, those that are usual. Of a profile: there are such statements.
inline constexpr std::string_view settings_key = "(settings) ";
inline constexpr const char* settings_vary_key = "settings_vary";

/// Of a profile: the shape_keys of statements whose answers may have columns in a format that no
/// recorded client asked for.
inline constexpr const char* unknown_formats_key = "unknown_formats";

/// Of a profile: the recording has `***` for its secrets, so that none can be told from another.
inline constexpr const char* masked_secrets_key = "masked_secrets";

/// What stands before the pattern of a statement.
enum class Ask : std::uint8_t {
  run,      ///< COM_QUERY, COM_STMT_EXECUTE
  prepare,  ///< COM_STMT_PREPARE
  fields,   ///< COM_FIELD_LIST: the "statement" is the table's name
  command,  ///< one without a statement: its name and octets
  follow    ///< SHOW WARNINGS and its like, which ask about the statement before
};

/// Appends the mark of `ask` and, where `database` is not the service's main one, of the database.
void append_marks(Ask ask, std::string_view database, std::string_view main_database,
                  std::string& canonical);

/// Appends a command without statement: its name and, in hexadecimal, its octets.
void append_command(std::string_view name, std::string_view octets, std::string& canonical);

/// Appends a statement with its values. One that is nothing but a comment, or nothing at all, has a
/// mark in place of its pattern. KILL stands without the connection's number, which is a server's
/// own. `text`: of the statement.
void append_statement(const sql::Statement& statement, std::string_view text,
                      std::span<const sql::Value> values, std::string& canonical,
                      std::string& qualifier);

/// Of a text without any token: servers answer a comment by OK, and nothing at all by an error.
[[nodiscard]] bool holds_comment(std::string_view text) noexcept;

/// Appends a question about the statement before, whose canonical form is `before`: SHOW WARNINGS
/// and its like. A `question` without tokens counts as SHOW WARNINGS.
void append_follow(const sql::Statement& question, std::string_view before, std::string& canonical);

/// Appends what the user variables of a statement were made of, see Session::made_of.
void append_sources(const Document& sources, std::string& canonical);

/// The pattern part of a statement's identity: marks and pattern. The key of ServiceTable::shape();
/// that of an insert does not tell how many rows it adds.
[[nodiscard]] std::string shape_key(const sql::Statement& statement, std::string_view database,
                                    std::string_view main_database);

/// Where the statement begins in a canonical request without marks but for those of a database and
/// of settings.
[[nodiscard]] std::size_t statement_begin(std::string_view canonical) noexcept;

/// The reverse, for people: a request document with the values in `params`.
[[nodiscard]] Document describe_canonical(std::string_view canonical);

/// One line for a list of requests: the statement.
[[nodiscard]] std::string summarise_request(const Document& request);

}  // namespace understudy::mysql
