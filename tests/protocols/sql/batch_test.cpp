#include "protocols/sql/batch.hpp"

#include <doctest/doctest.h>

#include "support.hpp"

using namespace understudy;
using namespace understudy::sql;
using namespace understudy::sql::test;

namespace {

std::vector<Identity> rows(std::string_view sql, Mode mode = postgres,
                           std::vector<Value> values = {}) {
  const Identity identity = identity_of(sql, mode, std::move(values));
  return rows_of(identity.canonical, identity.qualifier);
}

}  // namespace

TEST_CASE("an insert of several rows is as many inserts of one") {
  for (const Mode& mode : {postgres, mysql}) {
    const auto each = rows("INSERT INTO t (a, b) VALUES ('x', 1), ('y', NULL),('z', 3)", mode);
    REQUIRE(each.size() == 3);
    for (const auto& [number, sql] : {std::pair(0, "insert into t (a, b) values ('x', 1)"),
                                      std::pair(1, "insert into t (a, b) values ('y', NULL)"),
                                      std::pair(2, "insert into t (a, b) values ('z', 3)")}) {
      const Identity alone = identity_of(sql, mode);
      CHECK(each[static_cast<std::size_t>(number)].canonical == alone.canonical);
      CHECK(each[static_cast<std::size_t>(number)].qualifier == alone.qualifier);
    }
  }
}

TEST_CASE("parameters are values as literals are") {
  const Value x{ValueClass::string, "x"}, y{ValueClass::string, "y"};
  const auto each = rows("insert into t values ($1, now()), ($2, now())", postgres, {x, y});
  REQUIRE(each.size() == 2);
  CHECK(each[1].canonical == identity_of("insert into t values ('y', now())", postgres).canonical);
  CHECK(rows("insert into t values ($1::uuid, lower($2))", postgres, {x, y}).size() == 1);
}

TEST_CASE("a pattern with one row stands for all that add rows alike") {
  const auto pattern = [](std::string_view sql) {
    return std::string(pattern_of(identity_of(sql, mysql).canonical));
  };
  CHECK(with_one_row(pattern("insert into t values (1, 2), (3, 4)")) ==
        pattern("insert into t values (1, 2)"));
  CHECK(with_one_row(pattern("insert ignore into t values (1), (2)")) ==
        pattern("insert ignore into t values (1), (2)"));
}

TEST_CASE("what does more than to add rows that are made alike is not taken apart") {
  for (const char* sql : {
           "insert into t values (1, 2), (3, default)",
           "insert into t values (1), (2) returning id",
           "insert into t values (1), (2) on conflict do nothing",
           "insert into t select 1",
           "insert into t values ((select max(a) from u where b = 1)), (2)",
           "insert into t default values",
           "insert into t values (now()), (now())",
           "with w as (select 1) insert into t values (1), (2)",
           "select * from t where a in (1, 2)",
           "update t set a = 1",
       })
    CHECK_MESSAGE(rows(sql).empty(), sql);
  for (const char* sql : {"insert ignore into t values (1), (2)",
                          "insert into t values (1), (2) on duplicate key update a = 1",
                          "replace into t values (1), (2)"})
    CHECK_MESSAGE(rows(sql, mysql).empty(), sql);
}
