// A relayed connection of arbitrary octets: they are relayed untouched, and what is told of them
// can be analysed.
#include <cstdlib>

#include "protocols/redis/redis.hpp"

using namespace understudy;

namespace {

void require(bool held) {
  if (!held) std::abort();
}

std::size_t relayed(const Output& output) {
  std::size_t size = 0;
  output.for_each_slice([&](Bytes slice) { size += slice.size(); });
  return size;
}

}  // namespace

// Chunks: an octet whose top bit says who speaks and whose rest is the length, then as many octets.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto observer = redis::protocol().new_observer({1 << 16, 1 << 10, 32, 1 << 12});
  const auto analyser = redis::protocol().new_analyser();
  Bytes rest(data, size);
  for (std::uint64_t tick = 1; !rest.empty(); ++tick) {
    const Direction from = rest[0] < 0x80 ? Direction::from_client : Direction::from_server;
    const Bytes chunk =
        rest.subspan(1).first(std::min<std::size_t>(rest[0] & 0x7F, rest.size() - 1));
    Relay relay;
    observer->feed(from, chunk, {tick, {}}, relay);
    require(relayed(from == Direction::from_client ? relay.to_server : relay.to_client) ==
            chunk.size());
    rest = rest.subspan(1 + chunk.size());
  }
  observer->feed_eof(Direction::from_server, {});
  while (auto observed = observer->next()) {
    const auto* exchange = std::get_if<Exchange>(&*observed);
    if (exchange == nullptr) continue;
    std::vector<Problem> problems;
    analyser->learn({}, *exchange);
    static_cast<void>(analyser->analyse({}, *exchange, problems));
    require(problems.empty());
  }
  return 0;
}
