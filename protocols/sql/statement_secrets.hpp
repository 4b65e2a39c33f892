// Secrets in the text of a statement: passwords of roles and users, of connections to elsewhere,
// keys of pgcrypto's functions and MySQL's. One function for both sides: what is recorded and what
// is asked live go through it, so that an unchanged replay is certain.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/sql/statement.hpp"
#include "understudy/secrets.hpp"

namespace understudy::sql {

/// A literal, with its quotes, and the one that stands in its place.
struct ReplacedLiteral {
  std::string spelled, replaced;
};

/// A parameter that stands where a secret is expected.
struct SecretParameter {
  std::int32_t index = 0;   ///< from 0
  bool connection = false;  ///< its value is `host=db password=x` or a statement, else a secret
  bool searched = false;    ///< only what of it matches the user's patterns is one
};

/// What was found in one statement, or in several.
struct StatementSecrets {
  std::optional<std::string> cleaned = {};       ///< as without_secrets() gives it
  std::vector<ReplacedLiteral> literals = {};    ///< also those that stayed as they are
  std::vector<SecretParameter> parameters = {};  ///< as they stand; one may stand at several places
  std::vector<std::string> values = {};          ///< the secrets, as the server understands them

  [[nodiscard]] bool empty() const noexcept { return literals.empty() && parameters.empty(); }
};

/// How a secret is replaced.
enum class SecretForm : std::uint8_t {
  placeholder,  ///< by that of `secrets`
  masked        ///< by `***`, as recordings had it that tell no secret from another
};

/// `sql` with each secret replaced by its placeholder, as a literal; nothing where it has none.
/// A table, a column or a value that is called `password` is no secret. Literals are searched for
/// the user's patterns.
[[nodiscard]] std::optional<std::string> without_secrets(std::string_view sql, Mode mode,
                                                         const Secrets& secrets);

/// The same, and which they were. Nothing is found where `secrets` are shown.
[[nodiscard]] StatementSecrets secrets_in(std::string_view sql, Mode mode, const Secrets& secrets,
                                          SecretForm form = SecretForm::placeholder);

/// The value of such a parameter without what is secret of it, which is appended to `found`. Equal
/// values stay equal.
[[nodiscard]] std::string without_secret(const SecretParameter& parameter, std::string_view value,
                                         Mode mode, const Secrets& secrets,
                                         std::vector<std::string>& found,
                                         SecretForm form = SecretForm::placeholder);

/// Whether a secret of `sql` was replaced by `***` when it was recorded.
[[nodiscard]] bool holds_masked_secret(std::string_view sql, Mode mode);

}  // namespace understudy::sql
