// A relayed connection. The client's first messages may be changed once they are whole.
#include "fuzz/connection.hpp"
#include "protocols/postgres/postgres.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  fuzz::check_relayed(postgres::protocol(), Bytes(data, size), Direction::from_client);
  return 0;
}
