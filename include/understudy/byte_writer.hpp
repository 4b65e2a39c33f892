// Appends fields to a growing buffer, with lengths patched in afterwards.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "understudy/bytes.hpp"

namespace understudy {

class ByteWriter {
 public:
  /// Writes behind what `target` already holds; `target` must outlive the writer.
  explicit ByteWriter(std::vector<std::uint8_t>& target) noexcept : target_(target) {}

  void byte(std::uint8_t value) { target_.push_back(value); }

  template <std::unsigned_integral T>
  void be(T value) {
    for (std::size_t i = sizeof(T); i-- > 0;) byte(static_cast<std::uint8_t>(value >> (8 * i)));
  }

  /// The low `width` octets of `value`, least significant first.
  void le(std::uint64_t value, std::size_t width) {
    for (std::size_t i = 0; i < width; ++i) byte(static_cast<std::uint8_t>(value >> (8 * i)));
  }

  void bytes(Bytes raw) { target_.insert(target_.end(), raw.begin(), raw.end()); }
  void text(std::string_view raw) { bytes(as_bytes(raw)); }
  /// `raw` and the NUL that ends it.
  void c_string(std::string_view raw) {
    text(raw);
    byte(0);
  }

  [[nodiscard]] std::size_t position() const noexcept { return target_.size(); }

  /// Overwrites an integer written earlier at `position`.
  template <std::unsigned_integral T>
  void patch_be(std::size_t position, T value) noexcept {
    for (std::size_t i = 0; i < sizeof(T); ++i)
      target_[position + i] = static_cast<std::uint8_t>(value >> (8 * (sizeof(T) - 1 - i)));
  }
  void patch_le(std::size_t position, std::uint64_t value, std::size_t width) noexcept {
    for (std::size_t i = 0; i < width; ++i)
      target_[position + i] = static_cast<std::uint8_t>(value >> (8 * i));
  }

 private:
  std::vector<std::uint8_t>& target_;
};

}  // namespace understudy
