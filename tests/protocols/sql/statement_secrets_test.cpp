// Passwords in statements, and what only looks like one.
#include "protocols/sql/statement_secrets.hpp"

#include <doctest/doctest.h>

#include "support.hpp"

using namespace understudy;
using namespace understudy::sql;

namespace {

const Secrets secrets{Secrets::Key{3}};
using test::mysql;
using test::postgres;

std::string cleaned(std::string_view statement, Mode mode) {
  const auto replaced = without_secrets(statement, mode, secrets);
  if (replaced) CHECK_FALSE(without_secrets(*replaced, mode, secrets));
  return replaced.value_or(std::string(statement));
}

const std::string hidden = "'" + secrets.placeholder("s3cret") + "'";
const std::string bare = secrets.placeholder("s3cret");

/// The statement with `$` where the secret stands.
std::string with(std::string statement, const std::string& what) {
  return statement.replace(statement.find('$'), 1, what);
}

}  // namespace

TEST_CASE("passwords of PostgreSQL's statements are replaced") {
  for (const char* statement :
       {"CREATE ROLE clerk LOGIN PASSWORD $",
        "alter role clerk with encrypted password $ valid until 'infinity'",
        "CREATE USER a PASSWORD $; SELECT 1",
        "ALTER USER MAPPING FOR a SERVER s OPTIONS (SET password $)",
        "CREATE USER MAPPING FOR a SERVER s OPTIONS (user 'x', password $)",
        "SELECT crypt($, gen_salt('bf'))", "SELECT pgp_sym_decrypt(data, $) FROM t"})
    CHECK(cleaned(with(statement, "'s3cret'"), postgres) == with(statement, hidden));
  for (const char* statement :
       {"SELECT * FROM dblink('host=db password=$', 'select 1') AS t(a int)",
        "CREATE SUBSCRIPTION s CONNECTION 'host=db password=$ user=x' PUBLICATION p",
        "SELECT dblink_connect('c', 'postgres://x:$@db/shop')"})
    CHECK(cleaned(with(statement, "s3cret"), postgres) == with(statement, bare));
  for (const char* script :
       {"DO $$ BEGIN CREATE ROLE a PASSWORD 's3cret'; END $$",
        "DO $do$ BEGIN IF true THEN ALTER ROLE a WITH PASSWORD 's3cret'; END IF; END $do$",
        "DO $$ BEGIN PERFORM 1; EXECUTE 'CREATE ROLE a PASSWORD ''s3cret'''; END $$",
        "DO $$ BEGIN EXECUTE $q$ALTER USER a PASSWORD 's3cret'$q$; END $$",
        "CREATE OR REPLACE FUNCTION f() RETURNS void LANGUAGE sql AS "
        "$$ ALTER ROLE a PASSWORD 's3cret' $$"}) {
    CAPTURE(script);
    CHECK(cleaned(script, postgres).find("s3cret") == std::string::npos);
  }
}

TEST_CASE("passwords of MySQL's statements are replaced") {
  for (const char* statement :
       {"CREATE USER worker@localhost IDENTIFIED BY $",
        "ALTER USER a IDENTIFIED WITH mysql_native_password BY $",
        "GRANT ALL ON *.* TO a@b IDENTIFIED BY $", "SET PASSWORD = $",
        "SET PASSWORD FOR a@b = PASSWORD($)",
        "create user if not exists a identified by $ password expire never"})
    CHECK(cleaned(with(statement, "'s3cret'"), mysql) == with(statement, hidden));
  CHECK(cleaned("CREATE USER a IDENTIFIED BY \"s3cret\"", mysql) ==
        "CREATE USER a IDENTIFIED BY " + hidden);
}

TEST_CASE("a column or a table called password is no secret") {
  for (const char* statement :
       {"CREATE TABLE member (id int, password varchar(20) DEFAULT 'none' COMMENT 'hash of it')",
        "ALTER TABLE password ADD COLUMN nick varchar(20) NOT NULL DEFAULT ''",
        "INSERT INTO account (password) VALUES ('s3cret')",
        "UPDATE account SET password = 's3cret'",
        "SELECT password FROM account WHERE password = 's3cret'", "SELECT 'password', 'x'",
        "CREATE INDEX password ON t (a)", "DO $$ BEGIN UPDATE t SET password = 'x'; END $$",
        "SET search_path = 'password'", "DROP USER a"}) {
    CHECK(cleaned(statement, postgres) == statement);
    CHECK(cleaned(statement, mysql) == statement);
  }
}
