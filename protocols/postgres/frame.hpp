// The framing of every message but the first ones of a client: a type octet,
// an int32 length that counts itself, the body.
// https://www.postgresql.org/docs/current/protocol-message-formats.html
#pragma once

#include <cstdint>
#include <optional>

#include "understudy/byte_reader.hpp"
#include "understudy/byte_writer.hpp"
#include "understudy/bytes.hpp"
#include "understudy/limits.hpp"

namespace understudy::postgres {

/// One complete message; borrowed from the receive buffer.
struct Frame {
  char type = 0;
  Bytes body;
  std::size_t octets = 0;  ///< of the whole frame, to be consumed
};

enum class FrameStatus : std::uint8_t { need_more, complete, invalid };

/// Cuts one frame off `pending`. Invalid: a length below 4 or beyond `limits.message_octets`.
[[nodiscard]] inline FrameStatus cut_frame(Bytes pending, const Limits& limits,
                                           Frame& frame) noexcept {
  if (pending.size() < 5) return FrameStatus::need_more;
  const std::size_t length = ByteReader(pending.subspan(1, 4)).be<std::uint32_t>();
  if (length < 4 || length > limits.message_octets) return FrameStatus::invalid;
  if (pending.size() < length + 1) return FrameStatus::need_more;
  frame = {static_cast<char>(pending[0]), pending.subspan(5, length - 4), length + 1};
  return FrameStatus::complete;
}

/// Writes a frame's head on construction and its length on `finish`.
class FrameWriter : public ByteWriter {
 public:
  FrameWriter(std::vector<std::uint8_t>& target, char type) noexcept : ByteWriter(target) {
    byte(static_cast<std::uint8_t>(type));
    start_ = position();
    be(std::uint32_t{0});
  }
  void finish() noexcept { patch_be(start_, static_cast<std::uint32_t>(position() - start_)); }

 private:
  std::size_t start_ = 0;
};

}  // namespace understudy::postgres
