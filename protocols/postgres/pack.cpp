#include "protocols/postgres/pack.hpp"

#include <fmt/format.h>

#include <charconv>
#include <functional>
#include <map>

#include "protocols/postgres/request.hpp"

namespace understudy::postgres {
namespace {

using PackedAnswer = std::optional<StatementAnswer>;
using Maker = PackedAnswer (*)(const SessionFacts&);
using Pack = std::map<std::string, Maker, std::less<>>;

std::string setting(const SessionFacts& facts, std::string_view name) {
  return facts.settings->value_or(name, "");
}

StatementAnswer no_rows(std::string_view column, Oid type) {
  StatementAnswer answer = single_value(column, "", type, "SELECT 0");
  answer.rows.clear();
  return answer;
}

PackedAnswer one(const SessionFacts&) {
  return single_value("?column?", "1", oid::int4);
}
PackedAnswer two_as_result(const SessionFacts&) {
  return single_value("result", "2", oid::int4);
}
PackedAnswer version(const SessionFacts& facts) {
  return single_value("version", "PostgreSQL " + setting(facts, "server_version"));
}
PackedAnswer version_num(const SessionFacts& facts) {
  return single_value("v", version_number(setting(facts, "server_version")), oid::int4);
}
/// Which schemas there are is not known: `public` is, of the path that a server has at first.
PackedAnswer current_schema(const SessionFacts& facts) {
  if (facts.settings->value_or("search_path", default_setting("search_path")) !=
      default_setting("search_path"))
    return std::nullopt;
  return single_value("current_schema", "public", oid::name);
}
PackedAnswer current_database(const SessionFacts& facts) {
  return single_value("current_database", facts.database, oid::name);
}
PackedAnswer session_user(const SessionFacts& facts) {
  return single_value("session_user", facts.settings->value_or("session_authorization", facts.user),
                      oid::name);
}
PackedAnswer current_user(const SessionFacts& facts) {
  const std::string role = setting(facts, "role");
  if (role.empty() || role == "none")
    return single_value("current_user",
                        facts.settings->value_or("session_authorization", facts.user), oid::name);
  return single_value("current_user", role, oid::name);
}
PackedAnswer not_in_recovery(const SessionFacts&) {
  return single_value("pg_is_in_recovery", "f", oid::boolean);
}
PackedAnswer unlocked(const SessionFacts&) {
  return single_value("pg_advisory_unlock_all", "", oid::void_);
}

/// SQLAlchemy's question whether hstore is installed: it is not, as far as anyone knows.
PackedAnswer no_hstore(const SessionFacts&) {
  StatementAnswer answer = no_rows("oid", oid::oid);
  answer.columns.push_back({"typarray", 0, 0, oid::oid, 4, -1, Format::text});
  return answer;
}

Pack make_pack() {
  static constexpr std::pair<std::string_view, Maker> entries[] = {
      {"SELECT 1", one},
      {"SELECT 1+1 AS result", two_as_result},
      {"SELECT version()", version},
      {"SELECT pg_catalog.version()", version},
      {"SELECT CAST(current_setting('server_version_num') AS integer) AS v", version_num},
      {"SELECT current_schema()", current_schema},
      {"SELECT current_schema", current_schema},
      {"SELECT * FROM current_schema()", current_schema},
      {"SELECT current_database()", current_database},
      {"SELECT * FROM current_database()", current_database},
      {"SELECT current_user", current_user},
      {"SELECT session_user", session_user},
      {"SELECT pg_is_in_recovery()", not_in_recovery},
      {"SELECT pg_catalog.pg_is_in_recovery()", not_in_recovery},
      {"SELECT pg_advisory_unlock_all()", unlocked},
      {"SELECT t.oid, typarray FROM pg_type t JOIN pg_namespace ns ON typnamespace = ns.oid WHERE "
       "typname = 'hstore'",
       no_hstore},
  };
  Pack pack;
  sql::Statement statement;
  for (const auto& [text, maker] : entries) {
    statement.assign(text, sql_mode());
    pack.emplace(statement.pattern(), maker);
  }
  return pack;
}

}  // namespace

StatementAnswer single_value(std::string_view column, std::string_view value, Oid type,
                             std::string_view tag) {
  StatementAnswer answer;
  answer.returns_rows = true;
  const auto known = find_type(type);
  answer.columns.push_back({std::string(column), 0, 0, type,
                            known ? known->length : std::int16_t{-1}, -1, Format::text});
  answer.rows.push_back({std::string(value)});
  answer.tag = tag;
  return answer;
}

std::optional<StatementAnswer> pack_answer(std::string_view pattern, const SessionFacts& facts) {
  static const Pack pack = make_pack();
  const auto found = pack.find(pattern);
  if (found == pack.end()) return std::nullopt;
  return found->second(facts);
}

std::string version_number(std::string_view server_version) {
  int major = 0, minor = 0;
  const char* const end = server_version.data() + server_version.size();
  const auto [after, error] = std::from_chars(server_version.data(), end, major);
  if (error == std::errc{} && after != end && *after == '.') std::from_chars(after + 1, end, minor);
  return fmt::format("{}", major * 10'000 + minor);
}

}  // namespace understudy::postgres
