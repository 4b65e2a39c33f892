// Octets as a connection may deliver them: cut off anywhere, or in pieces.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "understudy/bytes.hpp"

namespace understudy::test {

/// Shows `use` each proper prefix of `octets`, the empty one first. Each has memory of its own, so
/// that a sanitizer sees who reads beyond its end.
template <class Use>
void for_each_truncation(Bytes octets, Use use) {
  for (std::size_t length = 0; length < octets.size(); ++length) {
    CAPTURE(length);
    const Bytes kept = octets.first(length);
    const std::vector<std::uint8_t> prefix(kept.begin(), kept.end());
    use(Bytes(prefix));
  }
}

/// Shows `use` the octets of `octets` in order, in pieces of `piece` with memory of their own.
template <class Use>
void for_each_piece(Bytes octets, std::size_t piece, Use use) {
  for (std::size_t at = 0; at < octets.size(); at += piece) {
    const Bytes part = octets.subspan(at, std::min(piece, octets.size() - at));
    const std::vector<std::uint8_t> copy(part.begin(), part.end());
    use(Bytes(copy));
  }
}

}  // namespace understudy::test
