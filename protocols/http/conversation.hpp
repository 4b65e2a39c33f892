// The rules of a connection that do not depend on who reads it: where messages
// begin and end, which answers have a body, when it stops being HTTP.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/http/message.hpp"
#include "understudy/receive_buffer.hpp"

namespace understudy::http {

/// 1xx other than 101: another answer to the same request follows (RFC 9110, 15.2).
[[nodiscard]] constexpr bool is_interim(unsigned status) noexcept {
  return status >= 100 && status < 200 && status != 101;
}

/// After this answer the connection carries something else (RFC 9110, 7.8 and 9.3.6).
[[nodiscard]] constexpr bool switches_protocol(std::string_view method, unsigned status) noexcept {
  return status == 101 || (method == "CONNECT" && status >= 200 && status < 300);
}

/// Whether the answer to `method` is without a body, whatever its fields announce (RFC 9112, 6.3).
/// Statuses that never have one are the parser's to know.
[[nodiscard]] constexpr bool is_bodiless_answer(std::string_view method) noexcept {
  return method == "HEAD";
}

/// The client waits for `100 Continue` before it sends its body (RFC 9110, 10.1.1).
[[nodiscard]] bool expects_continue(const Message& request);

/// The messages of one direction, one after the other.
class MessageStream {
 public:
  enum class Step : std::uint8_t {
    need_bytes,
    head,     ///< the head is there and the body is not yet complete; told once a message
    message,  ///< complete: take() it
    fault     ///< final
  };

  MessageStream(Role role, const Limits& limits) : role_(role), limits_(limits) {}

  void feed(Bytes chunk) { buffer_.append(chunk); }
  void feed_eof() { eof_ = true; }

  /// `bodiless` counts where a message begins; see MessageParser.
  [[nodiscard]] Step step(bool bodiless = false);
  /// The message in progress, its head complete.
  [[nodiscard]] Message& current() noexcept { return parser_->message(); }
  [[nodiscard]] Message take();
  [[nodiscard]] const Fault& fault() const noexcept { return fault_; }

  /// True between messages. What is pending then begins the next one.
  [[nodiscard]] bool at_boundary() const noexcept { return !parser_; }
  [[nodiscard]] Bytes pending() const noexcept { return buffer_.pending(); }
  [[nodiscard]] bool ended() const noexcept { return eof_; }
  /// Part of a head has come.
  [[nodiscard]] bool in_head() const noexcept {
    return !buffer_.pending().empty() && (!parser_ || !parser_->head_done());
  }

  /// The octets of a message whose head is not complete, from its first one on; empty at any other
  /// time.
  [[nodiscard]] Bytes head_so_far();
  /// The complete head of the next message, between messages only; empty where it is not there.
  [[nodiscard]] std::string_view next_head();
  /// Passes over octets that are known to be whole messages.
  void skip(std::size_t count) noexcept { buffer_.consume(count); }

 private:
  void skip_blank_lines();

  Role role_;
  Limits limits_;
  ReceiveBuffer buffer_;
  std::optional<MessageParser> parser_;
  Fault fault_;
  bool head_told_ = false;
  bool failed_ = false;
  bool eof_ = false;
};

}  // namespace understudy::http
