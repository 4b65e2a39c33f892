// Of SqlGenerator: functions and operators of every type that the emulator calculates with, and
// queries of rarer forms. Each has a kind of its own in the report.
#include <fmt/format.h>

#include <array>

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

namespace {

const Words& text_patterns() {
  static const Words all = {"substring(@T, @C)",
                            "substring(@T from 2 for @C)",
                            "substr(@T, 1, 2)",
                            "left(@T, @C)",
                            "left(@T, -1)",
                            "right(@T, @C)",
                            "right(@T, -2)",
                            "position('b' in @T)",
                            "strpos(@T, @T)",
                            "trim(@T)",
                            "trim(both 'a' from @T)",
                            "ltrim(@T, 'a')",
                            "rtrim(@T)",
                            "trim(trailing 'b' from @T)",
                            "lpad(@T, @C)",
                            "lpad(@T, 4, 'xy')",
                            "rpad(@T, @C, '-')",
                            "repeat(@T, @C)",
                            "reverse(@T)",
                            "split_part(@T, 'b', 1)",
                            "split_part(@T, ' ', 2)",
                            "split_part(@T, 'a', -1)",
                            "md5(@T)",
                            "octet_length(@T)",
                            "initcap(@T)",
                            "translate(@T, 'ab', 'x')",
                            "starts_with(@T, 'a')",
                            "concat(@T, @N, @K)",
                            "concat(@T, '-', @T)",
                            "concat_ws(', ', @T, NULL, @T)",
                            "@T || @N",
                            "@T || ' ' || @T",
                            "'x' || @T",
                            "greatest(@N, @N, 2)",
                            "least(@N, @N)",
                            "greatest(@D, @D)",
                            "coalesce(nullif(@T, ''), 'none')",
                            "replace(@T, 'a', 'ab')",
                            "upper(@T)",
                            "lower(@T)",
                            "length(@T)",
                            "char_length(@T)",
                            "(@T)::varchar(2)",
                            "(@N)::text",
                            "(@K)::text",
                            "(@D)::text",
                            "to_hex(@C)",
                            "ascii(@T)",
                            "encode(convert_to(@T, 'UTF8'), 'hex')",
                            "(@T ~ '^a')::text",
                            "@T ~* 'B'",
                            "@T !~ '[a-c]+$'"};
  return all;
}

const Words& text_conditions() {
  static const Words all = {"left(@T, 1) = 'a'",
                            "length(@T) > @C",
                            "@T ~ 'a|b'",
                            "@T ~ '^[a-z]+$'",
                            "@T !~* 'A.'",
                            "lower(@T) = 'a'",
                            "position('a' in @T) > 0 AND @K",
                            "concat(@T, @T) = 'aa'",
                            "md5(@T) = md5('a')",
                            "trim(@T) <> '' OR @K",
                            "starts_with(@T, 'a')",
                            "substring(@T from 1 for 1) = 'a'",
                            "split_part(@T, 'b', 1) = 'a'",
                            "@T IN (lower('A'), 'b')",
                            "@T ILIKE 'A%'",
                            "coalesce(@T, '') = ''",
                            "@D > 1",
                            "@D = @D",
                            "@D <> 2.5 AND @K",
                            "@F > 1",
                            "@F = @N",
                            "round(@D, 1) = 2.5",
                            "greatest(@N, 2) = 2",
                            "@D BETWEEN 0 AND 3",
                            "@D IN (1, 2.50, 0)"};
  return all;
}

const Words& number_patterns() {
  static const Words all = {"round(@D)",
                            "round(@D, 1)",
                            "round(@D, 3)",
                            "trunc(@D, 1)",
                            "trunc(@D)",
                            "ceil(@D)",
                            "floor(@D)",
                            "abs(@D)",
                            "sign(@D)",
                            "@D / 3",
                            "@D / 7.00",
                            "@D / 0.03",
                            "@D % 2",
                            "mod(@D, 1.5)",
                            "@D * @D",
                            "@D + @N",
                            "@N - @D",
                            "-@D",
                            "@D::int",
                            "@D::numeric(8,1)",
                            "@N::numeric",
                            "@N / 2",
                            "@N % 3",
                            "@N / nullif(@N, 0)",
                            "@N * @N + @N",
                            "abs(@N)",
                            "@N::smallint",
                            "@N::bigint",
                            "@F + 1",
                            "@F * @F",
                            "@F / 2",
                            "@F - @N",
                            "round(@F)",
                            "floor(@F)",
                            "ceil(@F)",
                            "abs(@F)",
                            "@F::int",
                            "-@F",
                            "@D::double precision",
                            "power(2, @C)",
                            "sqrt(4.0::double precision)",
                            "@N::double precision",
                            "coalesce(@D, 0)",
                            "CASE WHEN @K THEN @D ELSE 0 END",
                            "greatest(@N, @N)",
                            "mod(@N, 4)",
                            "'12'::text::int",
                            "(@N::text)::int",
                            "(@D::text)::numeric",
                            "@D / 1000000",
                            "(@D + @D) / 2"};
  return all;
}

const Words& moment_patterns() {
  static const Words all = {"@S + @I",
                            "@Z + @I",
                            "@S - @I",
                            "@Z - @I",
                            "@A + @I",
                            "@A - @I",
                            "@A + @C",
                            "@A - @C",
                            "@A - @A",
                            "@S - @S",
                            "@Z - @Z",
                            "@Z - @S",
                            "@A - @S",
                            "@I + @I",
                            "@I - @I",
                            "@I * 3",
                            "2 * @I",
                            "-@I",
                            "age(@S, @S)",
                            "age(@Z, @Z)",
                            "extract(epoch from @I)",
                            "extract(hour from @I)",
                            "extract(month from @I)",
                            "extract(second from @I)",
                            "extract(epoch from @Z)",
                            "extract(epoch from @S)",
                            "extract(dow from @Z)",
                            "extract(hour from @Z)",
                            "extract(day from @A)",
                            "date_part('hour', @Z)",
                            "date_part('epoch', @S)",
                            "date_part('year', @A)",
                            "date_trunc('day', @Z)",
                            "date_trunc('hour', @Z)",
                            "date_trunc('month', @A)",
                            "date_trunc('week', @S)",
                            "@Z AT TIME ZONE 'UTC'",
                            "@S AT TIME ZONE 'Europe/Berlin'",
                            "@Z AT TIME ZONE 'America/New_York'",
                            "(@Z AT TIME ZONE 'UTC')::date",
                            "@Z::date",
                            "@S::date",
                            "@S::timestamptz",
                            "@Z::timestamp",
                            "@A::timestamptz",
                            "@A::timestamp",
                            "@Z::time",
                            "@S::time",
                            "@Z::text",
                            "@S::text",
                            "@A::text",
                            "@I::text",
                            "to_char(@S, 'YYYY-MM-DD HH24:MI:SS')",
                            "to_char(@Z, 'YYYY-MM-DD\"T\"HH24:MI:SS.MS')",
                            "to_char(@A, 'DD Mon YYYY')",
                            "to_char(@S, 'FMMonth FMDD, YYYY')",
                            "to_char(@S, 'Day, HH12:MI am')",
                            "to_char(@Z, 'IYYY-IW')",
                            "to_char(@S, 'YY/MM/DD Q')",
                            "to_char(@S, 'DDD D ID WW US')",
                            "make_date(2024, 2, @C + 1)",
                            "greatest(@A, @A)",
                            "coalesce(@S, @S)",
                            "@I = @I",
                            "@I < interval '1 day'",
                            "@Z > @S",
                            "@A < @Z",
                            "@A = @S",
                            "timestamp '2024-03-10 02:30:00' AT TIME ZONE 'America/New_York'",
                            "timestamptz '2024-11-03 05:30:00+00' - @I",
                            "'2024-10-27 02:30:00'::timestamptz",
                            "(@S::text)::timestamp",
                            "(@A::text)::date"};
  return all;
}

const Words& moment_conditions() {
  static const Words all = {"@S > timestamp '2024-03-01' - @I",
                            "@Z >= timestamptz '2024-03-01 00:00:00+00' AND @K",
                            "@A + 10 > @A",
                            "date_trunc('month', @Z) = '2024-03-01 00:00:00+00'",
                            "extract(year from @S) = 2024",
                            "@Z::date = '2024-03-11'",
                            "@I > interval '1 hour'",
                            "@S BETWEEN '2024-01-01' AND '2024-04-01 10:00:00'",
                            "@S + @I < '2024-05-01 00:00:00' OR @K",
                            "@Z = @A",
                            "@Z - @Z < '1 day'",
                            "@Z < '2024-03-11 12:00:00'",
                            "to_char(@Z, 'YYYY') = '2024'",
                            "@Z AT TIME ZONE 'Asia/Kolkata' > '2024-02-02 00:00:00'"};
  return all;
}

const Words& array_patterns() {
  static const Words all = {"@L",
                            "@X",
                            "array_length(@L, 1)",
                            "cardinality(@X)",
                            "array_append(@L, @C)",
                            "array_append(@X, @T)",
                            "array_prepend(@C, @L)",
                            "array_cat(@L, @L)",
                            "array_remove(@L, 2)",
                            "array_remove(@X, 'a')",
                            "array_replace(@L, 1, 9)",
                            "array_position(@X, 'b c')",
                            "array_to_string(@X, ',')",
                            "array_to_string(@L, '-', '*')",
                            "string_to_array(@T, 'b')",
                            "string_to_array(@T, '')",
                            "@L || @L",
                            "@L || @C",
                            "@C || @L",
                            "@X || @T",
                            "(@L)[1]",
                            "(@X)[2]",
                            "(@L)[2:3]",
                            "(@L)[@C]",
                            "ARRAY[@T, @T]",
                            "ARRAY[@N, 1]",
                            "ARRAY[@K]",
                            "@C = ANY(@L)",
                            "@T = ANY(@X)",
                            "@N <> ALL(@L)",
                            "@L @> ARRAY[1]",
                            "@L <@ ARRAY[1,2,3,4]",
                            "@X && ARRAY['a', 'b']",
                            "@L = @L",
                            "@X <> @X",
                            "'{}'::int[]",
                            "'{a,\"b c\",NULL}'::text[]",
                            "ARRAY[]::text[]",
                            "coalesce(@L, '{}')",
                            "ARRAY[1,2]::bigint[]",
                            "to_jsonb(@T)",
                            "@L IS NULL",
                            "ARRAY[@A]",
                            "ARRAY[@D]::numeric[]"};
  return all;
}

const Words& array_conditions() {
  static const Words all = {"@C = ANY(@L)",
                            "@T = ANY(@X) AND @K",
                            "@L @> '{1}'",
                            "@X && '{a,b}'",
                            "NOT (@L && ARRAY[5,6])",
                            "@L = '{1,2}'",
                            "@N = ANY('{1,2,3}'::int[])",
                            "@T = ANY(ARRAY['a', 'b'])",
                            "@N <> ALL(ARRAY[1, 2])",
                            "@X <@ '{a,b,c}' OR @K",
                            "array_length(@L, 1) > 1",
                            "(@L)[1] = 1",
                            "cardinality(@L) = 0"};
  return all;
}

const Words& json_patterns() {
  static const Words all = {"@J -> 'a'",
                            "@J ->> 'a'",
                            "@J -> 0",
                            "@J ->> 1",
                            "@J -> -1",
                            "@J #> '{a,1}'",
                            "@J #>> '{x,y}'",
                            "@J #>> ARRAY['a','0']",
                            "@J @> '{\"b\": 1}'",
                            "@J @> '[1]'",
                            "@J <@ '{\"b\": 1, \"a\": [1,2,null]}'",
                            "@J ? 'a'",
                            "@J ?| ARRAY['a','x']",
                            "@J ?& '{a,b}'",
                            "@J || '{\"n\": 2}'::jsonb",
                            "@J || @J",
                            "@J - 'a'",
                            "@J = @J",
                            "@J <> '{}'",
                            "jsonb_typeof(@J)",
                            "jsonb_set(@J, '{a,0}', '9')",
                            "jsonb_set(@J, '{b}', '\"x\"', false)",
                            "jsonb_strip_nulls(@J)",
                            "jsonb_build_object('k', @T, 'n', @N, 'b', @K, 'd', @D)",
                            "json_build_object('k', @T, 'at', @Z)",
                            "jsonb_build_array(@N, @T, NULL)",
                            "json_build_array(@S, @A, @J)",
                            "to_jsonb(@N)",
                            "to_jsonb(@T)",
                            "to_json(@K)",
                            "to_jsonb(@Z)",
                            "@J::text",
                            "(@J ->> 'b')",
                            "@J::json",
                            "'{\"a\" : [1, {\"b\":2}] }'::json -> 'a'",
                            "'{\"a\" : [1, {\"b\":2}] }'::json #>> '{a,1}'",
                            "'[1,2,3]'::json ->> 1",
                            "jsonb_build_object('o', jsonb_build_object('i', @L IS NULL))",
                            "'{\"b\": 1.50, \"a\": null}'::jsonb",
                            "jsonb_array_length('[1,2]')",
                            "@J -> 'a' -> 1",
                            "(@J -> 'a' ->> 0)",
                            "@J ->> 'aa'"};
  return all;
}

const Words& json_conditions() {
  static const Words all = {"@J ->> 'a' IS NULL",
                            "@J @> '{\"b\": 1}' AND @K",
                            "@J ? 'b'",
                            "@J -> 'a' = '[1, 2, null]'",
                            "@J = '{}'",
                            "@J ->> 'b' = '1'",
                            "NOT @J @> '[]'",
                            "@J <@ '{\"aa\": 1.5, \"b\": false}'",
                            "jsonb_typeof(@J) = 'object'",
                            "@J #>> '{a,0}' = '1' OR @K",
                            "@J ?| '{a,aa}'"};
  return all;
}

}  // namespace

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
  switch (random_.below(12)) {
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
    static const std::array<std::pair<const char*, Words>, 10> of_types = {
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
