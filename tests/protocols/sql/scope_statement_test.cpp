#include "protocols/sql/scope_statement.hpp"

#include <doctest/doctest.h>

#include "support.hpp"

using namespace understudy;
using sql::ScopeStatement;

namespace {

using sql::test::mysql;
using sql::test::postgres;

std::string parsed(std::string_view text, sql::Mode mode = postgres) {
  const auto statement = sql::parse_scope_statement(text, mode);
  if (!statement) return "no";
  static constexpr const char* functions[] = {"scope", "reset", "drop"};
  std::string said = functions[static_cast<int>(statement->function)];
  said += " " + statement->column;
  if (!statement->name.empty()) said += " " + statement->name;
  if (statement->parameter) said += " #" + std::to_string(*statement->parameter);
  return said;
}

}  // namespace

TEST_CASE("the functions of scopes are told from other statements") {
  for (const sql::Mode mode : {postgres, mysql}) {
    CHECK(parsed("SELECT understudy_scope()", mode) == "scope understudy_scope");
    CHECK(parsed("select UNDERSTUDY_RESET();", mode).starts_with("reset "));
    CHECK(parsed("/* test */ SELECT understudy_reset( 'w1' )", mode) ==
          "reset understudy_reset w1");
    CHECK(parsed("SELECT understudy_drop('w''1') AS gone", mode) == "drop gone w'1");
    CHECK(parsed("SELECT understudy_scope('w1')", mode) == "no");
    CHECK(parsed("SELECT understudy_reset(w1)", mode) == "no");
    CHECK(parsed("SELECT understudy_reset('w1', 'w2')", mode) == "no");
    CHECK(parsed("SELECT understudy_reset() FROM orders", mode) == "no");
    CHECK(parsed("SELECT understudy_reset", mode) == "no");
    CHECK(parsed("SELECT understudy_other()", mode) == "no");
    CHECK(parsed("SELECT 1", mode) == "no");
    CHECK(parsed("", mode) == "no");
  }
  CHECK(parsed("SELECT understudy_reset($1)") == "reset understudy_reset #0");
  CHECK(parsed("SELECT understudy_reset($1::text) x") == "reset x #0");
  CHECK(parsed("SELECT understudy_reset(?)", mysql) == "reset understudy_reset #0");
}
