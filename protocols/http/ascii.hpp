// Case, white space and lists as HTTP's grammar has them: ASCII only, no locale.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace understudy::http {

[[nodiscard]] constexpr char lower(char octet) noexcept {
  return octet >= 'A' && octet <= 'Z' ? static_cast<char>(octet + ('a' - 'A')) : octet;
}

[[nodiscard]] inline std::string lowered(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), lower);
  return result;
}

[[nodiscard]] inline bool iequals(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, {}, lower, lower);
}

template <std::size_t n>
[[nodiscard]] constexpr bool is_among(std::string_view name,
                                      const std::array<std::string_view, n>& names) noexcept {
  return std::ranges::find(names, name) != names.end();
}

/// Without the optional white space (RFC 9110, 5.6.3) at both ends.
[[nodiscard]] inline std::string_view trimmed(std::string_view text) noexcept {
  const auto is_space = [](char octet) { return octet == ' ' || octet == '\t'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

/// Calls `visit(part)` for what stands between the `separator`s of `list`, trimmed, empty ones left
/// out.
template <class Visitor>
void for_each_part(std::string_view list, char separator, Visitor&& visit) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(separator), list.size());
    if (const std::string_view part = trimmed(list.substr(0, end)); !part.empty()) visit(part);
    list.remove_prefix(std::min(end + 1, list.size()));
  }
}

/// The value of a hexadecimal digit, or -1.
[[nodiscard]] constexpr int hex_value(char digit) noexcept {
  if (digit >= '0' && digit <= '9') return digit - '0';
  const char folded = lower(digit);
  return folded >= 'a' && folded <= 'f' ? folded - 'a' + 10 : -1;
}

}  // namespace understudy::http
