// A live connection.
#include "fuzz/connection.hpp"
#include "protocols/mysql/mysql.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  fuzz::check_served(mysql::protocol(), Bytes(data, size));
  return 0;
}
