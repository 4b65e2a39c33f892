#include "mysql_statements.hpp"

#include <fmt/format.h>

namespace differential {
namespace {

const std::vector<std::string> types = {"int",
                                        "tinyint",
                                        "smallint unsigned",
                                        "bigint",
                                        "varchar(12)",
                                        "varchar(6)",
                                        "decimal(8,2)",
                                        "decimal(5,0)",
                                        "datetime",
                                        "datetime(3)",
                                        "date",
                                        "time",
                                        "double",
                                        "text",
                                        "int unsigned",
                                        "char(5)",
                                        "varbinary(8)",
                                        "tinyint(1)",
                                        "varchar(9) COLLATE utf8mb4_bin",
                                        "uuid",
                                        "float",
                                        "enum('aa','b','Cd','z1')",
                                        "set('aa','b','Cd')",
                                        "timestamp(2) NULL"};

bool is_text(const std::string& type) {
  return type.starts_with("varchar") || type.starts_with("char") || type == "text";
}

bool is_whole(const std::string& type) {
  return type.find("int") != std::string::npos && !type.starts_with("var");
}

bool is_number(const std::string& type) {
  return is_whole(type) || type.starts_with("decimal");
}

const std::vector<std::string> comparisons = {"=", "<>", "<", "<=", ">", ">=", "=", "<=>"};

}  // namespace

std::string MysqlGenerator::quoted(int length) {
  static const std::vector<std::string> letters = {"a", "b", "A", "B", "c",
                                                   "1", "_", "z", "é", " "};
  std::string text;
  const int count = random_.below(length + 1);
  for (int i = 0; i < count; ++i)
    text += random_.percent(93) ? letters[static_cast<std::size_t>(random_.below(7))]
                                : random_.of(letters);
  return "'" + text + "'";
}

std::string MysqlGenerator::literal(const std::string& type) {
  if (random_.percent(8)) return "NULL";
  if (type == "tinyint(1)") return random_.percent(50) ? "0" : "1";
  if (type == "tinyint") return std::to_string(random_.below(random_.percent(3) ? 300 : 100) - 20);
  if (is_whole(type)) return std::to_string(random_.below(random_.percent(5) ? 100'000 : 30) - 3);
  if (type == "decimal(8,2)")
    return fmt::format("{}.{:02}", random_.below(random_.percent(5) ? 3'000'000 : 60) - 20,
                       random_.below(100));
  if (type == "decimal(5,0)") return std::to_string(random_.below(200) - 50);
  if (type == "float")
    return random_.percent(20) ? fmt::format("{}.{}e0", random_.below(9), random_.below(1000))
                               : fmt::format("{}.{}", random_.below(40), random_.below(4) * 25);
  if (type == "uuid") {
    const std::string end = fmt::format("{:012x}", random_.below(12) * 7777);
    return random_.percent(80) ? "'0a1b2c3d-1111-4222-8333-" + end + "'"
                               : "'0A1B2C3D111142228333" + end + "'";
  }
  if (type.starts_with("enum") || type.starts_with("set")) {
    static const std::vector<std::string> labels = {"'aa'", "'b'", "'cd'", "'Cd'", "'B'", "'aa'"};
    if (random_.percent(4)) return "'other'";
    return type.starts_with("set") && random_.percent(40) ? "'Cd,aa'" : random_.of(labels);
  }
  if (type == "double") return fmt::format("{}.{}", random_.below(40), random_.below(4) * 25);
  const std::string day = fmt::format("20{:02}-{:02}-{:02}", 10 + random_.below(20),
                                      1 + random_.below(12), 1 + random_.below(28));
  const std::string time =
      fmt::format("{:02}:{:02}:{:02}", random_.below(24), random_.below(60), random_.below(60));
  if (type == "date") return "'" + day + "'";
  if (type == "time") return "'" + time + "'";
  if (type.starts_with("timestamp"))
    return fmt::format("'{} {}.{:02}'", day, time, random_.below(3) * 25);
  if (type == "datetime") return "'" + day + " " + time + "'";
  if (type == "datetime(3)") return fmt::format("'{} {}.{:03}'", day, time, random_.below(3) * 125);
  if (type == "varchar(6)" || type == "char(5)") return quoted(random_.percent(4) ? 8 : 4);
  return quoted(5);
}

std::string MysqlGenerator::definition(Table& table, std::size_t number) {
  const bool counts = random_.percent(60);
  std::string sql = "CREATE TABLE " + table.name + " (id int" +
                    (counts ? " AUTO_INCREMENT" : " NOT NULL") + " PRIMARY KEY";
  table.columns = {{"id", "int", !counts}};
  const int count = 3 + random_.below(5);
  for (int i = 0; i < count; ++i) {
    Column column{"c" + std::to_string(i), random_.of(types)};
    sql += ", " + column.name + " " + column.type;
    column.needed = random_.percent(25);
    if (column.needed) sql += " NOT NULL";
    const bool preset = random_.percent(25) &&
                        (is_whole(column.type) || (is_text(column.type) && column.type != "text"));
    if (preset) sql += is_whole(column.type) ? " DEFAULT 7" : " DEFAULT 'ab'";
    column.needed = column.needed && !preset;
    table.columns.push_back(column);
  }
  if (number > 0) {
    static const std::vector<std::string> actions = {"", " ON DELETE CASCADE",
                                                     " ON DELETE SET NULL", " ON DELETE RESTRICT"};
    table.columns.push_back({"parent", "int", false});
    sql += fmt::format(", parent int, CONSTRAINT f{} FOREIGN KEY (parent) REFERENCES t{} (id){}",
                       number, number - 1, random_.of(actions));
  }
  const Column& unique = column(table);
  if (random_.percent(50) && unique.type != "text" && unique.name != "id")
    sql += fmt::format(", UNIQUE KEY u{} ({})", number, unique.name);
  const Column& indexed = column(table);
  if (random_.percent(40) && indexed.type != "text" && indexed.name != "id")
    sql += fmt::format(", KEY i{} ({})", number, indexed.name);
  static const std::vector<std::string> options = {
      "", " COLLATE=utf8mb4_general_ci", " COLLATE=utf8mb4_general_ci",
      " DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci"};
  return sql + ")" + random_.of(options);
}

std::vector<std::string> MysqlGenerator::schema() {
  std::vector<std::string> statements;
  tables_.assign(3, {});
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    tables_[i].name = "t" + std::to_string(i);
    statements.push_back(definition(tables_[i], i));
  }
  if (random_.percent(60))
    for (std::string& each : routines()) statements.push_back(std::move(each));
  return statements;
}

const MysqlGenerator::Column& MysqlGenerator::column(const Table& table) {
  return random_.of(table.columns);
}

std::string MysqlGenerator::comparison(const Table& table, const std::string& prefix) {
  const Column& one = column(table);
  const std::string name = prefix + one.name;
  switch (random_.below(8)) {
    case 0:
      return name + (random_.percent(50) ? " IS NULL" : " IS NOT NULL");
    case 1:
      return fmt::format("{} IN ({}, {}, {})", name, literal(one.type), literal(one.type),
                         literal(one.type));
    case 2:
      return fmt::format("{} BETWEEN {} AND {}", name, literal(one.type), literal(one.type));
    case 3:
      if (is_text(one.type))
        return fmt::format("{} LIKE '{}%'", name,
                           random_.of(std::vector<std::string>{"a", "B", "%c", "_"}));
      [[fallthrough]];
    default:
      return fmt::format("{} {} {}", name, random_.of(comparisons), literal(one.type));
  }
}

std::string MysqlGenerator::condition(const Table& table, const std::string& prefix, int depth) {
  if (depth == 0 || random_.percent(50)) return comparison(table, prefix);
  if (random_.percent(15)) return "NOT (" + condition(table, prefix, depth - 1) + ")";
  return "(" + condition(table, prefix, depth - 1) + (random_.percent(50) ? " AND " : " OR ") +
         condition(table, prefix, depth - 1) + ")";
}

std::string MysqlGenerator::where(const Table& table, const std::string& prefix) {
  if (random_.percent(30)) return fmt::format(" WHERE {}id = {}", prefix, 1 + random_.below(12));
  return random_.percent(15) ? "" : " WHERE " + condition(table, prefix, 2);
}

std::string MysqlGenerator::number(const Table& table, const std::string& prefix) {
  const Column& one = column(table);
  if (!is_number(one.type)) return std::to_string(random_.below(9));
  return prefix + one.name;
}

SqlStatement MysqlGenerator::insert(const Table& table) {
  std::string columns, sql;
  std::vector<const Column*> chosen;
  for (const Column& each : table.columns)
    if ((each.needed && random_.percent(98)) || random_.percent(each.name != "id" ? 85 : 45)) {
      chosen.push_back(&each);
      columns += (columns.empty() ? "" : ", ") + each.name;
    }
  const int count = random_.percent(70) ? 1 : 2 + random_.below(3);
  for (int i = 0; i < count; ++i) {
    std::string values;
    for (const Column* each : chosen) {
      std::string value = literal(each->type);
      if (each->name == "id") value = std::to_string(1 + random_.below(14));
      if (each->name == "parent" && random_.percent(70))
        value = std::to_string(1 + random_.below(6));
      if (each->needed && value == "NULL" && random_.percent(90)) value = literal(each->type);
      if (!each->needed && random_.percent(3)) value = "DEFAULT";
      values += (values.empty() ? "" : ", ") + value;
    }
    sql += (sql.empty() ? "(" : ", (") + values + ")";
  }
  const int choice = random_.below(10);
  const char* const verb = choice == 0  ? "REPLACE INTO "
                           : choice < 3 ? "INSERT IGNORE INTO "
                                        : "INSERT INTO ";
  if (choice > 7)
    return {"RETURNING",
            verb + table.name + " (" + columns + ") VALUES " + sql + " RETURNING id, " +
                table.name + "." + column(table).name,
            true};
  return {choice == 0  ? "REPLACE"
          : choice < 3 ? "INSERT IGNORE"
                       : "INSERT",
          verb + table.name + " (" + columns + ") VALUES " + sql, true};
}

SqlStatement MysqlGenerator::insert_query(const Table& table) {
  const Table& from = random_.of(tables_);
  std::string columns = "id", values = fmt::format("id + {}", 10 + random_.below(20));
  for (const Column& each : table.columns)
    for (const Column& other : from.columns)
      if (each.name == other.name && each.type == other.type && each.name != "id") {
        columns += ", " + each.name;
        values += ", " + other.name;
      }
  return {
      "INSERT SELECT",
      fmt::format("INSERT {}INTO {} ({}) SELECT {} FROM {}{}", random_.percent(50) ? "IGNORE " : "",
                  table.name, columns, values, from.name, where(from, "")),
      true};
}

SqlStatement MysqlGenerator::update(const Table& table) {
  std::string set;
  const int count = 1 + random_.below(2);
  for (int i = 0; i < count; ++i) {
    const Column& each = column(table);
    if (each.name == "id" && random_.percent(80)) continue;
    std::string value = literal(each.type);
    if (is_number(each.type) && random_.percent(50))
      value =
          fmt::format("{} {} {}", each.name, random_.percent(50) ? "+" : "-", 1 + random_.below(4));
    if (each.name == "parent") value = std::to_string(1 + random_.below(6));
    if (each.needed && value == "NULL") value = literal(each.type);
    set += (set.empty() ? "" : ", ") + each.name + " = " + value;
  }
  if (set.empty()) return rows(table);
  std::string sql = "UPDATE " + table.name + " SET " + set + where(table, "");
  if (random_.percent(10)) sql += fmt::format(" ORDER BY id LIMIT {}", 1 + random_.below(3));
  return {"UPDATE", sql, true};
}

SqlStatement MysqlGenerator::update_join() {
  const std::size_t at = 1 + static_cast<std::size_t>(random_.below(2));
  const Table &parent = tables_[at - 1], &child = tables_[at];
  const auto counted = [&](const Table& table, const std::string& prefix) {
    for (const Column& each : table.columns)
      if (is_number(each.type) && each.name != "id" && each.name != "parent")
        return fmt::format("{0}{1} = {0}{1} + 1", prefix, each.name);
    return prefix + "id = " + prefix + "id";
  };
  return {"UPDATE JOIN",
          fmt::format("UPDATE {} p JOIN {} c ON c.parent = p.id SET {}, {}{}", parent.name,
                      child.name, counted(parent, "p."), counted(child, "c."), where(parent, "p.")),
          true};
}

SqlStatement MysqlGenerator::remove(const Table& table) {
  if (random_.percent(10)) return {"TRUNCATE", "TRUNCATE TABLE " + table.name, true};
  std::string sql = "DELETE FROM " + table.name +
                    (random_.percent(60) ? fmt::format(" WHERE id = {}", 1 + random_.below(14))
                                         : where(table, ""));
  if (random_.percent(10)) sql += " ORDER BY id DESC LIMIT 1";
  return {"DELETE", sql, true};
}

SqlStatement MysqlGenerator::remove_join() {
  const std::size_t at = 1 + static_cast<std::size_t>(random_.below(2));
  static const std::vector<std::string> targets = {"c", "p", "p, c"};
  return {"DELETE JOIN",
          fmt::format("DELETE {} FROM {} p {} {} c ON c.parent = p.id WHERE p.id = {}",
                      random_.of(targets), tables_[at - 1].name,
                      random_.percent(50) ? "LEFT JOIN" : "JOIN", tables_[at].name,
                      1 + random_.below(14)),
          true};
}

SqlStatement MysqlGenerator::rows(const Table& table) {
  std::string list = random_.percent(50) ? "*" : "";
  for (const Column& each : table.columns)
    if (list != "*" && (random_.percent(50) || each.name == "id"))
      list +=
          (list.empty() ? "" : ", ") + each.name + (random_.percent(20) ? " AS x" + each.name : "");
  std::string sql = "SELECT " + list + " FROM " + table.name + where(table, "");
  const bool ordered = random_.percent(60);
  if (ordered)
    sql += " ORDER BY " + column(table).name + (random_.percent(40) ? " DESC, id" : ", id");
  if (ordered && random_.percent(40)) sql += fmt::format(" LIMIT {}", 1 + random_.below(5));
  if (random_.percent(5)) sql += " FOR UPDATE";
  return {"SELECT", sql, ordered};
}

SqlStatement MysqlGenerator::first(const Table& table) {
  return {"SELECT first",
          fmt::format("SELECT 1 AS a FROM {}{} LIMIT 1", table.name, where(table, "")), true};
}

SqlStatement MysqlGenerator::aggregate(const Table& table) {
  static const std::vector<std::string> functions = {"sum", "avg", "min", "max", "count"};
  const Column& one = column(table);
  const std::string name = is_number(one.type)   ? random_.of(functions)
                           : random_.percent(50) ? "count"
                           : random_.percent(50) ? "min"
                                                 : "max";
  return {"aggregate",
          fmt::format("SELECT count(*) AS n, {}({}{}) AS v FROM {}{}", name,
                      random_.percent(20) && name != "avg" ? "DISTINCT " : "", one.name, table.name,
                      where(table, "")),
          true};
}

SqlStatement MysqlGenerator::group(const Table& table) {
  const Column &by = column(table), &of = column(table);
  return {"GROUP BY",
          fmt::format("SELECT {0} AS g, count(*) AS n, {3}({1}) AS v FROM {2}{4} GROUP BY {0}{5}",
                      by.name, of.name, table.name, is_number(of.type) ? "sum" : "count",
                      where(table, ""), random_.percent(40) ? " HAVING count(*) > 1" : ""),
          false};
}

SqlStatement MysqlGenerator::distinct(const Table& table) {
  return {"DISTINCT", "SELECT DISTINCT " + column(table).name + " AS d FROM " + table.name, false};
}

SqlStatement MysqlGenerator::join() {
  const std::size_t at = 1 + static_cast<std::size_t>(random_.below(2));
  const Table &parent = tables_[at - 1], &child = tables_[at];
  return {"JOIN",
          fmt::format("SELECT p.id, c.id AS cid, p.{}, c.{} FROM {} p {} {} c ON c.parent = p.id{} "
                      "ORDER BY p.id, c.id",
                      parent.columns[1].name, child.columns[1].name, parent.name,
                      random_.percent(50) ? "LEFT JOIN" : "INNER JOIN", child.name,
                      where(parent, "p.")),
          true};
}

SqlStatement MysqlGenerator::subquery(const Table& table) {
  const Table& other = random_.of(tables_);
  static const std::vector<std::string> forms = {
      "SELECT id FROM {0} WHERE id IN (SELECT id FROM {1}{2}) ORDER BY id",
      "SELECT id FROM {0} o WHERE EXISTS (SELECT 1 FROM {1} i WHERE i.id = o.id) ORDER BY id",
      "SELECT count(*) AS n FROM (SELECT id FROM {1}{2}) AS s",
      "SELECT id FROM {0} WHERE id NOT IN (SELECT id FROM {1}{2}) ORDER BY id"};
  return {"sub-query",
          fmt::format(fmt::runtime(random_.of(forms)), table.name, other.name, where(other, "")),
          true};
}

SqlStatement MysqlGenerator::calculated(const Table& table) {
  const Column& one = column(table);
  const std::string name = one.name;
  std::string value;
  switch (random_.below(6)) {
    case 0:
      value = number(table, "") + " + " + number(table, "");
      break;
    case 1:
      value = number(table, "") + " * " + number(table, "");
      break;
    case 2:
      value = fmt::format("CASE WHEN {} THEN 1 ELSE 0 END", comparison(table, ""));
      break;
    case 3:
      value = fmt::format("coalesce({}, {})", name, literal(one.type));
      break;
    case 4:
      value = is_text(one.type) ? "upper(" + name + ")" : "id = 3";
      break;
    default:
      value =
          is_text(one.type) ? "char_length(" + name + ")" : "ifnull(" + name + ", " + name + ")";
  }
  return {
      "expression",
      fmt::format("SELECT id, {} AS e FROM {}{} ORDER BY id", value, table.name, where(table, "")),
      true};
}

SqlStatement MysqlGenerator::statement() {
  const Table& table = random_.of(tables_);
  if (random_.percent(2)) return altered();
  switch (random_.below(27)) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
      return insert(table);
    case 6:
      return insert_query(table);
    case 7:
    case 8:
    case 9:
      return update(table);
    case 10:
      return random_.percent(60) ? update_join() : remove_join();
    case 11:
    case 12:
      return remove(table);
    case 13:
      return aggregate(table);
    case 14:
      return group(table);
    case 15:
      return random_.percent(50) ? distinct(table) : first(table);
    case 16:
      return join();
    case 17:
      return subquery(table);
    case 18:
      return calculated(table);
    case 19:
    case 20:
      return upsert(table);
    case 21:
      return computed_insert(table);
    case 22:
      return of_this_moment();
    case 23:
      return call();
    default:
      return rows(table);
  }
}

}  // namespace differential
