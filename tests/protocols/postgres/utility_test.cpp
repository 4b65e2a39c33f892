#include "protocols/postgres/utility.hpp"

#include "protocols/postgres/request.hpp"
#include "protocols/postgres/settings.hpp"
#include "support.hpp"

namespace understudy::postgres {
namespace {

TEST_CASE("PREPARE gives name, types and the query") {
  const auto prepare = parse_prepare(
      "PREPARE \"By\"\"Id\" (int, character varying, numeric(10,2)) AS SELECT $1;", sql_mode());
  REQUIRE(prepare);
  CHECK(prepare->name == "By\"Id");
  CHECK(prepare->types == std::vector<Oid>{oid::int4, oid::varchar, oid::numeric});
  CHECK(prepare->query.starts_with("SELECT $1"));
  CHECK_FALSE(parse_prepare("PREPARE TRANSACTION 'x'", sql_mode()));
}

TEST_CASE("EXECUTE gives its literals, and nothing where one is more than that") {
  const auto execute = parse_execute("EXECUTE Plan (1, -2.5, 'it''s', NULL, true);", sql_mode());
  REQUIRE(execute);
  CHECK(execute->name == "plan");
  REQUIRE(execute->arguments.size() == 5);
  CHECK(execute->arguments[1] == "-2.5");
  CHECK(execute->arguments[2] == "it's");
  CHECK_FALSE(execute->arguments[3].has_value());
  CHECK(execute->types == std::vector<Oid>{oid::int8, oid::numeric, 0, 0, oid::boolean});
  CHECK_FALSE(parse_execute("EXECUTE plan (now())", sql_mode()));
  CHECK_FALSE(parse_execute("EXECUTE plan (1 + 1)", sql_mode()));
}

TEST_CASE("DECLARE gives the cursor and its query") {
  const auto declare =
      parse_declare("DECLARE c BINARY NO SCROLL CURSOR WITH HOLD FOR SELECT 1", sql_mode());
  REQUIRE(declare);
  CHECK(declare->name == "c");
  CHECK(declare->binary);
  CHECK(declare->holdable);
  CHECK(declare->query == "SELECT 1");
  CHECK_FALSE(parse_declare("DECLARE c CURSOR WITHOUT HOLD FOR SELECT 1", sql_mode())->holdable);
}

TEST_CASE("FETCH and MOVE in all their directions") {
  const auto fetch = [](const char* sql) {
    const auto parsed = parse_fetch(sql, sql_mode());
    REQUIRE(parsed);
    CHECK(parsed->name == "c");
    return std::tuple(parsed->move, parsed->kind, parsed->count);
  };
  using enum FetchKind;
  CHECK(fetch("FETCH c") == std::tuple(false, forward, 1));
  CHECK(fetch("FETCH NEXT FROM c") == std::tuple(false, forward, 1));
  CHECK(fetch("FETCH 5 IN \"c\"") == std::tuple(false, forward, 5));
  CHECK(fetch("FETCH FORWARD ALL FROM c") == std::tuple(false, forward, FetchStatement::all));
  CHECK(fetch("FETCH -3 FROM c") == std::tuple(false, backward, 3));
  CHECK(fetch("FETCH LAST FROM c") == std::tuple(false, absolute, -1));
  CHECK(fetch("FETCH RELATIVE -2 FROM c") == std::tuple(false, relative, -2));
  CHECK(fetch("MOVE BACKWARD ALL IN c") == std::tuple(true, backward, FetchStatement::all));
}

TEST_CASE("SET in its forms") {
  const auto set = [](const char* sql) {
    const auto parsed = parse_set(sql, sql_mode());
    REQUIRE(parsed);
    return std::tuple(parsed->name, parsed->value, parsed->local, parsed->to_default);
  };
  using Expected = std::tuple<std::string, std::string, bool, bool>;
  CHECK(set("SET TimeZone TO 'UTC'") == Expected("timezone", "UTC", false, false));
  CHECK(set("SET TIME ZONE 'Europe/Berlin'") ==
        Expected("timezone", "Europe/Berlin", false, false));
  CHECK(set("SET LOCAL search_path = a, \"B\"") ==
        Expected("search_path", "\"a\", \"B\"", true, false));
  CHECK(set("SET SESSION my.setting TO 5") == Expected("my.setting", "5", false, false));
  CHECK(set("SET NAMES 'utf8'") == Expected("client_encoding", "utf8", false, false));
  CHECK(set("SET statement_timeout TO DEFAULT") == Expected("statement_timeout", "", false, true));
  CHECK(set("RESET ALL") == Expected("all", "", false, true));
  CHECK(set("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ") ==
        Expected("transaction_isolation", "repeatable read", true, false));
  CHECK(set("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE") ==
        Expected("default_transaction_isolation", "serializable", false, false));
  CHECK_FALSE(parse_set("SET CONSTRAINTS ALL DEFERRED", sql_mode()));
  CHECK(parse_set_config("SELECT pg_catalog.set_config('search_path', '', false)", sql_mode())
            ->name == "search_path");
  CHECK(parse_show("SHOW TIME ZONE", sql_mode()) == "timezone");
  CHECK(parse_show("show transaction isolation level", sql_mode()) == "transaction_isolation");
  CHECK(parse_last_name("DEALLOCATE PREPARE x", sql_mode()) == "x");
  CHECK(parse_last_name("DEALLOCATE prepare", sql_mode()) == "prepare");
  CHECK_FALSE(parse_last_name("CLOSE ALL", sql_mode()));
}

TEST_CASE("settings keep their server spelling") {
  CHECK(canonical_setting("client_encoding", "utf-8", "") == "UTF8");
  CHECK(canonical_setting("DateStyle", "ISO", "Postgres, DMY") == "ISO, DMY");
  CHECK(canonical_setting("DateStyle", "iso, mdy", "") == "ISO, MDY");
  CHECK(canonical_setting("standard_conforming_strings", "TRUE", "") == "on");
  CHECK(display_name("timezone") == "TimeZone");
}

TEST_CASE("settings follow the transaction") {
  Settings settings;
  settings.start_with("TimeZone", "UTC");
  settings.tell("TimeZone");
  settings.begin();
  settings.set("timezone", "A");
  settings.savepoint();
  settings.set("timezone", "B");
  settings.rollback_to(0);
  CHECK(settings.value("TimeZone") == "A");
  settings.rollback();
  CHECK(settings.value("TimeZone") == "UTC");
  CHECK(settings.take_changes().empty());
  settings.begin();
  settings.set("timezone", "C", true);
  CHECK(settings.take_changes().size() == 1);
  settings.commit();
  CHECK(settings.value("TimeZone") == "UTC");
  CHECK(settings.take_changes() ==
        std::vector<std::pair<std::string, std::string>>{{"TimeZone", "UTC"}});
}

}  // namespace
}  // namespace understudy::postgres
