// Frames of HTTP/2 (RFC 9113, section 4), as octets of one direction arrive.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "understudy/bytes.hpp"
#include "understudy/receive_buffer.hpp"

namespace understudy::http::h2 {

/// How a client begins.
inline constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

enum class FrameType : std::uint8_t {
  data = 0,
  headers = 1,
  priority = 2,
  rst_stream = 3,
  settings = 4,
  push_promise = 5,
  ping = 6,
  goaway = 7,
  window_update = 8,
  continuation = 9
};

enum Flags : std::uint8_t {
  flag_end_stream = 0x1,
  flag_ack = 0x1,
  flag_end_headers = 0x4,
  flag_padded = 0x8,
  flag_priority = 0x20
};

struct Frame {
  FrameType type = FrameType::data;
  std::uint8_t flags = 0;
  std::uint32_t stream = 0;
  Bytes payload;  ///< as it was sent, padding included
  Bytes whole;    ///< with its head

  [[nodiscard]] bool has(Flags flag) const noexcept { return (flags & flag) != 0; }
};

/// The payload without padding, and of HEADERS without the priority, of PUSH_PROMISE without the
/// stream. Nothing where it is too short for what its flags say.
[[nodiscard]] std::optional<Bytes> content_of(const Frame& frame) noexcept;

class FrameReader {
 public:
  static constexpr std::size_t head_octets = 9;

  void feed(Bytes chunk) { buffer_.append(chunk); }
  /// The next whole frame, borrowed until the next call of `feed`.
  [[nodiscard]] std::optional<Frame> next();
  /// What no frame has taken yet.
  [[nodiscard]] Bytes pending() const noexcept { return buffer_.pending(); }
  void consume(std::size_t count) noexcept { buffer_.consume(count); }
  void clear() noexcept { buffer_.clear(); }

 private:
  ReceiveBuffer buffer_;
};

/// The head of a frame.
void append_frame_head(std::vector<std::uint8_t>& out, std::size_t size, FrameType type,
                       std::uint8_t flags, std::uint32_t stream);

[[nodiscard]] std::uint32_t number_at(Bytes octets, std::size_t at) noexcept;

}  // namespace understudy::http::h2
