// The text that tells a client how to connect: where the password stands in it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "understudy/secrets.hpp"

namespace understudy::sql {

/// `host=db password=x`, `postgres://user:x@db/shop`, `{user=a,password=x}` with the password
/// replaced; appends it to `found`, as it is spelled, unless it is a placeholder already.
[[nodiscard]] std::string connection_without_password(std::string_view connection,
                                                      const Secrets& secrets,
                                                      std::vector<std::string>& found);

/// Whether what follows `begin`, the beginning of such a text, is a password: `host=db password=`.
[[nodiscard]] bool ends_before_password(std::string_view begin, const Secrets& secrets);

}  // namespace understudy::sql
