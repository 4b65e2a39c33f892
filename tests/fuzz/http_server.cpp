// A live connection. Whether a client is told to go on with its body depends on what of it has
// come, so that is no part of what must be alike.
#include "fuzz/connection.hpp"
#include "protocols/http/http.hpp"

using namespace understudy;

namespace {

std::string answers(Bytes octets, std::size_t piece) {
  constexpr std::string_view interim = "HTTP/1.1 100 Continue\r\n\r\n";
  std::string sent = fuzz::answered(http::protocol(), fuzz::Table(), octets, piece);
  for (std::size_t at = sent.find(interim); at != std::string::npos; at = sent.find(interim, at))
    sent.erase(at, interim.size());
  return sent;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes octets(data, std::min<std::size_t>(size, 4096));
  // Frames of HTTP/2 come in another order where it was read in other pieces: http_h2.
  if (as_text(octets).starts_with("PRI * HTTP/2.0")) return 0;
  fuzz::require(answers(octets, octets.size() + 1) == answers(octets, 1));
  return 0;
}
