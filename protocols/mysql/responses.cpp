#include "protocols/mysql/responses.hpp"

#include "protocols/mysql/frame.hpp"
#include "protocols/mysql/lenenc.hpp"

namespace understudy::mysql {

namespace {
constexpr std::size_t eof_size = 5;
constexpr std::size_t state_size = 5;
}  // namespace

bool decode_ok(Bytes packet, const Negotiated& negotiated, OkPacket& ok) {
  ByteReader reader(packet);
  (void)reader.le(1);
  ok.affected = read_lenenc(reader);
  ok.insert_id = read_lenenc(reader);
  ok.status = static_cast<std::uint16_t>(reader.le(2));
  ok.warnings = static_cast<std::uint16_t>(reader.le(2));
  ok.info.clear();
  if (reader.failed() || reader.remaining() == 0) return !reader.failed();
  // Servers put the info's length before it even where the specification says "the rest". What
  // follows it (session state, with SESSION_TRACK) is the connection's business.
  const Bytes rest = packet.subspan(reader.offset());
  const Bytes info = read_lenenc_bytes(reader);
  const bool bare =
      reader.failed() || (reader.remaining() > 0 && !negotiated.has(capability::session_track));
  ok.info = as_text(bare ? rest : info);
  return true;
}

bool decode_eof(Bytes packet, EofPacket& eof) {
  ByteReader reader(packet);
  (void)reader.le(1);
  eof.warnings = static_cast<std::uint16_t>(reader.le(2));
  eof.status = static_cast<std::uint16_t>(reader.le(2));
  return reader.complete();
}

bool decode_error(Bytes packet, ErrorPacket& error) {
  ByteReader reader(packet);
  (void)reader.le(1);
  error.code = static_cast<std::uint16_t>(reader.le(2));
  error.state.clear();
  if (reader.remaining() > state_size && packet[reader.offset()] == '#') {
    (void)reader.take(1);
    error.state = as_text(reader.take(state_size));
  }
  error.message = as_text(reader.rest());
  return !reader.failed();
}

bool is_eof(Bytes packet) noexcept {
  return packet.size() == eof_size && packet[0] == eof_header;
}

bool is_rows_end(Bytes packet, const Negotiated& negotiated) noexcept {
  if (packet.empty() || packet[0] != eof_header) return false;
  return negotiated.has(capability::deprecate_eof) ? packet.size() < max_frame_payload
                                                   : packet.size() < 9;
}

bool is_error(Bytes packet) noexcept {
  return !packet.empty() && packet[0] == error_header;
}

void encode_ok(const OkPacket& ok, std::uint8_t header, std::string_view state,
               ByteWriter& writer) {
  writer.byte(header);
  write_lenenc(writer, ok.affected);
  write_lenenc(writer, ok.insert_id);
  writer.le(ok.status, 2);
  writer.le(ok.warnings, 2);
  // Without SESSION_TRACK the info is the rest of the packet; real servers put its length there
  // too.
  if (!ok.info.empty() || !state.empty()) write_lenenc_text(writer, ok.info);
  if (!state.empty()) write_lenenc_text(writer, state);
}

void encode_eof(const EofPacket& eof, ByteWriter& writer) {
  writer.byte(eof_header);
  writer.le(eof.warnings, 2);
  writer.le(eof.status, 2);
}

void encode_error(const ErrorPacket& error, ByteWriter& writer) {
  writer.byte(error_header);
  writer.le(error.code, 2);
  if (error.state.size() == state_size) writer.text("#" + error.state);
  writer.text(error.message);
}

}  // namespace understudy::mysql
