#include "engine/emulation.hpp"

#include <doctest/doctest.h>

#include <thread>

#include "client.hpp"
#include "support/toy_emulator.hpp"
#include "support/toy_recording.hpp"

using namespace understudy;
using engine::Strictness;

namespace {

struct Stage : toy::Stage {
  explicit Stage(std::shared_ptr<const table::MappedTable> table,
                 Strictness strictness = Strictness::normal)
      : toy::Stage(std::move(table), strictness, toy::emulated()) {}
};

/// A value that is read, two that are written over it, and a reader of the whole table.
std::shared_ptr<const table::MappedTable> recording() {
  toy::Recorded recorded(toy::emulated());
  return recorded.say(1, "GET t.1", "a")
      .say(1, "SORT t", "a,x")
      .say(1, "SET t.1 b", "ok")
      .say(1, "GET t.1", "b")
      .say(1, "SET t.1 c", "ok")
      .say(1, "GET t.1", "c")
      .say(1, "SORT t", "c,x")
      .table();
}

}  // namespace

TEST_CASE("what was recorded for this very state is exact, what follows from it is computed") {
  Stage stage(recording());
  toy::Client client(stage);
  CHECK(client.ask("GET t.1") == "a [exact]");
  CHECK(client.ask("SET t.1 c") == "ok [computed]");
  CHECK(client.ask("GET t.1") == "c [computed]");
  CHECK(client.ask("SET t.1 never recorded") == "ok [computed]");
  CHECK(client.ask("GET t.1") == "never recorded [computed]");
  CHECK(stage.incidents.empty());
}

TEST_CASE("what was there at first is computed from the recording's first answers") {
  Stage stage(recording());
  toy::Client client(stage);
  CHECK(client.ask("SET t.2 other") == "ok [computed]");
  CHECK(client.ask("GET t.1") == "a [exact]");
  CHECK(client.ask("GET t.2") == "other [computed]");
}

TEST_CASE("a computed write changes the state of all that depends on it") {
  Stage stage(recording());
  toy::Client client(stage);
  CHECK(client.ask("SORT t") == "a,x [exact]");
  CHECK(client.ask("SET t.2 y") == "ok [computed]");
  CHECK(client.ask("SORT t").ends_with("[guess]"));
  REQUIRE(stage.incidents.size() == 1);
  CHECK(stage.incidents[0].detail.find("a request that was not recorded came last") !=
        std::string::npos);
}

TEST_CASE("what is not known is guessed as ever, and forgotten where a write was guessed") {
  Stage stage(recording());
  toy::Client client(stage);
  CHECK(client.ask("GET u.9").starts_with("MISS"));
  CHECK(client.ask("SET t.2 y") == "ok [computed]");
  CHECK(client.ask("SORT t").ends_with("[guess]"));
  Stage strict(recording(), Strictness::strict);
  toy::Client careful(strict);
  CHECK(careful.ask("SET t.2 y") == "ok [computed]");
  CHECK(careful.ask("SORT t").starts_with("MISS"));
}

TEST_CASE("a scope that is reset computes from the beginning again") {
  Stage stage(recording());
  toy::Client client(stage);
  CHECK(client.ask("SET t.1 z") == "ok [computed]");
  CHECK(client.ask("GET t.1") == "z [computed]");
  CHECK(client.ask("RESET") == "OK");
  CHECK(client.ask("GET t.1") == "a [exact]");
}

TEST_CASE("scopes compute apart") {
  Stage stage(recording());
  toy::Client first(stage), second(stage);
  CHECK(first.ask("ENTER one") == "OK");
  CHECK(second.ask("ENTER two") == "OK");
  CHECK(first.ask("SET t.1 z") == "ok [computed]");
  CHECK(second.ask("GET t.1") == "a [exact]");
  CHECK(first.ask("GET t.1") == "z [computed]");
}

TEST_CASE("a watched key is changed by a computed write of another connection") {
  Stage stage(recording());
  toy::Client first(stage), second(stage);
  CHECK(first.ask("WATCH t.1") == "OK");
  CHECK(second.ask("SET t.1 z") == "ok [computed]");
  CHECK(first.ask("BEGIN") == "CONFLICT");
  // Nothing is held where nothing was begun.
  CHECK(second.ask("SET t.1 y") == "ok [computed]");
  CHECK(first.ask("GET t.1") == "y [computed]");
}

TEST_CASE("no computed answer comes between the requests of a transaction") {
  Stage stage(recording());
  toy::Client first(stage);
  CHECK(first.ask("BEGIN") == "OK");
  CHECK(first.ask("SET t.1 z") == "ok [computed]");
  std::string seen;
  std::thread other([&] { seen = toy::Client(stage).ask("SET t.1 y"); });
  CHECK(first.ask("GET t.1") == "z [computed]");
  CHECK(first.ask("COMMIT") == "OK");
  other.join();
  CHECK(seen == "ok [computed]");
  CHECK(first.ask("GET t.1") == "y [computed]");
}

TEST_CASE("an emulator that disagrees with the recording computes nothing of the kind") {
  toy::Recorded recorded(toy::emulated());
  Stage stage(recorded.say(1, "SET t.1 b", "ok")
                  .say(1, "GET t.1", "something else")
                  .say(1, "SET t.1 c", "ok")
                  .say(1, "GET t.1", "c")
                  .table());
  toy::Client client(stage);
  CHECK(client.ask("SET t.1 c").ends_with("[guess]"));
  CHECK(client.ask("SET t.1 z").starts_with("MISS"));
}

TEST_CASE("where another connection was writing, a recording contradicts nobody") {
  toy::Recorded recorded(toy::emulated());
  Stage stage(recorded.say_at(1, "SET t.1 b", "ok", 1, 4)
                  .say_at(2, "SET t.1 c", "ok", 2, 6)
                  .say_at(1, "GET t.1", "b", 5, 7)
                  .say_at(1, "SET t.1 d", "ok", 8, 9)
                  .say_at(1, "GET t.1", "d", 10, 11)
                  .table());
  toy::Client client(stage);
  CHECK(client.ask("SET t.1 z") == "ok [computed]");
  CHECK(client.ask("GET t.1") == "z [computed]");
}

TEST_CASE("a recorded transaction takes effect where it was committed") {
  toy::Recorded recorded(toy::emulated());
  Stage stage(recorded.say(1, "SET t.1 a", "ok")
                  .say(1, "BEGIN", "")
                  .say(1, "SET t.1 b", "ok")
                  .say(2, "GET t.1", "a")
                  .say(1, "COMMIT", "")
                  .say(2, "GET t.1", "b")
                  .say(1, "BEGIN", "")
                  .say(1, "SET t.1 c", "ok")
                  .say(1, "ROLLBACK", "")
                  .say(2, "GET t.1", "b")
                  .table());
  toy::Client client(stage);
  CHECK(client.ask("SET t.1 z") == "ok [computed]");  // not given up as wrong
}

TEST_CASE(
    "a computed write that was recorded here with a doubt leads to what was recorded behind") {
  toy::Recorded recorded(toy::emulated());
  Stage stage(recorded.say(1, "GET t.1", "a")
                  .say_at(1, "SET t.1 b", "ok", 3, 6)
                  .say_at(2, "SET t.1 c", "ok", 4, 8)
                  .say_at(1, "SORT t", "c,x", 9, 10)
                  .table());
  toy::Client client(stage);
  CHECK(client.ask("SET t.1 b") == "ok [computed]");
  CHECK(client.ask("SET t.1 c") == "ok [computed]");
  CHECK(client.ask("SORT t") == "c,x [guess]");
  REQUIRE(stage.incidents.size() == 1);
  CHECK(stage.incidents[0].summary.find("does not prove") != std::string::npos);
}
