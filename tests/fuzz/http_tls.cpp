// A relayed connection with TLS on its sides.
#include "fuzz/connection.hpp"
#include "protocols/http/http.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  fuzz::check_relayed_tls(http::protocol(), Bytes(data, size));
  return 0;
}
