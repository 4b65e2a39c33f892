// The meaning of a request or an answer as a tree: what session and rule
// files hold, what `inspect --json` prints, what near misses are compared in.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "understudy/bytes.hpp"

namespace understudy {

/// Null, booleans, 64-bit integers, doubles, UTF-8 text, binary octets, lists and ordered maps.
/// Text is always valid UTF-8; octets that are not go into the binary kind (`!!binary` in YAML).
using Document = nlohmann::ordered_json;

/// True where `octets` are well-formed UTF-8 (RFC 3629) without NUL.
[[nodiscard]] inline bool is_text(std::string_view octets) noexcept {
  for (std::size_t i = 0; i < octets.size();) {
    const auto at = [&](std::size_t offset) -> std::uint32_t {
      return i + offset < octets.size() ? static_cast<std::uint8_t>(octets[i + offset]) : 0U;
    };
    const std::uint32_t lead = at(0);
    if (lead == 0) return false;
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xC2 ? 0
                               : lead < 0xE0 ? 2
                               : lead < 0xF0 ? 3
                               : lead < 0xF5 ? 4
                                             : 0;
    if (length == 0) return false;
    for (std::size_t k = 1; k < length; ++k)
      if ((at(k) & 0xC0U) != 0x80U) return false;
    const bool overlong = (lead == 0xE0 && at(1) < 0xA0) || (lead == 0xF0 && at(1) < 0x90);
    const bool surrogate_or_beyond =
        (lead == 0xED && at(1) > 0x9F) || (lead == 0xF4 && at(1) > 0x8F);
    if (overlong || surrogate_or_beyond) return false;
    i += length;
  }
  return true;
}

/// Text where the octets are text, binary where they are not. Lossless either way.
[[nodiscard]] inline Document document_of(std::string_view octets) {
  if (is_text(octets)) return Document(std::string(octets));
  return Document::binary(std::vector<std::uint8_t>(octets.begin(), octets.end()));
}

/// The octets of a text or binary node; empty for any other kind.
[[nodiscard]] inline std::string octets_of(const Document& node) {
  if (node.is_string()) return node.get<std::string>();
  if (!node.is_binary()) return {};
  const auto& octets = node.get_binary();
  return {octets.begin(), octets.end()};
}

}  // namespace understudy
