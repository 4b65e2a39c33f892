// The length before each value of canonical octets: in groups of 7 bits, least first, the top bit
// saying that more follow; 0 is null and every other length is one more than it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace understudy::sql {

inline void append_length(std::size_t length, std::string& out) {
  for (; length >= 0x80; length >>= 7) out += static_cast<char>((length & 0x7F) | 0x80);
  out += static_cast<char>(length);
}

/// The text behind its length: what is put together so can't be put together otherwise.
inline void append_sized(std::string_view text, std::string& out) {
  append_length(text.size(), out);
  out += text;
}

/// Takes a length off `rest`; false where it is cut off or no length.
[[nodiscard]] inline bool take_length(std::string_view& rest, std::size_t& length) noexcept {
  length = 0;
  for (unsigned shift = 0; !rest.empty() && shift < 63; shift += 7) {
    const auto octet = static_cast<std::uint8_t>(rest.front());
    rest.remove_prefix(1);
    length |= static_cast<std::size_t>(octet & 0x7FU) << shift;
    if (octet < 0x80) return true;
  }
  return false;
}

}  // namespace understudy::sql
