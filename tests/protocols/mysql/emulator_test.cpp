#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

#include "protocols/mysql/charset.hpp"
#include "protocols/mysql/emulator/answers.hpp"
#include "protocols/mysql/emulator/emulator.hpp"
#include "protocols/mysql/identity.hpp"
#include "protocols/mysql/image.hpp"
#include "protocols/mysql/rows.hpp"

namespace {

using namespace understudy;
using namespace understudy::mysql;

constexpr std::chrono::milliseconds noon{1'700'000'000'000};

Identity identity_of(const std::string& sql, const std::string& before = "") {
  sql::Statement statement;
  statement.assign(sql, {sql::Dialect::mysql, true, false});
  Identity identity;
  identity.canonical = before;
  append_statement(statement, sql, {}, identity.canonical, identity.qualifier);
  return identity;
}

/// MySQL's emulator, spoken to in SQL.
class EmulatedMysql {
 public:
  EmulatedMysql() : emulator_(new_mysql_emulator(known())) {}

  static Document known() {
    return {{"errors", true},
            {"profile",
             {{"version", "10.11-MariaDB"},
              {"database", "w"},
              {"text_collation", 45},
              {"settings", {{"sql_mode", "STRICT_TRANS_TABLES"}, {"time_zone", "+00:00"}}}}}};
  }

  /// Rows with `|` between cells and `;` behind each; of others affected rows, insert id and info;
  /// an error's number; "-" where there is no answer.
  std::string say(const std::string& sql, const std::string& before = "") {
    const Identity identity = identity_of(sql, before);
    const auto computed = emulator_->compute({identity.canonical, identity.qualifier, 1}, noon);
    if (!computed) return "-";
    writes.clear();
    for (const KeyPath& path : computed->writes)
      writes.push_back(path.empty() ? "*" : path.front());
    const auto told = emulation::read_answers(as_bytes(computed->image));
    REQUIRE(told);
    std::string text;
    for (const emulation::ToldAnswer& each : *told) text += (text.empty() ? "" : " ") + shown(each);
    return text;
  }

  /// Why there is none; empty where there is.
  std::string why(const std::string& sql) {
    const Identity identity = identity_of(sql);
    return emulator_->why_not({identity.canonical, identity.qualifier, 1});
  }

  /// The server answered so.
  void hear(const std::string& sql, const Result& result) {
    const Identity identity = identity_of(sql);
    Results results;
    results.list.push_back(result);
    const std::string image = encode_image(results, utf8mb4_collation);
    emulator_->follow({identity.canonical, identity.qualifier, 1}, as_bytes(image), noon, true);
  }
  void hear(const std::string& sql, std::uint64_t affected = 0, std::uint64_t id = 0) {
    OkPacket ok;
    ok.affected = affected;
    ok.insert_id = id;
    hear(sql, ok);
  }
  void control(Control control, const std::string& name = "") {
    emulator_->control(control, name, 1);
  }

  std::vector<Column> columns;
  std::vector<std::string> writes;

 private:
  std::string shown(const emulation::ToldAnswer& told) {
    if (told.error) return std::to_string(told.error->code) + " " + told.error->message;
    if (told.ok) return text_of(*told.ok);
    columns = told.set->columns;
    std::string text;
    for (const std::string_view row : told.rows) {
      std::vector<mysql::Cell> cells;
      REQUIRE(decode_text_row(as_bytes(row), columns.size(), cells));
      for (std::size_t i = 0; i < cells.size(); ++i)
        text += (i > 0 ? "|" : "") + std::string(cells[i].value_or("NULL"));
      text += ";";
    }
    return text;
  }
  static std::string text_of(const OkPacket& ok) {
    std::string text = std::to_string(ok.affected);
    if (ok.insert_id != 0) text += " id " + std::to_string(ok.insert_id);
    if (ok.warnings != 0) text += " warnings " + std::to_string(ok.warnings);
    return text + (ok.info.empty() ? "" : " " + ok.info);
  }

  std::unique_ptr<Emulator> emulator_;
};

constexpr const char* definition =
    "CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY, name varchar(5), n int NOT NULL DEFAULT 7, "
    "UNIQUE KEY u (name))";

}  // namespace

TEST_CASE("a table of MySQL is known from its definition on") {
  EmulatedMysql sql;
  CHECK(sql.say("SELECT id, n FROM t") == "-");
  sql.hear(definition);
  CHECK(sql.say("SELECT id, n FROM t").empty());
  CHECK(sql.say("INSERT INTO t (name) VALUES ('x')") == "1 id 1");
  CHECK(sql.writes == std::vector<std::string>{"@sequence", "t"});
  CHECK(sql.say("INSERT INTO t (name, n) VALUES ('y', 1), ('z', 2)") ==
        "2 id 2 Records: 2  Duplicates: 0  Warnings: 0");
  CHECK(sql.say("SELECT id, n FROM t WHERE id = 3") == "3|2;");
  CHECK(sql.say("UPDATE t SET n = n + 1 WHERE id > 1") ==
        "2 Rows matched: 2  Changed: 2  Warnings: 0");
  CHECK(sql.say("UPDATE t SET n = 2 WHERE id > 1") == "1 Rows matched: 2  Changed: 1  Warnings: 0");
  CHECK(sql.say("DELETE FROM t WHERE id = 2") == "1");
  CHECK(sql.say("SELECT id, n FROM t ORDER BY id DESC") == "3|2;1|7;");
  CHECK(sql.say("TRUNCATE TABLE t") == "0");
  CHECK(sql.say("INSERT INTO t (n) VALUES (5)") == "1 id 1");
}

TEST_CASE("columns of MySQL are described by the definition of their table") {
  EmulatedMysql sql;
  sql.hear(definition);
  CHECK(sql.say("SELECT id AS a, n FROM t x").empty());
  REQUIRE(sql.columns.size() == 2);
  CHECK(sql.columns[0].name == "a");
  CHECK(sql.columns[0].org_name == "id");
  CHECK(sql.columns[0].table == "x");
  CHECK(sql.columns[0].org_table == "t");
  CHECK(sql.columns[0].type == FieldType::long_);
  CHECK(sql.columns[0].length == 11);
  CHECK(sql.columns[0].has(column_flag::auto_increment));
  CHECK(sql.columns[0].has(column_flag::primary_key));
  CHECK(sql.columns[1].has(column_flag::not_null));
}

TEST_CASE("what is computed of MySQL is described as it was told") {
  EmulatedMysql sql;
  sql.hear(definition);
  CHECK(sql.say("SELECT count(*) FROM t") == "-");
  ResultSet set;
  set.columns = {
      {.name = "count(*)", .charset = 63, .length = 21, .type = FieldType::longlong, .flags = 129}};
  set.rows = Document::array({Document::array({0})});
  sql.hear("SELECT count(*) FROM t", set);
  CHECK(sql.say("INSERT INTO t (name) VALUES ('x')") == "1 id 1");
  CHECK(sql.say("SELECT count(*) FROM t") == "1;");
}

TEST_CASE("constraints of MySQL refuse in its own words") {
  EmulatedMysql sql;
  sql.hear(definition);
  CHECK(sql.say("INSERT INTO t (name) VALUES ('x')") == "1 id 1");
  CHECK(sql.say("INSERT INTO t (name) VALUES ('x')") == "1062 Duplicate entry 'x' for key 'u'");
  CHECK(sql.say("INSERT INTO t (id) VALUES (1)") == "1062 Duplicate entry '1' for key 'PRIMARY'");
  CHECK(sql.say("INSERT INTO t (name) VALUES ('abcdef')") ==
        "1406 Data too long for column 'name' at row 1");
  CHECK(sql.say("INSERT INTO t (n) VALUES (NULL)") == "1048 Column 'n' cannot be null");
  CHECK(sql.say("INSERT IGNORE INTO t (id) VALUES (1)") == "0 warnings 1");
  // The refused row took its number.
  CHECK(sql.say("INSERT INTO t (name) VALUES ('y')") == "1 id 3");
}

TEST_CASE("letters of MySQL are alike where that is sure") {
  EmulatedMysql sql;
  sql.hear("CREATE TABLE t (id int PRIMARY KEY, a varchar(9)) COLLATE=utf8mb4_general_ci");
  CHECK(sql.say("INSERT INTO t VALUES (1, 'ab'), (2, 'Cd')") ==
        "2 Records: 2  Duplicates: 0  Warnings: 0");
  CHECK(sql.say("SELECT id FROM t WHERE a = 'AB'") == "1;");
  CHECK(sql.say("SELECT id FROM t WHERE a = 'ab '") == "-");  // whether blanks count
  CHECK(sql.say("SELECT id FROM t WHERE a = 'áb'") == "-");
  CHECK(sql.say("SELECT id FROM t ORDER BY a DESC") == "2;1;");
  // Of an unknown collation only what is alike in all of them.
  sql.hear("CREATE TABLE u (id int PRIMARY KEY, a varchar(9))");
  CHECK(sql.say("INSERT INTO u VALUES (1, 'ab')") == "1");
  CHECK(sql.say("SELECT id FROM u WHERE a = 'ab'") == "1;");
  CHECK(sql.say("SELECT id FROM u WHERE a = 'AB'") == "-");
}

TEST_CASE("references of MySQL are followed") {
  EmulatedMysql sql;
  sql.hear("CREATE TABLE p (id int PRIMARY KEY)");
  sql.hear(
      "CREATE TABLE c (id int PRIMARY KEY, pid int, CONSTRAINT f FOREIGN KEY (pid) REFERENCES p "
      "(id) ON DELETE CASCADE)");
  CHECK(sql.say("INSERT INTO p VALUES (1)") == "1");
  CHECK(sql.say("INSERT INTO c VALUES (1, 1)") == "1");
  CHECK(
      sql.say("INSERT INTO c VALUES (2, 2)") ==
      "1452 Cannot add or update a child row: a foreign key constraint fails (`w`.`c`, CONSTRAINT "
      "`f` FOREIGN KEY (`pid`) REFERENCES `p` (`id`) ON DELETE CASCADE)");
  CHECK(sql.say("DELETE FROM p WHERE id = 1") == "1");
  CHECK(sql.writes == std::vector<std::string>{"p", "c"});
  CHECK(sql.say("SELECT id FROM c").empty());
}

TEST_CASE("a session of MySQL has to be understood") {
  EmulatedMysql sql;
  sql.hear(definition);
  const auto with = [](const std::string& settings) { return "(set " + settings + "\x1f) "; };
  CHECK(sql.say("INSERT INTO t (n) VALUES (NULL)", with("sql_mode=")) == "-");
  CHECK(sql.say("INSERT INTO t (n) VALUES (3)", with("sql_mode=ANSI_QUOTES")) == "1 id 1");
  CHECK(sql.say("SELECT id FROM t", with("sql_mode=PAD_CHAR_TO_FULL_LENGTH")) == "-");
  CHECK(sql.say("SELECT id FROM t", with("sql_select_limit=1")) == "-");
  CHECK(sql.say("SELECT id FROM t", "`w2`: ") == "-");  // another database
}

TEST_CASE("a transaction of MySQL is taken back, but for its numbers") {
  EmulatedMysql sql;
  sql.hear(definition);
  sql.control(Control::begin);
  CHECK(sql.say("INSERT INTO t (n) VALUES (3)") == "1 id 1");
  sql.control(Control::rollback);
  CHECK(sql.say("SELECT id FROM t").empty());
  CHECK(sql.say("INSERT INTO t (n) VALUES (3)") == "1 id 2");
}

TEST_CASE("ON DUPLICATE KEY UPDATE changes the row that is met") {
  EmulatedMysql sql;
  sql.hear(definition);
  const std::string insert = "INSERT INTO t (name, n) VALUES ";
  const std::string update = " ON DUPLICATE KEY UPDATE n = VALUES(n) + 1";
  CHECK(sql.say(insert + "('x', 1)" + update) == "1 id 1");
  CHECK(sql.say(insert + "('x', 4)" + update) == "2 id 1");
  CHECK(sql.say(insert + "('x', 4)" + update) == "0");
  CHECK(sql.say(insert + "('y', 1)" + update) == "1 id 4");
  CHECK(sql.say("SELECT id, n FROM t") == "1|5;4|1;");
  // The number that is told then is that of the row.
  sql.hear("INSERT INTO t (name) VALUES ('q')", ErrorPacket{1205, "HY000", "Lock wait timeout"});
  sql.hear(insert + "('x', 8)" + update, 2, 1);
  CHECK(sql.say("INSERT INTO t (name) VALUES ('z')") == "-");
}

TEST_CASE("procedures of MySQL are run") {
  EmulatedMysql sql;
  sql.hear(definition);
  sql.hear(
      "CREATE PROCEDURE p(k int, d int) BEGIN UPDATE t SET n = n + d WHERE id = k; SELECT n "
      "FROM t WHERE id = k; END");
  sql.hear(
      "CREATE PROCEDURE q(k int) BEGIN DECLARE i int DEFAULT 0; WHILE i < k DO INSERT INTO t "
      "(n) VALUES (i * 2); SET i = i + 1; END WHILE; END");
  CHECK(sql.say("CALL p(1, 2)") == "0");
  CHECK(sql.say("CALL q(2)") == "2");
  CHECK(sql.say("CALL p(2, 5)") == "7; 1");
  sql.control(Control::begin);
  CHECK(sql.say("CALL q(3)") == "3");
  sql.control(Control::rollback);
  CHECK(sql.say("INSERT INTO t (n) VALUES (1)") == "1 id 6");
  sql.hear("DROP PROCEDURE p");
  CHECK(sql.say("CALL p(2, 5)") == "-");
  sql.hear("CREATE PROCEDURE p(k int) BEGIN DECLARE CONTINUE HANDLER FOR NOT FOUND SET k = 1; END");
  CHECK(sql.say("CALL p(2)") == "-");
  // A connection that has run one keeps what it saw of the columns then.
  CHECK(sql.say("CALL q(0)") == "0");
  sql.hear("ALTER TABLE t ADD COLUMN extra int");
  CHECK(sql.say("CALL q(0)") == "-");
}

TEST_CASE("functions of MySQL that write are run") {
  EmulatedMysql sql;
  sql.hear(definition);
  sql.hear("CREATE TABLE l (id int AUTO_INCREMENT PRIMARY KEY, n bigint, w varchar(20))");
  sql.hear(
      "CREATE FUNCTION f(a int) RETURNS bigint MODIFIES SQL DATA BEGIN DECLARE x bigint DEFAULT 0; "
      "UPDATE t SET n = n + 1 WHERE id = a; SELECT count(*) INTO x FROM t; "
      "INSERT INTO l (n, w) VALUES (x + a, 'f'); RETURN x + a; END");
  CHECK(sql.why("SELECT f(1)") == "the columns of the answer");
  CHECK(sql.say("INSERT INTO t (name, n) VALUES ('x', 1)") == "1 id 1");
  ResultSet told;
  Column column;
  column.name = "f(1)";
  column.type = FieldType::longlong;
  told.columns.push_back(column);
  told.rows.push_back(Document::array({2}));
  CHECK(sql.say("SELECT f(1)") == "-");
  sql.hear("SELECT f(1)", told);
  CHECK(sql.why("SELECT f(1)") == "");
  CHECK(sql.say("SELECT id, n FROM l") == "1|2;");
  CHECK(sql.say("SELECT f(1)") == "2;");
  CHECK(sql.say("SELECT id, n FROM l") == "1|2;2|2;");
}

TEST_CASE("triggers of MySQL are run, row by row") {
  EmulatedMysql sql;
  sql.hear(definition);
  sql.hear("CREATE TABLE l (id int AUTO_INCREMENT PRIMARY KEY, n int, w varchar(20))");
  sql.hear("CREATE TRIGGER a BEFORE INSERT ON t FOR EACH ROW SET NEW.n = NEW.n + 1");
  sql.hear(
      "CREATE TRIGGER b AFTER UPDATE ON t FOR EACH ROW INSERT INTO l (n, w) VALUES (OLD.n, "
      "concat(NEW.name, '!'))");
  sql.hear(
      "CREATE TRIGGER c BEFORE DELETE ON t FOR EACH ROW IF OLD.id = 1 THEN SIGNAL SQLSTATE "
      "'45000' SET MESSAGE_TEXT = 'not this one'; END IF");
  CHECK(sql.say("INSERT INTO t (name, n) VALUES ('x', 1)") == "1 id 1");
  CHECK(sql.say("UPDATE t SET n = 9 WHERE id = 1") == "1 Rows matched: 1  Changed: 1  Warnings: 0");
  CHECK(sql.say("SELECT id, n FROM l") == "1|2;");
  CHECK(sql.say("DELETE FROM t WHERE id = 1") == "1644 not this one");
  CHECK(sql.say("SELECT id, n FROM t") == "1|9;");
  sql.hear("DROP TRIGGER c");
  CHECK(sql.say("DELETE FROM t WHERE id = 1") == "1");
}

TEST_CASE("conditions and missing values of MySQL refuse in its own words") {
  EmulatedMysql sql;
  sql.hear(
      "CREATE TABLE p (id int PRIMARY KEY, n int NOT NULL CHECK (n >= 0), CONSTRAINT few CHECK "
      "(n < 9))");
  sql.hear("INSERT INTO p (id, n) VALUES (1, 1)", 1);
  CHECK(sql.say("INSERT INTO p (id) VALUES (2)") == "1364 Field 'n' doesn't have a default value");
  CHECK(sql.say("INSERT INTO p (id, n) VALUES (1, 9)") ==
        "4025 CONSTRAINT `few` failed for `w`.`p`");
  CHECK(sql.say("UPDATE p SET n = 10") == "4025 CONSTRAINT `few` failed for `w`.`p`");
  CHECK(sql.say("UPDATE p SET n = 8") == "1 Rows matched: 1  Changed: 1  Warnings: 0");
}

TEST_CASE("this moment of MySQL is the time of the run") {
  EmulatedMysql sql;
  sql.hear(
      "CREATE TABLE m (id int PRIMARY KEY, at datetime(3), made datetime DEFAULT "
      "CURRENT_TIMESTAMP, seen timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE "
      "CURRENT_TIMESTAMP)");
  CHECK(sql.say("INSERT INTO m (id, at) VALUES (1, NOW(3))") == "1");
  CHECK(sql.say("SELECT at, made FROM m") == "2023-11-14 22:13:20.000|2023-11-14 22:13:20;");
  CHECK(sql.say("UPDATE m SET at = NULL") == "1 Rows matched: 1  Changed: 1  Warnings: 0");
  CHECK(sql.say("SELECT at, made FROM m") == "NULL|2023-11-14 22:13:20;");
}

TEST_CASE("definitions of MySQL that do nothing say so") {
  EmulatedMysql sql;
  sql.hear(definition);
  CHECK(sql.say("CREATE TABLE IF NOT EXISTS t (id int)") == "0 warnings 1");
  CHECK(sql.say("INSERT INTO t (name) VALUES ('x')") == "1 id 1");
  CHECK(sql.say("CREATE TABLE t (id int)") == "1050 Table 't' already exists");
  CHECK(sql.say("DROP TABLE IF EXISTS t") == "0");
  CHECK(sql.say("DROP TABLE IF EXISTS t") == "0 warnings 1");
  CHECK(sql.say("SELECT id FROM t") == "1146 Table 'w.t' doesn't exist");
  CHECK(sql.say(definition) == "0");
  CHECK(sql.say("SELECT id FROM t").empty());
}

TEST_CASE("ALTER TABLE of MySQL is followed with the rows") {
  EmulatedMysql sql;
  sql.hear(std::string(definition) + " COLLATE=utf8mb4_general_ci");
  CHECK(sql.say("INSERT INTO t (name) VALUES ('x'), ('y')") ==
        "2 id 1 Records: 2  Duplicates: 0  Warnings: 0");
  sql.hear("ALTER TABLE t ADD COLUMN a int NOT NULL, ADD COLUMN b varchar(3) DEFAULT 'q' FIRST");
  CHECK(sql.say("SELECT * FROM t") == "q|1|x|7|0;q|2|y|7|0;");
  sql.hear("ALTER TABLE t MODIFY n bigint NULL AFTER a, CHANGE name label varchar(9) NOT NULL");
  CHECK(sql.say("SELECT * FROM t") == "q|1|x|0|7;q|2|y|0|7;");
  CHECK(sql.say("INSERT INTO t (label, a) VALUES ('x', 1)") ==
        "1062 Duplicate entry 'x' for key 'u'");
  sql.hear("ALTER TABLE t DROP INDEX u, DROP COLUMN b");
  CHECK(sql.say("INSERT INTO t (label, a) VALUES ('x', 1)") == "1 id 4");
  CHECK(sql.say("SELECT * FROM t WHERE n IS NULL") == "4|x|1|NULL;");
  sql.hear("RENAME TABLE t TO s");
  CHECK(sql.say("SELECT id FROM s WHERE a = 1") == "4;");
  sql.hear("ALTER TABLE s AUTO_INCREMENT = 50");
  CHECK(sql.say("SELECT id FROM s") == "-");
}

TEST_CASE("what a change of type makes of values of MySQL is known where they fit") {
  EmulatedMysql sql;
  sql.hear(
      "CREATE TABLE t (id int PRIMARY KEY, n int, w varchar(9), d double) "
      "COLLATE=utf8mb4_general_ci");
  CHECK(sql.say("INSERT INTO t VALUES (1, 300, 'abc', 1.5)") == "1");
  sql.hear("ALTER TABLE t MODIFY n smallint, MODIFY w varchar(4)");
  CHECK(sql.say("SELECT n, w FROM t") == "300|abc;");
  sql.hear("ALTER TABLE t MODIFY d varchar(20)");
  CHECK(sql.say("SELECT n FROM t") == "300;");
  CHECK(sql.say("SELECT d FROM t") == "-");
  sql.hear("ALTER TABLE t MODIFY n tinyint");  // which the server would not have done strictly
  CHECK(sql.say("SELECT n FROM t") == "-");
}

TEST_CASE("UUID, ENUM, SET and FLOAT of MariaDB are computed with") {
  EmulatedMysql sql;
  sql.hear(
      "CREATE TABLE t (id uuid PRIMARY KEY, e enum('low','High','mid') NOT NULL, s set('a','b'), "
      "f float) COLLATE=utf8mb4_general_ci");
  CHECK(sql.say("INSERT INTO t VALUES ('0A1B2C3D111142228333000000000001', 'HIGH', 'b,A', 1.1)") ==
        "1");
  CHECK(sql.say("INSERT INTO t VALUES ('0a1b2c3d-1111-4222-8333-000000000000', 'low', '', 0.5)") ==
        "1");
  CHECK(sql.say("SELECT * FROM t WHERE e = 'high'") ==
        "0a1b2c3d-1111-4222-8333-000000000001|High|a,b|1.1;");
  CHECK(sql.columns[0].extended == std::string("\0\4uuid", 6));
  CHECK(sql.columns[1].has(column_flag::enum_));
  CHECK(sql.say("SELECT f FROM t ORDER BY id") == "0.5;1.1;");
  CHECK(sql.say("SELECT e FROM t ORDER BY e DESC") == "High;low;");
  CHECK(sql.say("SELECT e FROM t ORDER BY s") == "-");
  CHECK(sql.say("SELECT e FROM t WHERE f = 1.1").empty());
  CHECK(sql.say("INSERT INTO t (id, e) VALUES ('0a1b2c3d-1111-4222-8333-000000000002', 'none')") ==
        "1265 Data truncated for column 'e' at row 1");
}

TEST_CASE("an UPDATE of MySQL that meets no row says so where the server looked") {
  EmulatedMysql sql;
  sql.hear(definition);
  CHECK(sql.say("UPDATE t SET n = 1 WHERE name IS NULL") ==
        "0 Rows matched: 0  Changed: 0  Warnings: 0");
  CHECK(sql.say("UPDATE t SET n = 1 WHERE n IS NULL") == "-");
}

TEST_CASE("LIKE BINARY of MySQL tells letters apart") {
  EmulatedMysql sql;
  sql.hear(definition);
  CHECK(sql.say("INSERT INTO t (name) VALUES ('Ab')") == "1 id 1");
  CHECK(sql.say("SELECT id FROM t WHERE name LIKE BINARY '%b'") == "1;");
  CHECK(sql.say("SELECT id FROM t WHERE name LIKE BINARY 'a%'").empty());
  CHECK(sql.say("SELECT id FROM t ORDER BY NULL") == "1;");
}

TEST_CASE("columns of MySQL are described as they were told of the table that there is") {
  EmulatedMysql sql;
  sql.hear("CREATE TABLE t (id int PRIMARY KEY)");
  const auto tell = [&](std::uint32_t length) {
    ResultSet set;
    set.columns = {
        {.name = "m", .charset = 63, .length = length, .type = FieldType::long_, .flags = 128}};
    set.rows = Document::array({Document::array({Document()})});
    sql.hear("SELECT max(id) AS m FROM t", set);
  };
  tell(11);
  sql.hear("ALTER TABLE t MODIFY id bigint");
  CHECK(sql.say("SELECT max(id) AS m FROM t") == "-");
  tell(20);
  CHECK(sql.say("SELECT max(id) AS m FROM t") == "NULL;");
  CHECK(sql.columns[0].length == 20);
}

TEST_CASE("ALTER TABLE of MariaDB is answered where it is sure to succeed") {
  EmulatedMysql sql;
  const std::string none = "0 Records: 0  Duplicates: 0  Warnings: 0";
  sql.hear("CREATE TABLE p (id int PRIMARY KEY) COLLATE=utf8mb4_general_ci");
  sql.hear(
      "CREATE TABLE c (id int PRIMARY KEY, n int CHECK (n > 0), p int) COLLATE=utf8mb4_general_ci");
  CHECK(sql.say("ALTER TABLE c ADD COLUMN w varchar(9) DEFAULT 'x' NOT NULL AFTER id") == none);
  CHECK(sql.say("CREATE INDEX i ON c (w)") == none);
  CHECK(sql.say("INSERT INTO c (id, n) VALUES (1, 0)") ==
        "4025 CONSTRAINT `c.n` failed for `w`.`c`");
  CHECK(sql.say("INSERT INTO c (id, n, p) VALUES (1, 2, 1)") == "1");
  CHECK(sql.say("ALTER TABLE c MODIFY n bigint NOT NULL") ==
        "1 Records: 1  Duplicates: 0  Warnings: 0");
  CHECK(sql.say("ALTER TABLE c MODIFY w varchar(30) NOT NULL") == none);
  CHECK(sql.say("ALTER TABLE c MODIFY n tinyint") == "1 Records: 1  Duplicates: 0  Warnings: 0");
  CHECK(sql.say("ALTER TABLE c ADD CONSTRAINT f FOREIGN KEY (p) REFERENCES p (id)") == "-");
  CHECK(sql.say("ALTER TABLE c ADD COLUMN id int") == "-");
  CHECK(sql.say("DROP INDEX i ON c") == none);
  CHECK(sql.say("DROP INDEX i ON c") == "-");
  CHECK(sql.say("ALTER TABLE c DROP COLUMN w") == none);
  CHECK(sql.say("ALTER TABLE c RENAME TO d") == "-");  // whether that name is free
  sql.hear("ALTER TABLE c RENAME TO d");
  CHECK(sql.say("SELECT * FROM d") == "1|2|1;");
}

TEST_CASE("names that are taken or free are refused in MySQL's words") {
  EmulatedMysql sql;
  sql.hear(definition);
  CHECK(sql.say(definition) == "1050 Table 't' already exists");
  CHECK(sql.say("DROP TABLE t") == "0");
  CHECK(sql.say("DROP TABLE t") == "1051 Unknown table 'w.t'");
}

TEST_CASE("VALUES of MySQL gives a column of the row that is met its default") {
  EmulatedMysql sql;
  sql.hear("CREATE TABLE v (id int PRIMARY KEY, n int NOT NULL, m int)");
  CHECK(sql.say("INSERT INTO v (id) VALUES (1)") == "1364 Field 'n' doesn't have a default value");
  CHECK(sql.say("INSERT INTO v (id) VALUES (1) ON DUPLICATE KEY UPDATE n = VALUES(n)") == "-");
}
