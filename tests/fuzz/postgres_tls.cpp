// A relayed connection with TLS on its sides.
#include "fuzz/connection.hpp"
#include "protocols/postgres/postgres.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  fuzz::check_relayed_tls(postgres::protocol(), Bytes(data, size));
  return 0;
}
