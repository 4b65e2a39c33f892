// An Output on its way into a socket. Not for headers that others include.
#pragma once

#include <span>
#include <vector>

#include "net/asio.hpp"
#include "net/stream.hpp"
#include "understudy/output.hpp"

namespace understudy::net {

/// The slices of an output that are not sent yet. Kept by a connection, so that its memory is
/// reused.
class Sending {
 public:
  void begin(const Output& output) {
    slices_.clear();
    next_ = 0;
    output.for_each_slice(
        [this](Bytes slice) { slices_.emplace_back(slice.data(), slice.size()); });
  }

  [[nodiscard]] bool done() const noexcept { return next_ == slices_.size(); }
  [[nodiscard]] std::span<const asio::const_buffer> rest() const noexcept {
    return std::span(slices_).subspan(next_);
  }

  void advance(std::size_t sent) noexcept {
    for (; next_ < slices_.size() && sent >= slices_[next_].size(); ++next_)
      sent -= slices_[next_].size();
    if (next_ < slices_.size()) slices_[next_] += sent;
  }

  /// Sends as much as the socket takes at once. No error, and not done, where it takes no more.
  error_code send_now(Stream& stream) {
    error_code error;
    while (!done() && !error) {
      const std::span<const asio::const_buffer> slices = rest();
      advance(slices.size() == 1 ? stream.write_some(slices.front(), error)
                                 : stream.write_some(slices, error));
    }
    return error == asio::error::would_block ? error_code() : error;
  }

 private:
  std::vector<asio::const_buffer> slices_;
  std::size_t next_ = 0;
};

/// Sends the rest as the peer takes it.
[[nodiscard]] inline asio::awaitable<error_code> send_rest(Stream& stream, Sending& sending) {
  while (!sending.done()) {
    const std::span<const asio::const_buffer> slices = sending.rest();
    const auto result = co_await stream.async_write_some(slices);
    const auto& [error, sent] = result;
    sending.advance(sent);
    if (error) co_return error;
  }
  co_return error_code();
}

}  // namespace understudy::net
