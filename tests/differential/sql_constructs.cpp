// Of SqlGenerator: functions and operators of every type that the emulator calculates with, and
// queries of rarer forms. Each has a kind of its own in the report.
#include <fmt/format.h>

#include <array>

#include "sql_patterns.hpp"
#include "sql_statements.hpp"

namespace differential {
namespace {

using Words = std::vector<std::string>;

/// `pattern` with each `@x` replaced by what `make(x)` gives.
template <class Make>
std::string filled(const std::string& pattern, const Make& make) {
  std::string text;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '@' && i + 1 < pattern.size() && pattern[i + 1] >= 'A' &&
        pattern[i + 1] <= 'Z')
      text += make(pattern[++i]);
    else
      text += pattern[i];
  }
  return text;
}

}  // namespace

/// T text, N whole number, D numeric, F float, M timestamp or timestamptz, S timestamp, Z
/// timestamptz, A date, I interval, J jsonb, L int[], X text[], C small number, K boolean.
std::string SqlGenerator::value_of(const Table& table, const std::string& prefix, char kind) {
  const auto column_of = [&](const std::string& type, const std::string& other) {
    Words found;
    for (const Column& each : table.columns)
      if (each.type == type) found.push_back(prefix + each.name);
    return found.empty() || random_.percent(25) ? other : random_.of(found);
  };
  const auto literal_of = [&](const std::string& type) {
    std::string text = literal(type);
    while (text == "NULL") text = literal(type);
    return text;
  };
  switch (kind) {
    case 'T':
      return text(table, prefix, 1);
    case 'N':
      return number(table, prefix, 1);
    case 'C':
      return std::to_string(random_.below(5));
    case 'D':
      return random_.percent(40)   ? decimal(table, prefix, 1)
             : random_.percent(50) ? column_of("numeric", "(2.50)")
                                   : fmt::format("({}::numeric)", number(table, prefix, 0));
    case 'F':
      return column_of("double precision",
                       fmt::format("{}::double precision", number(table, prefix, 0)));
    case 'S':
      return column_of("timestamp", "timestamp '2024-02-29 13:14:15.5'");
    case 'Z':
      return column_of("timestamptz", "timestamptz '2024-03-31 01:30:00+00'");
    case 'M':
      return value_of(table, prefix, random_.percent(50) ? 'S' : 'Z');
    case 'A':
      return column_of("date", "date '2024-01-31'");
    case 'I': {
      static const Words intervals = {
          "interval '1 day'",           "interval '1 month'",
          "interval '90 minutes'",      "interval '1 year 2 mons 3 days'",
          "interval '-1 day 02:00:00'", "interval '12 hours'",
          "interval '2 weeks'",         "interval '30 days 5 seconds'"};
      return column_of("interval", random_.of(intervals));
    }
    case 'J':
      return column_of("jsonb", literal_of("jsonb") + "::jsonb");
    case 'L':
      return column_of("int[]", random_.percent(50)
                                    ? "ARRAY[1, 2, 3]"
                                    : fmt::format("ARRAY[{}]", number(table, prefix, 0)));
    case 'X':
      return column_of("text[]", random_.percent(50) ? "ARRAY['a', 'b c', 'NULL', '']"
                                                     : fmt::format("string_to_array({}, 'a')",
                                                                   text(table, prefix, 0)));
    default:
      return comparison(table, prefix, 0);
  }
}

std::string SqlGenerator::filled_from(const Table& table, const std::string& prefix,
                                      const Words& patterns) {
  return filled(random_.of(patterns), [&](char kind) { return value_of(table, prefix, kind); });
}

SqlStatement SqlGenerator::shows(const Table& table, const std::string& kind,
                                 const Words& patterns) {
  return {kind,
          fmt::format("SELECT x.id, {} AS a, {} AS b FROM {} x{} ORDER BY x.id",
                      filled_from(table, "x.", patterns), filled_from(table, "x.", patterns),
                      table.name, random_.percent(50) ? "" : where(table, "x.")),
          true};
}

SqlStatement SqlGenerator::tests(const Table& table, const std::string& kind,
                                 const Words& patterns) {
  return {kind,
          fmt::format("SELECT id FROM {} WHERE {} ORDER BY id", table.name,
                      filled_from(table, "", patterns)),
          true};
}

SqlStatement SqlGenerator::gathered(const Table& table) {
  static const Words patterns = {"string_agg(@T, ',' ORDER BY id)",
                                 "string_agg(@T, '; ' ORDER BY @N DESC, id)",
                                 "string_agg(@T, ',')",
                                 "string_agg(DISTINCT @T, ',')",
                                 "array_agg(id ORDER BY id)",
                                 "array_agg(@T ORDER BY id DESC)",
                                 "array_agg(@N ORDER BY @N, id)",
                                 "array_agg(DISTINCT @N)",
                                 "json_agg(@T ORDER BY id)",
                                 "jsonb_agg(@N ORDER BY id)",
                                 "jsonb_agg(@J ORDER BY id)",
                                 "json_agg(@Z ORDER BY id)",
                                 "jsonb_object_agg(id::text, @T ORDER BY id)",
                                 "json_object_agg('k' || id, @N ORDER BY id)",
                                 "array_agg(@A ORDER BY id) FILTER (WHERE @K)",
                                 "sum(@D)",
                                 "avg(@D)",
                                 "min(@D)",
                                 "max(@D)",
                                 "sum(@F)",
                                 "count(DISTINCT @T)",
                                 "array_agg(@K ORDER BY id)",
                                 "sum(@N * 2)",
                                 "max(@S)",
                                 "min(@A)",
                                 "string_agg(id::text, '-' ORDER BY id DESC NULLS FIRST)",
                                 "sum(@N) FILTER (WHERE @K)",
                                 "bool_or(@K)",
                                 "avg(@N)",
                                 "coalesce(sum(@N), 0)",
                                 "round(avg(@N), 2)",
                                 "count(*) FILTER (WHERE @K) * 100 / greatest(count(*), 1)"};
  const std::string value = filled_from(table, "", patterns),
                    other = filled_from(table, "", patterns);
  if (random_.percent(50))
    return {"aggregates",
            fmt::format("SELECT {} AS a, {} AS b FROM {}{}", value, other, table.name,
                        where(table, "")),
            true};
  const std::string key = column(table).name;
  return {"aggregates", fmt::format("SELECT {} AS k, {} AS a FROM {}{} GROUP BY 1", key, value,
                                    table.name, where(table, ""))};
}

SqlStatement SqlGenerator::framed(const Table& table) {
  static const Words frames = {"",
                               " ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING",
                               " ROWS UNBOUNDED PRECEDING",
                               " RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW",
                               " ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING",
                               " ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING",
                               " ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING"};
  static const Words functions = {"sum(@N)",        "avg(@N)",          "count(@T)",
                                  "min(@N)",        "max(@N)",          "first_value(@N)",
                                  "last_value(id)", "nth_value(id, 2)", "lag(id, 2)",
                                  "lead(@N, 1, 0)", "ntile(3)",         "row_number()",
                                  "rank()",         "dense_rank()",     "sum(@N) FILTER (WHERE @K)",
                                  "avg(@D)"};
  const std::string order = random_.percent(70) ? "id" : column(table).name;
  return {
      "window frames",
      fmt::format("SELECT id, {} OVER w AS a, {} OVER ({}ORDER BY {}{}) AS b FROM {}{} WINDOW w AS "
                  "({}ORDER BY id{}) ORDER BY id",
                  filled_from(table, "", functions), filled_from(table, "", functions),
                  random_.percent(40) ? "PARTITION BY " + column(table).name + " " : "", order,
                  random_.of(frames), table.name, where(table, ""),
                  random_.percent(40) ? "PARTITION BY " + column(table).name + " " : "",
                  random_.of(frames)),
      true};
}

SqlStatement SqlGenerator::rare_query(const Table& table) {
  const std::string name = column(table).name;
  switch (random_.below(15)) {
    case 12:
      return {"order by chance", fmt::format("SELECT id, {} FROM {}{} ORDER BY random()", name,
                                             table.name, where(table, ""))};
    case 13:
      return {"group by value",
              fmt::format(
                  "SELECT date_trunc('month', {0}) AS m, count(*), count({1}) FROM {2} GROUP BY "
                  "date_trunc('month', {0}) ORDER BY 1",
                  value_of(table, "", 'Z'), name, table.name),
              true};
    case 14:
      return {"null of a value",
              fmt::format("SELECT id FROM {} WHERE {} IS NULL OR id > {} ORDER BY id", table.name,
                          random_.percent(50) ? "'a'" : "NULL", random_.below(4)),
              true};
    case 0:
      return {"distinct on",
              fmt::format("SELECT DISTINCT ON ({0}) id, {0} FROM {1}{2} ORDER BY {0}{3}, id{4}",
                          name, table.name, where(table, ""), random_.percent(30) ? " DESC" : "",
                          random_.percent(50) ? " DESC" : ""),
              true};
    case 1:
      return {
          "values",
          random_.percent(50)
              ? fmt::format("VALUES (1, 'a', {}), (2, 'b', {})", random_.below(4), random_.below(4))
              : fmt::format(
                    "SELECT v.a, v.b, t.id FROM (VALUES (1, 'x'), (2, 'y'), (3, NULL)) AS v(a, b) "
                    "LEFT JOIN {} t ON t.id = v.a ORDER BY v.a",
                    table.name),
          true};
    case 2:
      return {
          "recursive",
          fmt::format(
              "WITH RECURSIVE r(n{}) AS (SELECT {}{} UNION {} SELECT n + {}{} FROM r WHERE n < {}) "
              "SELECT * FROM r ORDER BY n",
              random_.percent(50) ? "" : "", random_.below(3), "", random_.percent(70) ? "ALL" : "",
              1 + random_.below(3), "", 3 + random_.below(8)),
          true};
    case 3:
      return {"recursive",
              fmt::format("WITH RECURSIVE r AS (SELECT id, {0} AS v FROM {1} WHERE id = {2} UNION "
                          "ALL SELECT t.id, t.{0} "
                          "FROM {1} t JOIN r ON t.id = r.id + 1) SELECT id, v FROM r ORDER BY id",
                          name, table.name, 1 + random_.below(4)),
              true};
    case 4:
      return {"set function",
              fmt::format("SELECT n, n * 2 AS d FROM generate_series({}, {}{}) AS n ORDER BY n",
                          random_.below(4), random_.below(9), random_.percent(40) ? ", 2" : ""),
              true};
    case 5:
      return {"set function", fmt::format("SELECT t.id, u FROM {} t, unnest({}) AS u", table.name,
                                          value_of(table, "t.", random_.percent(50) ? 'L' : 'X'))};
    case 6:
      return {
          "set function",
          fmt::format(
              "SELECT t.id, u.v, u.o FROM {} t CROSS JOIN unnest({}) WITH ORDINALITY AS u(v, o)",
              table.name, value_of(table, "t.", 'L'))};
    case 7:
      return {"set function",
              fmt::format("SELECT value, value ->> 'x' AS x FROM jsonb_array_elements('{}') ",
                          random_.percent(50) ? "[1, {\"x\": \"y\"}, null]" : "[]"),
              true};
    case 8:
      return {"set function",
              fmt::format(
                  "SELECT key, value FROM jsonb_each{}('{{\"b\": 1, \"aa\": \"x\", \"c\": null}}')",
                  random_.percent(50) ? "_text" : ""),
              true};
    case 9:
      return {"array of a query",
              fmt::format("SELECT ARRAY(SELECT {} FROM {}{} ORDER BY id{}) AS a",
                          random_.percent(50) ? "id" : name, table.name, where(table, ""),
                          random_.percent(50) ? " DESC" : ""),
              true};
    case 10:
      return {"common columns",
              fmt::format("WITH w (a, b) AS (SELECT id, {} FROM {}) SELECT s.p, s.q FROM (SELECT "
                          "a, b FROM w) AS s (p, q) "
                          "ORDER BY s.p",
                          name, table.name),
              true};
    default:
      return {"set function",
              fmt::format("SELECT count(*) FROM generate_series(1, {}) g JOIN {} t ON t.id = g",
                          2 + random_.below(9), table.name),
              true};
  }
}

SqlStatement SqlGenerator::computed_update(const Table& table) {
  Words set;
  for (const Column& each : table.columns) {
    if (each.name == "id" || each.name == "parent" || !random_.percent(50)) continue;
    static const std::array<std::pair<const char*, Words>, 11> of_types = {
        {{"int[]",
          {"array_append(@L, @C)", "@L || @C", "array_remove(@L, 1)", "'{7,8}'", "ARRAY[1,2]"}},
         {"text[]", {"array_append(@X, @T)", "'{a,b}'", "array_cat(@X, @X)", "ARRAY[@T]"}},
         {"jsonb",
          {"@J || '{\"u\": 1}'", "jsonb_set(@J, '{a}', '5')", "jsonb_build_object('t', @T)",
           "@J - 'a'"}},
         {"numeric", {"@D * 2", "round(@D, 1)", "@N", "'1.50'"}},
         {"numeric(8,2)", {"@D / 3", "@N", "round(@D, 1)"}},
         {"double precision", {"@F / 2", "@N", "@D"}},
         {"timestamp", {"@S + @I", "@Z", "@A"}},
         {"timestamptz", {"@Z + @I", "@S", "date_trunc('day', @Z)"}},
         {"interval", {"@I + @I", "'3 days'", "@S - @S"}},
         {"tsvector", {"to_tsvector(@T)", "setweight(to_tsvector(@T), 'A') || to_tsvector('x')"}},
         {"text", {"concat(@T, @N)", "upper(@T)", "@N", "to_char(@S, 'YYYY')", "left(@T, 2)"}}}};
    for (const auto& [type, patterns] : of_types)
      if (each.type == type) set.push_back(each.name + " = " + filled_from(table, "", patterns));
  }
  if (set.empty()) return update(table);
  std::string list;
  for (const std::string& each : set) list += (list.empty() ? "" : ", ") + each;
  return {"computed update", fmt::format("UPDATE {} SET {}{}{}", table.name, list, where(table, ""),
                                         returning(table))};
}

SqlStatement SqlGenerator::construct(const Table& table) {
  switch (random_.below(16)) {
    case 0:
      return shows(table, "text functions", text_patterns());
    case 1:
      return tests(table, "text conditions", text_conditions());
    case 2:
      return shows(table, "number functions", number_patterns());
    case 3:
    case 4:
      return shows(table, "moments", moment_patterns());
    case 5:
      return tests(table, "moment conditions", moment_conditions());
    case 6:
      return shows(table, "arrays", array_patterns());
    case 7:
      return tests(table, "array conditions", array_conditions());
    case 8:
      return shows(table, "json", json_patterns());
    case 9:
      return tests(table, "json conditions", json_conditions());
    case 10:
    case 11:
      return gathered(table);
    case 12:
      return framed(table);
    case 13:
      return computed_update(table);
    default:
      return rare_query(table);
  }
}

}  // namespace differential
