#include <doctest/doctest.h>

#include "emulator_support.hpp"

using namespace postgres_test;

namespace {

/// A table with rows, made by what was answered.
EmulatedSql with_rows() {
  EmulatedSql sql;
  sql.hear("CREATE TABLE t (id serial PRIMARY KEY, name text UNIQUE, n int DEFAULT -7)",
           "CREATE TABLE");
  sql.hear("INSERT INTO t (name, n) VALUES ('a', 1), ('b', 2)", "INSERT 0 2");
  return sql;
}

}  // namespace

TEST_CASE("what was never defined is not computed") {
  EmulatedSql sql;
  CHECK(sql.say("SELECT * FROM t") == "-");
  CHECK(sql.say("INSERT INTO t VALUES (1)") == "-");
  CHECK(sql.say("CREATE TABLE t (id int)") == "-");  // it may be there
}

TEST_CASE("a table is known from its definition on") {
  EmulatedSql sql;
  sql.hear("CREATE TABLE t (id serial PRIMARY KEY, name text, n int DEFAULT -7)", "CREATE TABLE");
  CHECK(sql.say("SELECT * FROM t") == "SELECT 0");
  CHECK(sql.say("INSERT INTO t (name) VALUES ('x'), ('y') RETURNING id, n") ==
        "1|-7;2|-7;INSERT 0 2");
  CHECK(sql.writes == std::vector<std::string>{"@sequence\x1ft", "t"});
  CHECK(sql.say("SELECT id, name FROM t ORDER BY id DESC") == "2|y;1|x;SELECT 2");
  CHECK(sql.say("UPDATE t SET n = n + 10 WHERE name = 'y'") == "UPDATE 1");
  CHECK(sql.say("SELECT sum(n), count(*) FROM t") == "-4|2;SELECT 1");
  CHECK(sql.say("DELETE FROM t WHERE id = 1") == "DELETE 1");
  CHECK(sql.say("TRUNCATE t RESTART IDENTITY") == "TRUNCATE TABLE");
  CHECK(sql.say("INSERT INTO t (name) VALUES ('z') RETURNING id") == "1;INSERT 0 1");
}

TEST_CASE("columns are described as the server does") {
  EmulatedSql sql;
  sql.hear("CREATE TABLE t (id int, v varchar(9), u uuid)", "CREATE TABLE");
  CHECK(sql.say("SELECT id, v AS w, count(*) FROM t GROUP BY id, v") == "SELECT 0");
  REQUIRE(sql.columns.size() == 3);
  CHECK(sql.columns[0].type == oid::int4);
  CHECK(sql.columns[0].attribute == 1);
  CHECK(sql.columns[0].table != 0);
  CHECK(sql.columns[1].name == "w");
  CHECK(sql.columns[1].modifier == 13);
  CHECK(sql.columns[2].name == "count");
  CHECK(sql.columns[2].table == 0);
}

TEST_CASE("a write that a constraint may refuse is not computed") {
  EmulatedSql sql = with_rows();
  CHECK(sql.say("INSERT INTO t (name) VALUES ('a')") == "-");
  CHECK(sql.say("INSERT INTO t (id, name) VALUES (1, 'c')") == "-");
  CHECK(sql.say("UPDATE t SET name = 'a' WHERE id = 2") == "-");
  CHECK(sql.say("UPDATE t SET id = NULL") == "-");
  CHECK(sql.say("SELECT id FROM t ORDER BY id") == "1;2;SELECT 2");
  CHECK(sql.say("INSERT INTO t (name) VALUES ('c') RETURNING id") == "3;INSERT 0 1");
}

TEST_CASE("an insert that failed has taken its number") {
  EmulatedSql sql = with_rows();
  sql.fail("INSERT INTO t (name) VALUES ('a')", "23505");
  CHECK(sql.say("INSERT INTO t (name) VALUES ('c') RETURNING id") == "4;INSERT 0 1");
  sql.fail("INSERT INTO t (name) VALUES ('d'), ('a')", "23505");
  CHECK(sql.say("INSERT INTO t (name) VALUES ('e') RETURNING id") == "7;INSERT 0 1");
  sql.fail("INSERT INTO t (name) VALUES ('f'), ('g')", "23505");  // nobody knows why
  CHECK(sql.say("INSERT INTO t (name) VALUES ('h') RETURNING id") == "-");
}

TEST_CASE("what an answer shows of the server's own choice is known") {
  EmulatedSql sql;
  sql.hear("CREATE TABLE t (id serial PRIMARY KEY, at timestamptz DEFAULT now())", "CREATE TABLE");
  sql.fail("INSERT INTO t VALUES (DEFAULT), (NULL)", "23502");
  CHECK(sql.say("INSERT INTO t DEFAULT VALUES RETURNING id") == "-");
  StatementAnswer answer;
  answer.returns_rows = true;
  answer.columns = {{"id", 9, 1, oid::int4, 4, -1, Format::text}};
  answer.rows = {{"7"}};
  answer.tag = "INSERT 0 1";
  sql.recording = true;
  sql.hear("INSERT INTO t DEFAULT VALUES RETURNING id", answer);
  CHECK(sql.say("SELECT id FROM t") == "7;SELECT 1");
  CHECK(sql.say("SELECT at FROM t") == "-");  // nobody said
  CHECK(sql.say("INSERT INTO t DEFAULT VALUES RETURNING id") == "8;INSERT 0 1");
}

TEST_CASE("a statement of unknown effect makes unknown what it may write") {
  EmulatedSql sql = with_rows();
  sql.hear("CREATE TABLE other (id int)", "CREATE TABLE");
  sql.hear("UPDATE t SET name = own_function(name)", "UPDATE 2");
  CHECK(sql.say("SELECT count(*) FROM t") == "-");
  sql = with_rows();
  sql.hear("CREATE TABLE other (id int)", "CREATE TABLE");
  sql.hear("DELETE FROM t WHERE soundex(name) = 'a'", "DELETE 1");
  CHECK(sql.say("SELECT count(*) FROM t") == "-");
  CHECK(sql.say("SELECT count(*) FROM other") == "0;SELECT 1");
  sql.hear("DELETE FROM t", "DELETE 2");
  CHECK(sql.say("SELECT count(*) FROM t") == "0;SELECT 1");
  sql.hear("SELECT my_function()", "SELECT 1");
  CHECK(sql.say("SELECT count(*) FROM other") == "-");
}

TEST_CASE("triggers close a table") {
  EmulatedSql sql = with_rows();
  sql.hear("CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
           "CREATE TRIGGER");
  CHECK(sql.say("INSERT INTO t (name) VALUES ('c')") == "-");
  CHECK(sql.say("DELETE FROM t") == "-");
}

TEST_CASE("a rollback takes rows back, but no numbers") {
  EmulatedSql sql = with_rows();
  sql.control(Control::begin);
  CHECK(sql.say("INSERT INTO t (name) VALUES ('c') RETURNING id") == "3;INSERT 0 1");
  sql.control(Control::savepoint, 1, "s");
  CHECK(sql.say("DELETE FROM t") == "DELETE 3");
  sql.control(Control::rollback_to, 1, "s");
  CHECK(sql.say("SELECT count(*) FROM t") == "3;SELECT 1");
  sql.control(Control::rollback);
  CHECK(sql.say("SELECT count(*) FROM t") == "2;SELECT 1");
  CHECK(sql.say("INSERT INTO t (name) VALUES ('c') RETURNING id") == "4;INSERT 0 1");
}

TEST_CASE("what another transaction has written nobody else is told") {
  EmulatedSql sql = with_rows();
  sql.control(Control::begin, 1);
  CHECK(sql.say("DELETE FROM t WHERE id = 1", 1) == "DELETE 1");
  CHECK(sql.say("SELECT count(*) FROM t", 2) == "-");
  CHECK(sql.say("DELETE FROM t WHERE id = 2", 2) == "-");
  CHECK(sql.say("SELECT count(*) FROM t", 1) == "1;SELECT 1");
  sql.control(Control::commit, 1);
  CHECK(sql.say("SELECT count(*) FROM t", 2) == "1;SELECT 1");
}

TEST_CASE("what others write during a transaction is unknown whatever becomes of it") {
  EmulatedSql sql = with_rows();
  sql.control(Control::begin, 1);
  CHECK(sql.say("DELETE FROM t WHERE id = 1", 1) == "DELETE 1");
  sql.hear("UPDATE t SET n = 5 WHERE id = 2", "UPDATE 1", 2);
  sql.control(Control::rollback, 1);
  CHECK(sql.say("SELECT count(*) FROM t", 1) == "-");
}

TEST_CASE("a transaction in which another's write became visible is not computed") {
  EmulatedSql sql = with_rows();
  sql.control(Control::begin, 1);
  CHECK(sql.say("SELECT count(*) FROM t", 1) == "2;SELECT 1");
  CHECK(sql.say("DELETE FROM t WHERE id = 1", 2) == "DELETE 1");
  CHECK(sql.say("SELECT count(*) FROM t", 1) == "-");
  sql.control(Control::commit, 1);
  CHECK(sql.say("SELECT count(*) FROM t", 1) == "1;SELECT 1");
}

TEST_CASE("text is sorted only in an order that is known") {
  EmulatedSql unknown = with_rows();
  CHECK(unknown.say("SELECT name FROM t ORDER BY name") == "-");
  CHECK(unknown.say("SELECT name FROM t ORDER BY name COLLATE \"C\" DESC") == "b;a;SELECT 2");
  Document english = EmulatedSql::in_utc();
  english["collation"] = "en_US.UTF-8";
  EmulatedSql sql(english);
  sql.hear("CREATE TABLE t (name text)", "CREATE TABLE");
  sql.hear("INSERT INTO t VALUES ('b'), ('a')", "INSERT 0 2");
  CHECK(sql.say("SELECT name FROM t ORDER BY name") == "a;b;SELECT 2");
  sql.hear("INSERT INTO t VALUES ('B')", "INSERT 0 1");
  CHECK(sql.say("SELECT name FROM t ORDER BY name") == "-");
}

TEST_CASE("which rows a limit leaves has to be certain") {
  EmulatedSql sql;
  sql.hear("CREATE TABLE t (id int, n int)", "CREATE TABLE");
  sql.hear("INSERT INTO t VALUES (1, 1), (2, 1), (3, 2)", "INSERT 0 3");
  CHECK(sql.say("SELECT id FROM t ORDER BY n LIMIT 1") == "-");
  CHECK(sql.say("SELECT id FROM t ORDER BY n LIMIT 2") == "1;2;SELECT 2");
  CHECK(sql.say("SELECT 1 AS a FROM t LIMIT 1") == "1;SELECT 1");
}

TEST_CASE("a sum that may leave its type is not computed") {
  EmulatedSql sql;
  sql.hear("CREATE TABLE t (n int)", "CREATE TABLE");
  sql.hear("INSERT INTO t VALUES (2147483647)", "INSERT 0 1");
  CHECK(sql.say("SELECT n + 1 FROM t") == "-");
  CHECK(sql.say("SELECT n FROM t WHERE n > 5") == "2147483647;SELECT 1");
}

TEST_CASE("a sum of values that are only being put there is not shown") {
  EmulatedSql sql;
  sql.hear("CREATE TABLE t (id int, n smallint)", "CREATE TABLE");
  CHECK(sql.say("INSERT INTO t VALUES (1, 20000) RETURNING n + n") == "-");
  CHECK(sql.say("INSERT INTO t VALUES (1, 2) RETURNING n") == "2;INSERT 0 1");
  CHECK(sql.say("UPDATE t SET n = 20000 RETURNING n + n") == "-");
  CHECK(sql.say("DELETE FROM t RETURNING n + n") == "4;DELETE 1");
}

TEST_CASE("a choice of texts of several lengths is not described") {
  EmulatedSql sql;
  sql.hear("CREATE TABLE t (a varchar(8), b varchar(8), c text)", "CREATE TABLE");
  CHECK(sql.say("SELECT CASE WHEN 0 <= 3 THEN a END FROM t") == "-");
  CHECK(sql.say("SELECT coalesce('x', a) FROM t") == "-");
  CHECK(sql.say("SELECT coalesce(a, 'x') FROM t") == "SELECT 0");
  REQUIRE(sql.columns.size() == 1);
  CHECK(sql.columns[0].modifier == -1);
  CHECK(sql.say("SELECT CASE WHEN a = b THEN a ELSE b END, coalesce(c, 'x') FROM t") == "SELECT 0");
}

TEST_CASE("what a recording contradicts is never computed") {
  EmulatedSql sql;
  sql.recording = true;
  sql->begin_recording();
  sql.hear("CREATE TABLE t (n int)", "CREATE TABLE");
  StatementAnswer answer;
  answer.returns_rows = true;
  answer.columns = {{"count", 0, 0, oid::int8, 8, -1, Format::text}};
  answer.rows = {{"1"}};
  answer.tag = "SELECT 1";
  sql.hear("SELECT count(*) FROM t", answer);  // somebody else wrote
  const Document knowledge = sql->knowledge();
  REQUIRE(knowledge.contains("pinned"));
  EmulatedSql served(knowledge);
  served.hear("CREATE TABLE t (n int)", "CREATE TABLE");
  CHECK(served.say("SELECT count(*) FROM t") == "-");
  CHECK(served.say("SELECT n FROM t") == "SELECT 0");
}

TEST_CASE("references are kept, and rows follow those that they refer to") {
  EmulatedSql sql;
  sql.hear("CREATE TABLE p (id int PRIMARY KEY)", "CREATE TABLE");
  sql.hear("CREATE TABLE c (id int, p int REFERENCES p ON DELETE CASCADE)", "CREATE TABLE");
  CHECK(sql.say("INSERT INTO c VALUES (1, 1)") == "-");
  CHECK(sql.say("INSERT INTO p VALUES (1)") == "INSERT 0 1");
  CHECK(sql.say("INSERT INTO c VALUES (1, 1)") == "INSERT 0 1");
  CHECK(sql.say("TRUNCATE p") == "-");
  CHECK(sql.say("DELETE FROM p") == "DELETE 1");
  CHECK(sql.writes == std::vector<std::string>{"p", "c"});
  CHECK(sql.say("SELECT count(*) FROM c") == "0;SELECT 1");
}

TEST_CASE("a table that is dropped may be made anew") {
  EmulatedSql sql = with_rows();
  CHECK(sql.say("DROP TABLE t") == "DROP TABLE");
  CHECK(sql.say("SELECT 1 FROM t") == "-");
  CHECK(sql.say("CREATE TABLE t (id serial PRIMARY KEY, name text)") == "CREATE TABLE");
  CHECK(sql.say("INSERT INTO t (name) VALUES ('b') RETURNING id") == "1;INSERT 0 1");
}

TEST_CASE("values of columns that are not calculated with are never shown") {
  EmulatedSql sql;
  sql.hear("CREATE TABLE t (id int, j xml, price money)", "CREATE TABLE");
  sql.hear("INSERT INTO t VALUES (1, '<a/>', 1.50)", "INSERT 0 1");
  CHECK(sql.say("SELECT id FROM t") == "1;SELECT 1");
  CHECK(sql.say("SELECT price FROM t") == "-");
  CHECK(sql.say("SELECT * FROM t") == "-");
  CHECK(sql.say("INSERT INTO t VALUES (2, 'no xml', 1)") == "-");
  CHECK(sql.say("INSERT INTO t (id) VALUES (2)") == "INSERT 0 1");
}

TEST_CASE("a sequence that may not be the column's own is not known to begin again") {
  EmulatedSql sql;
  sql.hear("CREATE TABLE t (id int DEFAULT nextval('s'))", "CREATE TABLE");
  CHECK(sql.say("INSERT INTO t DEFAULT VALUES RETURNING id") == "-");
  CHECK(sql.say("TRUNCATE t RESTART IDENTITY") == "TRUNCATE TABLE");
  CHECK(sql.say("INSERT INTO t DEFAULT VALUES RETURNING id") == "-");
}
