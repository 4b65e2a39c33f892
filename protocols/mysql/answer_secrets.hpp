// Secrets in what the server says: statements that it repeats (errors, SHOW, the catalogue) and
// what it keeps of passwords to check them by.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/mysql/parameters.hpp"
#include "protocols/mysql/result.hpp"
#include "protocols/sql/statement_secrets.hpp"
#include "understudy/secrets.hpp"

namespace understudy::mysql {

/// Replaces the bound values that are secrets.
void hide_parameters(const std::vector<sql::SecretParameter>& secret, sql::Mode mode,
                     const Secrets& secrets, sql::SecretForm form,
                     std::vector<Parameter>& parameters);

/// Follows one connection: what it was told in its last statements may come back in any answer.
class AnswerSecrets {
 public:
  void use(const Secrets& secrets) { secrets_ = secrets; }
  /// A statement was sent with these secrets in it.
  void note(const sql::StatementSecrets& secrets);
  /// The answer to `sql`, of which `secrets` were replaced.
  void hide(const std::string& sql, const sql::StatementSecrets& secrets, sql::Mode mode,
            Results& results) const;

 private:
  void hide(ErrorPacket& error) const;
  void hide_cells(bool of_statements, sql::Mode mode, ResultSet& set) const;
  [[nodiscard]] std::optional<std::string> hidden_whole(std::string_view cell) const;
  [[nodiscard]] std::string without_repeated(std::string text) const;

  Secrets secrets_;
  std::vector<sql::ReplacedLiteral> repeated_;
};

/// A column without a name is called as its expression is spelled.
void hide_names(const sql::StatementSecrets& secrets, std::vector<Column>& columns);
/// As `live` has them, in the place of what was recorded.
void restore_names(const sql::StatementSecrets& live, std::vector<Column>& columns);

}  // namespace understudy::mysql
