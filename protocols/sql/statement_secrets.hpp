// Secrets in the text of a statement: passwords of roles and users, of connections to elsewhere,
// keys of pgcrypto's functions. One function for both sides: what is recorded and what is asked
// live go through it, so that an unchanged replay is certain.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocols/sql/statement.hpp"
#include "understudy/secrets.hpp"

namespace understudy::sql {

/// `sql` with each secret replaced by its placeholder, as a literal; nothing where it has none.
/// A table, a column or a value that is called `password` is no secret.
[[nodiscard]] std::optional<std::string> without_secrets(std::string_view sql, Mode mode,
                                                         const Secrets& secrets);

}  // namespace understudy::sql
