#include "protocols/mysql/frame.hpp"

#include <algorithm>

namespace understudy::mysql {

namespace {

std::size_t payload_length(Bytes header) noexcept {
  return static_cast<std::size_t>(header[0]) | static_cast<std::size_t>(header[1]) << 8 |
         static_cast<std::size_t>(header[2]) << 16;
}

void write_header(std::uint8_t* header, std::size_t length, std::uint8_t sequence) noexcept {
  header[0] = static_cast<std::uint8_t>(length);
  header[1] = static_cast<std::uint8_t>(length >> 8);
  header[2] = static_cast<std::uint8_t>(length >> 16);
  header[3] = sequence;
}

}  // namespace

FrameStatus FrameReader::next(Packet& packet, std::optional<std::uint8_t> first) {
  for (;;) {
    const Bytes pending = buffer_.pending();
    if (pending.size() < frame_header) return FrameStatus::need_bytes;
    const std::size_t length = payload_length(pending);
    const std::uint8_t sequence = pending[3];
    if (frames_held_ > 0) first = expected_;
    if (first && sequence != *first) return FrameStatus::out_of_order;
    const std::size_t held = frames_held_ > 0 ? assembled_.size() : 0;
    if (length > payload_cap_ || held > payload_cap_ - length) return FrameStatus::too_large;
    if (pending.size() - frame_header < length) return FrameStatus::need_bytes;

    const Bytes payload = pending.subspan(frame_header, length);
    if (frames_held_ == 0) first_ = sequence;
    expected_ = static_cast<std::uint8_t>(sequence + 1);
    buffer_.consume(frame_header + length);
    if (length < max_frame_payload && frames_held_ == 0) {
      packet = {payload, first_, sequence};
      return FrameStatus::packet;
    }
    if (frames_held_ == 0) assembled_.clear();
    assembled_.insert(assembled_.end(), payload.begin(), payload.end());
    ++frames_held_;
    if (length < max_frame_payload) {
      frames_held_ = 0;
      packet = {assembled_, first_, sequence};
      return FrameStatus::packet;
    }
  }
}

std::size_t begin_packet(std::vector<std::uint8_t>& target) {
  const std::size_t start = target.size();
  target.resize(start + frame_header);
  return start;
}

void end_packet(std::vector<std::uint8_t>& target, std::size_t start, std::uint8_t& sequence) {
  std::size_t length = target.size() - start - frame_header;
  while (length >= max_frame_payload) {
    write_header(target.data() + start, max_frame_payload, sequence++);
    start += frame_header + max_frame_payload;
    length -= max_frame_payload;
    target.insert(target.begin() + static_cast<std::ptrdiff_t>(start), frame_header, 0);
  }
  write_header(target.data() + start, length, sequence++);
}

Bytes frame_at(Bytes frames, std::size_t offset) noexcept {
  if (offset > frames.size() || frames.size() - offset < frame_header) return {};
  const Bytes rest = frames.subspan(offset);
  const std::size_t length = frame_header + payload_length(rest);
  return length <= rest.size() ? rest.first(length) : Bytes{};
}

}  // namespace understudy::mysql
