// The answer as a table holds it: the text protocol's packets for the common
// client, ready to be borrowed, and enough beside them to serve every other.
//
//   image  := version u8 · count u8 · entry*
//   entry  := kind u8 · length u32 · body
//   ok     := changed u64 · matched u64 · insert id u64 · warnings u16 · status u16 · info
//   error  := code u16 · SQLSTATE 5 (NULs for none) · message
//   rows   := warnings u16 · status u16 · collation u16 · flags u8 · columns u32 · rows u64 · head
//   length u32 ·
//             definitions length u32 · definitions · packets
//   file   := its name: in a shape, that the client is asked for it before anything is looked up
//   stop   := an error amid the rows of the entry before
//
// `packets` is a result set as it answers a COM_QUERY without DEPRECATE_EOF, sequence ids from 1,
// text in UTF-8: column count and definitions (the head), EOF, rows, EOF. `definitions` are the
// same with MariaDB's extended metadata, as frames; empty where there is none.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "protocols/mysql/result.hpp"

namespace understudy::mysql {

enum class EntryKind : std::uint8_t { ok = 1, error = 2, rows = 3, file = 4, stop = 5 };

struct OkEntry {
  std::uint64_t changed = 0;
  std::uint64_t matched = 0;  ///< what CLIENT_FOUND_ROWS asks for
  std::uint64_t insert_id = 0;
  std::uint16_t warnings = 0, status = 0;
  std::string_view info;
};

struct RowsEntry {
  static constexpr std::uint8_t exact_floats =
      1;  ///< a FLOAT or DOUBLE cell has more digits than its text form
  static constexpr std::uint8_t ascii = 2;    ///< all text is ASCII
  static constexpr std::uint8_t uniform = 4;  ///< all text columns are in `collation`
  std::uint16_t warnings = 0, status = 0, collation = 0;
  std::uint8_t flags = 0;
  std::uint32_t columns = 0;
  std::uint64_t rows = 0;
  std::size_t head = 0;  ///< octets of `packets` before the first EOF
  Bytes definitions;
  Bytes packets;
};

struct Entry {
  EntryKind kind = EntryKind::ok;
  Bytes body;
};

/// `collation`: in which text columns are described without re-encoding; one of UTF-8.
[[nodiscard]] std::string encode_image(const Results& results, std::uint16_t collation);

/// Borrowed from the image. False where it is damaged.
[[nodiscard]] bool decode_image(Bytes image, std::vector<Entry>& entries);
[[nodiscard]] bool decode_entry(Bytes body, OkEntry& ok);
[[nodiscard]] bool decode_entry(Bytes body, RowsEntry& rows);
[[nodiscard]] bool decode_entry(Bytes body, ErrorPacket& error);

}  // namespace understudy::mysql
