#include "compile/rows/declarations.hpp"

#include <doctest/doctest.h>

#include "compile/rows/row_evidence.hpp"
#include "compile/rows/row_relations.hpp"
#include "spoken.hpp"

using namespace understudy;
using namespace understudy::compile;
using test::Spoken;

namespace {

const std::string users =
    "CREATE TABLE users (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
    "email text UNIQUE, name text, team int DEFAULT 1, UNIQUE (team, name))";
const std::string ann = "INSERT INTO users (email, name) VALUES ('ann@x', 'ann') RETURNING id";
const std::string bob = "INSERT INTO users (email, name) VALUES ('bob@x', 'bob') RETURNING id";

}  // namespace

TEST_CASE("inserts that no declared constraint parts do not depend on each other") {
  const std::string namesake =
      "INSERT INTO users (email, name, note) VALUES ('eve@x', 'eve', 'x') RETURNING id";
  const std::string other =
      "INSERT INTO users (email, name, note) VALUES ('joe@x', 'joe', 'x') RETURNING id";
  Spoken declared;
  declared.declare(
      "CREATE TABLE users (id serial PRIMARY KEY, email text UNIQUE, name text, note text)");
  declared.say(namesake, "id: 1").say(other, "id: 2");
  CHECK_FALSE(declared.disturbs(namesake, other));
  CHECK(declared.disturbs(namesake, namesake));
}

TEST_CASE("equal values of a declared unique column make an insert depend on another") {
  Spoken spoken;
  spoken.declare("CREATE TABLE users (id serial PRIMARY KEY, email text UNIQUE, name text)");
  const std::string again = "INSERT INTO users (email, name) VALUES ('Ann@x', 'b') RETURNING id";
  const std::string named = "INSERT INTO users (email, name) VALUES ('c@x', 'ann') RETURNING id";
  const std::string none = "INSERT INTO users (email, name) VALUES (NULL, 'ann') RETURNING id";
  const std::string none_too = "INSERT INTO users (email, name) VALUES (NULL, 'x') RETURNING id";
  spoken.say(ann, "id: 1").say(again, "id: 2").say(named, "id: 3").say(none, "id: 4");
  spoken.say(none_too, "id: 5");
  CHECK(spoken.disturbs(ann, again));
  CHECK_FALSE(spoken.disturbs(ann, named));
  CHECK_FALSE(spoken.disturbs(none, none_too));
}

TEST_CASE("of a constraint over a column that has a default the rest decides") {
  Spoken spoken;
  spoken.declare(users);
  const std::string namesake = "INSERT INTO users (email, name) VALUES ('c@x', 'ann') RETURNING id";
  spoken.say(ann, "id: 1").say(bob, "id: 2").say(namesake, "id: 3");
  CHECK_FALSE(spoken.disturbs(ann, bob));
  CHECK(spoken.disturbs(ann, namesake));
}

TEST_CASE("an update meets a declared constraint over several columns by one of them") {
  Spoken spoken;
  spoken.declare(
      "CREATE TABLE seats (id int PRIMARY KEY, hall int, place int, UNIQUE (hall, place))");
  const std::string move = "UPDATE seats SET place = 7 WHERE id = 1";
  const std::string to_seven = "UPDATE seats SET place = 7 WHERE id = 2";
  const std::string to_eight = "UPDATE seats SET place = 8 WHERE id = 3";
  const std::string shift = "UPDATE seats SET place = place + 1 WHERE id = 4";
  const std::string hall = "UPDATE seats SET hall = 2 WHERE id = 5";
  spoken.say("SELECT id, hall, place FROM seats",
             "id hall place: 1 1 1; 2 1 2; 3 1 3; 4 1 4; 5 1 5");
  spoken.say(move).say(to_seven).say(to_eight).say(shift).say(hall);
  CHECK(spoken.disturbs(to_seven, move));
  CHECK_FALSE(spoken.disturbs(to_eight, move));
  CHECK(spoken.disturbs(to_eight, shift));  // it may come to any place
  CHECK(spoken.disturbs(hall, shift));
}

TEST_CASE("of a partial index also the columns of its condition decide") {
  Spoken spoken;
  spoken.declare(
      "CREATE TABLE users (id int PRIMARY KEY, email text, gone int, name text);"
      "CREATE UNIQUE INDEX ON users (email) WHERE gone = 0");
  const std::string insert = "INSERT INTO users (id, email, gone) VALUES (1, 'a@x', 0)";
  const std::string remove = "UPDATE users SET gone = 1 WHERE id = 2";
  const std::string rename = "UPDATE users SET name = 'b' WHERE id = 2";
  spoken.say(insert).say(remove).say(rename);
  CHECK(spoken.disturbs(remove, insert));
  CHECK(spoken.disturbs(insert, remove));
  CHECK_FALSE(spoken.disturbs(rename, insert));
}

TEST_CASE("a number that an insert shows depends on equal inserts and on that nobody has it") {
  Spoken spoken;
  spoken.declare(users);
  const std::string first = "INSERT INTO users (id, email, name) VALUES (2, 'd@x', 'd')";
  const std::string ninth = "INSERT INTO users (id, email, name) VALUES (9, 'e@x', 'e')";
  spoken.say(ann, "id: 1").say(bob, "id: 2").say(first).say(ninth);
  CHECK(spoken.disturbs(bob, bob));
  CHECK(spoken.disturbs(first, bob));
  CHECK_FALSE(spoken.disturbs(ninth, bob));
}

TEST_CASE("a number that no answer of the insert shows depends on all inserts") {
  Spoken spoken;
  spoken.declare(users);
  const std::string silent = "INSERT INTO users (email, name) VALUES ('f@x', 'f')";
  spoken.say(silent).say(bob, "id: 2");
  CHECK(spoken.disturbs(silent, bob));
  CHECK(spoken.disturbs(bob, silent));
}

TEST_CASE(
    "without a schema a number of one's own is a key's, and the only thing that the server makes") {
  const auto depends = [](const std::string& column, const std::string& values) {
    const std::string one = "INSERT INTO bills (payer) VALUES (1) RETURNING " + column;
    const std::string two = "INSERT INTO bills (payer) VALUES (2) RETURNING " + column;
    const auto comma = values.find(';');
    Spoken spoken;
    spoken.say(one, column + ": " + values.substr(0, comma));
    spoken.say(two, column + ": " + values.substr(comma + 1));
    return spoken.disturbs(one, two);
  };
  CHECK_FALSE(depends("id", "1;2"));
  CHECK(depends("number", "1;2"));  // how many a trigger has counted, perhaps
  Spoken spoken;
  const std::string one = "INSERT INTO bills (payer) VALUES (1) RETURNING id, code";
  const std::string two = "INSERT INTO bills (payer) VALUES (2) RETURNING id, code";
  spoken.say(one, "id code: 1 bill-1").say(two, "id code: 2 bill-2");
  CHECK(spoken.disturbs(one, two));
}

TEST_CASE("recordings that give one insert two numbers are told apart by the inserts before it") {
  Spoken alike, disputed;
  for (Spoken* each : {&alike, &disputed}) each->declare(users).say(ann, "id: 1").say(bob, "id: 2");
  alike.record().say(bob, "id: 2").say(ann, "id: 1");
  CHECK_FALSE(alike.disturbs(ann, bob));
  disputed.record().say(bob, "id: 1").say(ann, "id: 2");
  CHECK(disputed.disturbs(ann, bob));
}

TEST_CASE("declared references hold, whatever columns are called, and no others") {
  Spoken spoken;
  spoken.declare(
      "CREATE TABLE users (id int PRIMARY KEY);"
      "CREATE TABLE bills (id int PRIMARY KEY, payer int REFERENCES users, users_id int)");
  const std::string bill = "INSERT INTO bills (id, payer, users_id) VALUES (1, 7, 8)";
  spoken.say("INSERT INTO users (id) VALUES (7)").say("INSERT INTO users (id) VALUES (8)");
  spoken.say(bill).say("DELETE FROM users WHERE id = 7").say("DELETE FROM users WHERE id = 8");
  CHECK(spoken.disturbs("DELETE FROM users WHERE id = 7", bill));
  CHECK_FALSE(spoken.disturbs("DELETE FROM users WHERE id = 8", bill));
}

TEST_CASE("a schema that the recording contradicts is not relied on") {
  Spoken unknown_column, unknown_key, known_key;
  for (Spoken* each : {&unknown_column, &unknown_key, &known_key}) each->declare(users);
  unknown_column.say("INSERT INTO users (email, nick) VALUES ('a@x', 'a')");
  Declarations declarations(unknown_column.steps(), unknown_column.schema());
  CHECK(declarations.find("users") == nullptr);
  CHECK(declarations.contradicted().contains("users"));

  const auto violated = [](const std::string& constraint) {
    return "error: 23505 users " + constraint;
  };
  unknown_key.say("INSERT INTO users (email, name) VALUES ('a@x', 'a')",
                  violated("users_name_key"));
  CHECK(Declarations(unknown_key.steps(), unknown_key.schema()).find("users") == nullptr);
  known_key.say("INSERT INTO users (email, name) VALUES ('a@x', 'a')", violated("users_email_key"));
  CHECK(Declarations(known_key.steps(), known_key.schema()).find("users") != nullptr);
}

TEST_CASE("an insert that a declared constraint forbade depends on that one alone") {
  Spoken spoken;
  spoken.declare(users + "; CREATE TABLE logs (id int)");
  const std::string again = "INSERT INTO users (email, name) VALUES ('ann@x', 'b')";
  spoken.say(ann, "id: 1").say(bob, "id: 2").say("INSERT INTO logs (id) VALUES (1)");
  spoken.say(again, "error: 23505 users users_email_key");
  CHECK(spoken.disturbs(ann, again));
  CHECK_FALSE(spoken.disturbs(bob, again));
  CHECK_FALSE(spoken.disturbs("INSERT INTO logs (id) VALUES (1)", again));
}

TEST_CASE("a table to which a declared one refers must be declared, too") {
  Spoken spoken;
  spoken.declare("CREATE TABLE bills (id int PRIMARY KEY, payer int REFERENCES users)");
  spoken.say("INSERT INTO bills (id, payer) VALUES (1, 7)");
  CHECK(Declarations(spoken.steps(), spoken.schema()).find("bills") == nullptr);
}
