#include "engine/scopes.hpp"

#include <doctest/doctest.h>

#include <thread>

#include "client.hpp"
#include "engine/serve.hpp"
#include "support/toy_recording.hpp"

using namespace understudy;
using engine::Incident;
using engine::Strictness;

namespace {

/// A mock server of two services with the same recording: a read, a write, the read again.
struct Stage {
  explicit Stage(Scoping scoping, std::size_t limit = 8)
      : table(recording()),
        scopes(std::make_shared<engine::Scopes>(table, Strictness::normal, scoping, limit)) {
    for (std::size_t i = 0; i < table->service_count(); ++i)
      services.push_back(std::make_shared<engine::ServedService>(
          toy::protocol(), table, i, Document::object(), scopes,
          [this](const Incident& incident) { incidents.push_back(incident); }));
  }

  static std::shared_ptr<const table::MappedTable> recording() {
    toy::Recorded first, second;
    for (toy::Recorded* recorded : {&first, &second})
      recorded->say(1, "GET t.1", "a")
          .say(1, "SET t.1 b", "ok")
          .say(1, "GET t.1", "b")
          .say(1, "SET t.1 c", "ok")
          .say(1, "GET t.1", "c");
    std::vector<table::ServiceBuilder> builders;
    builders.push_back(first.builder());
    builders.push_back(second.builder());
    std::string problem;
    return table::MappedTable::from_memory(table::build_table(Document::object(), builders),
                                           problem);
  }

  std::shared_ptr<const table::MappedTable> table;
  std::shared_ptr<engine::Scopes> scopes;
  std::vector<std::shared_ptr<engine::ServedService>> services;
  std::vector<Incident> incidents;
};

struct Client : toy::Client {
  explicit Client(Stage& stage, std::size_t service = 0) : toy::Client(stage.services[service]) {}
  std::string in(const std::string& scope, const std::string& line) {
    const std::string entered = ask("ENTER " + scope);
    return entered == "OK" ? ask(line) : entered;
  }
};

void check_sequence(Client& client) {
  CHECK(client.ask("GET t.1") == "a [exact]");
  CHECK(client.ask("SET t.1 b") == "ok [exact]");
  CHECK(client.ask("GET t.1") == "b [exact]");
  CHECK(client.ask("SET t.1 c") == "ok [exact]");
  CHECK(client.ask("GET t.1") == "c [exact]");
}

}  // namespace

TEST_CASE("clients in scopes of their own do the same in turn and don't see each other") {
  Stage stage(Scoping::named);
  Client first(stage), second(stage), third(stage);
  CHECK(first.ask("ENTER w1") == "OK");
  CHECK(second.ask("ENTER w2") == "OK");
  CHECK(first.ask("SET t.1 b") == "ok [exact]");
  CHECK(second.ask("GET t.1") == "a [exact]");
  CHECK(second.ask("SET t.1 b") == "ok [exact]");
  CHECK(first.ask("GET t.1") == "b [exact]");
  CHECK(third.ask("GET t.1") == "a [exact]");
  CHECK(stage.incidents.empty());
}

TEST_CASE("clients that name no scope share one") {
  Stage stage(Scoping::named);
  Client first(stage), second(stage);
  check_sequence(first);
  CHECK(second.ask("GET t.1") == "c [exact]");
  CHECK(second.ask("SET t.1 b") == "ok [guess]");
  CHECK(second.in("default", "SET t.1 b") == "ok [guess]");
}

TEST_CASE("an empty name leads back to where a connection came from") {
  Stage stage(Scoping::named);
  Client client(stage);
  CHECK(client.ask("SET t.1 b") == "ok [exact]");
  CHECK(client.in("w1", "GET t.1") == "a [exact]");
  CHECK(client.in("", "GET t.1") == "b [exact]");
}

TEST_CASE(
    "a connection has a scope of its own where the mock set says so, and may share a named one") {
  Stage stage(Scoping::connection);
  Client first(stage), second(stage);
  check_sequence(first);
  check_sequence(second);
  CHECK(first.in("w1", "SET t.1 b") == "ok [exact]");
  CHECK(second.in("w1", "GET t.1") == "b [exact]");
  CHECK(second.in("", "GET t.1") == "c [exact]");
  CHECK(second.ask("RESET") == "OK");
  CHECK(second.ask("GET t.1") == "a [exact]");
  CHECK(first.in("", "GET t.1") == "c [exact]");
}

TEST_CASE("with one scope for all no name is heard") {
  Stage stage(Scoping::one);
  Client first(stage), second(stage);
  CHECK(first.in("w1", "SET t.1 b") == "ok [exact]");
  CHECK(second.in("w2", "GET t.1") == "b [exact]");
  CHECK(second.ask("RESET w3") == "OK");
  CHECK(first.ask("GET t.1") == "a [exact]");
}

TEST_CASE("a reset puts a scope back in all services, and no other scope") {
  Stage stage(Scoping::named);
  Client first(stage, 0), second(stage, 1), other(stage, 0);
  CHECK(first.in("w1", "SET t.1 b") == "ok [exact]");
  CHECK(second.in("w1", "SET t.1 b") == "ok [exact]");
  CHECK(other.ask("SET t.1 b") == "ok [exact]");
  CHECK(first.ask("RESET") == "OK");
  check_sequence(first);
  check_sequence(second);
  CHECK(other.ask("GET t.1") == "b [exact]");
  CHECK(other.ask("RESET w1") == "OK");
  CHECK(first.ask("GET t.1") == "a [exact]");
  CHECK(other.ask("RESET nobody") == "OK");
  CHECK(other.ask("GET t.1") == "b [exact]");
}

TEST_CASE("a transaction that has written stays in its scope, and keeps it from being reset") {
  Stage stage(Scoping::named);
  Client client(stage), other(stage);
  CHECK(client.ask("BEGIN") == "OK");
  CHECK(client.ask("ENTER w1") == "OK");  // nothing is written yet
  CHECK(client.ask("SET t.1 b") == "ok [exact]");
  CHECK(client.ask("ENTER w2").starts_with("MISS understudy: the scope 'w2' can't be entered"));
  CHECK(client.ask("ENTER w1") == "OK");  // where it is
  CHECK(client.ask("RESET").starts_with("MISS"));
  CHECK(client.ask("RESET w1").starts_with("MISS"));
  CHECK(client.ask("RESET w2") == "OK");
  CHECK(stage.incidents.size() == 3);
  CHECK(stage.incidents[0].kind == Incident::Kind::miss);
  CHECK(client.ask("GET t.1") == "b [exact]");
  CHECK(client.ask("COMMIT") == "OK");
  CHECK(other.in("w1", "GET t.1") == "b [exact]");
  CHECK(client.in("w2", "GET t.1") == "a [exact]");
  CHECK(client.in("default", "GET t.1") == "a [exact]");
}

TEST_CASE("a transaction that goes on in another scope looks anew there") {
  Stage stage(Scoping::named);
  Client looking(stage), writer(stage);
  CHECK(writer.in("w1", "SET t.1 b") == "ok [exact]");
  CHECK(looking.ask("BEGIN") == "OK");
  CHECK(looking.ask("LOOK t.1") == "a [exact]");
  CHECK(looking.in("w1", "LOOK t.1") == "b [exact]");
}

TEST_CASE("a connection that watches keys stays in its scope") {
  toy::Recorded recorded;
  recorded.say(1, "WATCH t.1", "ok").say(2, "SET t.1 b", "ok");
  const auto service = std::make_shared<engine::ServedService>(
      toy::protocol(), recorded.table(), 0, Document::object(), Strictness::normal, nullptr);
  engine::ServedConnection connection(service, 1, {});
  static_cast<void>(connection.feed(as_bytes("WATCH t.1\nENTER w1\n")));
  std::string said;
  connection.output().for_each_slice([&](Bytes slice) { said += as_text(slice); });
  CHECK(said.starts_with("OK\nMISS understudy: the scope 'w1' can't be entered while"));
}

TEST_CASE("a name is printable and short") {
  Stage stage(Scoping::named);
  Client client(stage);
  CHECK(client.ask("ENTER " + std::string(128, 'x')) == "OK");
  CHECK(
      client.ask("ENTER " + std::string(129, 'x')).starts_with("MISS understudy: a scope's name"));
  CHECK(client.ask("ENTER w\xC3\xA4").starts_with("MISS understudy: a scope's name"));
  CHECK(client.ask("RESET w\xC3\xA4").starts_with("MISS understudy: a scope's name"));
}

TEST_CASE("beyond the limit a name is refused aloud, and never given another's scope") {
  Stage stage(Scoping::named, 2);
  Client client(stage);
  CHECK(client.in("w1", "SET t.1 b") == "ok [exact]");
  CHECK(client.in("w2", "GET t.1") == "a [exact]");
  CHECK(client.ask("ENTER w3").starts_with("MISS understudy: no room for the scope 'w3': 2 have"));
  REQUIRE(stage.incidents.size() == 1);
  CHECK(stage.incidents[0].kind == Incident::Kind::miss);
  CHECK(client.in("w1", "GET t.1") == "b [exact]");
  CHECK(client.in("default", "GET t.1") == "a [exact]");
  CHECK(client.ask("DROP w2") == "OK");
  CHECK(client.in("w3", "GET t.1") == "a [exact]");
}

TEST_CASE("a dropped scope is one scope as long as somebody is in it") {
  Stage stage(Scoping::named, 1);
  Client first(stage), second(stage);
  CHECK(first.in("w1", "SET t.1 b") == "ok [exact]");
  CHECK(first.ask("DROP") == "OK");
  CHECK(first.ask("GET t.1") == "a [exact]");
  CHECK(second.ask("ENTER w2").starts_with("MISS"));  // w1 still has a client
  CHECK(second.in("w1", "SET t.1 b") == "ok [exact]");
  CHECK(first.ask("GET t.1") == "b [exact]");
  CHECK(first.ask("DROP w1") == "OK");
  CHECK(first.ask("ENTER") == "OK");
  CHECK(second.ask("ENTER") == "OK");
  CHECK(first.in("w2", "GET t.1") == "a [exact]");
  CHECK(first.in("default", "DROP default") == "OK");
  CHECK(second.ask("GET t.1") == "a [exact]");
}

TEST_CASE("threads in scopes of their own get exact answers while others are reset") {
  Stage stage(Scoping::named, 64);
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int worker = 0; worker < 4; ++worker)
    threads.emplace_back([&, worker] {
      Client client(stage, static_cast<std::size_t>(worker % 2));
      for (int round = 0; round < 200; ++round) {
        const std::string name = "w" + std::to_string(worker) + "." + std::to_string(round % 5);
        wrong += client.in(name, "GET t.1") != "a [exact]";
        wrong += client.ask("SET t.1 b") != "ok [exact]";
        wrong += client.ask("GET t.1") != "b [exact]";
        wrong += client.ask(round % 2 == 0 ? "RESET" : "DROP") != "OK";
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(stage.incidents.empty());
}
