// Statements of MySQL that do more than their words say: functions, procedures, triggers, ON
// DUPLICATE KEY UPDATE, values that are computed or this moment's.
#include <fmt/format.h>

#include "mysql_statements.hpp"

namespace differential {

std::vector<std::string> MysqlGenerator::cleanup() {
  std::vector<std::string> statements = {"DROP TABLE IF EXISTS t2, t1, t0, l"};
  for (const char* const each : {"FUNCTION f0", "FUNCTION f1", "FUNCTION f2", "PROCEDURE p0",
                                 "PROCEDURE p1", "PROCEDURE p2", "PROCEDURE p3", "PROCEDURE p4"}) {
    const std::string text = each;
    const std::size_t space = text.find(' ');
    statements.push_back("DROP " + text.substr(0, space) + " IF EXISTS" + text.substr(space));
  }
  return statements;
}

/// `c = c + 1` of a number of the table.
std::string MysqlGenerator::counted(const Table& table) const {
  for (const Column& each : table.columns)
    if (each.type == "int" || each.type == "bigint" || each.type == "decimal(8,2)")
      if (each.name != "id" && each.name != "parent")
        return fmt::format("{0} = {0} + 1", each.name);
  return "id = id";
}

std::vector<std::string> MysqlGenerator::routines() {
  const std::string first = tables_[0].name, second = tables_[1].name;
  const std::string add = counted(tables_[0]), other = counted(tables_[1]);
  std::vector<std::string> statements = {
      "CREATE TABLE l (id int AUTO_INCREMENT PRIMARY KEY, n bigint, w varchar(60), "
      "at datetime(3) NULL, made datetime DEFAULT CURRENT_TIMESTAMP, "
      "seen timestamp(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6))",
      fmt::format("CREATE FUNCTION f0(a int) RETURNS int READS SQL DATA RETURN (SELECT count(*) "
                  "FROM {} WHERE id > a)",
                  first),
      "CREATE FUNCTION f1(a int, b varchar(12)) RETURNS varchar(14) DETERMINISTIC BEGIN DECLARE r "
      "varchar(14) DEFAULT b; IF a > 6 THEN SET r = 'high'; ELSEIF a < 0 THEN RETURN NULL; ELSE "
      "SET r = concat(b, '!'); END IF; RETURN r; END",
      fmt::format("CREATE FUNCTION f2(a int) RETURNS bigint MODIFIES SQL DATA BEGIN DECLARE n "
                  "bigint DEFAULT 0; UPDATE {} SET {} WHERE id = a; SELECT count(*) INTO n FROM "
                  "{}; INSERT INTO l (n, w) VALUES (n + a, 'f2'); RETURN n + a; END",
                  second, other, second),
      fmt::format("CREATE PROCEDURE p0(a int) BEGIN UPDATE {0} SET {1} WHERE id = a; SELECT * "
                  "FROM {0} WHERE id = a; END",
                  first, add),
      fmt::format("CREATE PROCEDURE p1(a int, t varchar(20)) BEGIN DECLARE i int DEFAULT 0; WHILE "
                  "i < a DO INSERT INTO l (n, w) VALUES (i * 2, t); SET i = i + 1; END WHILE; "
                  "SELECT count(*) AS n, max(n) AS m FROM l; DELETE FROM {} WHERE id = a; SELECT "
                  "id, w FROM l ORDER BY id; END",
                  second),
      fmt::format("CREATE PROCEDURE p2(a int) IF a > 5 THEN DELETE FROM {0} WHERE id = a; ELSE "
                  "INSERT INTO {0} (id) VALUES (a); END IF",
                  first),
      "CREATE PROCEDURE p3(a int) BEGIN IF a < 4 THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = "
      "'too small'; END IF; INSERT INTO l (n, w) VALUES (a, 'p3'); END",
      fmt::format("CREATE PROCEDURE p4(a int) BEGIN DECLARE k int; SELECT id INTO k FROM {} WHERE "
                  "id = a; UPDATE l SET n = n + k WHERE id = a; END",
                  first)};
  if (random_.percent(60))
    for (std::string& each : triggers()) statements.push_back(std::move(each));
  return statements;
}

std::vector<std::string> MysqlGenerator::triggers() {
  const Table& table = random_.of(tables_);
  const Column& one = column(table);
  std::vector<std::string> all = {
      fmt::format("CREATE TRIGGER a0 AFTER INSERT ON {} FOR EACH ROW INSERT INTO l (n, w) VALUES "
                  "(NEW.id, 'made')",
                  table.name),
      fmt::format("CREATE TRIGGER a1 AFTER UPDATE ON {} FOR EACH ROW BEGIN IF NOT (NEW.{} <=> "
                  "OLD.{}) THEN INSERT INTO l (n, w) VALUES (OLD.id, 'changed'); END IF; END",
                  table.name, one.name, one.name),
      fmt::format("CREATE TRIGGER a2 BEFORE DELETE ON {} FOR EACH ROW IF OLD.id = 3 THEN SIGNAL "
                  "SQLSTATE '45000' SET MESSAGE_TEXT = 'not this one'; END IF",
                  table.name),
      fmt::format("CREATE TRIGGER a3 AFTER DELETE ON {} FOR EACH ROW UPDATE l SET n = n + OLD.id "
                  "WHERE id = 1",
                  table.name)};
  if (one.name != "id" && one.name != "parent") {
    all.push_back(fmt::format("CREATE TRIGGER a4 BEFORE INSERT ON {} FOR EACH ROW SET NEW.{} = {}",
                              table.name, one.name, literal(one.type)));
    all.push_back(
        fmt::format("CREATE TRIGGER a5 BEFORE UPDATE ON {} FOR EACH ROW BEGIN IF OLD.id "
                    "> 4 THEN SET NEW.{} = OLD.{}; END IF; END",
                    table.name, one.name, one.name));
  }
  std::vector<std::string> chosen;
  for (std::string& each : all)
    if (random_.percent(40)) chosen.push_back(std::move(each));
  return chosen;
}

SqlStatement MysqlGenerator::call() {
  // A call that was not computed leaves what it may have written unknown, until it is emptied.
  if (random_.percent(5)) return {"TRUNCATE", "TRUNCATE TABLE l", true};
  const int number = random_.below(12);
  switch (random_.below(8)) {
    case 0:
      return {"function", fmt::format("SELECT f0({}) AS n", number % 3), true};
    case 1:
      return {"function", fmt::format("SELECT f1({}, 'a')", number - 2), true};
    case 2:
      // Without a name of its own the column is called by the text: it was told of no other number.
      return {"function that writes",
              fmt::format("SELECT f2({}){}", number % 3, random_.percent(80) ? " AS n" : ""), true};
    case 3:
      return {"CALL", fmt::format("CALL p0({})", number), true};
    case 4:
      return {"CALL", fmt::format("CALL p1({}, {})", number % 4, quoted(3)), true};
    case 5:
      return {"CALL", fmt::format("CALL p2({})", number), true};
    case 6:
      return {"CALL", fmt::format("CALL p3({})", number), true};
    default:
      return {"CALL", fmt::format("CALL p4({})", number), true};
  }
}

SqlStatement MysqlGenerator::upsert(const Table& table) {
  SqlStatement statement = insert(table);
  if (statement.kind != "INSERT") return statement;
  std::string set;
  const int count = 1 + random_.below(2);
  for (int i = 0; i < count; ++i) {
    const Column& each = column(table);
    if (each.name == "id") continue;
    const std::string values = "VALUES(" + each.name + ")";
    std::string value = random_.percent(50) ? values : literal(each.type);
    if (each.type.find("int") == 0 && random_.percent(40))
      value = each.name + " + " + (random_.percent(50) ? values : "1");
    set += (set.empty() ? "" : ", ") + each.name + " = " + value;
  }
  if (set.empty()) return statement;
  return {"UPSERT", statement.sql + " ON DUPLICATE KEY UPDATE " + set, true};
}

SqlStatement MysqlGenerator::computed_insert(const Table& table) {
  std::string columns, values;
  for (const Column& each : table.columns) {
    if (each.name == "id" && !each.needed) continue;
    std::string value = literal(each.type);
    if (each.name == "parent") value = std::to_string(1 + random_.below(6));
    if (each.name == "id") value = fmt::format("{} + {}", random_.below(14), random_.below(5));
    const bool number = each.type == "int" || each.type == "bigint" || each.type == "int unsigned";
    if (number && each.name != "id" && each.name != "parent" && random_.percent(60))
      value = random_.percent(50) ? fmt::format("{} + {} * 2", random_.below(9), random_.below(9))
                                  : fmt::format("(SELECT max(id) FROM {} WHERE id < {})",
                                                random_.of(tables_).name, random_.below(20));
    if (each.needed && value == "NULL") value = literal(each.type);
    columns += (columns.empty() ? "" : ", ") + each.name;
    values += (values.empty() ? "" : ", ") + value;
  }
  return {"INSERT computed",
          "INSERT INTO " + table.name + " (" + columns + ") VALUES (" + values + ")", true};
}

SqlStatement MysqlGenerator::of_this_moment() {
  const int number = 1 + random_.below(9);
  switch (random_.below(6)) {
    case 0:
      return {"moment", fmt::format("INSERT INTO l (n, at) VALUES ({}, NOW(3))", number), true};
    case 1:
      return {"moment", fmt::format("INSERT INTO l (n, at) VALUES ({}, NOW())", number), true};
    case 2:
      return {"moment", fmt::format("UPDATE l SET n = n + 1 WHERE id = {}", number), true};
    case 3:
      return {"moment",
              fmt::format("UPDATE l SET at = NOW(), n = {} WHERE id = {}", number, number), true};
    case 4:
      return {"moment", fmt::format("UPDATE l SET at = CURRENT_TIMESTAMP WHERE id = {}", number),
              true};
    default:
      return {"SELECT", "SELECT * FROM l ORDER BY id", true};
  }
}

}  // namespace differential
