#include "protocols/mysql/handshake.hpp"

#include <algorithm>

#include "protocols/mysql/lenenc.hpp"

namespace understudy::mysql {

namespace {

constexpr std::uint8_t protocol_version = 10;
constexpr std::size_t first_nonce_part = 8;
constexpr std::uint8_t auth_switch_header = 0xFE;

std::string text_until_nul(ByteReader& reader) {
  return std::string(as_text(reader.until(0)));
}

// A NUL-terminated string whose NUL some clients leave out at the end of the packet.
std::string text_to_end(ByteReader& reader, Bytes packet) {
  const Bytes rest = packet.subspan(reader.offset());
  if (std::ranges::find(rest, std::uint8_t{0}) != rest.end()) return text_until_nul(reader);
  return std::string(as_text(reader.rest()));
}

std::string read_answer(ByteReader& reader, const Negotiated& negotiated) {
  if (negotiated.has(capability::plugin_auth_lenenc))
    return std::string(as_text(read_lenenc_bytes(reader)));
  if (negotiated.has(capability::secure_connection))
    return std::string(as_text(reader.take(static_cast<std::size_t>(reader.le(1)))));
  return text_until_nul(reader);
}

/// Behind all else, and read by nobody who must: what is malformed counts as not there.
std::vector<Attribute> read_attributes(ByteReader& reader, const Negotiated& negotiated) {
  std::vector<Attribute> attributes;
  if (!negotiated.has(capability::connect_attrs) || reader.remaining() == 0) return attributes;
  ByteReader pairs(reader.rest());
  const std::uint64_t length = read_lenenc(pairs);
  if (pairs.failed() || length > pairs.remaining()) return attributes;
  pairs = ByteReader(pairs.take(static_cast<std::size_t>(length)));
  while (pairs.remaining() > 0) {
    Attribute attribute;
    attribute.name = as_text(read_lenenc_bytes(pairs));
    attribute.value = as_text(read_lenenc_bytes(pairs));
    if (pairs.failed()) break;
    attributes.push_back(std::move(attribute));
  }
  return attributes;
}

std::optional<HandshakeResponse> decode_response_320(Bytes packet) {
  ByteReader reader(packet);
  HandshakeResponse response;
  response.wanted.capabilities = static_cast<std::uint32_t>(reader.le(2));
  (void)reader.take(3);
  response.user = text_to_end(reader, packet);
  if (response.wanted.has(capability::connect_with_db) && reader.remaining() > 0) {
    response.answer = text_until_nul(reader);
    response.database = text_to_end(reader, packet);
  } else {
    response.answer = as_text(reader.rest());
  }
  if (reader.failed()) return std::nullopt;
  return response;
}

}  // namespace

std::optional<Greeting> decode_greeting(Bytes packet) {
  ByteReader reader(packet);
  Greeting greeting;
  if (reader.le(1) != protocol_version) return std::nullopt;
  greeting.version = text_until_nul(reader);
  greeting.connection_id = static_cast<std::uint32_t>(reader.le(4));
  const Bytes first = reader.take(first_nonce_part);
  (void)reader.take(1);
  std::uint32_t capabilities = static_cast<std::uint32_t>(reader.le(2));
  if (reader.failed()) return std::nullopt;
  std::ranges::copy(first, greeting.nonce.begin());
  if (reader.remaining() == 0) {
    greeting.offered.capabilities = capabilities;
    return greeting;
  }
  greeting.collation = static_cast<std::uint8_t>(reader.le(1));
  greeting.status = static_cast<std::uint16_t>(reader.le(2));
  capabilities |= static_cast<std::uint32_t>(reader.le(2)) << 16;
  greeting.offered.capabilities = capabilities;
  const auto length = static_cast<std::size_t>(reader.le(1));
  (void)reader.take(6);
  const auto extended = static_cast<std::uint32_t>(reader.le(4));
  if ((capabilities & capability::long_password) == 0) greeting.offered.mariadb = extended;
  if (reader.failed()) return std::nullopt;
  const std::size_t second = std::max<std::size_t>(13, length > 8 ? length - 8 : 0);
  const Bytes rest = reader.take(std::min(second, reader.remaining()));
  std::ranges::copy(rest.first(std::min(rest.size(), nonce_size - first_nonce_part)),
                    greeting.nonce.begin() + first_nonce_part);
  if (reader.remaining() > 0) greeting.plugin = text_to_end(reader, packet);
  return greeting;
}

CapabilityOffsets capability_offsets(Bytes greeting) {
  ByteReader reader(greeting);
  (void)reader.take(1);
  (void)reader.until(0);
  (void)reader.take(4 + first_nonce_part + 1);
  return {reader.offset(), reader.offset() + 5};
}

void encode_greeting(const Greeting& greeting, ByteWriter& writer) {
  const Bytes nonce = greeting.nonce;
  writer.byte(protocol_version);
  writer.c_string(greeting.version);
  writer.le(greeting.connection_id, 4);
  writer.bytes(nonce.first(first_nonce_part));
  writer.byte(0);
  writer.le(greeting.offered.capabilities, 2);
  writer.byte(greeting.collation);
  writer.le(greeting.status, 2);
  writer.le(greeting.offered.capabilities >> 16, 2);
  writer.byte(greeting.offered.has(capability::plugin_auth) ? nonce_size + 1 : 0);
  writer.le(0, 6);
  writer.le(greeting.offered.mariadb, 4);
  writer.bytes(nonce.subspan(first_nonce_part));
  writer.byte(0);
  if (greeting.offered.has(capability::plugin_auth)) writer.c_string(greeting.plugin);
}

std::optional<HandshakeResponse> decode_handshake_response(Bytes packet,
                                                           const Negotiated& offered) {
  ByteReader reader(packet);
  HandshakeResponse response;
  response.wanted.capabilities = static_cast<std::uint32_t>(reader.le(2));
  if (!response.wanted.has(capability::protocol_41)) return decode_response_320(packet);
  response.wanted.capabilities |= static_cast<std::uint32_t>(reader.le(2)) << 16;
  (void)reader.take(4);
  response.collation = static_cast<std::uint16_t>(reader.le(1));
  (void)reader.take(19);
  const auto extended = static_cast<std::uint32_t>(reader.le(4));
  if (reader.failed()) return std::nullopt;
  response.tls = packet.size() == ssl_request_size && response.wanted.has(capability::ssl);
  if (response.tls) return response;
  response.wanted.capabilities &= offered.capabilities | capability::connect_with_db;
  response.wanted.mariadb = extended & offered.mariadb;
  response.user = text_until_nul(reader);
  response.answer = read_answer(reader, response.wanted);
  if (response.wanted.has(capability::connect_with_db) && reader.remaining() > 0)
    response.database = text_to_end(reader, packet);
  if (response.wanted.has(capability::plugin_auth) && reader.remaining() > 0)
    response.plugin = text_to_end(reader, packet);
  if (reader.failed()) return std::nullopt;
  response.attributes = read_attributes(reader, response.wanted);
  return response;
}

std::optional<HandshakeResponse> decode_change_user(Bytes body, const Negotiated& negotiated) {
  ByteReader reader(body);
  HandshakeResponse response;
  response.user = text_until_nul(reader);
  if (negotiated.has(capability::secure_connection))
    response.answer = as_text(reader.take(static_cast<std::size_t>(reader.le(1))));
  else
    response.answer = text_until_nul(reader);
  response.database = text_to_end(reader, body);
  if (reader.remaining() >= 2) response.collation = static_cast<std::uint16_t>(reader.le(2));
  if (negotiated.has(capability::plugin_auth) && reader.remaining() > 0)
    response.plugin = text_to_end(reader, body);
  if (reader.failed()) return std::nullopt;
  response.attributes = read_attributes(reader, negotiated);
  return response;
}

void encode_auth_switch(std::string_view plugin, const Nonce& nonce, ByteWriter& writer) {
  writer.byte(auth_switch_header);
  writer.c_string(plugin);
  writer.bytes(nonce);
  writer.byte(0);
}

}  // namespace understudy::mysql
