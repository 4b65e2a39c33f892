// What a field of a request can have to do with its answer, by its name and by its value.
//
// Names are in lower case throughout.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace understudy::http {

/// The field that names the scope of its request; no part of what is asked.
inline constexpr std::string_view scope_field = "understudy-scope";
/// A cookie is compared as a field of its own, under this and its name.
inline constexpr std::string_view cookie_prefix = "cookie:";

enum class FieldRole : std::uint8_t {
  irrelevant,  ///< of the connection, the client program, tracing or caching, or told by the body
  credential,  ///< says who asks; what it says in one request it may say in the next one
  selecting,   ///< known to choose an operation, a format, a language, a tenant
  unknown      ///< may be anything: counts until the recordings show that it varies by itself
};

[[nodiscard]] FieldRole role_of(std::string_view name);

/// Named like what a client makes anew for each request: a trace id, a nonce, a time, an attempt.
[[nodiscard]] bool is_named_per_request(std::string_view name);

/// Looks like what a program makes rather than a person: random digits, a time, a counter of many
/// digits; also in part, as in `00-<trace>-<span>-01`.
[[nodiscard]] bool looks_generated(std::string_view value);

/// The value as it is compared: what is the same by the field's own rules is spelled alike, and
/// what says no more than its absence would is empty (`Accept: */*`).
[[nodiscard]] std::string compared_value(std::string_view name, std::string_view value);

/// The host of an authority, without the port and in lower case; empty where it is an address or a
/// name that any machine may have for this one (`localhost`, `payments`), so that it tells nothing.
[[nodiscard]] std::string telling_host(std::string_view authority);

}  // namespace understudy::http
