// Passwords in statements, and what only looks like one.
#include "protocols/sql/statement_secrets.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "protocols/sql/connection_text.hpp"
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
       {"CREATE ROLE clerk LOGIN PASSWORD $", "ALTER ROLE password PASSWORD $",
        "CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (host 'x', \"apiKey\" $)",
        "ALTER USER MAPPING FOR a SERVER s OPTIONS (ADD sslpassword $, SET \"user\" 'x')",
        "SELECT crypt(lower($), gen_salt('bf'))", "SELECT pgp_pub_decrypt(a, dearmor(b), $)",
        "SELECT dblink_connect('c', 'host=' || host || ' password=' || $) FROM db",
        "alter role clerk with encrypted password $ valid until 'infinity'",
        "CREATE USER a PASSWORD $; SELECT 1",
        "ALTER USER MAPPING FOR a SERVER s OPTIONS (SET password $)",
        "CREATE USER MAPPING FOR a SERVER s OPTIONS (user 'x', password $)",
        "SELECT crypt($, gen_salt('bf'))", "SELECT pgp_sym_decrypt(data, $) FROM t"})
    CHECK(cleaned(with(statement, "'s3cret'"), postgres) == with(statement, hidden));
  for (const char* statement :
       {"SELECT * FROM dblink('host=db password=$', 'select 1') AS t(a int)",
        "CREATE SUBSCRIPTION s CONNECTION 'host=db password=$ user=x' PUBLICATION p",
        "SELECT dblink_connect('c', 'postgres://x:$@db/shop')",
        "SELECT dblink_connect('c', 'postgres://db/shop?user=x&password=$&sslmode=require')",
        "ALTER SYSTEM SET primary_conninfo = 'host=db password=$'",
        "SELECT dblink_exec('c', 'ALTER ROLE a PASSWORD ''$''')"})
    CHECK(cleaned(with(statement, "s3cret"), postgres) == with(statement, bare));
  for (const char* script :
       {"DO $$ BEGIN CREATE ROLE a PASSWORD 's3cret'; END $$",
        "DO $do$ BEGIN IF true THEN ALTER ROLE a WITH PASSWORD 's3cret'; END IF; END $do$",
        "DO $$ BEGIN PERFORM 1; EXECUTE 'CREATE ROLE a PASSWORD ''s3cret'''; END $$",
        "DO $$ BEGIN EXECUTE $q$ALTER USER a PASSWORD 's3cret'$q$; END $$",
        "CREATE OR REPLACE FUNCTION f() RETURNS void LANGUAGE sql AS "
        "$$ ALTER ROLE a PASSWORD 's3cret' $$",
        "DO $$ BEGIN EXECUTE format('ALTER ROLE %I PASSWORD %L', 'a', 's3cret'); END $$",
        "DO $$ BEGIN EXECUTE format('ALTER ROLE a PASSWORD ''%s''', 's3cret'); END $$",
        "DO $$ BEGIN EXECUTE 'CREATE USER a PASSWORD ' || quote_literal('s3cret'); END $$",
        "DO $$ DECLARE p text := 's3cret'; BEGIN EXECUTE 'CREATE USER a PASSWORD '''||p||''''; END "
        "$$",
        "SELECT format('ALTER ROLE %I PASSWORD %L', 'a', 's3cret')",
        // What the server refuses, and quotes in its error.
        "CREATE ROLE a PASSWORD s3cret", "CREATE ROLE a PASSWORD x-s3cret LOGIN",
        "CREATE ROLE a PASSWORD 's3cret", "ALTER USER a PASSWORD \"s3cret\"",
        "SELECT crypt('s3cret, 'x')"}) {
    CAPTURE(script);
    CHECK(cleaned(script, postgres).find("s3cret") == std::string::npos);
  }
}

TEST_CASE("passwords of MySQL's statements are replaced") {
  for (const char* statement :
       {"CREATE USER worker@localhost IDENTIFIED BY $",
        "ALTER USER a IDENTIFIED WITH mysql_native_password BY $",
        "GRANT ALL ON *.* TO a@b IDENTIFIED BY $",
        "SET PASSWORD = $",
        "SET PASSWORD FOR a@b = PASSWORD($)",
        "create user if not exists a identified by $ password expire never",
        "CREATE /*!50706 USER */ a IDENTIFIED WITH x AS $ COMMENT 'kept'",
        "ALTER USER a IDENTIFIED BY 'redacted:0123456789abcdef0123456789abcdef' REPLACE $",
        "CREATE USER a IDENTIFIED VIA ed25519 USING PASSWORD($) OR unix_socket",
        "GRANT ALL ON *.* TO a IDENTIFIED BY PASSWORD $",
        "CHANGE MASTER TO MASTER_HOST='h', MASTER_PASSWORD=$, MASTER_LOG_FILE='f'",
        "CHANGE REPLICATION SOURCE TO SOURCE_PASSWORD = $",
        "START SLAVE USER='u' PASSWORD=$",
        "CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS (USER 'u', PASSWORD $)",
        "SELECT PASSWORD($)",
        "INSERT INTO account VALUES ('a', PASSWORD($))",
        "SELECT AES_DECRYPT(UNHEX(data), SHA2($, 512)) FROM t",
        "SELECT AES_ENCRYPT(AES_DECRYPT(a, @key), $)",
        "CREATE DEFINER=`root`@`localhost` PROCEDURE p() BEGIN ALTER USER a IDENTIFIED BY $; END",
        "CREATE PROCEDURE p() SET PASSWORD = $",
        "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SET PASSWORD FOR a = $",
        "CREATE USER a IDENTIFIED BY _utf8mb4 $",
        "create user a identifid by $",
        "SET @s = CONCAT('CREATE USER a IDENTIFIED BY ', QUOTE($))"})
    CHECK(cleaned(with(statement, "'s3cret'"), mysql) == with(statement, hidden));
  for (const char* statement :
       {"PREPARE s FROM 'CREATE USER a IDENTIFIED BY ''$'' COMMENT ''c:\\\\\\\\dir'''",
        "EXECUTE IMMEDIATE 'SET PASSWORD = ''$'''", "SET @s = 'ALTER USER a IDENTIFIED BY ''$'''",
        "SET @s = CONCAT('CREATE USER a IDENTIFIED BY ''', '$', '''')",
        "CREATE TABLE f (a int) ENGINE=FEDERATED CONNECTION='mysql://u:$@h/db/t'",
        // It does not end.
        "ALTER USER a IDENTIFIED BY '$"})
    CHECK(cleaned(with(statement, "s3cret"), mysql) == with(statement, bare));
  CHECK(cleaned("CREATE USER a IDENTIFIED BY 0x733363726574", mysql) ==
        "CREATE USER a IDENTIFIED BY " + hidden);
  CHECK(cleaned("CREATE USER a IDENTIFIED BY \"s3cret\"", mysql) ==
        "CREATE USER a IDENTIFIED BY " + hidden);
}

TEST_CASE("a password of a connection ends where the connection's text says so") {
  std::vector<std::string> found;
  const auto cleaned = [&](std::string_view text) {
    return connection_without_password(text, secrets, found);
  };
  const auto placeholder = [](std::string_view secret) { return secrets.placeholder(secret); };
  CHECK(cleaned("password=a,b;c) host=x") == "password=" + placeholder("a,b;c)") + " host=x");
  CHECK(cleaned("password = 'a b' host=x") == "password = '" + placeholder("a b") + "' host=x");
  CHECK(cleaned("host=x password='it\\'s'") == "host=x password='" + placeholder("it\\'s") + "'");
  CHECK(cleaned("{user=a,password=b}") == "{user=a,password=" + placeholder("b") + "}");
  CHECK(cleaned("postgres://u:a@b@db/x") == "postgres://u:" + placeholder("a@b") + "@db/x");
  CHECK(cleaned("postgres://u@db:5432/x") == "postgres://u@db:5432/x");
  CHECK(found == std::vector<std::string>{"a,b;c)", "a b", "it\\'s", "b", "a@b"});
}

TEST_CASE("what was replaced is told") {
  const auto found =
      secrets_in("CREATE USER a IDENTIFIED BY 'x', b IDENTIFIED BY \"y\"", mysql, secrets);
  REQUIRE(found.literals.size() == 2);
  CHECK(found.literals[0].spelled == "'x'");
  CHECK(found.literals[0].replaced == "'" + secrets.placeholder("x") + "'");
  CHECK(found.literals[1].spelled == "\"y\"");
  CHECK(found.values == std::vector<std::string>{"x", "y"});
}

TEST_CASE("a recording that tells no secret from another is known") {
  CHECK(holds_masked_secret("CREATE USER a IDENTIFIED BY '***'", mysql));
  CHECK(holds_masked_secret("PREPARE s FROM 'SET PASSWORD = ''***'''", mysql));
  CHECK_FALSE(holds_masked_secret("CREATE USER a IDENTIFIED BY 'x' COMMENT '***'", mysql));
  CHECK(secrets_in("SET PASSWORD = 'x'", mysql, secrets, SecretForm::masked).cleaned ==
        "SET PASSWORD = '***'");
}

TEST_CASE("statements within literals are followed however deep they are") {
  std::string statement = "ALTER ROLE a PASSWORD 's3cret'";
  for (int depth = 0; depth < 5'000; ++depth) {
    std::string tag = "$a";
    tag += std::to_string(depth) + "$";
    statement.insert(0, "DO " + tag);
    statement += tag;
    if (depth == 20) CHECK(cleaned(statement, postgres).find("s3cret") == std::string::npos);
  }
  CHECK(cleaned(statement, postgres).find("s3cret") == std::string::npos);
}

TEST_CASE("a parameter is a secret where a literal in its place would be one") {
  const auto places = [](std::string_view statement, Mode mode = postgres) {
    std::string text;
    for (const SecretParameter& parameter : secrets_in(statement, mode, secrets).parameters)
      text += std::to_string(parameter.index + 1) + (parameter.connection ? "c " : " ");
    return text;
  };
  CHECK(places("SELECT id FROM person WHERE name = $1 AND hash = crypt($2, hash)") == "2 ");
  CHECK(places("INSERT INTO person VALUES ($1, crypt($2::text, gen_salt($3)))") == "2 ");
  CHECK(places("SELECT * FROM dblink($1, $2) AS t(a int)") == "1c 2c ");
  CHECK(places("SELECT dblink_connect('host=db password=' || $1)") == "1 ");
  CHECK(places("SELECT pgp_sym_decrypt($1, $2), crypt($3, $3)") == "2 3 ");
  CHECK(places("SELECT format('ALTER ROLE %I PASSWORD %L', $1, $2)") == "1 2 ");
  CHECK(places("SELECT a, $2 FROM t WHERE b = crypt($1, b)") == "1 ");
  CHECK(places("UPDATE account SET password = $1 WHERE id = $2").empty());
  CHECK(places("SELECT ?, AES_DECRYPT(?, ?), PASSWORD(?)", mysql) == "3 4 ");
  CHECK(places("SELECT password FROM t WHERE id = ?", mysql).empty());
  std::vector<std::string> found;
  CHECK(without_secret({0, true}, "host=db password=s3cret", postgres, secrets, found) ==
        "host=db password=" + bare);
  CHECK(without_secret({0, false}, "s3cret", postgres, secrets, found) == bare);
  CHECK(without_secret({0, false}, bare, postgres, secrets, found) == bare);
  CHECK(found == std::vector<std::string>{"s3cret", "s3cret"});
}

TEST_CASE("what the server refuses may repeat a secret") {
  for (const char* statement :
       {"CREATE ROLE a PASSWORD \\s3cret", "CREATE ROLE a PASSWORD x's3cret'",
        "DO $do$ BEGIN ALTER ROLE a PASSWORD 's3cret'; END", "CREATE ROLE a PASSWORD /* 's3cret'",
        "SELECT dblink(crypt('s3cret', b))",
        "SELECT dblink_connect('postgres://u:/s3cret@db/x')"}) {
    CAPTURE(statement);
    CHECK(cleaned(statement, postgres).find("s3cret") == std::string::npos);
  }
  CHECK(cleaned("ALTER USER a IDENTIFIED BY /*+ 's3cret'", mysql).find("s3cret") ==
        std::string::npos);
}

TEST_CASE("thousands of calls within each other take time in proportion") {
  std::string statement = "SELECT ";
  for (int depth = 0; depth < 50'000; ++depth) statement += "lower('x', crypt(";
  const std::string replaced = cleaned(statement, postgres);
  CHECK(replaced.starts_with("SELECT lower('x', crypt(lower('" + secrets.placeholder("x") + "'"));
  CHECK(replaced.find("'x'", 20) == std::string::npos);
}

TEST_CASE("a column or a table called password is no secret") {
  for (const char* statement :
       {"CREATE TABLE member (id int, password varchar(20) DEFAULT 'none' COMMENT 'hash of it')",
        "ALTER TABLE password ADD COLUMN nick varchar(20) NOT NULL DEFAULT ''",
        "INSERT INTO account (password) VALUES ('s3cret')",
        "UPDATE account SET password = 's3cret'",
        "SELECT password FROM account WHERE password = 's3cret'",
        "SELECT 'password', 'x'",
        "CREATE INDEX password ON t (a)",
        "DO $$ BEGIN UPDATE t SET password = 'x'; END $$",
        "SET search_path = 'password'",
        "DROP USER a",
        "ALTER ROLE password SET search_path = 'x'",
        "CREATE ROLE a PASSWORD NULL",
        "CREATE INDEX password ON m (nick) COMMENT 'x'",
        "SELECT identified AS 'x', by_whom FROM t",
        "SELECT 1 /* password */ , 'x'",
        "CREATE TABLE options (id int, password text, token varchar(9))",
        "INSERT INTO options (token, id) VALUES ('x', 1)",
        "SELECT options FROM t WHERE (token = other AND password = 'x')",
        "CREATE FOREIGN TABLE f (a int OPTIONS (column_name 'x'), token text) SERVER s",
        "INSERT INTO log VALUES ('the user changed his password ' || 'x')",
        "CREATE FOREIGN TABLE f (password text OPTIONS (column_name 'pw')) SERVER s"}) {
    CHECK(cleaned(statement, postgres) == statement);
    CHECK(cleaned(statement, mysql) == statement);
  }
  // In PostgreSQL the word would be a password without quotes.
  const std::string_view expires = "ALTER USER u PASSWORD EXPIRE COMMENT 'kept'";
  CHECK(cleaned(expires, mysql) == expires);
}
