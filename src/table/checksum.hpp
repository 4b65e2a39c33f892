// What a table's header says of all its bytes.
#pragma once

#include <cstdint>
#include <cstring>

#include "table/format.hpp"
#include "table/hash.hpp"
#include "understudy/bytes.hpp"

namespace understudy::table {

/// XXH3-64 of everything behind the header, seeded with that of the header without its checksum.
/// `table` has at least a header.
[[nodiscard]] inline std::uint64_t checksum_of(Bytes table) noexcept {
  format::FileHeader header;
  std::memcpy(&header, table.data(), sizeof header);
  header.checksum = 0;
  const std::uint64_t seed = XXH3_64bits(&header, sizeof header);
  const Bytes body = table.subspan(sizeof header);
  return XXH3_64bits_withSeed(body.data(), body.size(), seed);
}

}  // namespace understudy::table
