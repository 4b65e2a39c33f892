// CPU nanoseconds of a look-up in tables of growing size, and of a whole request through the
// engine, from the octets of the toy protocol to its answer. Run by hand, never in CI.
#include <array>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "bench/clock.hpp"
#include "engine/serve.hpp"
#include "match/chains.hpp"
#include "match/lookup.hpp"
#include "support/toy_recording.hpp"
#include "table/service_section.hpp"

namespace {

using namespace understudy;

constexpr int rounds = 500'000;

std::string line_of(int key) {
  return fmt::format("GET t.{}", key);
}

/// Keys in an order that no cache foresees.
std::vector<int> shuffled(int keys) {
  std::mt19937 random(1);
  std::vector<int> order(1 << 16);
  for (int& key : order) key = static_cast<int>(random() % static_cast<unsigned>(keys));
  return order;
}

void measure(int keys) {
  toy::Recorded recorded;
  for (int key = 0; key < keys; ++key) recorded.say(1, line_of(key), fmt::format("value {}", key));
  const auto table = recorded.table();
  const table::ServiceSection& section = table->service(0);
  // Requests come from the network one after the other: they are at hand, the table need not be.
  std::vector<Identity> identities;
  std::vector<std::string> lines;
  for (const int key : shuffled(keys)) {
    identities.push_back(toy::identity_of(line_of(key)));
    lines.push_back(line_of(key) + '\n');
  }
  const auto at = [&](int round) { return static_cast<std::size_t>(round) % lines.size(); };

  std::size_t found = 0;
  const double lookup = bench::per_round(rounds, [&](int round) {
    const Identity& identity = identities[at(round)];
    const auto request = section.find(identity.canonical, identity.qualifier);
    if (request.empty()) return;
    const auto& record = section.requests()[request.first()];
    const auto state =
        match::state_of(section.reads(record), [](table::KeyId) { return match::Version{0}; });
    found += match::answer_at(section, record, state) != nullptr ? 1U : 0U;
  });

  auto service = std::make_shared<engine::ServedService>(
      toy::protocol(), table, 0, Document::object(), engine::Strictness::strict,
      [](const engine::Incident&) {});
  engine::ServedConnection connection(service, 1, {});
  const double served = bench::per_round(rounds, [&](int round) {
    static_cast<void>(connection.feed(as_bytes(lines[at(round)])));
    connection.output().clear();
  });

  fmt::print("{:9} requests: {:7.1f} ns a look-up, {:7.1f} ns a request through the engine{}\n",
             keys, lookup, served, found == rounds ? "" : "  (NOT ALL FOUND)");
}

}  // namespace

int main() {
  for (const int keys : {10, 1'000, 100'000, 1'000'000}) measure(keys);
  return 0;
}
