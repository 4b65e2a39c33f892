// Secrets that are known by their looks.
#pragma once

#include <cstddef>
#include <string_view>

namespace understudy::redact {

[[nodiscard]] constexpr bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// RFC 7519, compact: three parts in base64url, the first of which begins a JSON object. The last
/// one may be empty.
[[nodiscard]] bool is_json_web_token(std::string_view text) noexcept;

/// Octets of the secret that begins at `at`, where a word begins; 0 where none does.
[[nodiscard]] std::size_t secret_at(std::string_view text, std::size_t at) noexcept;

}  // namespace understudy::redact
