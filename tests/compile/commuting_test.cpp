// What two clients write at the same time where it does not matter who was first.
#include "compile/states/commuting.hpp"

#include <doctest/doctest.h>

#include "compile/states/trace.hpp"
#include "spoken.hpp"

using namespace understudy;
using namespace understudy::compile;
using test::Spoken;

namespace {

constexpr const char* schema =
    "CREATE TABLE account (id int PRIMARY KEY, name text UNIQUE);"
    "CREATE TABLE entry (id serial PRIMARY KEY, account int REFERENCES account, what text)";

bool leave_the_same_of(const std::string& one, const std::string& other,
                       const std::string& answer = "INSERT 0 1") {
  Spoken spoken;
  spoken.declare(schema);
  spoken.say(one, answer).say(other, answer, 2);
  const bool same = leave_the_same(spoken.steps()[0], spoken.steps()[1]);
  CHECK(leave_the_same(spoken.steps()[1], spoken.steps()[0]) == same);
  return same;
}

/// Of each of the statements that two clients said, whether what it found is uncertain. The second
/// one is said while the first one is.
std::vector<bool> uncertain(const Spoken& spoken) {
  LoadedService loaded;
  loaded.protocol = &postgres::protocol();
  std::uint64_t tick = 0;
  for (const Step& step : spoken.steps()) loaded.steps.push_back(step);
  for (StepId i; i != loaded.steps.next(); ++i) {
    loaded.steps[i].began = ++tick;
    loaded.steps[i].ended = ++tick;
  }
  loaded.steps[StepId(1)].began = loaded.steps[StepId(0)].began;
  std::vector<bool> found;
  const Trace trace = trace_chains(loaded, RowKeys(spoken.steps(), {}), {});
  for (const TracedStep& step : trace.steps) found.push_back(step.uncertain);
  return found;
}

const std::string insert_one = "INSERT INTO entry (account, what) VALUES (1, 'a') RETURNING id";
const std::string insert_two = "INSERT INTO entry (account, what) VALUES (2, 'b') RETURNING id";

}  // namespace

TEST_CASE("what two inserts leave behind does not tell their order, nor what two rows are set to") {
  CHECK(leave_the_same_of("INSERT INTO account VALUES (1, 'Ida')",
                          "INSERT INTO account VALUES (2, 'Bea')"));
  CHECK(leave_the_same_of("UPDATE account SET name = 'x' WHERE id = 1",
                          "UPDATE account SET name = 'y' WHERE id = 2", "UPDATE 1"));
  CHECK(leave_the_same_of("UPDATE account SET name = 'x' WHERE id = 1",
                          "INSERT INTO account VALUES (2, 'Bea')", "UPDATE 1"));
  for (const auto& [one, other] : std::vector<std::pair<std::string, std::string>>{
           {"UPDATE account SET name = 'x' WHERE id = 1",
            "UPDATE account SET name = 'y' WHERE id = 1"},
           {"UPDATE account SET name = 'x' WHERE id = 1", "UPDATE account SET name = 'y'"},
           {"UPDATE account SET id = 2 WHERE id = 1", "UPDATE account SET name = 'y' WHERE id = 2"},
           {"UPDATE account SET name = (SELECT max(name) FROM account) WHERE id = 1",
            "UPDATE account SET name = 'y' WHERE id = 2"},
           {"DELETE FROM account WHERE id = 1", "DELETE FROM account WHERE id = 2"},
           {"UPDATE account SET name = 'x' WHERE id = 1",
            "UPDATE entry SET what = 'y' WHERE id = 2"},
           {"INSERT INTO account VALUES (1, 'Ida') ON CONFLICT (id) DO UPDATE SET name = 'Ida'",
            "INSERT INTO account VALUES (2, 'Bea')"},
           {"UPDATE account SET name = 'x' WHERE id = 1", "INSERT INTO account SELECT 1, 'Ida'"}}) {
    CAPTURE(one);
    CAPTURE(other);
    CHECK_FALSE(leave_the_same_of(one, other, "UPDATE 1"));
  }
}

TEST_CASE("behind inserts that overlapped nothing is uncertain") {
  Spoken spoken;
  spoken.declare(schema);
  spoken.say(insert_one, "id: 1").say(insert_two, "id: 2", 2);
  spoken.say("SELECT what FROM entry WHERE account = 1", "what: a");
  spoken.say("SELECT count(*) FROM entry", "count: 2");
  spoken.say("INSERT INTO entry (account, what) VALUES (2, 'c')", "INSERT 0 1");
  CHECK(uncertain(spoken) == std::vector<bool>{false, false, false, false, false});
}

TEST_CASE(
    "of inserts whose numbers are in another order than their ends the answers are uncertain") {
  Spoken spoken;
  spoken.declare(schema);
  spoken.say(insert_one, "id: 2").say(insert_two, "id: 1", 2);
  spoken.say("SELECT what FROM entry WHERE account = 1", "what: a");
  const auto found = uncertain(spoken);
  CHECK((found[0] || found[1]));
  CHECK_FALSE(found[2]);
}

TEST_CASE("what was read while it was written stays uncertain, and so does what follows from it") {
  Spoken spoken;
  spoken.declare(schema);
  spoken.say("UPDATE account SET name = 'x' WHERE id = 1", "UPDATE 1");
  spoken.say("UPDATE account SET name = 'y' WHERE id = 1", "UPDATE 1", 2);
  spoken.say("SELECT name FROM account WHERE id = 1", "name: y");
  CHECK(uncertain(spoken)[2]);
}
