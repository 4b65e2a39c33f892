#include "protocols/mysql/emulator/session.hpp"

#include <algorithm>
#include <array>

#include "protocols/mysql/settings.hpp"
#include "protocols/sql/lower.hpp"

namespace understudy::mysql::emulation {
namespace {

/// Parts of sql_mode that change nothing of what is computed: `||` never is.
constexpr std::array<std::string_view, 11> known_modes = {
    "strict_trans_tables", "strict_all_tables",      "error_for_division_by_zero",
    "no_auto_create_user", "no_engine_substitution", "only_full_group_by",
    "no_zero_date",        "no_zero_in_date",        "traditional",
    "ansi_quotes",         "pipes_as_concat"};

/// Settings whose usual value says nothing of it, whatever it is.
bool is_harmless(std::string_view name) {
  static constexpr std::array<std::string_view, 14> names = {
      "user",          transaction_setting,              "last_insert_id()",      "autocommit",          "unique_checks",
      "tx_isolation",  "transaction_isolation", "tx_read_only",        "transaction_read_only",
      "lc_time_names", "group_concat_max_len",  "default_week_format", "rand_seed1",
      "rand_seed2"};
  return std::ranges::find(names, name) != names.end() || name.starts_with("character_set") ||
         name.starts_with("collation");
}

bool is_off(std::string_view value) {
  return value == "0" || sql::lower(value) == "off";
}

}  // namespace

void SessionFacts::set_mode(std::string_view sql_mode) {
  if (!mode_told_) problem.clear();
  mode_told_ = true;
  strict = false;
  while (!sql_mode.empty()) {
    const std::size_t end = std::min(sql_mode.find(','), sql_mode.size());
    const std::string part = sql::lower(sql_mode.substr(0, end));
    sql_mode.remove_prefix(std::min(end + 1, sql_mode.size()));
    if (part.starts_with("strict_") || part == "traditional") strict = true;
    if (!part.empty() && std::ranges::find(known_modes, part) == known_modes.end())
      problem = "the sql_mode " + part;
  }
}

void SessionFacts::set(std::string_view name, std::string_view value) {
  if (value == default_value) {
    if (name == "sql_mode")
      server_mode ? set_mode(*server_mode) : void(problem = "the server's sql_mode is not known");
    if (name == "time_zone") time_zone = server_zone;
    if (name == "foreign_key_checks") checks_references = true;
    return;
  }
  if (name == "sql_mode") return set_mode(value);
  if (name == "time_zone") {
    time_zone = value;
  } else if (name == "foreign_key_checks") {
    checks_references = !is_off(value);
  } else if (!is_harmless(name)) {
    problem = "the setting " + std::string(name);
    mode_told_ = true;  // it stays one
  }
}

SessionFacts SessionFacts::with(std::string_view settings) const {
  SessionFacts facts = *this;
  while (!settings.empty()) {
    const std::size_t end = std::min(settings.find("; "), settings.size());
    const std::string_view one = settings.substr(0, end);
    const std::size_t equal = std::min(one.find('='), one.size());
    const std::string_view name = one.substr(0, equal);
    facts.set(name, one.substr(std::min(equal + 1, one.size())));
    // Times are read and printed in the usual one.
    if (name == "time_zone" && facts.time_zone != time_zone) facts.problem = "another time zone";
    settings.remove_prefix(std::min(end + 2, settings.size()));
  }
  return facts;
}

SessionFacts usual_session(const Document& profile) {
  SessionFacts facts;
  if (!profile.is_object()) return facts;
  for (const char* const part : {"variables", "settings"}) {
    if (!profile.contains(part) || !profile[part].is_object()) continue;
    for (const auto& [name, value] : profile[part].items())
      if (std::string_view(part) == "settings" || name == "sql_mode" || name == "time_zone")
        facts.set(name, octets_of(value));
  }
  return facts;
}

}  // namespace understudy::mysql::emulation
