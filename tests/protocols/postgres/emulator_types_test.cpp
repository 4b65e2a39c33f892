// Values that are kept in another form than their text, and what is calculated with them.
#include <doctest/doctest.h>

#include "emulator_support.hpp"
#include "protocols/postgres/emulator/exact_values.hpp"
#include "protocols/sql/contents/calendar.hpp"
#include "protocols/sql/contents/exact_functions.hpp"

using namespace postgres_test;
using namespace understudy::postgres::emulation;

namespace {

EmulatedSql with(const std::string& columns, const std::string& rows, const std::string& count) {
  EmulatedSql sql;
  sql.hear("CREATE TABLE t (id int PRIMARY KEY, " + columns + ")", "CREATE TABLE");
  REQUIRE(sql.say("INSERT INTO t VALUES " + rows) == "INSERT 0 " + count);
  return sql;
}

}  // namespace

TEST_CASE("addresses of hosts are kept, and compared by equality alone") {
  EmulatedSql sql;
  sql.hear("CREATE TABLE seen (id int PRIMARY KEY, at inet)", "CREATE TABLE");
  CHECK(sql.say("INSERT INTO seen VALUES (1, '10.0.0.7'), (2, 'FE80::0:1'), (3, NULL)") ==
        "INSERT 0 3");
  CHECK(sql.say("INSERT INTO seen VALUES (4, '10.0.0.0/8')") == "-");
  CHECK(sql.say("INSERT INTO seen VALUES (4, '10.0.0.07')") == "-");
  CHECK(sql.say("SELECT id, at FROM seen") == "1|10.0.0.7;2|fe80::1;3|NULL;SELECT 3");
  CHECK(sql.columns[1].type == oid_of("inet"));
  CHECK(sql.say("SELECT id FROM seen WHERE at = '10.0.0.7'::inet") == "1;SELECT 1");
  CHECK(sql.say("SELECT id FROM seen WHERE at = '::ffff:a00:7'") == "SELECT 0");
  CHECK(sql.say("UPDATE seen SET at = '::ffff:101:101' WHERE id = 3 RETURNING at") ==
        "::ffff:1.1.1.1;UPDATE 1");
  CHECK(sql.say("INSERT INTO seen VALUES (4, '::1:2')") == "-");
  CHECK(sql.say("SELECT at::text FROM seen") == "-");
  CHECK(sql.say("SELECT at FROM seen ORDER BY at") == "-");
  CHECK(sql.say("SELECT id FROM seen WHERE at > '10.0.0.1'") == "-");
}

TEST_CASE("a numeric without a precision is shown as it was written, where that is known") {
  EmulatedSql sql;
  sql.hear("CREATE TABLE f (id int, p numeric DEFAULT 1.50)", "CREATE TABLE");
  CHECK(sql.say("INSERT INTO f VALUES (1, '2.500'), (2, '-0.00'), (3, '007'), (4, NULL)") ==
        "INSERT 0 4");
  CHECK(sql.say("INSERT INTO f VALUES (5, 2.500)") == "-");  // its zeros are not known
  CHECK(sql.say("INSERT INTO f (id) VALUES (6)") == "INSERT 0 1");
  CHECK(sql.say("SELECT p FROM f ORDER BY id") == "2.500;0.00;7;NULL;1.50;SELECT 5");
  CHECK(sql.say("SELECT sum(p) FROM f") == "11.000;SELECT 1");
  CHECK(sql.say("SELECT id FROM f WHERE p = 7") == "3;SELECT 1");
  sql.hear("INSERT INTO f VALUES (5, 2.500)", "INSERT 0 1");
  CHECK(sql.say("SELECT id FROM f WHERE id > 4 ORDER BY id") == "5;6;SELECT 2");
  CHECK(sql.say("SELECT p FROM f WHERE id = 5") == "-");
  CHECK(sql.say("UPDATE f SET p = p - 1.50 WHERE id = 1 RETURNING p") == "-");
  CHECK(sql.say("UPDATE f SET p = p - '1.50' WHERE id = 1 RETURNING p") == "1.000;UPDATE 1");
}

TEST_CASE("a column of a type that is not calculated with takes no NULL by default") {
  EmulatedSql sql;
  sql.hear("CREATE TABLE f (id int, p tsvector NOT NULL)", "CREATE TABLE");
  CHECK(sql.say("INSERT INTO f VALUES (1)") == "-");
}

TEST_CASE("a time with more digits than are kept is rounded as the server rounds it") {
  EmulatedSql sql = with("at timestamptz, local timestamp",
                         "(1, '2126-11-07 09:42:44.376131414Z', '2126-11-07 09:42:44.3761315'), "
                         "(2, '2026-12-01 03:42:44.9999996-05:00', '2026-12-31 23:59:59.99999951')",
                         "2");
  CHECK(sql.say("SELECT at, local FROM t ORDER BY id") ==
        "2126-11-07 09:42:44.376131+00|2126-11-07 09:42:44.376132;"
        "2026-12-01 08:42:45+00|2027-01-01 00:00:00;SELECT 2");
  CHECK(sql.say("DELETE FROM t WHERE at < '2026-12-01 08:42:45.0000006'") == "DELETE 1");
  CHECK(sql.say("UPDATE t SET local = '2026-12-01 08:42.0000006'") == "-");  // minutes of seconds
}

TEST_CASE("the zone of a date does not count") {
  EmulatedSql sql = with("d date", "(1, '2024-03-01 +00'), (2, '2024-03-02 -05:00')", "2");
  CHECK(sql.say("SELECT d FROM t ORDER BY id") == "2024-03-01;2024-03-02;SELECT 2");
}

TEST_CASE("a time of the first years, and one whose zone is spelled out") {
  EmulatedSql sql = with("at timestamptz DEFAULT '0001-01-01 00:00:00 UTC', d date",
                         "(1, DEFAULT, '0987-06-05'), (2, '0999-12-31 10:00:00Z', NULL)", "2");
  CHECK(sql.say("SELECT at, d FROM t ORDER BY at") ==
        "0001-01-01 00:00:00+00|0987-06-05;0999-12-31 10:00:00+00|NULL;SELECT 2");
  CHECK(sql.say("INSERT INTO t VALUES (3, '0000-01-01 00:00:00Z', NULL)") == "-");
}

TEST_CASE("a numeric keeps the scale of its column, and is rounded to it") {
  EmulatedSql sql = with("p numeric(8,2)", "(1, 1.5), (2, 10.005), (3, -0.335), (4, NULL)", "4");
  CHECK(sql.say("SELECT id, p FROM t ORDER BY p DESC NULLS LAST") ==
        "2|10.01;1|1.50;3|-0.34;4|NULL;SELECT 4");
  CHECK(sql.columns[1].modifier == ((8 << 16) | 2) + 4);
  CHECK(sql.say("SELECT id FROM t WHERE p = 1.5") == "1;SELECT 1");
  CHECK(sql.say("SELECT id FROM t WHERE p > 1 ORDER BY id") == "1;2;SELECT 2");
  CHECK(sql.say("SELECT sum(p), avg(p), min(p) FROM t") ==
        "11.17|3.7233333333333333|-0.34;SELECT 1");
  CHECK(sql.columns[0].modifier == -1);
  CHECK(sql.say("SELECT p + p, p * p FROM t WHERE id = 1") == "3.00|2.2500;SELECT 1");
  CHECK(sql.say("INSERT INTO t VALUES (5, 1234567.00)") == "-");  // too many digits
  // The scale of a number in the statement is not a part of it: 7.0 gives more digits than 7.
  CHECK(sql.say("UPDATE t SET p = p / 7 WHERE id = 1 RETURNING p") == "-");
  CHECK(sql.say("UPDATE t SET p = p + p WHERE id = 1 RETURNING p") == "3.00;UPDATE 1");
}

TEST_CASE("a mean has as many digits as the server gives it") {
  EmulatedSql sql = with("n int", "(1, 1), (2, 2), (3, 4), (4, 100000)", "4");
  CHECK(sql.say("SELECT avg(n) FROM t WHERE id < 4") == "2.3333333333333333;SELECT 1");
  CHECK(sql.say("SELECT avg(n) FROM t") == "25001.750000000000;SELECT 1");
  CHECK(sql.say("SELECT avg(n) FROM t WHERE id > 9") == "NULL;SELECT 1");
  CHECK(sql.say("SELECT avg(n) FROM t HAVING avg(n) > 2") == "25001.750000000000;SELECT 1");
}

TEST_CASE("floats are shown as they are, and added where no order can matter") {
  EmulatedSql sql = with("f double precision", "(1, 2.5), (2, 0.1), (3, -1e10), (4, 4)", "4");
  CHECK(sql.say("SELECT f FROM t ORDER BY f") == "-10000000000;0.1;2.5;4;SELECT 4");
  CHECK(sql.say("SELECT id FROM t WHERE f = 0.1 OR f > 3") == "2;4;SELECT 2");
  CHECK(sql.say("SELECT sum(f), avg(f) FROM t WHERE f > 1") == "6.5|3.25;SELECT 1");
  CHECK(sql.say("SELECT sum(f) FROM t") == "-");  // 0.1 is none exactly
  CHECK(sql.say("INSERT INTO t VALUES (5, 'NaN')") == "-");
  CHECK(sql.say("INSERT INTO t VALUES (5, '-0')") == "-");
}

TEST_CASE("times, octets, intervals and JSON come back as the server prints them") {
  EmulatedSql sql = with("a time, b bytea, c interval, d jsonb, e json",
                         "(1, '10:00', '\\x0A', '1 days 2.500000 seconds', "
                         "'{\"bb\":[1,2.50], \"a\" : \"\\u00e9\"}', '{\"b\" :1}')",
                         "1");
  CHECK(sql.say("SELECT a, b, c, d, e FROM t") ==
        "10:00:00|\\x0a|1 day 00:00:02.5|{\"a\": \"é\", \"bb\": [1, 2.50]}|{\"b\" :1};SELECT 1");
  CHECK(sql.say("SELECT id FROM t WHERE b = '\\x0a' AND a < '11:00'") == "1;SELECT 1");
  CHECK(sql.say("SELECT id FROM t WHERE d = '{\"a\": \"é\", \"bb\": [1.0, 2.5]}'") == "1;SELECT 1");
  CHECK(sql.say("SELECT DISTINCT c FROM t") == "-");  // a day and 24 hours are equal
  CHECK(sql.say("INSERT INTO t (id, d) VALUES (2, '{\"a\": 1e2}')") == "-");
}

TEST_CASE("JSON is brought into the form of jsonb") {
  CHECK(read_jsonb(R"({"b":1,"aa":{},"b":[ ]})") == R"({"b": [], "aa": {}})");
  CHECK(read_jsonb(R"("\"\\\/\b\u0001\n")") == R"("\"\\/\b\u0001\n")");
  CHECK(read_jsonb(" [ null , true,-1.50 ] ") == "[null, true, -1.50]");
  for (const char* bad : {"", "{", "[1,]", "01", "1.", "-0", "1e2", R"("\u0000")", R"("\ud83d")",
                          "{\"a\" 1}", "[1] 2", "\"\t\"", "nul"})
    CHECK_MESSAGE(!read_jsonb(bad), bad);
}

TEST_CASE("fields and beginnings of times") {
  EmulatedSql sql = with("m timestamp, d date", "(1, '2024-12-30 13:14:15.5', '2024-02-29')", "1");
  CHECK(sql.say("SELECT extract(year from m), extract(week from m), extract(isodow from m), "
                "extract(second from m) FROM t") == "2024|1|1|15.500000;SELECT 1");
  CHECK(sql.say("SELECT extract(doy from d), date_trunc('month', d), m::date FROM t") ==
        "60|2024-02-01 00:00:00+00|2024-12-30;SELECT 1");
  CHECK(sql.say("SELECT date_trunc('week', m), date_trunc('hour', m) FROM t") ==
        "2024-12-30 00:00:00|2024-12-30 13:00:00;SELECT 1");
  CHECK(sql.say("SELECT id FROM t WHERE m > d") == "1;SELECT 1");
  CHECK(sql.say("SELECT extract(century from m) FROM t") == "-");
  using understudy::sql::contents::part_of_time;
  CHECK(part_of_time("quarter", 0) == 1);
  CHECK(part_of_time("isoyear", -86'400'000'000) == 1999);
  CHECK(!part_of_time("year", std::int64_t{1} << 62));
}

TEST_CASE("floats are ordered as their bits are") {
  using understudy::sql::contents::ordered_bits;
  using understudy::sql::contents::value_of_bits;
  const double values[] = {-1e300, -2.5, -1e-300, 0.0, 1e-300, 0.1, 2.5, 1e300};
  for (std::size_t i = 0; i < std::size(values); ++i) {
    CHECK(value_of_bits(ordered_bits(values[i])) == values[i]);
    if (i > 0) CHECK(ordered_bits(values[i - 1]) < ordered_bits(values[i]));
  }
}

TEST_CASE("a group shows what its key determines, and what it is grouped by") {
  EmulatedSql sql = with("n int, s text", "(1, 5, 'a'), (2, 5, 'b')", "2");
  CHECK(sql.say("SELECT a.id, a.s, count(b.id) FROM t a JOIN t b ON a.n = b.n GROUP BY a.id "
                "ORDER BY a.id") == "1|a|2;2|b|2;SELECT 2");
  CHECK(sql.say("SELECT n + n, count(*) FROM t GROUP BY n + n") == "10|2;SELECT 1");
  CHECK(sql.say("SELECT s, count(*) FROM t GROUP BY n") == "-");
}

TEST_CASE("the first row of a sorted query in place of a value") {
  EmulatedSql sql = with("n int, s varchar(9)", "(1, 5, 'a'), (2, 5, 'bcd'), (3, 6, 'c')", "3");
  CHECK(sql.say("SELECT id, (SELECT b.s FROM t b WHERE b.n = a.n ORDER BY b.id DESC LIMIT 1) FROM "
                "t a ORDER BY id") == "1|bcd;2|bcd;3|c;SELECT 3");
  CHECK(sql.say("SELECT (SELECT b.s FROM t b ORDER BY b.n LIMIT 1) FROM t a") == "-");  // a tie
  CHECK(sql.say("SELECT (SELECT b.s FROM t b WHERE b.id = 3)") == "c;SELECT 1");
  CHECK(sql.say("SELECT (SELECT b.s FROM t b)") == "-");  // an error of the server
  CHECK(sql.say("SELECT count(*) FROM (SELECT s FROM t LIMIT 2) x") == "2;SELECT 1");
  CHECK(sql.say("SELECT id FROM t WHERE id IN (SELECT id FROM t ORDER BY id DESC LIMIT 1)") ==
        "3;SELECT 1");
  CHECK(sql.say("SELECT id FROM t WHERE id IN (SELECT id FROM t ORDER BY n LIMIT 1)") == "-");
  CHECK(sql.say("SELECT s::varchar(2), replace(s, 'b', 'xx') FROM t WHERE id = 2") ==
        "bc|xxcd;SELECT 1");
}

TEST_CASE("window functions that ties can't change, and others over a key") {
  EmulatedSql sql = with("n int, s varchar(9)", "(1, 5, 'a'), (2, 5, 'b'), (3, 6, NULL)", "3");
  CHECK(sql.say("SELECT id, rank() OVER (ORDER BY n), sum(n) OVER (ORDER BY n), count(*) OVER "
                "(PARTITION BY n) FROM t ORDER BY id") == "1|1|10|2;2|1|10|2;3|3|16|1;SELECT 3");
  CHECK(sql.say("SELECT id, row_number() OVER (ORDER BY id DESC), lag(s) OVER (ORDER BY id) FROM t "
                "ORDER BY id") == "1|3|NULL;2|2|a;3|1|b;SELECT 3");
  CHECK(sql.columns[2].modifier == -1);
  CHECK(sql.say("SELECT row_number() OVER (ORDER BY n) FROM t") == "-");
  CHECK(sql.say("SELECT sum(n) OVER (ORDER BY n ROWS UNBOUNDED PRECEDING) FROM t") == "-");
}

TEST_CASE("what could be computed of a recording is counted, with the reasons why the rest can't") {
  EmulatedSql sql;
  sql.recording = true;
  sql->begin_recording();
  sql.hear("CREATE TABLE t (id int PRIMARY KEY)", "CREATE TABLE");
  sql.hear("INSERT INTO t VALUES (1)", "INSERT 0 1");
  for (int i = 0; i < 3; ++i) sql.hear("DELETE FROM elsewhere", "DELETE 0");
  sql.hear("UPDATE t SET id = 2 WHERE random() > id", "UPDATE 0");
  const Emulator::Coverage coverage = sql->coverage();
  CHECK(coverage.requests == 5);
  CHECK(coverage.computed == 1);
  REQUIRE(coverage.missed.size() == 2);
  CHECK(coverage.missed[0].reason == "what is known of table elsewhere");
  CHECK(coverage.missed[0].requests == 3);
  CHECK(coverage.missed[0].patterns == 1);
  CHECK(coverage.missed[0].example == "delete from elsewhere");
  CHECK(coverage.missed[1].reason == "the function random");
  CHECK(sql->why_not("delete from elsewhere") == "what is known of table elsewhere");
}

TEST_CASE("single precision is kept and shown, and compared with what is of a type") {
  EmulatedSql sql =
      with("f real DEFAULT 0.1, d double precision",
           "(1, 1.5, 1.5), (2, '3.14159274', 3.14159274), (3, 1e10, 0), (4, NULL, 1)", "4");
  CHECK(sql.say("SELECT f FROM t ORDER BY id") == "1.5;3.1415927;1e+10;NULL;SELECT 4");
  CHECK(sql.columns[0].type == oid::float4);
  CHECK(sql.columns[0].length == 4);
  CHECK(sql.say("INSERT INTO t (id) VALUES (5) RETURNING f") == "0.1;INSERT 0 1");
  CHECK(sql.say("SELECT id FROM t ORDER BY f DESC NULLS LAST") == "3;2;1;5;4;SELECT 5");
  CHECK(sql.say("SELECT max(f), min(f) FROM t") == "1e+10|0.1;SELECT 1");
  CHECK(sql.say("SELECT id FROM t WHERE f = d") == "1;SELECT 1");
  CHECK(sql.say("SELECT a.id FROM t a JOIN t b ON a.f = b.f WHERE b.id = 2") == "2;SELECT 1");
  CHECK(sql.say("SELECT id FROM t WHERE f = 0.1") == "-");
  CHECK(sql.say("SELECT f + 1 FROM t") == "-");
  CHECK(sql.say("SELECT sum(f) FROM t") == "-");
  CHECK(sql.say("SELECT f::text FROM t") == "-");
  CHECK(sql.say("INSERT INTO t (id, f) VALUES (6, 1e39)") == "-");
}
