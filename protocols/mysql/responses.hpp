// OK, EOF and ERR packets.
//   OK:  00 (FE as terminator of a result) · lenenc affected · lenenc insert id ·
//        status u16 · warnings u16 · info (lenenc with SESSION_TRACK, else the rest)
//   EOF: FE · warnings u16 · status u16
//   ERR: FF · code u16 · ['#' · SQLSTATE 5] · message
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "protocols/mysql/capabilities.hpp"
#include "understudy/byte_reader.hpp"
#include "understudy/byte_writer.hpp"

namespace understudy::mysql {

struct OkPacket {
  std::uint64_t affected = 0;
  std::uint64_t insert_id = 0;
  std::uint16_t status = 0;
  std::uint16_t warnings = 0;
  std::string info = {};
  /// What it is to a client that counts rows as they were found, where `info` does not tell that.
  std::optional<std::uint64_t> matched = {};
};

struct EofPacket {
  std::uint16_t status = 0;
  std::uint16_t warnings = 0;
};

struct ErrorPacket {
  std::uint16_t code = 0;
  std::string state = "HY000";
  std::string message = {};
};

inline constexpr std::uint8_t ok_header = 0x00;
inline constexpr std::uint8_t eof_header = 0xFE;
inline constexpr std::uint8_t error_header = 0xFF;
inline constexpr std::uint8_t local_infile_header = 0xFB;

/// Progress reports of MariaDB are ERR packets with this code.
inline constexpr std::uint16_t progress_code = 0xFFFF;

[[nodiscard]] bool decode_ok(Bytes packet, const Negotiated& negotiated, OkPacket& ok);
[[nodiscard]] bool decode_eof(Bytes packet, EofPacket& eof);
[[nodiscard]] bool decode_error(Bytes packet, ErrorPacket& error);

/// True for the packet that ends column definitions or rows of a connection without DEPRECATE_EOF.
[[nodiscard]] bool is_eof(Bytes packet) noexcept;
/// True for the packet that ends rows: EOF, or OK in its place.
[[nodiscard]] bool is_rows_end(Bytes packet, const Negotiated& negotiated) noexcept;
[[nodiscard]] bool is_error(Bytes packet) noexcept;

/// `state` is the block of session state changes that SESSION_TRACK adds (kind u8 · lenenc data,
/// repeated); not empty only together with status::session_state_changed.
void encode_ok(const OkPacket& ok, std::uint8_t header, std::string_view state, ByteWriter& writer);
void encode_eof(const EofPacket& eof, ByteWriter& writer);
void encode_error(const ErrorPacket& error, ByteWriter& writer);

}  // namespace understudy::mysql
