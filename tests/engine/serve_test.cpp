#include "engine/serve.hpp"

#include <doctest/doctest.h>

#include "client.hpp"
#include "engine/explain.hpp"
#include "support/toy_recording.hpp"
#include "table/service_section.hpp"

using namespace understudy;
using engine::Incident;
using engine::Strictness;
using toy::Client;
using toy::Stage;

namespace {

std::shared_ptr<const table::MappedTable> read_write_read() {
  toy::Recorded recorded;
  recorded.say(1, "GET t.1", "a").say(1, "SET t.1 b", "ok").say(1, "GET t.1", "b");
  return recorded.table();
}

}  // namespace

TEST_CASE("a read is answered by the writes that this run made, not by its turn") {
  Stage stage(read_write_read());
  Client client(stage);
  CHECK(client.ask("GET t.1") == "a [exact]");
  CHECK(client.ask("GET t.1") == "a [exact]");
  CHECK(client.ask("SET t.1 b") == "ok [exact]");
  CHECK(client.ask("GET t.1") == "b [exact]");
  CHECK(client.ask("GET t.1") == "b [exact]");
  CHECK(stage.incidents.empty());
  CHECK(client.ask("RESET") == "OK");
  CHECK(client.ask("GET t.1") == "a [exact]");
}

TEST_CASE("a transaction is isolated, merged by commit and dropped by rollback") {
  Stage stage(read_write_read());
  Client writer(stage), reader(stage);
  CHECK(writer.ask("BEGIN") == "OK");
  CHECK(writer.ask("SET t.1 b") == "ok [exact]");
  CHECK(writer.ask("GET t.1") == "b [exact]");
  CHECK(reader.ask("GET t.1") == "a [exact]");
  CHECK(writer.ask("ROLLBACK") == "OK");
  CHECK(writer.ask("GET t.1") == "a [exact]");
  writer.ask("BEGIN");
  writer.ask("SET t.1 b");
  CHECK(writer.ask("COMMIT") == "OK");
  CHECK(reader.ask("GET t.1") == "b [exact]");
}

TEST_CASE("a miss names the nearest recorded request and what differs, and is reported") {
  Stage stage(read_write_read());
  Client client(stage);
  const std::string answer = client.ask("GET t.7");
  CHECK(answer.starts_with("MISS understudy has no answer to GET t.7"));
  CHECK(answer.find("sessions/r1.svc.001.yaml:1") != std::string::npos);
  CHECK(answer.find("/rest differs") != std::string::npos);
  REQUIRE(stage.incidents.size() == 1);
  CHECK(stage.incidents[0].kind == Incident::Kind::miss);
  CHECK(stage.service->counters().by_grade[static_cast<std::size_t>(Grade::miss)] == 1);
  CHECK(client.ask("GET t.1") == "a [exact]");
}

TEST_CASE("the hint of a miss names what can be done where no line says the request") {
  Stage stage(read_write_read());
  Client client(stage);
  client.ask("GET t." + std::string(1000, '7'));
  REQUIRE(stage.incidents.size() == 1);
  const std::string& hint = stage.incidents[0].hint;
  CHECK(hint.ends_with("add a rule: a file in MOCKSET/rules for service svc (docs/rules.md)"));
}

TEST_CASE("a write that was never recorded is a miss and changes nothing") {
  Stage stage(read_write_read());
  Client client(stage);
  CHECK(client.ask("SET t.1 zzz").starts_with("MISS"));
  CHECK(client.ask("GET t.1") == "a [exact]");
}

TEST_CASE("a state that was never recorded is guessed aloud, and a miss when strict") {
  Stage lenient(read_write_read());
  Client client(lenient);
  client.ask("SET t.1 b");
  client.ask("GET t.1");
  CHECK(client.ask("SET t.1 b") == "ok [guess]");
  CHECK(client.ask("GET t.1") == "b [guess]");
  REQUIRE(lenient.incidents.size() == 2);
  CHECK(lenient.incidents[1].kind == Incident::Kind::guess);
  Stage strict(read_write_read(), Strictness::strict);
  Client careful(strict);
  careful.ask("SET t.1 b");
  CHECK(careful.ask("SET t.1 b").starts_with("MISS"));
  CHECK(careful.ask("GET t.1") == "b [exact]");
}

TEST_CASE("a volatile request is answered in recorded order as guesses and stays at the last") {
  toy::Recorded recorded;
  recorded.say(1, "GET t.1", "a").say(1, "GET t.1", "b");
  Stage stage(recorded.table());
  Client client(stage);
  CHECK(client.ask("GET t.1") == "a [guess]");
  CHECK(client.ask("GET t.1") == "b [guess]");
  CHECK(client.ask("GET t.1") == "b [guess]");
}

TEST_CASE("what a machine can answer by itself is a miss of the table only") {
  Stage stage(read_write_read());
  Client client(stage);
  CHECK(client.ask("SHOW x") == "OK");
  CHECK(client.ask("PING") == "PONG");
  CHECK(stage.service->counters().by_grade[static_cast<std::size_t>(Grade::synthesised)] == 2);
}

TEST_CASE("a watched key that another connection wrote to is a conflict") {
  toy::Recorded recorded;
  recorded.say(1, "WATCH t.1", "ok").say(2, "SET t.1 b", "ok").say(2, "SET t.2 b", "ok");
  Stage stage(recorded.table());
  Client watcher(stage), writer(stage);
  CHECK(watcher.ask("WATCH t.1") == "OK");
  CHECK(writer.ask("SET t.2 b") == "ok [exact]");
  CHECK(watcher.ask("BEGIN") == "OK");
  watcher.ask("ROLLBACK");
  watcher.ask("WATCH t.1");
  CHECK(writer.ask("SET t.1 b") == "ok [exact]");
  CHECK(watcher.ask("BEGIN") == "CONFLICT");
  CHECK(watcher.ask("BEGIN") == "OK");
}

TEST_CASE("an unknown spelling is answered only where all that agree say the same") {
  toy::Recorded recorded;
  recorded.say(1, "GET t.1#n", "number").say(1, "GET t.1#s", "text");
  recorded.say(1, "GET t.2#n", "same").say(1, "GET t.2#s", "same");
  Stage stage(recorded.table());
  Client client(stage);
  CHECK(client.ask("GET t.1#n") == "number [static]");
  CHECK(client.ask("GET t.1").starts_with("MISS"));
  CHECK(client.ask("GET t.2") == "same [static]");
}

TEST_CASE("what was never asked for is listed with its place") {
  Stage stage(read_write_read());
  Client client(stage);
  client.ask("GET t.1");
  std::size_t total = 0;
  const auto lines = stage.service->never_asked(1, total);
  CHECK(total == 2);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].starts_with("sessions/r1.svc.001.yaml:"));
}

TEST_CASE("explain tells what a request depends on and where its answers come from") {
  const auto table = read_write_read();
  const auto known = engine::explain(toy::protocol(), table->service(0), "GET t.1");
  CHECK(known.recorded);
  REQUIRE(known.answers.size() == 2);
  CHECK((known.answers[0].initial != known.answers[1].initial));
  CHECK_FALSE(known.reads_keys.empty());
  const auto unknown = engine::explain(toy::protocol(), table->service(0), "GET t.5");
  CHECK_FALSE(unknown.recorded);
  REQUIRE_FALSE(unknown.nearest.empty());
  CHECK(engine::to_text(unknown, toy::protocol()).find("near: GET t.1") != std::string::npos);
  CHECK(engine::to_document(known).at("answers").size() == 2);
}

TEST_CASE("a transaction is answered by what was there when it first looked") {
  Stage stage(read_write_read());
  Client looking(stage), writer(stage);
  CHECK(looking.ask("BEGIN") == "OK");
  CHECK(looking.ask("LOOK t.1") == "a [exact]");
  CHECK(writer.ask("SET t.1 b") == "ok [exact]");
  CHECK(looking.ask("LOOK t.1") == "a [exact]");
  CHECK(looking.ask("GET t.1") == "b [exact]");
  CHECK(looking.ask("LOOK t.1") == "a [exact]");
  CHECK(looking.ask("COMMIT") == "OK");
  CHECK(looking.ask("LOOK t.1") == "b [exact]");
  CHECK(stage.incidents.empty());
}

TEST_CASE("a transaction that has not looked yet sees what was committed since it began") {
  Stage stage(read_write_read());
  Client looking(stage), writer(stage);
  CHECK(looking.ask("BEGIN") == "OK");
  CHECK(writer.ask("SET t.1 b") == "ok [exact]");
  CHECK(looking.ask("LOOK t.1") == "b [exact]");
}
