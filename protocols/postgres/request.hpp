// A logical request: one statement with its values, however it was sent.
//   {sql: "…", params: […], types: […]}   and, where needed,
//   describe: true  only its shape was asked for
//   partial: true   not all of its rows were fetched
//   copy: "…"       what the client sent to COPY … FROM STDIN
//   copy_fail: "…"  why it gave that up
//   login: {user: …, database: …, …}   in place of a statement: a connection that was not let in
//   implicit: true  BEGIN and ROLLBACK of a transaction that no statement opened
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/postgres/shape.hpp"
#include "protocols/postgres/types.hpp"
#include "protocols/sql/statement.hpp"
#include "understudy/analyser.hpp"
#include "understudy/document.hpp"
#include "understudy/request.hpp"

namespace understudy::postgres {

/// How the server reads SQL: a session may turn standard_conforming_strings off.
[[nodiscard]] inline sql::Mode sql_mode(bool standard_conforming_strings = true) noexcept {
  return {sql::Dialect::postgres, !standard_conforming_strings, false};
}

using Parameters = std::vector<std::optional<std::string>>;  ///< text forms; nothing for NULL

/// What a client sent to COPY … FROM STDIN.
struct CopySent {
  std::string data;
  std::optional<std::string> failure;  ///< the reason of its CopyFail; nothing for CopyDone
};

struct StatementRequest {
  std::string sql;
  Parameters parameters;
  std::vector<Oid> types;  ///< 0 where unspecified; may be shorter than `parameters`
  bool describe = false, partial = false, implicit = false;
  std::optional<CopySent> copy;
  std::map<std::string, std::string> login;  ///< of a login that was refused; then nothing else
};

[[nodiscard]] Document document_of_request(const StatementRequest& request);
/// Flaws are appended to `problems` with paths below `/request`.
[[nodiscard]] StatementRequest request_of_document(const Document& document,
                                                   std::vector<Problem>& problems);

/// Writes the canonical form and the qualifier of a statement with its parameters.
class IdentityWriter {
 public:
  /// `session` is what of the session matters (session.hpp), one more value where it is not empty.
  /// Parameters are values of `types`; a missing type counts as unspecified. `prefix` goes before
  /// the pattern: empty, `partial_prefix` or `describe_prefix`. Strings are replaced.
  void write(const sql::Statement& statement, const std::vector<Oid>& types,
             const Parameters& parameters, std::string_view prefix,
             const std::optional<CopySent>& copy, std::string_view session, Identity& identity);
  /// Of a statement that never parsed: without its values, which do not matter; their classes do.
  void write_unparsed(const sql::Statement& statement, const std::vector<Oid>& types,
                      std::string_view session, Identity& identity);

 private:
  std::vector<std::string> texts_;  // kept for their memory
  std::vector<sql::Value> values_;
};

}  // namespace understudy::postgres
