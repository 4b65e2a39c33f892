// The 64-bit hash of everything that the table finds by content.
#pragma once

#include <cstdint>
#include <string_view>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace understudy::table {

[[nodiscard]] inline std::uint64_t hash_of(std::string_view octets) noexcept {
  return XXH3_64bits(octets.data(), octets.size());
}

}  // namespace understudy::table
