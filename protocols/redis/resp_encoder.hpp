// RESP values to octets.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/redis/value.hpp"

namespace understudy::redis {

/// Appends `value` in the very types that it names: what a RESP2 peer may be sent is the caller's
/// business (see lower() in reply_shape.hpp).
void encode(const Value& value, std::string& out);

/// Appends single replies to a machine's output without building a tree.
class ReplyWriter {
 public:
  ReplyWriter(std::vector<std::uint8_t>& out, Resp resp) noexcept : out_(out), resp_(resp) {}

  void simple_string(std::string_view text);
  /// `text` begins with the error's code. Line ends, which an error can't carry, become spaces.
  void error(std::string_view text);
  void integer(std::int64_t number);
  void bulk(std::string_view octets);
  /// A verbatim string of format `txt` in RESP3, a bulk string in RESP2.
  void verbatim(std::string_view octets);
  void null();
  void null_array();
  void array(std::size_t count);
  /// `%count` in RESP3, an array of twice as many in RESP2.
  void map(std::size_t count);
  /// `~count` in RESP3, an array in RESP2.
  void set(std::size_t count);
  /// `>count` in RESP3, an array in RESP2.
  void push(std::size_t count);
  void raw(std::string_view octets);

 private:
  void header(char type, std::int64_t number);

  std::vector<std::uint8_t>& out_;
  Resp resp_;
};

}  // namespace understudy::redis
