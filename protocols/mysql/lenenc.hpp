// Length-encoded integers and strings ("Protocol::LengthEncodedInteger").
#pragma once

#include <cstdint>

#include "understudy/byte_reader.hpp"
#include "understudy/byte_writer.hpp"

namespace understudy::mysql {

/// First octets that are no length: a NULL cell, and what only errors begin with.
inline constexpr std::uint8_t null_cell = 0xFB;

[[nodiscard]] inline std::uint64_t read_lenenc(ByteReader& reader) noexcept {
  const std::uint64_t lead = reader.le(1);
  if (lead < null_cell) return lead;
  if (lead == 0xFC) return reader.le(2);
  if (lead == 0xFD) return reader.le(3);
  if (lead == 0xFE) return reader.le(8);
  reader.fail();
  return 0;
}

[[nodiscard]] inline Bytes read_lenenc_bytes(ByteReader& reader) noexcept {
  const std::uint64_t length = read_lenenc(reader);
  return reader.take(static_cast<std::size_t>(length));
}

inline void write_lenenc(ByteWriter& writer, std::uint64_t value) {
  if (value < null_cell) return writer.byte(static_cast<std::uint8_t>(value));
  if (value <= 0xFFFF) {
    writer.byte(0xFC);
    return writer.le(value, 2);
  }
  if (value <= 0xFFFFFF) {
    writer.byte(0xFD);
    return writer.le(value, 3);
  }
  writer.byte(0xFE);
  writer.le(value, 8);
}

inline void write_lenenc_text(ByteWriter& writer, std::string_view text) {
  write_lenenc(writer, text.size());
  writer.text(text);
}

}  // namespace understudy::mysql
