#include "compile/states/count_asks.hpp"

#include <doctest/doctest.h>

#include "../engine/client.hpp"
#include "compile/pipeline.hpp"
#include "support/toy_recording.hpp"

using namespace understudy;
using namespace understudy::compile;

namespace {

class CountingAnalyser final : public toy::ToyAnalyser {
 public:
  Document profile() const override { return {{"counts_asks", true}}; }
};

/// The toy protocol, in which being asked may change an answer.
class CountingProtocol final : public toy::ToyProtocol {
 public:
  std::unique_ptr<Analyser> new_analyser() const override {
    return std::make_unique<CountingAnalyser>();
  }
};
const CountingProtocol counting;

struct Mock {
  explicit Mock(toy::Recorded& recorded) : services(recorded.take()) {
    store::Config config;
    config.services.push_back(*services[0].service);
    Diagnostics problems;
    compiled = compile_services({}, config, services, problems);
    REQUIRE(compiled);
    table = compiled->table;
    REQUIRE(table);
  }
  [[nodiscard]] Replay unchanged() const { return compiled->services[0].tests.front().replay; }
  [[nodiscard]] std::size_t inferred(Inference::Kind kind) const {
    return static_cast<std::size_t>(
        std::ranges::count(compiled->services[0].inferences, kind, &Inference::kind));
  }

  std::vector<LoadedService> services;
  std::optional<Compiled> compiled;
  std::shared_ptr<const table::MappedTable> table;
};

}  // namespace

TEST_CASE("a poll is answered by its turn, and beyond the recording by a guess") {
  toy::Recorded recorded(counting);
  recorded.say(1, "GET t.1", "pending").say(1, "GET t.1", "pending").say(1, "GET t.1", "done");
  const Mock mock(recorded);
  CHECK(mock.unchanged().certain == 3);
  CHECK(mock.inferred(Inference::Kind::counted) == 1);
  toy::Stage stage(mock.table);
  toy::Client client(stage);
  CHECK(client.ask("GET t.1") == "pending [exact]");
  CHECK(client.ask("GET t.1") == "pending [exact]");
  CHECK(client.ask("GET t.1") == "done [exact]");
  CHECK(client.ask("GET t.1") == "done [guess]");
  CHECK(client.ask("GET t.1") == "done [guess]");
}

TEST_CASE(
    "what was asked before a write counts behind it, too, and in a new state nothing is known") {
  toy::Recorded recorded(counting);
  recorded.say(1, "GET t.1", "empty").say(1, "SET t.1 a", "ok");
  recorded.say(1, "GET t.1", "pending").say(1, "GET t.1", "done");
  const Mock mock(recorded);
  CHECK(mock.unchanged().certain == 4);
  toy::Stage stage(mock.table);
  toy::Client client(stage);
  CHECK(client.ask("GET t.1") == "empty [exact]");
  CHECK(client.ask("SET t.1 a") == "ok [exact]");
  CHECK(client.ask("GET t.1") == "pending [exact]");
  CHECK(client.ask("GET t.1") == "done [exact]");
  CHECK(client.ask("SET t.1 a").find("[exact]") == std::string::npos);
  CHECK(client.ask("GET t.1").find("[exact]") == std::string::npos);
  // Without the poll before the write nobody knows how far that had moved things on.
  toy::Stage other_stage(mock.table);
  toy::Client other(other_stage);
  CHECK(other.ask("SET t.1 a") == "ok [exact]");
  CHECK(other.ask("GET t.1").find("[exact]") == std::string::npos);
}

TEST_CASE("a write to something else does not begin the count anew") {
  toy::Recorded recorded(counting);
  recorded.say(1, "GET t.1", "pending").say(1, "GET t.1", "done").say(1, "SET u.1 a", "ok");
  recorded.say(1, "GET t.1", "done");
  const Mock mock(recorded);
  toy::Stage stage(mock.table);
  toy::Client client(stage);
  CHECK(client.ask("GET t.1") == "pending [exact]");
  CHECK(client.ask("SET u.1 a") == "ok [exact]");
  CHECK(client.ask("GET t.1").find("[exact]") == std::string::npos);
}

TEST_CASE("a write that is refused before it is accepted is answered so again") {
  toy::Recorded recorded(counting);
  recorded.say(1, "SET t.1 a", "error: later").say(1, "SET t.1 a", "ok").say(1, "GET t.1", "a");
  const Mock mock(recorded);
  CHECK(mock.unchanged().certain == 3);
  toy::Stage stage(mock.table);
  toy::Client client(stage);
  CHECK(client.ask("SET t.1 a") == "error: later [exact]");
  CHECK(client.ask("SET t.1 a") == "ok [exact]");
  CHECK(client.ask("GET t.1") == "a [exact]");
}

TEST_CASE("where something was written between two asks, that is what made the difference") {
  toy::Recorded recorded(counting);
  recorded.say(1, "GET t.1", "5").say(1, "SET u.9 x", "ok").say(1, "GET t.1", "4");
  const Mock mock(recorded);
  CHECK(mock.inferred(Inference::Kind::counted) == 0);
  CHECK(mock.inferred(Inference::Kind::widened) > 0);
  toy::Stage stage(mock.table);
  toy::Client client(stage);
  CHECK(client.ask("GET t.1") == "5 [exact]");
  CHECK(client.ask("GET t.1") == "5 [exact]");
}

TEST_CASE("what a poll was answered behind a write is not taken for its next turn") {
  toy::Recorded recorded(counting);
  recorded.say(1, "GET t.1", "pending").say(1, "GET t.1", "done");
  recorded.say(1, "SET u.9 x", "ok").say(1, "GET t.1", "shipped");
  const Mock mock(recorded);
  CHECK(mock.unchanged().certain == 4);
  toy::Stage stage(mock.table);
  toy::Client client(stage);
  CHECK(client.ask("GET t.1") == "pending [exact]");
  CHECK(client.ask("GET t.1") == "done [exact]");
  CHECK(client.ask("GET t.1") == "done [guess]");  // not "shipped"
}

TEST_CASE("where the protocol does not say that asking may change answers they are volatile") {
  toy::Recorded recorded;
  recorded.say(1, "GET t.1", "pending").say(1, "GET t.1", "done");
  const Mock mock(recorded);
  CHECK(mock.unchanged().guess == 2);
  CHECK(mock.inferred(Inference::Kind::counted) == 0);
}

TEST_CASE("a poll that never changed is no matter of turns") {
  toy::Recorded recorded(counting);
  recorded.say(1, "GET t.1", "done").say(1, "GET t.1", "done");
  const Mock mock(recorded);
  toy::Stage stage(mock.table);
  toy::Client client(stage);
  for (int i = 0; i < 5; ++i) CHECK(client.ask("GET t.1") == "done [static]");
}

TEST_CASE("of two polls at the same time nobody knows which was the first") {
  toy::Recorded recorded(counting);
  recorded.say(1, "GET t.1", "pending");
  recorded.say_at(1, "GET t.1", "pending", 5, 8).say_at(2, "GET t.1", "done", 6, 9);
  const Mock mock(recorded);
  CHECK(mock.unchanged().certain == 1);
  CHECK(mock.unchanged().guess == 2);
}
