// The connection phase ("Connection Phase Packets").
//   HandshakeV10: 0A · version NUL · id u32 · nonce 8 · 00 · capabilities low u16 · collation u8 ·
//     status u16 · capabilities high u16 · nonce length u8 · 10 reserved (MariaDB: the last 4 are
//     its own capabilities) · nonce 12 · 00 · plugin NUL
//   HandshakeResponse41: capabilities u32 · max packet u32 · collation u8 · 23 filler (MariaDB: the
//     last 4 are its own capabilities) · user NUL · answer · [database NUL] · [plugin NUL] ·
//     [attributes]
//   HandshakeResponse320: capabilities u16 · max packet u24 · user NUL · [answer NUL database NUL]
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocols/mysql/capabilities.hpp"
#include "understudy/byte_writer.hpp"
#include "understudy/bytes.hpp"

namespace understudy::mysql {

inline constexpr std::size_t nonce_size = 20;
using Nonce = std::array<std::uint8_t, nonce_size>;

struct Greeting {
  std::string version;
  std::uint32_t connection_id = 0;
  Nonce nonce{};
  Negotiated offered;
  std::uint8_t collation = 0;
  std::uint16_t status = status::autocommit;
  std::string plugin;
};

/// Nothing where `packet` is no HandshakeV10 (an ERR packet, say).
[[nodiscard]] std::optional<Greeting> decode_greeting(Bytes packet);
void encode_greeting(const Greeting& greeting, ByteWriter& writer);
/// Offset of the low and the high capability octets within the payload of a sound greeting.
struct CapabilityOffsets {
  std::size_t low = 0, high = 0;
};
[[nodiscard]] CapabilityOffsets capability_offsets(Bytes greeting);

/// What a client says of itself: `program_name`, `_client_name`, …
struct Attribute {
  std::string name;
  std::string value;
};

/// Octets of an SSLRequest, by which alone it is told from a login.
inline constexpr std::size_t ssl_request_size = 32;

struct HandshakeResponse {
  Negotiated wanted;
  std::uint16_t collation = 0;
  std::string user;
  std::string answer;  ///< to the nonce; never to be stored
  std::string database;
  std::string plugin;  ///< empty where the client names none
  std::vector<Attribute> attributes;
  bool tls = false;  ///< an SSLRequest: the response follows in TLS
};

/// `offered` is what the greeting said: only what both sides have counts.
[[nodiscard]] std::optional<HandshakeResponse> decode_handshake_response(Bytes packet,
                                                                         const Negotiated& offered);

/// The body of COM_CHANGE_USER, behind the command octet. Its `wanted` stays empty.
[[nodiscard]] std::optional<HandshakeResponse> decode_change_user(Bytes body,
                                                                  const Negotiated& negotiated);

/// FE · plugin NUL · nonce · 00
void encode_auth_switch(std::string_view plugin, const Nonce& nonce, ByteWriter& writer);

}  // namespace understudy::mysql
