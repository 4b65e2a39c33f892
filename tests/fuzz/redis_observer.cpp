// A relayed connection.
#include "fuzz/connection.hpp"
#include "protocols/redis/redis.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  fuzz::check_recorded(redis::protocol(), Bytes(data, size));
  return 0;
}
