// What must never reach the disk, and what stands there in its place.
//
// A secret becomes `redacted:<8 hex digits of its hash>`: equal secrets stay equal, and a live
// secret is compared with a recorded one through the same function. A placeholder is its own
// placeholder, so that a token which a mock handed out comes back as the recorded one did.
#pragma once

#include <string>
#include <string_view>

#include "protocols/http/target.hpp"

namespace understudy::http {

/// Empty text stays empty.
[[nodiscard]] std::string placeholder(std::string_view secret);

/// A field whose whole value is secret: Authorization, X-Api-Key, …
[[nodiscard]] bool is_secret_field(std::string_view name);
/// A JSON member, form or query field named like a secret: password, access_token, …
[[nodiscard]] bool is_secret_name(std::string_view name);

/// The value as it may be stored. Schemes, cookie names and cookie attributes stay readable.
[[nodiscard]] std::string redacted_field(std::string_view name, std::string_view value);
[[nodiscard]] Query redacted_query(Query query);
[[nodiscard]] std::string redacted_json(std::string_view text);

}  // namespace understudy::http
