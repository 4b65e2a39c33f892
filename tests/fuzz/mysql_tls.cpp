// A relayed connection with TLS on its sides.
#include "fuzz/connection.hpp"
#include "protocols/mysql/mysql.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  fuzz::check_relayed_tls(mysql::protocol(), Bytes(data, size));
  return 0;
}
