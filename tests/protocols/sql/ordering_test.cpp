#include <doctest/doctest.h>

#include "protocols/sql/values.hpp"
#include "support.hpp"

using namespace understudy;
using namespace understudy::sql;
using namespace understudy::sql::test;

namespace {

std::string ordered(std::string_view sql, Mode mode = postgres) {
  const std::string canonical = identity_of(sql, mode).canonical;
  std::string list;
  for (const std::string& name : ordered_by(canonical.substr(0, canonical.find('\0'))))
    list += (list.empty() ? "" : " ") + name;
  return list;
}

}  // namespace

TEST_CASE("columns by which rows are ordered or compared are named") {
  CHECK(ordered("select a from t where b = 1") == "");
  CHECK(ordered("select a from t order by b") == "b");
  CHECK(ordered("alter table t add check (level >= 0)") == "level");
  CHECK(ordered("alter table t add check (level >= 1 * b)") == "level *");
  CHECK(ordered("create table t (level int check (level >= 1 * b))") == "");
  CHECK(ordered("select a from t order by t.Made desc nulls last, id limit 3") == "made id");
  CHECK(ordered("select a from t order by \"Made\"") == "made");
  CHECK(ordered("select a from t order by `x`, `t`.`Made`", mysql) == "x made");
  CHECK(ordered("select a from t where made > '2026-11-25' and b < 5") == "made b");
  CHECK(ordered("select a from t where '2026-11-25' <= t.made") == "made");
  CHECK(ordered("select a from t where made between '2026-11-25' and '2026-11-26'") == "made");
  CHECK(ordered("select min(made), max(t.id) from t") == "made id");
  CHECK(ordered("select a from t where expires > now()") == "expires");
  CHECK(ordered("select a from t group by a having count(*) > 1") == "");
  CHECK(ordered("select note->>'a' from t where b <> 1 and c != 2") == "");
  CHECK(ordered("select a from t where date(made) < '2026-11-25'", mysql) == "made");
}

TEST_CASE("what is no plain column could be anything") {
  CHECK(ordered("select a from t order by 1") == "*");
  CHECK(ordered("select a from t order by lower(b)") == "*");
  CHECK(ordered("select a from t order by b + 1") == "*");
  CHECK(ordered("select a from t where made + interval '1 day' > now()") == "*");
  CHECK(ordered("select a from t where made::date < '2026-11-25'") == "*");
}
