// Commands from octets: arrays of bulk strings and inline commands, with the
// limits and the errors of the real server (networking.c of Redis 7.0).
//
//   *<count>\r\n ( $<length>\r\n <octets>\r\n ) × count        multibulk
//   SET key "a \x41 b"\r\n                                      inline; LF alone ends it as well
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "understudy/bytes.hpp"
#include "understudy/limits.hpp"

namespace understudy::redis {

/// A command as its argument octets; the name comes first. Borrowed.
using Arguments = std::span<const std::string_view>;

class CommandDecoder {
 public:
  enum class Status : std::uint8_t {
    need_more,
    command,
    blank,          ///< an empty line, `*0`, `*-1`: consumed without a reply
    protocol_error  ///< the server answers `-ERR Protocol error: problem()` and closes
  };

  explicit CommandDecoder(const Limits& limits) noexcept : limits_(limits) {}

  /// `pending` begins with the first octet of a command and has only grown since the last call,
  /// unless that call gave a command or blank, whose size() octets are then gone.
  [[nodiscard]] Status next(Bytes pending);
  /// Borrowed from `pending` (multibulk) or from the decoder (inline) until the next call.
  [[nodiscard]] Arguments arguments() const noexcept { return arguments_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// The server's own words; borrowed from the decoder.
  [[nodiscard]] std::string_view problem() const noexcept { return problem_; }
  /// A client that has not said who it is may send 10 arguments of 16 KiB each.
  void set_authenticated(bool authenticated) noexcept { authenticated_ = authenticated; }

 private:
  struct Slice {
    std::size_t begin;
    std::size_t length;
  };
  // Where a number's line ends: the offset behind CR LF, or nothing yet.
  enum class Line : std::uint8_t { need_more, found, too_long };

  Status multibulk(std::string_view text);
  Status count_line(std::string_view text);
  Status bulk(std::string_view text);
  Status bulk_header(std::string_view text);
  Status inline_command(std::string_view text);
  Status finish(std::string_view text);
  Status fail(std::string problem);
  [[nodiscard]] Line find_line(std::string_view text, std::string_view& line);

  Limits limits_;
  bool authenticated_ = true;
  std::size_t offset_ = 0;         // what is understood so far
  std::size_t searched_ = 0;       // an inline command's line does not end before this
  std::uint64_t left_ = 0;         // arguments to come
  std::int64_t bulk_length_ = -1;  // of the argument whose octets are awaited
  std::size_t size_ = 0;
  std::vector<Slice> slices_;
  std::vector<std::string_view> arguments_;
  std::vector<std::string> unquoted_;  // owns the arguments of an inline command
  std::string problem_;
};

/// Splits one line as an inline command and redis-cli do: words, "…" with \xNN, \n, \r, \t, \b, \a,
/// and '…' with \'. False where quotes are unbalanced.
[[nodiscard]] bool split_line(std::string_view line, std::vector<std::string>& words);

}  // namespace understudy::redis
