// Secrets in the text of a statement: passwords of roles and users, of connections to elsewhere,
// keys of pgcrypto's functions. One function for both sides: what is recorded and what is asked
// live go through it, so that an unchanged replay is certain.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/sql/statement.hpp"
#include "understudy/secrets.hpp"

namespace understudy::sql {

/// `sql` with each secret replaced by its placeholder, as a literal; nothing where it has none.
/// A table, a column or a value that is called `password` is no secret.
[[nodiscard]] std::optional<std::string> without_secrets(std::string_view sql, Mode mode,
                                                         const Secrets& secrets);
/// The same; appends the secrets to `found`, as the server understands them.
[[nodiscard]] std::optional<std::string> without_secrets(std::string_view sql, Mode mode,
                                                         const Secrets& secrets,
                                                         std::vector<std::string>& found);

/// A parameter that stands where a secret is expected.
struct SecretParameter {
  std::int32_t index = 0;   ///< from 0
  bool connection = false;  ///< its value is `host=db password=x` or a statement, else a secret
};
/// In the order in which they stand; one may stand at several places.
[[nodiscard]] std::vector<SecretParameter> secret_parameters(std::string_view sql, Mode mode);
/// The value of such a parameter without what is secret of it. Equal values stay equal.
[[nodiscard]] std::string without_secret(const SecretParameter& parameter, std::string_view value,
                                         Mode mode, const Secrets& secrets,
                                         std::vector<std::string>& found);

/// `host=db password=x`, `postgres://user:x@db/shop`, `{user=a,password=x}` with the password
/// replaced.
[[nodiscard]] std::string connection_without_password(std::string_view connection,
                                                      const Secrets& secrets,
                                                      std::vector<std::string>& found);

}  // namespace understudy::sql
