// One relayed connection: whatever both sides send is relayed, and whatever was recorded is
// compiled, served to the same client and found in the table.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "protocols/http/http.hpp"

namespace {

using namespace understudy;

class Table final : public ServiceTable {
 public:
  [[nodiscard]] const Document& profile() const noexcept override { return profile_; }
  [[nodiscard]] std::optional<Bytes> shape(std::string_view key) const noexcept override {
    const auto found = shapes.find(key);
    if (found == shapes.end()) return std::nullopt;
    return as_bytes(found->second);
  }
  std::map<std::string, std::string, std::less<>> shapes, images;

 private:
  Document profile_ = Document::object();
};

struct Recorded {
  std::vector<Exchange> exchanges;
  std::string client_octets;
  bool in_sync = true;
};

/// The input is chunks: an octet for direction (low bit) and length, then that many octets.
Recorded record(Bytes input) {
  Recorded recorded;
  Limits limits;
  limits.message_octets = 65536;
  const auto observer = http::protocol().new_observer(limits);
  Moment now;
  while (!input.empty()) {
    const Direction from = (input[0] & 1) != 0 ? Direction::from_server : Direction::from_client;
    const std::size_t length = std::min<std::size_t>(input[0] >> 1, input.size() - 1);
    const Bytes chunk = input.subspan(1, length);
    input = input.subspan(1 + length);
    Relay relay;
    ++now.tick;
    observer->feed(from, chunk, now, relay);
    if (relay.to_server.size() + relay.to_client.size() != chunk.size()) std::abort();
    if (from == Direction::from_client) recorded.client_octets += as_text(chunk);
  }
  observer->feed_eof(Direction::from_server, now);
  observer->feed_eof(Direction::from_client, now);
  while (auto observed = observer->next())
    if (auto* exchange = std::get_if<Exchange>(&*observed))
      recorded.exchanges.push_back(std::move(*exchange));
  recorded.in_sync = observer->sync() == Sync::in_sync;
  return recorded;
}

void serve(const Table& table, std::string_view octets) {
  static const Document settings = Document::object();
  ServerContext context;
  context.settings = &settings;
  context.limits.message_octets = 65536;
  const auto machine = http::protocol().new_server(table, context);
  machine->feed(as_bytes(octets));
  machine->feed_eof();
  for (;;) {
    const ServerEvent event = machine->next();
    if (std::holds_alternative<Close>(event)) return;
    if (std::holds_alternative<ScopeCall>(event)) machine->reply(Answer{Grade::synthesised, {}});
    const auto* request = std::get_if<Request>(&event);
    if (request == nullptr) continue;
    const auto found = table.images.find(request->canonical);
    if (found != table.images.end())
      machine->reply(Answer{Grade::exact, as_bytes(found->second)});
    else if (request->synthesisable)
      machine->reply(Answer{Grade::synthesised, {}});
    else
      machine->reply(Miss{"miss", "", ""});
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Recorded recorded = record(Bytes(data, size));
  const auto analyser = http::protocol().new_analyser();
  const SessionHeader session{"api", "http", "r1", 1, "", Document::object()};
  for (const Exchange& exchange : recorded.exchanges) analyser->learn(session, exchange);
  Table table;
  std::vector<Problem> problems;
  for (const Exchange& exchange : recorded.exchanges) {
    const Analysis analysis = analyser->analyse(session, exchange, problems);
    static_cast<void>(http::protocol().describe(analysis.identity.canonical));
    static_cast<void>(http::protocol().summarise(exchange.request));
    table.images[analysis.identity.canonical] = analysis.image;
  }
  // What the observer wrote must be sound for the analyser.
  if (!problems.empty()) std::abort();
  for (auto& [key, content] : analyser->shapes()) table.shapes[key] = content;
  serve(table, recorded.client_octets);
  return 0;
}
