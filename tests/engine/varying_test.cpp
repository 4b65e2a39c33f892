// Values that vary from run to run, served through the toy protocol.
#include <doctest/doctest.h>

#include <chrono>

#include "engine/client.hpp"
#include "match/instant.hpp"
#include "support/toy_recording.hpp"
#include "table/service_section.hpp"

using namespace understudy;
using engine::Incident;
using engine::Strictness;

namespace {

const std::string a = "919108f7-52d1-4320-9bac-f847db4148a8";
const std::string b = "c232ab00-9414-41ec-b3c8-9f6bdeced846";
const std::string x = "5f0c1b2a-7d3e-4f60-8a1b-2c3d4e5f6071";
const std::string y = "0b9d2c4e-6f81-4a3b-9c5d-7e8f90a1b2c3";

struct Stage {
  explicit Stage(const toy::Recorded& recorded, Strictness strictness = Strictness::normal)
      : Stage(recorded.table(), 0, strictness, nullptr) {}
  Stage(const std::shared_ptr<const table::MappedTable>& table, std::size_t number,
        Strictness strictness, std::shared_ptr<engine::Scopes> scopes)
      : service(std::make_shared<engine::ServedService>(
            toy::protocol(), table, number, Document::object(),
            scopes ? scopes : std::make_shared<engine::Scopes>(table, strictness, Scoping::named),
            [this](const Incident& incident) { incidents.push_back(incident); })),
        client(service) {}
  std::vector<Incident> incidents;
  std::shared_ptr<engine::ServedService> service;
  toy::Client client;

  std::string ask(const std::string& line) {
    const std::string answer = client.ask(line);
    return answer.starts_with("MISS") ? "MISS" : answer;
  }
};

/// Seconds from the recording's beginning to now.
std::int64_t age_of_recording() {
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(
      std::chrono::system_clock::now().time_since_epoch());
  return now.count() - match::parse_instant(toy::Recorded::recorded_at)->microseconds / 1'000'000;
}

/// A recorded time as it is shown `later` seconds after the recording.
std::string shown(std::string_view recorded, std::int64_t later) {
  const auto instant = match::parse_instant(recorded);
  return match::format_instant(instant->microseconds + later * 1'000'000, instant->style);
}

/// Two orders are made and read back.
toy::Recorded& orders(toy::Recorded& recorded) {
  return recorded.say(1, "SET orders." + a + " ann", "ok")
      .say(1, "GET orders." + a, "ann " + a)
      .say(1, "SET orders." + b + " bob", "ok")
      .say(1, "GET orders." + b, "bob " + b)
      .say(1, "GET orders", a + "," + b);
}

}  // namespace

TEST_CASE("a recording is answered unchanged") {
  toy::Recorded recorded;
  Stage stage(orders(recorded));
  CHECK(stage.ask("SET orders." + a + " ann") == "ok [exact]");
  CHECK(stage.ask("GET orders." + a) == "ann " + a + " [exact]");
  CHECK(stage.ask("SET orders." + b + " bob") == "ok [exact]");
  CHECK(stage.ask("GET orders") == a + "," + b + " [exact]");
}

TEST_CASE("values that the client makes anew are recognised, and put into the answers") {
  toy::Recorded recorded;
  Stage stage(orders(recorded));
  CHECK(stage.ask("SET orders." + x + " ann") == "ok [exact]");
  CHECK(stage.ask("GET orders." + x) == "ann " + x + " [exact]");
  CHECK(stage.ask("SET orders." + y + " bob") == "ok [exact]");
  CHECK(stage.ask("GET orders." + y) == "bob " + y + " [exact]");
  CHECK(stage.ask("GET orders." + x) == "ann " + x + " [exact]");
  CHECK(stage.ask("GET orders") == x + "," + y + " [exact]");
  CHECK(stage.incidents.empty());
}

TEST_CASE("a value that this run never made is a miss, and so is a recorded one that was renamed") {
  toy::Recorded recorded;
  Stage stage(orders(recorded));
  CHECK(stage.ask("GET orders." + x) == "MISS");
  CHECK(stage.ask("SET orders." + x + " ann") == "ok [exact]");
  CHECK(stage.ask("GET orders." + a) == "MISS");
  CHECK(stage.ask("GET orders." + y) == "MISS");
  CHECK(stage.ask("SET orders." + y + " carl") == "MISS");
}

TEST_CASE("recorded values that were swapped in this run are told apart") {
  toy::Recorded recorded;
  Stage stage(orders(recorded));
  CHECK(stage.ask("SET orders." + b + " ann") == "ok [exact]");
  CHECK(stage.ask("GET orders." + b) == "ann " + b + " [exact]");
  CHECK(stage.ask("SET orders." + a + " bob") == "ok [exact]");
  CHECK(stage.ask("GET orders." + a) == "bob " + a + " [exact]");
  CHECK(stage.ask("GET orders") == b + "," + a + " [exact]");
}

TEST_CASE("requests that differ in fresh values only are told apart by their order") {
  toy::Recorded recorded;
  recorded.say(1, "SET queue.1 " + a, "1").say(1, "SET queue.1 " + b, "2");
  recorded.say(1, "GET queue.1", a + b);
  Stage stage(recorded);
  CHECK(stage.ask("SET queue.1 " + x) == "1 [exact]");
  CHECK(stage.ask("SET queue.1 " + y) == "2 [exact]");
}

TEST_CASE("a value that is asked for before it is made can only be guessed") {
  toy::Recorded recorded;
  recorded.say(1, "GET t." + a, "nothing")
      .say(1, "SET t." + a + " v", "ok")
      .say(1, "GET t." + a, "v");
  SUBCASE("as a guess that is told") {
    Stage stage(recorded);
    CHECK(stage.ask("GET t." + x) == "nothing [guess]");
    CHECK(stage.incidents.size() == 1);
    CHECK(stage.ask("SET t." + x + " v") == "ok [exact]");
    CHECK(stage.ask("GET t." + x) == "v [exact]");
  }
  SUBCASE("or not at all") {
    Stage stage(recorded, Strictness::strict);
    CHECK(stage.ask("GET t." + x) == "MISS");
    CHECK(stage.ask("SET t." + x + " v") == "ok [exact]");
    CHECK(stage.ask("GET t." + x) == "v [exact]");
  }
}

TEST_CASE("what failed with a fresh value might have succeeded with another") {
  toy::Recorded recorded;
  recorded.say(1, "SET t." + a + " v", "ok").say(1, "SET u.1 " + a, "error");
  recorded.say(1, "SET w." + b + " v", "error").say(1, "SET z." + b + " v", "ok");
  Stage stage(recorded);
  CHECK(stage.ask("SET t." + x + " v") == "ok [exact]");
  CHECK(stage.ask("SET u.1 " + x) == "error [exact]");
  CHECK(stage.ask("SET w." + y + " v") == "error [guess]");
}

TEST_CASE("values that a server made are not looked for in requests") {
  toy::Recorded recorded;
  recorded.say(1, "GET new", a).say(1, "SET orders." + a + " ann", "ok");
  Stage stage(recorded);
  CHECK(stage.ask("GET new") == a + " [static]");
  CHECK(stage.ask("SET orders." + x + " ann") == "MISS");
  CHECK(stage.ask("SET orders." + a + " ann") == "ok [exact]");
}

TEST_CASE("what several recordings share is constant") {
  toy::Recorded recorded;
  recorded.say(1, "SET orders." + a + " ann", "ok").next_recording();
  recorded.say(1, "SET orders." + a + " ann", "ok");
  Stage stage(recorded);
  CHECK(stage.ask("SET orders." + x + " ann") == "MISS");
  CHECK(stage.ask("SET orders." + a + " ann") == "ok [exact]");
}

TEST_CASE("a renaming is forgotten with the state") {
  toy::Recorded recorded;
  Stage stage(orders(recorded));
  CHECK(stage.ask("SET orders." + x + " ann") == "ok [exact]");
  stage.service->scopes().home()->reset();
  CHECK(stage.ask("GET orders." + x) == "MISS");
  CHECK(stage.ask("SET orders." + y + " ann") == "ok [exact]");
  CHECK(stage.ask("GET orders." + y) == "ann " + y + " [exact]");
}

TEST_CASE("services of one scope share what they know") {
  toy::Recorded recorded, other;
  orders(recorded);
  other.say(1, "SET cache." + a + " 1", "ok").say(1, "GET cache." + a, "1 for " + a);
  std::vector<table::ServiceBuilder> builders;
  // What a service knows of values is looked for in all of them; here each has its own.
  builders.push_back(recorded.builder());
  builders.push_back(other.builder());
  std::string problem;
  const auto both =
      table::MappedTable::from_memory(table::build_table(Document::object(), builders), problem);
  REQUIRE(both);
  const auto scopes = std::make_shared<engine::Scopes>(both, Strictness::normal, Scoping::named);
  Stage first(both, 0, Strictness::normal, scopes);
  Stage second(both, 1, Strictness::normal, scopes);
  CHECK(first.ask("SET orders." + x + " ann") == "ok [exact]");
  CHECK(second.ask("SET cache." + y + " 1") == "MISS");
  CHECK(second.ask("SET cache." + x + " 1") == "ok [exact]");
  CHECK(second.ask("GET cache." + x) == "1 for " + x + " [exact]");
}

TEST_CASE("times of this run stand for those of the recording") {
  toy::Recorded recorded;  // made on 2026-11-25
  recorded.say(1, "SET t.1 at=1795564801", "ok").say(1, "SET t.2 at=1795564801", "ok");
  recorded.say(1, "GET t.1", "1795564801").say(1, "SET t.3 due=1600000000", "ok");
  Stage stage(recorded);
  CHECK(stage.ask("SET t.1 at=1900000001") == "ok [exact]");
  CHECK(stage.ask("GET t.1") == "1900000001 [exact]");
  CHECK(stage.ask("SET t.2 at=1900000002") == "ok [exact]");
  // Which of the two is meant, the recording does not tell.
  CHECK(stage.ask("GET t.1").ends_with("[guess]"));
  CHECK(stage.ask("SET t.3 due=1600000009") == "MISS");
}

TEST_CASE("a time of the clock and a constant is made anew, another one far away is not") {
  // The recording began at midnight.
  for (const auto& [recorded_time, live] :
       {std::pair("2026-12-09T07:08:09.123456Z", "2026-12-31T01:02:03.654321Z"),
        std::pair("2027-11-25T05:02:03Z", "2028-01-01T00:00:07Z")}) {
    toy::Recorded recorded;
    recorded.say(1, std::string("SET cards.1 ends ") + recorded_time, "ok");
    Stage stage(recorded);
    CHECK(stage.ask(std::string("SET cards.1 ends ") + live) == "ok [exact]");
  }
  for (const char* recorded_time : {"2030-01-01T00:00:00Z", "2027-03-04T05:26:07Z"}) {
    toy::Recorded recorded;
    recorded.say(1, std::string("SET cards.1 ends ") + recorded_time, "ok");
    Stage stage(recorded);
    CHECK(stage.ask("SET cards.1 ends 2031-02-03T04:05:06Z") == "MISS");
  }
}

TEST_CASE("a value that the recording knows as another thing is not a new one") {
  toy::Recorded recorded;
  recorded.say(1, "GET orders." + b, "bob").say(1, "SET orders." + a + " ann", "ok");
  Stage stage(recorded);
  CHECK(stage.ask("SET orders." + b + " ann") == "MISS");  // a real server knows it already
  CHECK(stage.ask("SET orders." + x + " ann") == "ok [exact]");
}

TEST_CASE("an answer in the order of random values is a guess as soon as they are others") {
  toy::Recorded recorded;
  orders(recorded).say(1, "SORT orders", a + "," + b);
  SUBCASE("unchanged") {
    Stage stage(recorded);
    CHECK(stage.ask("SET orders." + a + " ann") == "ok [exact]");
    CHECK(stage.ask("SET orders." + b + " bob") == "ok [exact]");
    CHECK(stage.ask("SORT orders") == a + "," + b + " [exact]");
  }
  SUBCASE("with others") {
    Stage stage(recorded);
    CHECK(stage.ask("SET orders." + x + " ann") == "ok [exact]");
    CHECK(stage.ask("SET orders." + y + " bob") == "ok [exact]");
    CHECK(stage.ask("GET orders") == x + "," + y + " [exact]");
    CHECK(stage.ask("SORT orders") == x + "," + y + " [guess]");
  }
}

TEST_CASE("times that come in another order are told where the order matters") {
  toy::Recorded recorded;  // made on 2026-11-25
  recorded.say(1, "SET t.1 at=1795564801", "ok").say(1, "SET t.2 at=1795564802", "ok");
  recorded.say(1, "SORT t", "1795564801 1795564802");
  SUBCASE("the same order") {
    Stage stage(recorded);
    CHECK(stage.ask("SET t.1 at=1900000001") == "ok [exact]");
    CHECK(stage.ask("SET t.2 at=1900000009") == "ok [exact]");
    CHECK(stage.ask("SORT t") == "1900000001 1900000009 [exact]");
  }
  SUBCASE("another order") {
    Stage stage(recorded);
    CHECK(stage.ask("SET t.1 at=1900000009") == "ok [exact]");
    CHECK(stage.ask("SET t.2 at=1900000001") == "ok [exact]");
    CHECK(stage.ask("SORT t").ends_with("[guess]"));
  }
}

TEST_CASE("an answer that has a part of a value in it is a guess where the value is another") {
  toy::Recorded recorded;
  recorded.say(1, "SET orders." + a + " ann", "number ORD-919108F7").say(1, "GET orders", "1");
  SUBCASE("unchanged") {
    Stage stage(recorded);
    CHECK(stage.ask("SET orders." + a + " ann") == "number ORD-919108F7 [exact]");
  }
  SUBCASE("with another") {
    Stage stage(recorded);
    CHECK(stage.ask("SET orders." + x + " ann") == "number ORD-919108F7 [guess]");
  }
}

TEST_CASE("of two that are only asked for, each proven to vary, nobody knows which is meant") {
  toy::Recorded recorded;
  recorded.say(1, "GET day.2026-11-24", "three").say(1, "GET day.2026-11-25", "five");
  recorded.say(1, "GET mail." + a, "none").say(1, "GET mail." + b, "none");
  recorded.pin("GET", "fresh");
  Stage stage(recorded);
  CHECK(stage.ask("GET day.2026-12-01").ends_with("[guess]"));
  CHECK(stage.ask("GET mail." + x) == "none [static]");  // whichever it is
}

TEST_CASE("an answer with a value that this run has not made is a guess") {
  toy::Recorded recorded;  // t is changed by what no request tells
  recorded.say(1, "SET orders." + a + " ann", "ok").say(1, "GET t.1", "of " + a);
  Stage stage(recorded);
  CHECK(stage.ask("GET t.1") == "of " + a + " [guess]");
  CHECK(stage.ask("SET orders." + x + " ann") == "ok [exact]");
  CHECK(stage.ask("GET t.1") == "of " + x + " [static]");
}

TEST_CASE("rows that are all new may be more or less than those of the recording") {
  const std::string z = "7d0b2c4e-1f81-4a3b-9c5d-7e8f90a1b2c4";
  toy::Recorded recorded;
  recorded.say(1, "GET log.count", "0").say(1, "GET other.1", "one");
  recorded.say(1, "FILL log.rows " + a + " x;" + b + " x", "2 rows");
  recorded.say(1, "GET log", "two").say(1, "GET log.rows", a + "," + b);
  recorded.say(1, "SET log.last " + a, "ok").say(1, "GET other.1", "one");
  Stage stage(recorded);
  SUBCASE("more") {
    CHECK(stage.ask("FILL log.rows " + x + " x;" + y + " x;" + z + " x") == "3 rows [exact]");
    CHECK(stage.ask("GET log") == "two [guess]");
    CHECK(stage.ask("GET log.rows").ends_with("[guess]"));
    CHECK(stage.ask("SET log.last " + x) == "ok [exact]");  // another row
    CHECK(stage.ask("SET log.last " + z) == "MISS");        // stands for nothing that was recorded
  }
  SUBCASE("less") {
    CHECK(stage.ask("FILL log.rows " + x + " x") == "1 rows [exact]");
    CHECK(stage.ask("GET log") == "two [guess]");
  }
  SUBCASE("as many") {
    CHECK(stage.ask("FILL log.rows " + x + " x;" + y + " x") == "2 rows [exact]");
    CHECK(stage.ask("GET log") == "two [exact]");
    CHECK(stage.ask("GET log.rows") == x + "," + y + " [exact]");
  }
  SUBCASE("not of other constants, nor with values that are known or twice the same") {
    CHECK(stage.ask("FILL log.rows " + x + " x;" + y + " y;" + z + " x") == "MISS");
    CHECK(stage.ask("FILL log.rows " + x + " x;" + x + " x;" + z + " x") == "MISS");
    CHECK(stage.ask("FILL log.rows " + x + " y") == "MISS");
    CHECK(stage.ask("FILL log.rows " + x + " x;" + y + " x;" + b + " x") == "MISS");
  }
  CHECK(stage.ask("GET other.1") == "one [static]");
}

TEST_CASE("of one row, or of rows that differ in more, no other number is known") {
  toy::Recorded recorded;
  recorded.say(1, "FILL t.1 " + a + " x", "1 rows").say(1, "FILL u.1 a;b", "2 rows");
  recorded.say(1, "FILL v.1 " + b + " x;" + b + " x", "2 rows");
  Stage stage(recorded);
  CHECK(stage.ask("FILL t.1 " + x + " x;" + y + " x") == "MISS");
  CHECK(stage.ask("FILL u.1 a;b;c") == "MISS");
  CHECK(stage.ask("FILL v.1 " + x + " x;" + x + " x;" + x + " x") == "MISS");
}

TEST_CASE("what shows the clock is told as a guess, in the recorded order") {
  toy::Recorded recorded;
  recorded.say(1, "CLOCK t.1", "noon").say(1, "GET t.1", "one");
  Stage stage(recorded);
  CHECK(stage.ask("CLOCK t.1") == "noon [guess]");
  CHECK(stage.ask("GET t.1") == "one [static]");
  REQUIRE(stage.incidents.size() == 1);
  CHECK(stage.incidents[0].summary.find("it shows the clock or chance") != std::string::npos);
}

TEST_CASE("times that the server made are shown as if they were of this run") {
  const std::string made = "2026-11-25 00:00:05.123456+01", http = "Wed, 25 Nov 2026 00:00:07 GMT";
  toy::Recorded recorded;
  recorded.say(1, "GET t.1", made + "|" + http + "|1999-12-31T00:00:00Z|1795564801");
  recorded.say(1, "GET t.2", made).say(1, "GET after." + made, "one");
  recorded.say(1, "GET kept.2026-11-24T23:00:05.123Z", "kept");
  recorded.say(1, "SET t.3 2026-11-25T00:00:09Z", "ok").say(1, "GET t.3", "2026-11-25T00:00:09Z");
  SUBCASE("not unless it is asked for") {
    Stage stage(recorded);
    CHECK(stage.ask("GET t.2") == made + " [static]");
  }
  SUBCASE("as it was spelled, and as the same time when it comes back") {
    recorded.shift_times();
    const std::int64_t before = age_of_recording();
    Stage stage(recorded);
    const std::int64_t after = age_of_recording();
    const std::string told = stage.ask("GET t.2");
    const std::int64_t later = told == shown(made, before) + " [static]" ? before : after;
    CHECK(told == shown(made, later) + " [static]");
    CHECK(stage.ask("GET t.1") == shown(made, later) + "|" + shown(http, later) +
                                      "|1999-12-31T00:00:00Z|1795564801 [static]");
    CHECK(stage.ask("GET after." + shown(made, later)) == "one [static]");
    CHECK(stage.ask("GET kept." + shown("2026-11-24T23:00:05.123Z", later)) == "kept [static]");
    CHECK(stage.ask("GET after." + shown(made, later + 1)) == "MISS");
    // What the client makes is renamed, not shifted.
    CHECK(stage.ask("SET t.3 2027-01-01T10:00:00Z") == "ok [exact]");
    CHECK(stage.ask("GET t.3") == "2027-01-01T10:00:00Z [exact]");
  }
}

TEST_CASE("two live values never stand for one recorded value") {
  toy::Recorded recorded;
  recorded.say(1, "SET orders." + a + " ann", "ok").say(1, "GET orders." + a, "ann");
  Stage stage(recorded);
  CHECK(stage.ask("SET orders." + x + " ann") == "ok [exact]");
  CHECK(stage.ask("SET orders." + y + " ann") == "MISS");
  CHECK(stage.ask("GET orders." + y) == "MISS");
  CHECK(stage.ask("GET orders." + x) == "ann [exact]");
}
