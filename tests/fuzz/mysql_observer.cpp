// A relayed connection. The server's greeting may be changed once it is whole.
#include "fuzz/connection.hpp"
#include "protocols/mysql/mysql.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  fuzz::check_relayed(mysql::protocol(), Bytes(data, size), Direction::from_server);
  return 0;
}
