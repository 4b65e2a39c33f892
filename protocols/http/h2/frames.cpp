#include "protocols/http/h2/frames.hpp"

#include <array>

namespace understudy::http::h2 {

std::uint32_t number_at(Bytes octets, std::size_t at) noexcept {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) number = number << 8U | octets[at + i];
  return number;
}

std::optional<Frame> FrameReader::next() {
  const Bytes pending = buffer_.pending();
  if (pending.size() < head_octets) return std::nullopt;
  const std::size_t size = number_at(pending, 0) >> 8U;
  if (pending.size() < head_octets + size) return std::nullopt;
  constexpr std::uint32_t reserved = 0x80000000U;
  Frame frame;
  frame.type = static_cast<FrameType>(pending[3]);
  frame.flags = pending[4];
  frame.stream = number_at(pending, 5) & ~reserved;
  frame.payload = pending.subspan(head_octets, size);
  frame.whole = pending.first(head_octets + size);
  buffer_.consume(frame.whole.size());
  return frame;
}

std::optional<Bytes> content_of(const Frame& frame) noexcept {
  Bytes content = frame.payload;
  const bool may_be_padded = frame.type == FrameType::data || frame.type == FrameType::headers ||
                             frame.type == FrameType::push_promise;
  if (may_be_padded && frame.has(flag_padded)) {
    if (content.empty() || content[0] >= content.size()) return std::nullopt;
    content = content.subspan(1, content.size() - 1U - content[0]);
  }
  std::size_t before = 0;
  if (frame.type == FrameType::headers && frame.has(flag_priority)) before = 5;
  if (frame.type == FrameType::push_promise) before = 4;
  if (content.size() < before) return std::nullopt;
  return content.subspan(before);
}

void append_frame_head(std::vector<std::uint8_t>& out, std::size_t size, FrameType type,
                       std::uint8_t flags, std::uint32_t stream) {
  const std::array<std::uint8_t, FrameReader::head_octets> head = {
      static_cast<std::uint8_t>(size >> 16U),
      static_cast<std::uint8_t>(size >> 8U),
      static_cast<std::uint8_t>(size),
      static_cast<std::uint8_t>(type),
      flags,
      static_cast<std::uint8_t>(stream >> 24U),
      static_cast<std::uint8_t>(stream >> 16U),
      static_cast<std::uint8_t>(stream >> 8U),
      static_cast<std::uint8_t>(stream)};
  out.insert(out.end(), head.begin(), head.end());
}

}  // namespace understudy::http::h2
