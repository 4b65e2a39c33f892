// The requests of a client with the Host of the service that they are for. A client of a recorder
// names that; behind TLS many services share one address and are told apart by Host.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "understudy/bytes.hpp"
#include "understudy/limits.hpp"
#include "understudy/output.hpp"

namespace understudy::http {

/// Follows the framing of requests and nothing else. What it can't follow with certainty passes
/// unchanged from there on.
class HostRewriter {
 public:
  /// `authority`: `host:port`; the port of https is not written.
  HostRewriter(std::string_view authority, const Limits& limits);

  /// Appends to `out` what is to be sent.
  void feed(Bytes chunk, Output& out);

 private:
  enum class State : std::uint8_t { head, body, chunk_size, chunk, chunk_end, trailers, unchanged };

  [[nodiscard]] std::size_t take(std::string_view rest, Output& out);
  [[nodiscard]] std::size_t take_line(std::string_view rest, Output& out);
  void end_line(std::string_view line);
  void end_head(Output& out);
  [[nodiscard]] State state_behind_head();

  std::string host_;
  std::size_t longest_head_;
  State state_ = State::head;
  std::string held_;             // of the head or line that is not complete
  std::uint64_t remaining_ = 0;  // octets of the body, or of the chunk
};

}  // namespace understudy::http
