// Secrets that are known by their looks.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace understudy::redact {

[[nodiscard]] constexpr bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

[[nodiscard]] constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

/// RFC 7519, compact: three parts in base64url, the first of which begins a JSON object. The last
/// one may be empty.
[[nodiscard]] bool is_json_web_token(std::string_view text) noexcept;

/// Octets of the secret that begins at `at`, where a word begins; 0 where none does.
[[nodiscard]] std::size_t secret_at(std::string_view text, std::size_t at) noexcept;

/// `clean`, which gives nothing where a text is clean, until that is so: what was cleaned before
/// compares with what is cleaned now. What stands in for a secret may make the text around it look
/// like another one, rarely and not for ever.
template <class Clean>
std::optional<std::string> until_clean(std::string_view text, Clean&& clean) {
  constexpr int most_times = 16;
  std::optional<std::string> cleaned;
  for (int time = 0; time < most_times; ++time) {
    auto next = clean(cleaned ? std::string_view(*cleaned) : text);
    if (!next || (cleaned && *next == *cleaned)) break;
    cleaned = std::move(next);
  }
  return cleaned;
}

}  // namespace understudy::redact
