#include "protocols/sql/values.hpp"

#include <doctest/doctest.h>

#include "support.hpp"

using namespace understudy;
using namespace understudy::sql;
using namespace understudy::sql::test;

namespace {

/// The values of a statement, those that it makes with a `+`.
std::string values(std::string_view sql, Mode mode = postgres) {
  std::string list;
  const std::string canonical = identity_of(sql, mode).canonical;
  const std::string same = map_values(canonical, [&](std::string_view value, ValueRole role) {
    list += (list.empty() ? "" : " ") + std::string(role == ValueRole::made ? "+" : "");
    list += value;
    return std::nullopt;
  });
  CHECK(same == canonical);
  return list;
}

}  // namespace

TEST_CASE("values are made by what inserts or sets them, and sought elsewhere") {
  CHECK(values("select a from t where b = 'x' and c = 5") == "x 5");
  CHECK(values("insert into t (a, b) values ('x', 'y'), ('z', null)") == "+x +y +z");
  CHECK(
      values("INSERT INTO t VALUES ('x') ON CONFLICT (a) DO UPDATE SET b = 'y' WHERE t.c = 'z'") ==
      "+x +y z");
  CHECK(values("update t set a = 'x', b = 'y' where c = 'z'") == "+x +y z");
  CHECK(values("delete from t where a = 'x'") == "x");
  CHECK(values("insert into t select a, 'x' from u where b = 'y'") == "y");
  CHECK(values("update t set a = 'x' from u where u.id = 'y'") == "+x y");
  CHECK(values("with w as (select a from u where b = 'x') insert into t values ('y')") == "x y");
  CHECK(values("replace into t set a = 'x'", mysql) == "+x");
  CHECK(values("insert into t values ('x') on duplicate key update a = 'y'", mysql) == "+x +y");
  CHECK(values("insert into \"values\" (\"set\") select a from u where b = 'x'") == "x");
}

TEST_CASE("a definition is one value, which it makes where it copies no rows") {
  CHECK(values("ALTER TABLE t ADD code uuid DEFAULT 'x'") ==
        "+alter table t add code uuid default 'x'");
  CHECK(values("COMMENT ON TABLE t IS 'x'") == "+comment on table t is 'x'");
  CHECK(values("create table t as select a from u where b = 'x'") ==
        "create table t as select a from u where b = 'x'");
  CHECK(values("create table selected (a int)") == "+create table selected(a int)");
  CHECK(values("drop table t").empty());
  const std::string other = map_values(
      identity_of("alter table t add a int default 'x'", postgres).canonical,
      [](std::string_view, ValueRole) { return std::optional<std::string>("alter table y"); });
  CHECK(other == identity_of("alter table y", postgres).canonical);
}

TEST_CASE("a statement with another value is the statement with that value") {
  const std::string longer(300, 'y');
  const auto replaced = [&](std::string_view sql) {
    return map_values(identity_of(sql, postgres).canonical,
                      [&](std::string_view value, ValueRole) -> std::optional<std::string> {
                        if (value == "x") return longer;
                        return std::nullopt;
                      });
  };
  CHECK(replaced("select a from t where b = 'x' and c = 'z'") ==
        identity_of("select a from t where b = '" + longer + "' and c = 'z'", postgres).canonical);
  CHECK(replaced("insert into t values (1, null, 'x')") ==
        identity_of("insert into t values (1, null, '" + longer + "')", postgres).canonical);
}

TEST_CASE("any two plain integers are spelled alike, others by their digits") {
  const auto qualifier = [](std::string_view number) {
    return identity_of("select a from t where b = " + std::string(number), postgres).qualifier;
  };
  CHECK(qualifier("1795581354") == qualifier("1795581355"));
  CHECK(qualifier("7") != qualifier("7.0"));
  CHECK(qualifier("7") != qualifier("007"));
}

TEST_CASE("what is no canonical request is left as it is") {
  for (const std::string& text :
       {std::string(), std::string("x"), std::string("select \x01\0\xFF\xFF", 11),
        std::string("select \x01\0", 9), std::string("x in (\x01, \x01)\0\2b\2a", 16)})
    CHECK(map_values(text, [](std::string_view, ValueRole) { return std::nullopt; }) == text);
}
