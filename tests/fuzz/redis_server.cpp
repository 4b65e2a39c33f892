// A live connection.
#include "fuzz/connection.hpp"
#include "protocols/redis/redis.hpp"

using namespace understudy;

namespace {

// A browser is dropped with whatever was not sent yet, so what it is sent depends on the pieces.
bool may_be_http(std::string_view octets) {
  for (std::size_t i = 0; i + 4 <= octets.size(); ++i) {
    const auto at = [&](std::size_t offset) { return octets[i + offset] | 0x20; };
    if ((at(0) == 'p' && at(1) == 'o' && at(2) == 's' && at(3) == 't') ||
        (at(0) == 'h' && at(1) == 'o' && at(2) == 's' && at(3) == 't'))
      return true;
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes octets(data, size);
  if (!may_be_http(as_text(octets))) fuzz::check_served(redis::protocol(), octets);
  return 0;
}
