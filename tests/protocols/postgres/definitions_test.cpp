// Definitions that did nothing, as the server says in notices.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support.hpp"

namespace understudy::postgres {
namespace {

using namespace test;

Exchange defined(const char* sql, const char* tag, std::vector<const char*> notices) {
  Document answer{{"tag", tag}};
  for (const char* code : notices)
    answer["notices"].push_back({{"severity", "NOTICE"}, {"code", code}, {"message", "skipping"}});
  return test::exchange({{"sql", sql}}, answer);
}

bool changes(const Exchange& exchange) {
  SessionHeader session;
  session.recording = "r1";
  session.connection = 1;
  const auto analyser = protocol().new_analyser();
  analyser->learn(session, exchange);
  std::vector<Problem> problems;
  const Analysis analysis = analyser->analyse(session, exchange, problems);
  CHECK(problems.empty());
  CHECK(analysis.effect == Effect::write);
  return analysis.changed;
}

TEST_CASE("IF NOT EXISTS of what is there and IF EXISTS of what is not change nothing") {
  CHECK_FALSE(
      changes(defined("CREATE TABLE IF NOT EXISTS t (a int, b int)", "CREATE TABLE", {"42P07"})));
  CHECK_FALSE(changes(defined("CREATE INDEX IF NOT EXISTS i ON t (a)", "CREATE INDEX", {"42P07"})));
  CHECK_FALSE(changes(defined("CREATE SCHEMA IF NOT EXISTS s", "CREATE SCHEMA", {"42P06"})));
  CHECK_FALSE(changes(defined("CREATE EXTENSION IF NOT EXISTS e", "CREATE EXTENSION", {"42710"})));
  CHECK_FALSE(changes(defined("DROP TABLE IF EXISTS t", "DROP TABLE", {"00000"})));
  CHECK_FALSE(changes(defined("DROP TABLE IF EXISTS t, u", "DROP TABLE", {"00000", "00000"})));
}

TEST_CASE("a definition that did something changes what it names") {
  CHECK(changes(defined("CREATE TABLE IF NOT EXISTS t (a int)", "CREATE TABLE", {})));
  CHECK(changes(defined("DROP TABLE IF EXISTS t", "DROP TABLE", {})));
  CHECK(changes(defined("DROP TABLE IF EXISTS t, u", "DROP TABLE", {"00000"})));
  // DROP … CASCADE tells what went with it in a notice of that code.
  CHECK(changes(defined("DROP TABLE IF EXISTS t CASCADE", "DROP TABLE", {"00000"})));
  CHECK(changes(
      defined("ALTER TABLE t ADD COLUMN IF NOT EXISTS a int, ADD COLUMN IF NOT EXISTS b int",
              "ALTER TABLE", {"42701"})));
}

}  // namespace
}  // namespace understudy::postgres
