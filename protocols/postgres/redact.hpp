// Secrets of an exchange, replaced by their placeholders: in statements, in values that are bound
// where one is expected, and in what the server says of both. Recording, compiling and serving go
// through the same functions, so that an unchanged replay asks what was recorded.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocols/postgres/answer.hpp"
#include "protocols/postgres/request.hpp"
#include "protocols/sql/statement_secrets.hpp"
#include "understudy/secrets.hpp"

namespace understudy::postgres {

/// Secrets that were replaced, in clear: to be looked for in the answer, and written nowhere.
using FoundSecrets = std::vector<std::string>;

/// The statement as it is recorded and asked for.
[[nodiscard]] std::string without_secrets(std::string_view sql, const Secrets& secrets);

/// Replaces the values of the parameters that are secrets.
FoundSecrets replace_secrets(const std::vector<sql::SecretParameter>& secret,
                             Parameters& parameters, const Secrets& secrets);

/// Replaces what matches the user's patterns.
void replace_secrets(CopySent& copy, const Secrets& secrets);

/// Replaces those of the statement and of its parameters.
FoundSecrets replace_secrets(StatementRequest& request, const Secrets& secrets);

/// Replaces in the answer to `sql` what its errors and notices quote of `found`, and passwords that
/// the catalogue tells: verifiers of roles, options of user mappings, the text of statements. False
/// where there was nothing.
bool replace_secrets(std::string_view sql, const FoundSecrets& found, StatementAnswer& answer,
                     const Secrets& secrets);

}  // namespace understudy::postgres
