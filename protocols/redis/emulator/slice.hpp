// Indexes from both ends, as ranges of lists and sorted sets have them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace understudy::redis::emulation {

struct Slice {
  std::size_t first = 0;
  std::size_t count = 0;
};

/// What is between two indexes, both inclusive, negative ones counted from the end.
[[nodiscard]] constexpr Slice slice_of(std::int64_t first, std::int64_t last,
                                       std::size_t elements) noexcept {
  const auto size = static_cast<std::int64_t>(elements);
  if (first < 0) first = std::max<std::int64_t>(first + size, 0);
  if (last < 0) last += size;
  last = std::min(last, size - 1);
  if (first > last) return {};
  return {static_cast<std::size_t>(first), static_cast<std::size_t>(last - first + 1)};
}

}  // namespace understudy::redis::emulation
