// Of SqlGenerator: changes whose rows a query gives, and views.
#include <fmt/format.h>

#include "sql_statements.hpp"

namespace differential {
namespace {

using Words = std::vector<std::string>;

std::string listed(const Words& words) {
  std::string list;
  for (const std::string& word : words) list += (list.empty() ? "" : ", ") + word;
  return list;
}

bool alike(const std::string& a, const std::string& b) {
  const auto family = [](const std::string& type) {
    if (type == "int" || type == "bigint" || type == "smallint") return std::string("number");
    return type == "text" || type.starts_with("varchar") ? std::string("text") : type;
  };
  return family(a) == family(b);
}

}  // namespace

// ---- changes of what a query gives ----

/// What a query over the table shows for these columns.
std::string SqlGenerator::source_of(const Table& table, const std::vector<Column>& into) {
  Words outputs;
  for (const Column& each : into) {
    std::vector<Column> fitting;
    for (const Column& other : table.columns)
      if (alike(each.type, other.type)) fitting.push_back(other);
    const bool number = alike(each.type, "int");
    if (each.name == "id")
      outputs.push_back(random_.percent(70) ? fmt::format("s.id + {}", random_.below(40)) : "s.id");
    else if (number && random_.percent(40))
      outputs.push_back(this->number(table, "s.", 1));
    else if (!fitting.empty() && random_.percent(75))
      outputs.push_back("s." + random_.of(fitting).name);
    else
      outputs.push_back(literal(each.type));
  }
  return listed(outputs);
}

SqlStatement SqlGenerator::insert_query(const Table& table) {
  const Table& other = random_.of(tables_);
  std::vector<Column> chosen;
  Words names;
  for (const Column& each : table.columns)
    if (random_.percent(each.generated ? 25 : 85)) {
      chosen.push_back(each);
      names.push_back(each.name);
    }
  if (chosen.empty()) return insert_computed(table);
  std::string sql = fmt::format(
      "INSERT INTO {} ({}) SELECT {} FROM {} s{}", table.name, listed(names),
      source_of(other, chosen), other.name,
      random_.percent(60) ? fmt::format(" WHERE s.id = {}", random_.below(8)) : where(other, "s."));
  const bool ordered = random_.percent(50);
  if (ordered) sql += " ORDER BY s.id";
  if (ordered && random_.percent(30)) sql += fmt::format(" LIMIT {}", random_.below(3));
  switch (random_.below(5)) {
    case 0:
      sql += random_.percent(70) ? " ON CONFLICT (id) DO NOTHING" : " ON CONFLICT DO NOTHING";
      break;
    case 1: {
      const Column& set = column(table);
      sql += fmt::format(" ON CONFLICT (id) DO UPDATE SET {0} = excluded.{0}", set.name);
      break;
    }
    default:
      break;
  }
  return {"insert of a query", sql + returning(table), ordered};
}

SqlStatement SqlGenerator::insert_computed(const Table& table) {
  Words names, values;
  for (const Column& each : table.columns) {
    if (!random_.percent(each.generated ? 8 : 85)) continue;
    names.push_back(each.name);
    const int choice = random_.below(4);
    const Table& other = random_.of(tables_);
    if (alike(each.type, "int") && choice == 0)
      values.push_back(fmt::format("(SELECT max({}) FROM {})",
                                   random_.of(columns_of(other, "number")).name, other.name));
    else if (alike(each.type, "int") && choice == 1)
      values.push_back(fmt::format("{} + {}", random_.below(5), random_.below(5)));
    else if (alike(each.type, "text") && choice == 0)
      values.push_back(fmt::format("lower({})", literal("text")));
    else
      values.push_back(literal(each.type));
  }
  if (names.empty()) return insert(table);
  return {"insert of what is computed",
          fmt::format("INSERT INTO {} ({}) VALUES ({}){}", table.name, listed(names),
                      listed(values), returning(table)),
          true};
}

SqlStatement SqlGenerator::update_from(const Table& table) {
  const Table& other = random_.of(tables_);
  Words set;
  for (const Column& each : table.columns) {
    if (!random_.percent(each.name == "id" ? 4 : 30)) continue;
    std::vector<Column> fitting;
    for (const Column& from : other.columns)
      if (alike(each.type, from.type)) fitting.push_back(from);
    set.push_back(each.name + " = " +
                  (fitting.empty() ? literal(each.type)
                   : alike(each.type, "int") && random_.percent(40)
                       ? number(other, "o.", 1)
                       : "o." + random_.of(fitting).name));
  }
  if (set.empty()) set.push_back(fmt::format("{} = DEFAULT", table.columns.back().name));
  static const Words joins = {"o.id = t.id", "o.id = t.id", "o.id < t.id"};
  std::string condition = random_.of(joins);
  if (random_.percent(60)) condition += fmt::format(" AND t.id = {}", random_.below(8));
  if (random_.percent(40)) condition += " AND " + comparison(other, "o.", 0);
  static const Words returned = {"", "", " RETURNING t.id, o.id AS other", " RETURNING t.*",
                                 " RETURNING *"};
  return {"update from", fmt::format("UPDATE {} t SET {} FROM {} o WHERE {}{}", table.name,
                                     listed(set), other.name, condition, random_.of(returned))};
}

SqlStatement SqlGenerator::remove_using(const Table& table) {
  const Table& other = random_.of(tables_);
  static const Words returned = {"", "", " RETURNING t.id, o.id AS other", " RETURNING t.*"};
  return {"delete using",
          fmt::format("DELETE FROM {} t USING {} o WHERE {} = {} AND t.id = {}{}{}", table.name,
                      other.name, number(other, "o.", 0), number(table, "t.", 0), random_.below(8),
                      random_.percent(50) ? " AND " + comparison(table, "t.", 0) : "",
                      random_.of(returned))};
}

SqlStatement SqlGenerator::merge(const Table& table) {
  const Table& other = random_.of(tables_);
  std::string sql =
      fmt::format("MERGE INTO {} t USING {} s ON t.id = s.id{}", table.name, other.name,
                  random_.percent(60) ? fmt::format(" AND s.id = {}", random_.below(8)) : "");
  if (random_.percent(80)) {
    const Column& set = column(table);
    const std::string extra = random_.percent(30) ? " AND " + comparison(table, "t.", 0) : "";
    const int choice = random_.below(5);
    sql += " WHEN MATCHED" + extra + " THEN " +
           (choice == 0 ? std::string("DELETE")
            : choice == 1
                ? std::string("DO NOTHING")
                : fmt::format("UPDATE SET {} = {}", set.name,
                              alike(set.type, "int") ? number(other, "s.", 1) : literal(set.type)));
  }
  if (random_.percent(40) || sql.find("WHEN") == std::string::npos) {
    Words names, values;
    for (const Column& each : table.columns)
      if (random_.percent(each.generated ? 20 : 80)) {
        names.push_back(each.name);
        values.push_back(each.name == "id"         ? "s.id + 20"
                         : alike(each.type, "int") ? number(other, "s.", 0)
                                                   : literal(each.type));
      }
    if (names.empty()) {
      names.push_back("id");
      values.push_back("s.id");
    }
    sql += fmt::format(" WHEN NOT MATCHED THEN INSERT ({}) VALUES ({})", listed(names),
                       listed(values));
  }
  return {"merge", sql};
}

SqlStatement SqlGenerator::changing_with(const Table& table) {
  const Table& other = random_.of(tables_);
  const std::string key = fmt::format("id = {}", random_.below(8));
  const Column& shown = column(table);
  switch (random_.below(5)) {
    case 0:
      return {
          "with a change",
          fmt::format("WITH m AS (DELETE FROM {} WHERE {} RETURNING id, {}) SELECT id, {} FROM m",
                      table.name, key, shown.name, shown.name)};
    case 1:
      return {"with a change",
              fmt::format("WITH m AS (UPDATE {0} SET {1} = {2} WHERE {3} RETURNING *) "
                          "SELECT count(*), max(id + 1) FROM m",
                          table.name, shown.name, literal(shown.type), key)};
    case 2: {
      const Column& into = other.columns.front();
      return {"with a change",
              fmt::format("WITH m AS (DELETE FROM {} WHERE {} RETURNING id) INSERT INTO {} ({}) "
                          "SELECT id + 50 FROM m ON CONFLICT (id) DO NOTHING{}",
                          table.name, key, other.name, into.name, returning(other))};
    }
    case 3:
      return {
          "with a change",
          fmt::format("WITH s AS (SELECT id FROM {} WHERE {}) UPDATE {} SET {} = {} WHERE id IN "
                      "(SELECT id FROM s){}",
                      table.name, key, other.name, other.columns.back().name,
                      literal(other.columns.back().type), returning(other))};
    default: {
      SqlStatement inner = insert(table);
      const std::size_t at = inner.sql.find(" RETURNING");
      inner.sql = inner.sql.substr(0, at);
      return {"with a change",
              fmt::format("WITH n AS ({} RETURNING id, {}) SELECT n.*, o.id AS other FROM "
                          "n LEFT JOIN {} o ON o.id = n.id",
                          inner.sql, shown.name, other.name)};
    }
  }
}

SqlStatement SqlGenerator::changing(const Table& table) {
  switch (random_.below(7)) {
    case 0:
      return insert_query(table);
    case 1:
      return insert_computed(table);
    case 2:
      return update_from(table);
    case 3:
      return remove_using(table);
    case 4:
      return merge(table);
    case 5:
      return insert_query(table);
    default:
      return changing_with(table);
  }
}

// ---- views ----

/// For each table one that may be written to, one of groups, and a materialised one.
Words SqlGenerator::views() {
  Words all;
  for (const Table& table : tables_) {
    const std::string& name = table.name;
    const std::string condition = comparison(table, "", 0);
    all.push_back(fmt::format(
        "CREATE VIEW v{0} AS SELECT {1} FROM {0} WHERE {2}", name,
        random_.percent(40) ? std::string("*") : "id, " + table.columns[1].name + " AS c0",
        condition));
    all.push_back(
        fmt::format("CREATE VIEW g{0} (k, n, m) AS SELECT {1}, count(*), max(id) FROM {0} "
                    "GROUP BY {1}",
                    name, table.columns[1].name));
    all.push_back(
        fmt::format("CREATE MATERIALIZED VIEW m{0} AS SELECT id, {1} FROM {0} x WHERE {2}", name,
                    table.columns.back().name, comparison(table, "x.", 0)));
  }
  return all;
}

SqlStatement SqlGenerator::view(const Table& table) {
  if (!has_views_) return rows(table);
  const std::string& name = table.name;
  switch (random_.below(8)) {
    case 0:
      return {"view", fmt::format("SELECT * FROM v{} ORDER BY id", name), true};
    case 1:
      return {"view", fmt::format("SELECT v.c0, t.id FROM v{0} v JOIN {0} t ON t.id = v.id + {1}",
                                  name, random_.below(2))};
    case 2:
      return {"view",
              fmt::format("SELECT k, n FROM g{} WHERE n > {} ORDER BY n", name, random_.below(3))};
    case 3:
      return {"view", fmt::format("UPDATE v{} SET c0 = {} WHERE id = {}", name,
                                  literal(table.columns[1].type), random_.below(8))};
    case 4:
      return {"view", fmt::format("DELETE FROM v{} WHERE id = {}", name, random_.below(8))};
    case 5:
      return {"refresh", fmt::format("REFRESH MATERIALIZED VIEW m{}", name), true};
    case 6:
      return {"view", fmt::format("SELECT count(*), max(id) FROM m{}", name), true};
    default:
      return {"view", fmt::format("SELECT * FROM m{} ORDER BY id", name), true};
  }
}

}  // namespace differential
