// Base64 (RFC 4648 section 4), the spelling of `!!binary`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "understudy/bytes.hpp"

namespace understudy::store {

[[nodiscard]] std::string encode_base64(Bytes octets);

/// Skips white space. Nothing for a foreign character, missing padding, or bits after the last
/// octet.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> decode_base64(std::string_view text);

}  // namespace understudy::store
