// Packets: a 3-octet little-endian length, a sequence id, the payload
// ("Protocol::Packet"). A payload of 2^24-1 octets or more goes on in the next
// frame; an exact multiple ends with an empty one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "understudy/bytes.hpp"
#include "understudy/receive_buffer.hpp"

namespace understudy::mysql {

inline constexpr std::size_t frame_header = 4;
inline constexpr std::size_t max_frame_payload = 0xFFFFFF;

/// One whole packet. `payload` is valid until the reader is fed or asked again.
struct Packet {
  Bytes payload;
  std::uint8_t first = 0;  ///< sequence id of its first frame
  std::uint8_t last = 0;   ///< sequence id of its last frame
};

enum class FrameStatus : std::uint8_t {
  need_bytes,
  packet,
  out_of_order,  ///< a frame did not carry the sequence id that it had to
  too_large      ///< the payload would exceed the cap
};

/// Takes one direction of a connection apart. Errors are final.
class FrameReader {
 public:
  explicit FrameReader(std::size_t payload_cap) noexcept : payload_cap_(payload_cap) {}

  void feed(Bytes chunk) { buffer_.append(chunk); }
  /// A packet that does not begin with the sequence id `first`, where there is one, is refused by
  /// its header alone: that is how octets of other protocols are told.
  [[nodiscard]] FrameStatus next(Packet& packet, std::optional<std::uint8_t> first = std::nullopt);
  /// True where no octet of an incomplete packet is held.
  [[nodiscard]] bool idle() const noexcept {
    return buffer_.pending().empty() && frames_held_ == 0;
  }
  [[nodiscard]] Bytes pending() const noexcept { return buffer_.pending(); }
  /// Forgets what is pending: it is no plain text, but TLS.
  void drop_pending() { buffer_.clear(); }

 private:
  std::size_t payload_cap_;
  ReceiveBuffer buffer_;
  std::vector<std::uint8_t> assembled_;  // payloads of the frames_held_ frames before the last
  std::size_t frames_held_ = 0;
  std::uint8_t first_ = 0;
  std::uint8_t expected_ = 0;
};

/// Reserves a header behind what `target` holds; the payload is appended after it.
[[nodiscard]] std::size_t begin_packet(std::vector<std::uint8_t>& target);
/// Completes the packet that was begun at `start`, split into frames where it is long, and moves
/// `sequence` on by the frames written.
void end_packet(std::vector<std::uint8_t>& target, std::size_t start, std::uint8_t& sequence);

/// One frame of a run of well-formed frames, header included; empty at the end or on damage.
[[nodiscard]] Bytes frame_at(Bytes frames, std::size_t offset) noexcept;

}  // namespace understudy::mysql
