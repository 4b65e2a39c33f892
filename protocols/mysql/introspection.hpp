// Questions about the connection itself (SELECT @@autocommit, SELECT DATABASE(),
// SHOW WARNINGS …), which drivers ask when they connect: told from other
// statements, and answered from the connection's live state.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/mysql/result.hpp"
#include "protocols/mysql/session.hpp"

namespace understudy::mysql {

/// One item of such a SELECT.
struct Question {
  enum class Kind : std::uint8_t { variable, function, number, text, null };
  Kind kind = Kind::number;
  std::string label;  ///< the column's name
  std::string name;   ///< of the variable or function (lower case), or the literal's value
};

struct Introspection {
  enum class Form : std::uint8_t { select, show_variables, show_warnings };
  Form form = Form::select;
  bool errors_only = false;  ///< SHOW ERRORS
  bool counts = false;       ///< SHOW COUNT(*) …
  std::vector<Question> questions;
  std::vector<std::string> patterns;  ///< of SHOW VARIABLES: LIKE patterns; none for all
};

/// Nothing for every other statement.
[[nodiscard]] std::optional<Introspection> parse_introspection(std::string_view sql,
                                                               sql::Mode mode);

/// What the statements before leave to be asked about. Nothing where an answer does not tell.
struct Aftermath {
  std::optional<std::uint64_t> last_insert_id = 0;
  std::optional<std::uint64_t> found_rows = 0;
  std::optional<std::int64_t> row_count = 0;  ///< of a login
  std::uint16_t warnings = 0;
  std::optional<ErrorPacket> error;  ///< of the statement before

  /// `canonical`: of the statement, see the rules in the definition.
  void note(const OkPacket& ok, std::string_view canonical);
  /// A statement of such a pattern succeeded: what it may have done beside what its answer tells.
  void note_done(std::string_view pattern);
  void note(const ErrorPacket& error);
  void note_rows(std::uint64_t rows, std::uint16_t warnings, std::string_view canonical);
  /// A question that was answered with so many rows.
  void note_question(const Introspection& asked, std::uint64_t rows);
};

/// SHOW WARNINGS and SELECT @@warning_count leave the warnings and errors as they were: the next
/// question is about the same statement.
[[nodiscard]] bool leaves_warnings(const Introspection& asked);

/// What a connection knows beside its Session.
struct Circumstances {
  const Session* session = nullptr;
  std::uint64_t connection_id = 0;
  const Aftermath* after = nullptr;  ///< never null
};

/// Named among the dependencies of a question about sql_mode: see Session::has_login_mode.
inline constexpr std::string_view login_mode = "ignore_space";

/// Names of what the answer depends on that is not the same for every connection; empty where any
/// recorded answer serves.
[[nodiscard]] std::vector<std::string> dependencies_on_state(const Introspection& asked,
                                                             const Session& session);

/// The answer is this connection's own: another one could be told another.
[[nodiscard]] bool asks_state(const Introspection& asked, const Session& session);
/// Names of the functions and variables that it asks for, `warnings` for SHOW WARNINGS.
[[nodiscard]] std::vector<std::string> questions_about_state(const Introspection& asked);

/// Nothing where something asked for is not known. `columns`, where not empty, are the recorded
/// definitions of this very statement.
[[nodiscard]] std::optional<ResultSet> answer_introspection(const Introspection& asked,
                                                            const Circumstances& known,
                                                            const std::vector<Column>& columns);

/// One row with one text.
[[nodiscard]] ResultSet one_text(std::string label, std::string_view text);

/// System variables that a recorded answer tells, name and value.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> variables_told(
    const Introspection& asked, const Document& answer);

}  // namespace understudy::mysql
