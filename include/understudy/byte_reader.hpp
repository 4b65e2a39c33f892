// A cursor over one complete message. Errors stick: a decoder reads all its
// fields and asks once, at the end, whether the message was sound.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>

#include "understudy/bytes.hpp"

namespace understudy {

class ByteReader {
 public:
  explicit ByteReader(Bytes message) noexcept : message_(message) {}

  /// Big-endian unsigned integer; 0 after a short read.
  template <std::unsigned_integral T>
  [[nodiscard]] T be() noexcept {
    const Bytes raw = take(sizeof(T));
    T value = 0;
    for (const std::uint8_t octet : raw) value = static_cast<T>((value << 7 << 1) | octet);
    return value;
  }

  /// Little-endian unsigned integer of `width` octets (1 to 8); 0 after a short read.
  [[nodiscard]] std::uint64_t le(std::size_t width) noexcept {
    const Bytes raw = take(width);
    std::uint64_t value = 0;
    for (std::size_t i = raw.size(); i-- > 0;) value = (value << 8) | raw[i];
    return value;
  }

  /// The next `count` octets; empty and failed when fewer are left.
  [[nodiscard]] Bytes take(std::size_t count) noexcept {
    if (failed_ || count > remaining()) {
      failed_ = true;
      return {};
    }
    const Bytes taken = message_.subspan(offset_, count);
    offset_ += count;
    return taken;
  }

  /// Everything up to `delimiter`, which is consumed and not returned; failed where it is missing.
  [[nodiscard]] Bytes until(std::uint8_t delimiter) noexcept {
    const Bytes rest = message_.subspan(offset_);
    const auto end = std::find(rest.begin(), rest.end(), delimiter);
    if (failed_ || end == rest.end()) {
      failed_ = true;
      return {};
    }
    const auto length = static_cast<std::size_t>(end - rest.begin());
    offset_ += length + 1;
    return rest.first(length);
  }

  [[nodiscard]] Bytes rest() noexcept { return take(remaining()); }

  [[nodiscard]] std::size_t offset() const noexcept { return offset_; }
  [[nodiscard]] std::size_t remaining() const noexcept { return message_.size() - offset_; }
  void fail() noexcept { failed_ = true; }
  [[nodiscard]] bool failed() const noexcept { return failed_; }
  /// True where every read succeeded and nothing is left over.
  [[nodiscard]] bool complete() const noexcept { return !failed_ && remaining() == 0; }

 private:
  Bytes message_;
  std::size_t offset_ = 0;
  bool failed_ = false;
};

}  // namespace understudy
