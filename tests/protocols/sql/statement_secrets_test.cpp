// Passwords in statements, and what only looks like one.
#include "protocols/sql/statement_secrets.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace understudy;
using namespace understudy::sql;

namespace {

const Secrets secrets{Secrets::Key{3}};
const Mode postgres{Dialect::postgres, false, false};
const Mode mysql{Dialect::mysql, true, false};

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

TEST_CASE("what was replaced is told, and which bound values are secrets") {
  const auto found =
      secrets_in("CREATE USER a IDENTIFIED BY 'x', b IDENTIFIED BY \"y\"", mysql, secrets);
  REQUIRE(found.literals.size() == 2);
  CHECK(found.literals[0].spelled == "'x'");
  CHECK(found.literals[0].replaced == "'" + secrets.placeholder("x") + "'");
  CHECK(found.literals[1].spelled == "\"y\"");
  CHECK(secrets_in("SELECT ?, AES_DECRYPT(?, ?), PASSWORD(?)", mysql, secrets).parameters ==
        std::vector<std::size_t>{2, 3});
  CHECK(secrets_in("SELECT a, $2 FROM t WHERE b = crypt($1, b)", postgres, secrets).parameters ==
        std::vector<std::size_t>{0});
  CHECK(secrets_in("SELECT password FROM t WHERE id = ?", mysql, secrets).parameters.empty());
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

TEST_CASE("a column or a table called password is no secret") {
  for (const char* statement :
       {"CREATE TABLE member (id int, password varchar(20) DEFAULT 'none' COMMENT 'hash of it')",
        "ALTER TABLE password ADD COLUMN nick varchar(20) NOT NULL DEFAULT ''",
        "INSERT INTO account (password) VALUES ('s3cret')",
        "UPDATE account SET password = 's3cret'",
        "SELECT password FROM account WHERE password = 's3cret'", "SELECT 'password', 'x'",
        "CREATE INDEX password ON t (a)", "DO $$ BEGIN UPDATE t SET password = 'x'; END $$",
        "SET search_path = 'password'", "DROP USER a",
        "CREATE INDEX password ON m (nick) COMMENT 'x'",
        "ALTER USER u PASSWORD EXPIRE COMMENT 'kept'", "SELECT identified AS 'x', by_whom FROM t",
        "SELECT 1 /* password */ , 'x'"}) {
    CHECK(cleaned(statement, postgres) == statement);
    CHECK(cleaned(statement, mysql) == statement);
  }
}
