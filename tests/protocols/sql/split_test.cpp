#include <doctest/doctest.h>

#include "support.hpp"

using namespace understudy::sql;
using namespace understudy::sql::test;

namespace {
std::string parts(std::string_view sql, Mode mode) {
  std::string joined;
  for (const std::string_view statement : split(sql, mode))
    joined += '<' + std::string(statement) + '>';
  return joined;
}
}  // namespace

TEST_CASE("a text falls into its statements, empty ones left out") {
  for (const Mode mode : {postgres, mysql}) {
    CHECK(parts("", mode).empty());
    CHECK(parts(" ; ;; -- x\n ;", mode).empty());
    CHECK(parts("select 1", mode) == "<select 1>");
    CHECK(parts(" select 1 ; ; select 2; ", mode) == "<select 1><select 2>");
    CHECK(parts("select ';'; select \";\"; /* ; */ select 3 -- ; x", mode) ==
          "<select ';'><select \";\"><select 3>");
  }
}

TEST_CASE("semicolons in PostgreSQL quotes, comments and bodies end no statement") {
  CHECK(parts("do $$ a; b $$; select 1", postgres) == "<do $$ a; b $$><select 1>");
  CHECK(parts("select E'\\';'; select 2", postgres) == "<select E'\\';'><select 2>");
  CHECK(parts("select /* ; /* ; */ ; */ 1; select 2", postgres) ==
        "<select /* ; /* ; */ ; */ 1><select 2>");
  CHECK(parts("create rule r as on insert to t do (delete from a; delete from b); select 1",
              postgres) ==
        "<create rule r as on insert to t do (delete from a; delete from b)><select 1>");
  CHECK(parts("create function f() returns int begin atomic select 1; select case when a then 1 "
              "end; end; select 2",
              postgres) ==
        "<create function f() returns int begin atomic select 1; select case when a then 1 end; "
        "end><select 2>");
  CHECK(parts("begin; select 1; end", postgres) == "<begin><select 1><end>");
}

TEST_CASE("semicolons in MySQL quotes, comments and routines end no statement") {
  CHECK(parts("select `;`; select 'a\\';'; select 1 # ;\n; select 2", mysql) ==
        "<select `;`><select 'a\\';'><select 1><select 2>");
  CHECK(parts("create procedure p() begin select 1; select 2; end", mysql) ==
        "<create procedure p() begin select 1; select 2; end>");
  CHECK(
      parts("create definer=`a`@`b` trigger t before insert on x for each row begin set a = 1; end",
            mysql)
          .find("><") == std::string::npos);
  CHECK(parts("create table t (a int); select 1", mysql) == "<create table t (a int)><select 1>");
}
