// What a machine wants sent: octets of its own and borrowed slices of the
// mapped table, in order, ready for one gathering write.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "understudy/bytes.hpp"

namespace understudy {

class Output {
 public:
  /// Slices shorter than this are cheaper to copy than to gather.
  static constexpr std::size_t borrow_threshold = 4096;

  /// The owned tail; a ByteWriter may append to it.
  [[nodiscard]] std::vector<std::uint8_t>& buffer() noexcept { return owned_; }

  void copy(Bytes raw) { owned_.insert(owned_.end(), raw.begin(), raw.end()); }

  /// Sends `stable` without copying it where that pays. `stable` must live until the output is
  /// cleared: slices of the mapped table do, received bytes do not.
  void borrow(Bytes stable) {
    if (stable.size() < borrow_threshold) return copy(stable);
    borrowed_.push_back({owned_.size(), stable});
    borrowed_octets_ += stable.size();
  }

  [[nodiscard]] std::size_t size() const noexcept { return owned_.size() + borrowed_octets_; }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }

  void clear() noexcept {
    owned_.clear();
    borrowed_.clear();
    borrowed_octets_ = 0;
  }

  /// Calls `visit(Bytes)` for every slice in sending order.
  template <class Visitor>
  void for_each_slice(Visitor&& visit) const {
    std::size_t sent = 0;
    for (const auto& [position, slice] : borrowed_) {
      if (position > sent) visit(Bytes(owned_).subspan(sent, position - sent));
      visit(slice);
      sent = position;
    }
    if (sent < owned_.size()) visit(Bytes(owned_).subspan(sent));
  }

 private:
  struct Borrowed {
    std::size_t position;  // in owned_, before which the slice is sent
    Bytes slice;
  };
  std::vector<std::uint8_t> owned_;
  std::vector<Borrowed> borrowed_;
  std::size_t borrowed_octets_ = 0;
};

}  // namespace understudy
