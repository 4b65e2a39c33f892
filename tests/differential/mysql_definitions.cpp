// Changes of the tables of MySQL: columns and keys that come, go and become others.
#include <fmt/format.h>

#include <algorithm>

#include "mysql_statements.hpp"

namespace differential {
namespace {

/// Types that hold what the other one holds.
std::string wider(const std::string& type) {
  if (type == "tinyint" || type == "smallint unsigned") return "int";
  if (type == "int" || type == "int unsigned") return "bigint";
  if (type == "varchar(6)" || type == "varchar(9)") return "varchar(12)";
  if (type == "varchar(12)") return "varchar(30)";
  return type == "decimal(5,0)" ? "decimal(8,0)" : type;
}

}  // namespace

std::string MysqlGenerator::added(Table& table, const std::string& place) {
  static const std::vector<std::string> types = {"int",          "varchar(9)", "tinyint",
                                                 "decimal(8,2)", "uuid",       "datetime"};
  Column made{"x" + std::to_string(++made_), random_.of(types)};
  std::string sql = "ADD COLUMN " + made.name + " " + made.type;
  const bool preset = random_.percent(40) && made.type != "uuid" && made.type != "datetime";
  if (random_.percent(30) && made.type != "uuid" && made.type != "datetime") {
    sql += " NOT NULL";
    made.needed = !preset;
  }
  if (preset) sql += made.type.starts_with("varchar") ? " DEFAULT 'ab'" : " DEFAULT 7";
  table.columns.push_back(made);
  return sql + place;
}

std::string MysqlGenerator::changed(Table& table, Column& column) {
  const std::string null = column.needed || random_.percent(20) ? " NOT NULL" : "";
  column.needed = !null.empty();
  column.type = wider(column.type);
  if (random_.percent(60)) return "MODIFY " + column.name + " " + column.type + null;
  const std::string old = column.name;
  column.name = "y" + std::to_string(++made_);
  static_cast<void>(table);
  return "CHANGE " + old + " " + column.name + " " + column.type + null;
}

std::string MysqlGenerator::keyed(const Table& table, const Column& column) {
  const std::string name = "k" + std::to_string(++made_);
  switch (random_.below(5)) {
    case 0:
      return fmt::format("ALTER TABLE {} ADD UNIQUE {} ({})", table.name, name, column.name);
    case 1:
      return fmt::format("ALTER TABLE {} ADD INDEX {} ({})", table.name, name, column.name);
    case 2:
      return fmt::format("CREATE INDEX {} ON {} ({}, id)", name, table.name, column.name);
    case 3:
      return fmt::format("DROP INDEX k{} ON {}", 1 + random_.below(made_), table.name);
    default:
      return fmt::format("ALTER TABLE {} DROP FOREIGN KEY f{}", table.name, table.name.substr(1));
  }
}

SqlStatement MysqlGenerator::altered() {
  before_ = tables_;
  auto& table = tables_[static_cast<std::size_t>(random_.below(3))];
  const auto at = static_cast<std::size_t>(random_.below(static_cast<int>(table.columns.size())));
  Column& one = table.columns[at];
  const bool fixed = one.name == "id" || one.name == "parent" || table.columns.size() < 4;
  const std::string head = "ALTER TABLE " + table.name + " ";
  static const std::vector<std::string> places = {"", "", " FIRST", " AFTER id"};
  switch (random_.below(fixed ? 2 : 8)) {
    case 0:
      return {"ALTER", head + added(table, random_.of(places)), true};
    case 1:
      return {"ALTER", keyed(table, one), true};
    case 2:
    case 3:
    case 4:
      return {"ALTER", head + changed(table, one), true};
    case 5: {
      const std::string old = one.name;
      one.name = "z" + std::to_string(++made_);
      return {"ALTER", head + "RENAME COLUMN " + old + " TO " + one.name, true};
    }
    case 6:
      return {"ALTER", head + "ALTER COLUMN " + one.name + " DROP DEFAULT", true};
    default: {
      const std::string old = one.name;
      table.columns.erase(table.columns.begin() + static_cast<std::ptrdiff_t>(at));
      return {"ALTER", head + "DROP COLUMN " + old, true};
    }
  }
}

}  // namespace differential
