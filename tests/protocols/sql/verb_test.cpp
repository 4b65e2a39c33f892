#include <doctest/doctest.h>

#include "support.hpp"

using namespace understudy::sql;
using namespace understudy::sql::test;

namespace {
struct Case {
  std::string_view sql;
  Kind kind;
  std::string_view name = "";
};
void check(std::initializer_list<Case> cases, Mode mode) {
  for (const Case& each : cases) {
    CAPTURE(each.sql);
    const Verb verb = verb_of(each.sql, mode);
    CHECK(verb.kind == each.kind);
    CHECK(verb.name == each.name);
  }
}
}  // namespace

TEST_CASE("a statement is what its leading keywords say, in both dialects") {
  for (const Mode mode : {postgres, mysql})
    check({{"", Kind::empty},
           {" -- x\n ;", Kind::empty},
           {"SELECT 1", Kind::select},
           {"(select 1) union (select 2)", Kind::select},
           {"select a from t for update", Kind::select},
           {"values (1)", Kind::select},
           {"table t", Kind::select},
           {"with x as (select 1) select * from x", Kind::select},
           {"with x as (select 1) insert into t select * from x", Kind::insert},
           {"with x as (select 1) update t set a = 1", Kind::update},
           {"with x as (select 1) delete from t", Kind::delete_},
           {"Insert into t values (1)", Kind::insert},
           {"update t set a = 1", Kind::update},
           {"delete from t", Kind::delete_},
           {"truncate t", Kind::other_write},
           {"call p()", Kind::call},
           {"do something", Kind::call},
           {"create table t (a int)", Kind::ddl},
           {"alter table t add b int", Kind::ddl},
           {"drop table t", Kind::ddl},
           {"grant all on t to u", Kind::ddl},
           {"begin", Kind::begin},
           {"BEGIN WORK", Kind::begin},
           {"start transaction read only", Kind::begin},
           {"commit", Kind::commit},
           {"commit work", Kind::commit},
           {"commit and chain", Kind::commit, "chain"},
           {"commit and no chain", Kind::commit},
           {"rollback", Kind::rollback},
           {"rollback and chain", Kind::rollback, "chain"},
           {"rollback to sp_1", Kind::rollback_to, "sp_1"},
           {"rollback work to savepoint Sp", Kind::rollback_to, "sp"},
           {"savepoint SP", Kind::savepoint, "sp"},
           {"release savepoint sp", Kind::release, "sp"},
           {"set a = 1", Kind::set, "a"},
           {"SET SESSION a = 1", Kind::set, "a"},
           {"set names utf8", Kind::set, "names"},
           {"set transaction isolation level serializable", Kind::set, "transaction_isolation"},
           {"explain analyze select 1", Kind::explain},
           {"prepare p as select 1", Kind::prepare, "p"},
           {"execute P(1)", Kind::execute, "p"},
           {"deallocate prepare p", Kind::deallocate, "p"},
           {"what is this", Kind::unknown},
           {"5", Kind::unknown},
           {"'select'", Kind::unknown}},
          mode);
}

TEST_CASE("verbs of PostgreSQL") {
  check({{"savepoint \"A b\"", Kind::savepoint, "A b"},
         {"rollback to \"A\"\"b\"", Kind::rollback_to, "A\"b"},
         {"release sp", Kind::release, "sp"},
         {"end", Kind::commit},
         {"end transaction", Kind::commit},
         {"abort", Kind::rollback},
         {"begin isolation level serializable", Kind::begin},
         {"select a into b from c", Kind::other_write},
         {"select (select a) from b", Kind::select},
         {"with x as (insert into t values (1) returning id) select * from x", Kind::other_write},
         {"with a as (select 1), b as (delete from t returning *) select * from b",
          Kind::other_write},
         {"merge into t using s on true when matched then delete", Kind::other_write},
         {"prepare transaction 'x'", Kind::other_write},
         {"commit prepared 'x'", Kind::other_write},
         {"rollback prepared 'x'", Kind::other_write},
         {"set local search_path to x", Kind::set, "search_path"},
         {"set my.variable = 'x'", Kind::set, "my.variable"},
         {"set time zone 'UTC'", Kind::set, "timezone"},
         {"set session time zone 'UTC'", Kind::set, "timezone"},
         {"set session authorization x", Kind::set, "session_authorization"},
         {"set role x", Kind::set, "role"},
         {"show server_version", Kind::show, "server_version"},
         {"show transaction isolation level", Kind::show, "transaction_isolation"},
         {"show all", Kind::show, "all"},
         {"reset all", Kind::reset, "all"},
         {"discard all", Kind::discard, "all"},
         {"deallocate all", Kind::deallocate, "all"},
         {"deallocate \"_PLAN0x5\"", Kind::deallocate, "_PLAN0x5"},
         {"declare \"C1\" cursor for select 1", Kind::declare_cursor, "C1"},
         {"fetch forward 5 from \"C1\"", Kind::fetch, "C1"},
         {"fetch c", Kind::fetch, "c"},
         {"move all in c", Kind::fetch, "c"},
         {"close c", Kind::close_cursor, "c"},
         {"listen ch", Kind::listen, "ch"},
         {"unlisten *", Kind::unlisten, ""},
         {"notify ch, 'x'", Kind::notify, "ch"},
         {"copy t from stdin", Kind::copy},
         {"lock table t", Kind::lock},
         {"vacuum t", Kind::ddl},
         {"use db", Kind::use, "db"}},
        postgres);
}

TEST_CASE("verbs of MySQL") {
  check({{"replace into t values (1)", Kind::insert},
         {"savepoint `A`", Kind::savepoint, "a"},
         {"set autocommit=0", Kind::set, "autocommit"},
         {"set @@session.sql_mode = ''", Kind::set, "sql_mode"},
         {"set @@global.x = 1", Kind::set, "global.x"},
         {"set global x = 1", Kind::set, "global.x"},
         {"set @a = 1", Kind::set, "@a"},
         {"use `MyDb`", Kind::use, "MyDb"},
         {"show full tables", Kind::show, "tables"},
         {"show session variables like 'x'", Kind::show, "variables"},
         {"desc t", Kind::explain},
         {"describe t", Kind::explain},
         {"begin not atomic select 1; end", Kind::unknown},
         {"end", Kind::unknown},
         {"xa start 'x'", Kind::unknown},
         {"start slave", Kind::unknown},
         {"drop prepare p", Kind::deallocate, "p"},
         {"lock tables t read", Kind::lock},
         {"unlock tables", Kind::lock},
         {"load data infile 'x' into table t", Kind::other_write},
         {"select a into outfile 'x' from t", Kind::other_write},
         {"/*!40101 SET NAMES utf8 */", Kind::set, "names"},
         {"/*!40000 alter table t disable keys */", Kind::ddl},
         {"/*!80000 select 1 */", Kind::unknown},
         {"/*M!100100 select 1 */", Kind::unknown},
         {"optimize table t", Kind::ddl}},
        mysql);
}
