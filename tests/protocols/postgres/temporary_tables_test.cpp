// What is in a temporary table follows from what its own connection did.
#include "protocols/postgres/temporary_tables.hpp"

#include "support.hpp"

namespace understudy::postgres {
namespace {

using namespace test;

Exchange said(const std::string& sql, const std::string& tag) {
  return test::exchange({{"sql", sql}}, {{"tag", tag}});
}

Exchange shown(const std::string& sql, const std::string& item) {
  return test::exchange({{"sql", sql}}, {{"columns", {{{"name", "item"}, {"type", "text"}}}},
                                         {"rows", Document::array({Document::array({item})})},
                                         {"tag", "SELECT 1"}});
}

const std::string create = "CREATE TEMP TABLE basket (item text)";
const std::string read = "SELECT item FROM basket";

std::string put(const std::string& item) {
  return "INSERT INTO basket VALUES ('" + item + "')";
}

SessionHeader header(std::uint32_t connection) {
  return {.service = "db",
          .protocol = "postgres",
          .recording = "r1",
          .connection = connection,
          .started = {},
          .facts = Document::object()};
}

/// The analyses of the sessions, one behind the other.
std::vector<Analysis> analysed(const std::vector<std::vector<Exchange>>& sessions) {
  const auto analyser = protocol().new_analyser();
  std::vector<Analysis> all;
  std::vector<Problem> problems;
  std::uint32_t number = 0;
  for (const auto& session : sessions) {
    ++number;
    for (const Exchange& each : session) analyser->learn(header(number), each);
  }
  number = 0;
  for (const auto& session : sessions) {
    ++number;
    for (const Exchange& each : session)
      all.push_back(analyser->analyse(header(number), each, problems));
  }
  CHECK(problems.empty());
  return all;
}

bool writes_table(const Analysis& analysis) {
  return std::ranges::any_of(analysis.writes, [](const KeyPath& path) {
    return path.empty() || path.front() != "@catalog";
  });
}

TEST_CASE("a read of a temporary table is another question where other rows were put into it") {
  const auto all = analysed(
      {{said(create, "CREATE TABLE"), said(put("apple"), "INSERT 0 1"), shown(read, "apple"),
        said(put("pear"), "INSERT 0 1"), shown(read, "apple")},
       {said(create, "CREATE TABLE"), said(put("plum"), "INSERT 0 1"), shown(read, "plum")},
       {said(create, "CREATE TABLE"), said(put("apple"), "INSERT 0 1"), shown(read, "apple")},
       {shown(read, "of a table that is there for good")}});
  const auto& asked = [&](std::size_t i) { return all[i].identity.canonical; };
  CHECK(asked(2) == asked(10));
  CHECK(asked(2) != asked(7));
  CHECK(asked(2) != asked(4));
  CHECK(asked(2) != asked(11));
  // Nothing that other connections see is changed but that there is a table.
  for (std::size_t i = 0; i < 10; ++i) {
    CAPTURE(i);
    CAPTURE(std::string(asked(i)).replace(asked(i).find(char{}), 1, "|"));
    CHECK_FALSE(writes_table(all[i]));
  }
  CHECK(writes_table(analysed({{said(put("apple"), "INSERT 0 1")}})[0]));
}

TEST_CASE("rows that come from other tables, or values made anew, count in their order") {
  const auto all = analysed({{said(create, "CREATE TABLE"),
                              said("INSERT INTO basket SELECT name FROM item", "INSERT 0 2"),
                              said(put("0f8fad5b-d9cb-469f-a165-70867728950e"), "INSERT 0 1"),
                              said(put("2026-11-30"), "INSERT 0 1"), shown(read, "a"),
                              said("CREATE TEMP TABLE other AS SELECT * FROM item", "SELECT 2")}});
  for (const std::size_t i : {1U, 2U, 3U, 5U}) CHECK(writes_table(all[i]));
  CHECK(std::ranges::count(all[4].reads, KeyPath{"basket"}) == 1);
}

TEST_CASE("a function may use any temporary table") {
  const auto all = analysed({{said(create, "CREATE TABLE"), shown("SELECT total()", "0"),
                              said(put("apple"), "INSERT 0 1"), shown("SELECT total()", "1")}});
  CHECK(all[1].identity.canonical != all[3].identity.canonical);
}

struct Session {
  explicit Session(const std::vector<Exchange>& exchanges) : table(exchanges), live(table) {
    CHECK(table.problems.empty());
    live.talk(startup_message({{"user", "ann"}, {"database", "shop"}}));
  }
  /// The first cell that comes back; "missed" where nothing does.
  std::string ask(const std::string& sql) {
    const std::size_t before = live.missed.size();
    const Buffer answer = live.talk(query(sql));
    if (live.missed.size() > before) return "missed";
    Cells cells;
    const Bytes body = body_of(answer, 'D');
    return !body.empty() && decode_data_row(body, cells) && cells[0] ? std::string(*cells[0]) : "";
  }
  FakeTable table;
  Live live;
};

TEST_CASE("a temporary table that is made again after it was dropped is a new one") {
  const std::vector<Exchange> recorded = {said(create, "CREATE TABLE"),
                                          said(put("apple"), "INSERT 0 1"), shown(read, "apple"),
                                          said("DROP TABLE basket", "DROP TABLE")};
  Session again(recorded);
  for (int time = 0; time < 3; ++time) {
    CHECK(again.ask(create).empty());
    CHECK(again.ask(put("apple")).empty());
    CHECK(again.ask(read) == "apple");
    CHECK(again.ask("DROP TABLE basket").empty());
  }
  CHECK(again.ask(read) == "missed");
}

TEST_CASE("the mock follows what a connection does with its temporary tables") {
  const std::vector<Exchange> recorded = {said("BEGIN", "BEGIN"),
                                          said(create, "CREATE TABLE"),
                                          said(put("apple"), "INSERT 0 1"),
                                          shown(read, "apple"),
                                          said("SAVEPOINT s", "SAVEPOINT"),
                                          said(put("pear"), "INSERT 0 1"),
                                          shown(read, "pear"),
                                          said("ROLLBACK TO s", "ROLLBACK"),
                                          said("COMMIT", "COMMIT"),
                                          said("DROP TABLE basket", "DROP TABLE")};
  Session same(recorded), other(recorded);
  for (const std::string& sql : {std::string("BEGIN"), create, put("apple")})
    CHECK(same.ask(sql).empty());
  CHECK(same.ask(read) == "apple");
  CHECK(other.ask(read) == "missed");
  CHECK(same.ask("SAVEPOINT s").empty());
  CHECK(same.ask(put("pear")).empty());
  CHECK(same.ask(read) == "pear");
  CHECK(same.ask("ROLLBACK TO s").empty());
  CHECK(same.ask(read) == "apple");
  CHECK(same.ask("COMMIT").empty());
  CHECK(same.ask("RESET ALL").empty());
  CHECK(same.ask(read) == "apple");
  CHECK(same.ask("DROP TABLE basket").empty());
  CHECK(same.ask(read) == "missed");
  CHECK(same.ask("DISCARD ALL").empty());
  CHECK(same.ask(read) == "missed");
}

TEST_CASE("a temporary table that is dropped on commit is gone behind it") {
  const std::string until_commit = create + " ON COMMIT DROP";
  Session session({said("BEGIN", "BEGIN"), said(until_commit, "CREATE TABLE"),
                   said(put("apple"), "INSERT 0 1"), shown(read, "apple"),
                   said("COMMIT", "COMMIT")});
  for (int i = 0; i < 2; ++i) {
    for (const std::string& sql : {std::string("BEGIN"), until_commit, put("apple")})
      CHECK(session.ask(sql).empty());
    CHECK(session.ask(read) == "apple");
    CHECK(session.ask("COMMIT").empty());
    CHECK(session.ask(read) == "missed");
  }
}

}  // namespace
}  // namespace understudy::postgres
