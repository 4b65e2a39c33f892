// Bytes on the wire and text in memory, as borrowed views of each other.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace understudy {

/// A borrowed run of octets. Valid only as long as its owner says.
using Bytes = std::span<const std::uint8_t>;

[[nodiscard]] inline Bytes as_bytes(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

[[nodiscard]] inline std::string_view as_text(Bytes bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace understudy
