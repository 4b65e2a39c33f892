// Received octets of one direction that no frame has consumed yet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "understudy/bytes.hpp"

namespace understudy {

class ReceiveBuffer {
 public:
  void append(Bytes chunk) {
    if (begin_ == octets_.size()) {
      octets_.clear();
      begin_ = 0;
    } else if (begin_ > compact_threshold && begin_ * 2 > octets_.size()) {
      octets_.erase(octets_.begin(), octets_.begin() + static_cast<std::ptrdiff_t>(begin_));
      begin_ = 0;
    }
    octets_.insert(octets_.end(), chunk.begin(), chunk.end());
  }

  /// Everything not consumed. Valid until the next append.
  [[nodiscard]] Bytes pending() const noexcept { return Bytes(octets_).subspan(begin_); }

  void consume(std::size_t count) noexcept { begin_ += count; }
  void clear() noexcept {
    octets_.clear();
    begin_ = 0;
  }

 private:
  static constexpr std::size_t compact_threshold = 64 * 1024;
  std::vector<std::uint8_t> octets_;
  std::size_t begin_ = 0;
};

}  // namespace understudy
