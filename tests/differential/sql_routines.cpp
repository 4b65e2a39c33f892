// Of SqlGenerator: functions and triggers with simple bodies, and sessions with settings of their
// own.
#include <fmt/format.h>

#include "sql_statements.hpp"

namespace differential {
namespace {

using Words = std::vector<std::string>;

}  // namespace

/// A log, and of each table a function that changes it and triggers.
Words SqlGenerator::routines() {
  Words all = {
      "DROP TABLE IF EXISTS log CASCADE",
      "CREATE TABLE log (n serial PRIMARY KEY, op text, k bigint, old bigint, new bigint)"};
  for (const Table& table : tables_) {
    const std::string& name = table.name;
    const std::string number = random_.of(columns_of(table, "number")).name;
    all.push_back(fmt::format(
        "CREATE OR REPLACE FUNCTION bump_{0}(k bigint, d int) RETURNS bigint LANGUAGE plpgsql AS "
        "$$ "
        "DECLARE x bigint; BEGIN UPDATE {0} SET {1} = {2} WHERE id = k RETURNING id INTO x; IF NOT "
        "FOUND THEN RETURN -d; ELSIF x > 3 THEN x := x * 2; END IF; RETURN x; END $$",
        name, table.columns[1].name, literal(table.columns[1].type)));
    all.push_back(fmt::format(
        "CREATE OR REPLACE FUNCTION total_{0}(low bigint) RETURNS bigint LANGUAGE sql STABLE AS "
        "$$ SELECT count(*) FROM {0} WHERE {0}.id >= low $$",
        name));
    if (!random_.percent(60)) continue;
    all.push_back(fmt::format(
        "CREATE OR REPLACE FUNCTION note_{0}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF "
        "TG_OP "
        "= 'INSERT' THEN INSERT INTO log (op, k, new) VALUES (TG_OP, NEW.id, NEW.{1}); ELSIF TG_OP "
        "= "
        "'UPDATE' THEN INSERT INTO log (op, k, old, new) VALUES ('U', NEW.id, OLD.{1}, NEW.{1}); "
        "ELSE INSERT INTO log (op, k, old) VALUES (TG_OP || TG_TABLE_NAME, OLD.id, OLD.{1}); END "
        "IF; RETURN NULL; END $$",
        name, number));
    static const Words events = {"INSERT OR UPDATE OR DELETE", "UPDATE", "INSERT", "DELETE"};
    all.push_back(fmt::format(
        "CREATE TRIGGER noted AFTER {1} ON {0} FOR EACH ROW EXECUTE FUNCTION note_{0}()", name,
        random_.of(events)));
    if (!random_.percent(50)) continue;
    const Column& last = table.columns.back();
    all.push_back(
        fmt::format("CREATE OR REPLACE FUNCTION fill_{0}() RETURNS trigger LANGUAGE plpgsql AS $$ "
                    "BEGIN IF NEW.{1} "
                    "IS NULL THEN NEW.{1} := {2}; END IF; RETURN NEW; END $$",
                    name, last.name, literal(last.type)));
    all.push_back(fmt::format(
        "CREATE TRIGGER filled BEFORE INSERT OR UPDATE ON {0} FOR EACH ROW EXECUTE FUNCTION "
        "fill_{0}()",
        name));
  }
  return all;
}

SqlStatement SqlGenerator::routine(const Table& table) {
  if (!has_routines_) return rows(table);
  switch (random_.below(4)) {
    case 0:
      return {"function", fmt::format("SELECT total_{}({})", table.name, random_.below(6)), true};
    case 1:
      return {"log of triggers", "SELECT n, op, k, old, new FROM log ORDER BY n", true};
    case 2:
      return {"log of triggers", "INSERT INTO log (op, k) VALUES ('mine', 1) RETURNING n", true};
    default:
      return {"function",
              fmt::format("SELECT bump_{}({}, {}) AS n", table.name, random_.below(8),
                          random_.below(3)),
              true};
  }
}

}  // namespace differential
