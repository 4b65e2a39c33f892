// A connection of HTTP/2 of arbitrary frames: relayed, with and without another name for the
// service, recorded and compiled, and answered.
#include "fuzz/connection.hpp"
#include "protocols/http/h2/frames.hpp"
#include "protocols/http/http.hpp"

using namespace understudy;

namespace {

constexpr std::string_view settings("\0\0\0\4\0\0\0\0\0", 9);

/// Chunks as fuzz::record takes them, behind what every client begins with.
std::string begun(Bytes input) {
  const std::string first = std::string(http::h2::preface) + std::string(settings);
  return std::string(1, static_cast<char>(first.size())) + '\0' + first +
         std::string(as_text(input));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes input(data, std::min<std::size_t>(size, 8192));
  const std::string relayed = begun(input);
  fuzz::check_recorded(http::protocol(), as_bytes(relayed), Direction::from_client);
  fuzz::check_relayed_tls(http::protocol(), as_bytes('\x08' + relayed));
  const std::string client = std::string(http::h2::preface) + std::string(as_text(input));
  static_cast<void>(fuzz::answered(http::protocol(), fuzz::Table(), as_bytes(client), 512));
  return 0;
}
