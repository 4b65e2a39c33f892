// What an emulator follows of recordings.
#include "compile/states/emulate.hpp"

#include "spoken.hpp"

using namespace understudy;
using namespace understudy::compile;

namespace {

Followed follow(const test::Spoken& spoken) {
  LoadedService service;
  service.protocol = &postgres::protocol();
  service.analyser = service.protocol->new_analyser();
  for (const Step& step : spoken.steps()) service.steps.push_back(step);
  return follow_recordings(service);
}

}  // namespace

TEST_CASE("who leaves in the middle of a transaction has rolled it back") {
  test::Spoken spoken;
  spoken.say("CREATE TABLE t (id int PRIMARY KEY)", "CREATE TABLE");
  spoken.say("BEGIN", "BEGIN", 2).say("INSERT INTO t VALUES (1)", "INSERT 0 1", 2);
  spoken.say("INSERT INTO t VALUES (1)").say("INSERT INTO t VALUES (2)");
  const Followed followed = follow(spoken);
  CHECK(followed.coverage.requests == 3);
  CHECK(followed.coverage.computed == 3);
}

TEST_CASE("what others write beside an open transaction is not known") {
  test::Spoken spoken;
  spoken.say("CREATE TABLE t (id int PRIMARY KEY)", "CREATE TABLE");
  spoken.say("BEGIN", "BEGIN", 2).say("INSERT INTO t VALUES (1)", "INSERT 0 1", 2);
  spoken.say("INSERT INTO t VALUES (2)").say("ROLLBACK", "ROLLBACK", 2);
  CHECK(follow(spoken).coverage.computed == 1);
}
