// A relayed connection of arbitrary octets: none is made up, and what is told of them can be
// compiled.
#include <algorithm>
#include <cstdlib>

#include "protocols/postgres/postgres.hpp"

using namespace understudy;

namespace {

std::size_t relayed(const Output& output) {
  std::size_t size = 0;
  output.for_each_slice([&](Bytes slice) { size += slice.size(); });
  return size;
}

}  // namespace

// Chunks: a 16-bit little-endian head whose top bit says who speaks and whose rest is the length,
// then as many octets.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto observer = postgres::protocol().new_observer({1 << 20, 1 << 10, 32, 1 << 12});
  const auto analyser = postgres::protocol().new_analyser();
  Bytes rest(data, size);
  std::size_t held = 0;  // of the client's first messages, until they are whole
  for (std::uint64_t tick = 1; rest.size() >= 2; ++tick) {
    const Direction from = rest[1] < 0x80 ? Direction::from_client : Direction::from_server;
    const std::size_t length = rest[0] | static_cast<std::size_t>(rest[1] & 0x7F) << 8;
    const Bytes chunk = rest.subspan(2).first(std::min(length, rest.size() - 2));
    Relay relay;
    observer->feed(from, chunk, {tick, {}}, relay);
    if (from == Direction::from_server) {
      if (relayed(relay.to_client) != chunk.size()) std::abort();
    } else {
      held += chunk.size();
      if (relayed(relay.to_server) > held) std::abort();
      held -= relayed(relay.to_server);
    }
    rest = rest.subspan(2 + chunk.size());
  }
  observer->feed_eof(Direction::from_server, {});
  SessionHeader session;
  while (auto observed = observer->next()) {
    if (const auto* opened = std::get_if<SessionOpened>(&*observed)) session.facts = opened->facts;
    const auto* exchange = std::get_if<Exchange>(&*observed);
    if (exchange == nullptr) continue;
    std::vector<Problem> problems;
    analyser->learn(session, *exchange);
    static_cast<void>(analyser->analyse(session, *exchange, problems));
  }
  static_cast<void>(analyser->shapes());
  return 0;
}
