// Errors that a statement meets before it is executed, however it is sent.
#include "support.hpp"

namespace understudy::postgres {
namespace {

using namespace test;

constexpr const char* no_column =
    R"j({"error":{"severity":"ERROR","code":"42703","message":"no such column","position":8}})j";
constexpr const char* one_row =
    R"({"columns":[{"name":"id","type":"int4"}],"rows":[[1]],"tag":"SELECT 1"})";

struct Session {
  explicit Session(const std::vector<Exchange>& exchanges) : table(exchanges), live(table) {
    REQUIRE(table.problems.empty());
    live.talk(startup_message({{"user", "ann"}}));
  }
  std::string types(const Buffer& octets) { return types_of(last = live.talk(octets)); }
  FakeTable table;
  Live live;
  Buffer last;
};

Exchange said(Document request, const char* answer) {
  return test::exchange(request, Document::parse(answer));
}

TEST_CASE("what failed to parse fails at Parse, in a Query and in PREPARE, however it was sent") {
  const std::vector<Document> recorded = {
      {{"sql", "SELECT nope FROM t WHERE id = $1"}, {"describe", true}},
      {{"sql", "SELECT nope FROM t WHERE id = $1"}, {"params", {5}}, {"types", {"int4"}}},
      {{"sql", "SELECT nope FROM t WHERE id = 5"}}};
  for (const Document& request : recorded) {
    CAPTURE(request.dump());
    Session session({said(request, no_column)});
    CHECK(session.types(parse("s", "SELECT nope FROM t WHERE id = $1") + sync()) == "EZ");
    CHECK(field(error_of(session.last), 'C') == "42703");
    CHECK(session.types(query("SELECT nope FROM t WHERE id = 7")) == "EZ");
    CHECK(session.types(query("PREPARE p AS SELECT nope FROM t WHERE id = $1")) == "EZ");
    CHECK(field(error_of(session.last), 'P') == "21");
    CHECK(session.types(bind("", "s", {"5"}) + sync()) == "EZ");  // there is no such statement
    CHECK(field(error_of(session.last), 'C') == "26000");
    CHECK(session.live.missed.empty());
  }
}

TEST_CASE("an error of executing is none of parsing") {
  Session session(
      {said({{"sql", "SELECT 1/id FROM t WHERE id = $1"}, {"params", {0}}, {"types", {"int4"}}},
            R"({"error":{"severity":"ERROR","code":"22012","message":"division by zero"}})"),
       said({{"sql", "CREATE TABLE t (id int)"}},
            R"({"error":{"severity":"ERROR","code":"42P07","message":"t exists"}})"),
       said({{"sql", "SELECT f()"}},
            R"({"error":{"severity":"ERROR","code":"42P01","message":"no t","where":"in f"}})")});
  CHECK(session.types(parse("s", "SELECT 1/id FROM t WHERE id = $1") + sync()) == "1Z");
  CHECK(session.types(bind("", "s", {"0"}) + execute("") + sync()) == "2EZ");
  CHECK(session.types(parse("", "CREATE TABLE t (id int)") + bind("", "") + execute("") + sync()) ==
        "12EZ");
  CHECK(session.types(parse("", "SELECT f()") + sync()) == "1Z");
}

TEST_CASE("a statement that also parsed is answered by its state") {
  Session session({said({{"sql", "SELECT id FROM t"}, {"describe", true}}, no_column),
                   said({{"sql", "SELECT id FROM t"}}, one_row)});
  CHECK(session.types(query("SELECT id FROM t")) == "TDCZ");
  CHECK(session.types(parse("", "SELECT id FROM t") + sync()) == "EZ");
}

TEST_CASE("that a prepared statement is gone is no answer to what it was") {
  Session session(
      {said({{"sql", "SELECT id FROM t"}}, one_row),
       said(
           {{"sql", "SELECT id FROM t"}},
           R"j({"error":{"severity":"ERROR","code":"26000","message":"prepared statement \"b\" does not exist"}})j")});
  CHECK(session.types(query("SELECT id FROM t")) == "TDCZ");
}

TEST_CASE("a FATAL error ends the connection, and nothing follows it") {
  Session session(
      {said({{"sql", "SELECT quit()"}},
            R"({"error":{"severity":"FATAL","code":"57P01","message":"terminating"}})")});
  CHECK(session.types(query("SELECT quit()") + query("SELECT 1")) == "E");
  CHECK(session.live.closed);
  Session pipelined(
      {said({{"sql", "SELECT quit()"}},
            R"({"error":{"severity":"FATAL","code":"57P01","message":"terminating"}})")});
  CHECK(pipelined.types(parse("", "SELECT quit()") + bind("", "") + execute("") + sync()) == "12E");
  CHECK(pipelined.live.closed);
}

TEST_CASE("the COMMIT of a failed block is not the COMMIT that may be refused") {
  const auto analyser = protocol().new_analyser();
  std::vector<Problem> problems;
  const SessionHeader header;
  const Analysis failed =
      analyser->analyse(header, said({{"sql", "COMMIT"}}, R"({"tag":"ROLLBACK"})"), problems);
  const Analysis refused = analyser->analyse(
      header, said({{"sql", "COMMIT"}}, R"({"error":{"code":"23505","message":"duplicate"}})"),
      problems);
  CHECK(failed.control == Control::rollback);
  CHECK(refused.control == Control::commit);
  CHECK(failed.identity.canonical != refused.identity.canonical);
}

}  // namespace
}  // namespace understudy::postgres
