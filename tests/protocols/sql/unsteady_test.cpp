#include "protocols/sql/unsteady.hpp"

#include <doctest/doctest.h>

#include "support.hpp"

using namespace understudy::sql;
using namespace understudy::sql::test;

TEST_CASE("a query that shows the clock or chance tells which") {
  const auto check = [](const Mode& mode, const char* sql, const char* function) {
    CHECK_MESSAGE(unsteady_of(sql, mode) == function, sql);
  };
  for (const auto& [sql, function] : {
           std::pair("SELECT now()", "now"),
           std::pair("select NOW() AS t, a FROM t", "now"),
           std::pair("SELECT a, CURRENT_TIMESTAMP FROM t", "current_timestamp"),
           std::pair("SELECT date_trunc('day', pg_catalog.now())", "now"),
           std::pair("SELECT extract(epoch FROM clock_timestamp())", "clock_timestamp"),
           std::pair("SELECT * FROM (SELECT random() AS r) x WHERE r > 0", "random"),
           std::pair("WITH w AS (SELECT gen_random_uuid()) SELECT * FROM w", "gen_random_uuid"),
           std::pair("SELECT a FROM t WHERE b = 1 UNION SELECT current_date", "current_date"),
           std::pair("SELECT a FROM t ORDER BY random() LIMIT 1", "random"),
           std::pair("SELECT a FROM t WHERE random() < 0.5", "random"),
           std::pair("SELECT txid_current()", "txid_current"),
           std::pair("SELECT age(born) FROM t", "age"),
           std::pair("VALUES (now())", "now"),
       })
    check(postgres, sql, function);
  for (const auto& [sql, function] : {
           std::pair("SELECT NOW(6)", "now"),
           std::pair("SELECT SYSDATE(), a FROM t", "sysdate"),
           std::pair("SELECT RAND()", "rand"),
           std::pair("SELECT a FROM t ORDER BY RAND()", "rand"),
           std::pair("SELECT UUID()", "uuid"),
           std::pair("SELECT UNIX_TIMESTAMP()", "unix_timestamp"),
           std::pair("SELECT UTC_TIMESTAMP", "utc_timestamp"),
           std::pair("SELECT DATE_SUB(CURDATE(), INTERVAL 1 DAY)", "curdate"),
       })
    check(mysql, sql, function);
}

TEST_CASE("a clock that is compared only, names that look alike and arguments are steady") {
  for (const char* sql : {
           "SELECT a FROM t WHERE expires > now()",
           "SELECT a FROM t WHERE expires > now() - interval '1 day' ORDER BY a",
           "SELECT a FROM t JOIN u ON u.at < current_timestamp",
           "SELECT count(*) FILTER (WHERE at > now()) FROM t",
           "SELECT a FROM t WHERE b IN (SELECT b FROM u WHERE at < now())",
           "SELECT a FROM t GROUP BY a HAVING max(at) < now()",
           "SELECT now, t.current_date, random FROM t",
           "SELECT a AS current_time FROM t",
           "SELECT a.now() FROM a",
           "SELECT 'now()', \"current_date\" FROM t",
           "SELECT age(a, b), nextval('s') FROM t",
       })
    CHECK_MESSAGE(unsteady_of(sql, postgres).empty(), sql);
  for (const char* sql :
       {"SELECT RAND(5)", "SELECT UNIX_TIMESTAMP(at) FROM t", "SELECT a FROM t WHERE at > NOW()",
        "SELECT a FROM t WHERE at > UNIX_TIMESTAMP()"})
    CHECK_MESSAGE(unsteady_of(sql, mysql).empty(), sql);
}
