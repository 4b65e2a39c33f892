// Queries that read nothing but the clock.
#include "protocols/postgres/clock.hpp"

#include "protocols/postgres/request.hpp"
#include "protocols/postgres/time_zone.hpp"
#include "protocols/postgres/transcode.hpp"
#include "support.hpp"

namespace understudy::postgres {
namespace {

using namespace test;

std::vector<std::string> shown(std::string_view sql, std::string_view zone, ClockTimes times) {
  const auto clock = parse_clock_query(sql, sql_mode());
  REQUIRE(clock.has_value());
  const auto answer = clock_answer(*clock, times, zone);
  REQUIRE(answer.has_value());
  std::vector<std::string> cells;
  for (const auto& cell : answer->rows.at(0)) cells.push_back(cell.value());
  return cells;
}

constexpr Microseconds second = 1'000'000;
constexpr Microseconds noon = 12 * 3600 * second;  // of 2000-01-01
using Cells = std::vector<std::string>;

TEST_CASE("a query of nothing but the clock is told from any other") {
  for (const char* sql :
       {"SELECT now()", "select NOW() AS t;", "SELECT pg_catalog.now(), current_date",
        "SELECT CURRENT_TIMESTAMP(3) AS \"at\"", "SELECT clock_timestamp() ts",
        "SELECT now()::date", "SELECT localtime, localtimestamp(0)"}) {
    CAPTURE(sql);
    CHECK(parse_clock_query(sql, sql_mode()).has_value());
  }
  for (const char* sql :
       {"SELECT now() FROM t", "SELECT now(), id FROM t", "SELECT now() - interval '1 day'",
        "SELECT now() LIMIT 1", "SELECT now() WHERE false", "SELECT mine.now()", "SELECT now",
        "SELECT to_char(now(), 'YYYY')", "SELECT now()::text", "SELECT 1", "SELECT random()",
        "SELECT current_date(3)", "SELECT current_timestamp(7)", "SELECT",
        "INSERT INTO t VALUES (now())"}) {
    CAPTURE(sql);
    CHECK_FALSE(parse_clock_query(sql, sql_mode()).has_value());
  }
}

TEST_CASE("the time is shown in the session's zone, in the type of the function") {
  CHECK(shown("SELECT now(), current_date, localtime, localtimestamp, current_time", "UTC",
              {noon + 500, 0, 0}) == Cells{"2000-01-01 12:00:00.0005+00", "2000-01-01",
                                           "12:00:00.0005", "2000-01-01 12:00:00.0005",
                                           "12:00:00.0005+00"});
  CHECK(shown("SELECT now(), current_date, current_time", "Asia/Kolkata", {noon * 2, 0, 0}) ==
        Cells{"2000-01-02 05:30:00+05:30", "2000-01-02", "05:30:00+05:30"});
  CHECK(shown("SELECT now()::timestamp, now()::date", "America/New_York", {0, 0, 0}) ==
        Cells{"1999-12-31 19:00:00", "1999-12-31"});
  CHECK(shown("SELECT now()", "<+03>-03", {0, 0, 0}) == Cells{"2000-01-01 03:00:00+03"});
  CHECK(shown("SELECT current_timestamp(2)", "UTC", {1'234'567, 0, 0}) ==
        Cells{"2000-01-01 00:00:01.23+00"});
  CHECK(shown("SELECT now(), statement_timestamp(), clock_timestamp()", "UTC",
              {1 * second, 2 * second, 3 * second}) ==
        Cells{"2000-01-01 00:00:01+00", "2000-01-01 00:00:02+00", "2000-01-01 00:00:03+00"});
}

TEST_CASE("a zone has its offset of that time of the year, and an unknown one none") {
  constexpr Microseconds half_a_year = 182LL * 86'400 * second;
  CHECK(seconds_east("Europe/Berlin", 0) == 3600);
  CHECK(seconds_east("Europe/Berlin", half_a_year) == 7200);
  CHECK(seconds_east("<-0330>+03:30", 0) == -12'600);
  CHECK_FALSE(seconds_east("Nowhere/At_All", 0).has_value());
  CHECK_FALSE(seconds_east("", 0).has_value());
}

/// The instant in the one cell of an answer.
Microseconds instant(Bytes answer) {
  understudy::postgres::Cells decoded;
  REQUIRE(decode_data_row(body_of(answer, 'D'), decoded));
  Microseconds value = 0;
  REQUIRE(parse_timestamptz(*decoded.at(0), value));
  return value;
}

TEST_CASE(
    "the clock is that of this run, whatever was recorded, and stands still in a transaction") {
  FakeTable table({test::exchange({{"sql", "SELECT now()"}},
                                  {{"columns", {{{"name", "now"}, {"type", "timestamptz"}}}},
                                   {"rows", {{"2001-01-01 00:00:00+00"}}},
                                   {"tag", "SELECT 1"}})});
  Live live(table);
  live.talk(startup_message({{"user", "ann"}}));
  const Microseconds before = wall_clock();
  const Microseconds first = instant(live.talk(query("SELECT now()")));
  CHECK(before <= first);
  CHECK(first <= wall_clock());
  live.talk(query("BEGIN"));
  const Microseconds in_block = instant(live.talk(query("SELECT now()")));
  while (wall_clock() <= in_block) {
  }
  CHECK(instant(live.talk(query("SELECT now()"))) == in_block);
  CHECK(instant(live.talk(query("SELECT clock_timestamp()"))) > in_block);
  live.talk(query("COMMIT"));
  CHECK(instant(live.talk(query("SELECT now()"))) > in_block);
  live.talk(query("SET TimeZone = 'Asia/Tokyo'"));
  const std::string shifted = text_of(body_of(live.talk(query("SELECT now()")), 'D'));
  CHECK(shifted.ends_with("+09"));
  const Buffer binary =
      live.talk(parse("", "SELECT now()") + bind("", "", {}, 0, 1) + execute("") + sync());
  CHECK(body_of(binary, 'D').size() == 2 + 4 + 8);
  CHECK(live.missed.empty());
}

}  // namespace
}  // namespace understudy::postgres
