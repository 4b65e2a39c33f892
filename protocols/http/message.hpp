// One HTTP/1.1 message (RFC 9112): head and body, decoded as bytes arrive.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "understudy/bytes.hpp"
#include "understudy/limits.hpp"

namespace understudy::http {

struct Field {
  std::string name;  ///< as it was spelled
  std::string value;
};
using Fields = std::vector<Field>;

/// The first field of that name in any case; null where there is none.
[[nodiscard]] const Field* find(const Fields& fields, std::string_view name) noexcept;
/// The values of all fields of that name, joined by ", " (RFC 9110, 5.3), cookies by "; ".
[[nodiscard]] std::string combined(const Fields& fields, std::string_view name);

enum class Role : std::uint8_t { request, response };

/// A request has `method` and `target`, a response `status` and `reason`.
struct Message {
  std::string method;
  std::string target;
  unsigned status = 0;
  std::string reason;
  unsigned version = 11;  ///< 10 or 11
  Fields fields;
  std::string body;  ///< transfer coding removed, content coding not
  Fields trailers;
  bool keep_alive =
      true;  ///< the connection outlives this message, as far as this side is concerned
  bool to_the_end = false;  ///< the body ends with the connection
};

/// Why bytes are no message: the status that a server answers with, and a text for a person.
struct Fault {
  unsigned status = 400;
  std::string text;
};

/// Decodes one message. Never throws; what a peer announces is capped by the limits.
class MessageParser {
 public:
  /// `bodiless`: a response to HEAD, or one that turns the connection into a tunnel: whatever its
  /// fields say, no body follows.
  MessageParser(Role role, const Limits& limits, bool bodiless);
  ~MessageParser();
  MessageParser(MessageParser&&) noexcept;
  MessageParser& operator=(MessageParser&&) noexcept;

  /// Takes octets of this message from the front of `pending` and returns how many. What it leaves
  /// must be shown again, with more behind it, unless done() or fault().
  [[nodiscard]] std::size_t put(Bytes pending);
  /// No more octets will come: completes a body that ends with the connection, else a fault.
  void put_eof();

  [[nodiscard]] bool head_done() const noexcept;
  [[nodiscard]] bool done() const noexcept;
  [[nodiscard]] const std::optional<Fault>& fault() const noexcept;
  [[nodiscard]] Message& message() noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Offset behind the blank line that ends a head; npos where it is not there yet.
[[nodiscard]] std::size_t end_of_head(std::string_view octets, std::size_t search_from) noexcept;

/// "Created" for 201; "Unknown" for a status without a registered phrase.
[[nodiscard]] std::string_view standard_reason(unsigned status) noexcept;

}  // namespace understudy::http
