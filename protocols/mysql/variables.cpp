#include "protocols/mysql/variables.hpp"

#include <algorithm>
#include <array>

namespace understudy::mysql {

namespace {

using enum VariableKind;

constexpr std::string_view mariadb_mode =
    "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION";
constexpr std::string_view mysql_mode =
    "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_"
    "ZERO,"
    "NO_ENGINE_SUBSTITUTION";

// clang-format off
constexpr std::array system_variables = {
    SystemVariable{"auto_increment_increment", integer, "1", "1"},
    SystemVariable{"auto_increment_offset", integer, "1", "1"},
    SystemVariable{"autocommit", boolean, "1", "1"},
    SystemVariable{"character_set_client", text, "utf8mb4", "utf8mb4"},
    SystemVariable{"character_set_connection", text, "utf8mb4", "utf8mb4"},
    SystemVariable{"character_set_database", text, "utf8mb4", "utf8mb4"},
    SystemVariable{"character_set_results", text, "utf8mb4", "utf8mb4"},
    SystemVariable{"character_set_server", text, "utf8mb4", "utf8mb4"},
    SystemVariable{"character_set_system", text, "utf8mb3", "utf8mb3"},
    SystemVariable{"collation_connection", text, "utf8mb4_general_ci", "utf8mb4_0900_ai_ci"},
    SystemVariable{"collation_database", text, "utf8mb4_general_ci", "utf8mb4_0900_ai_ci"},
    SystemVariable{"collation_server", text, "utf8mb4_general_ci", "utf8mb4_0900_ai_ci"},
    SystemVariable{"default_storage_engine", text, "InnoDB", "InnoDB"},
    SystemVariable{"foreign_key_checks", boolean, "1", "1"},
    SystemVariable{"init_connect", text, "", ""},
    SystemVariable{"innodb_lock_wait_timeout", integer, "50", "50"},
    SystemVariable{"interactive_timeout", integer, "28800", "28800"},
    SystemVariable{"license", text, "GPL", "GPL"},
    SystemVariable{"lock_wait_timeout", integer, "86400", "31536000"},
    SystemVariable{"lower_case_table_names", integer, "0", "0"},
    SystemVariable{"max_allowed_packet", integer, "16777216", "67108864"},
    SystemVariable{"net_read_timeout", integer, "30", "30"},
    SystemVariable{"net_write_timeout", integer, "60", "60"},
    SystemVariable{"performance_schema", boolean, "0", "1"},
    SystemVariable{"query_cache_size", integer, "1048576", "0"},
    SystemVariable{"query_cache_type", text, "OFF", "OFF"},
    SystemVariable{"sql_auto_is_null", boolean, "0", "0"},
    SystemVariable{"sql_big_selects", boolean, "1", "1"},
    SystemVariable{"sql_mode", text, mariadb_mode, mysql_mode},
    SystemVariable{"sql_notes", boolean, "1", "1"},
    SystemVariable{"sql_safe_updates", boolean, "0", "0"},
    SystemVariable{"sql_select_limit", integer, "18446744073709551615", "18446744073709551615"},
    SystemVariable{"sql_warnings", boolean, "0", "0"},
    SystemVariable{"system_time_zone", text, "UTC", "UTC"},
    SystemVariable{"time_zone", text, "SYSTEM", "SYSTEM"},
    SystemVariable{"transaction_isolation", text, "REPEATABLE-READ", "REPEATABLE-READ"},
    SystemVariable{"transaction_read_only", boolean, "0", "0"},
    SystemVariable{"unique_checks", boolean, "1", "1"},
    SystemVariable{"version", text, "", ""},
    SystemVariable{"version_comment", text, "MariaDB Server", "MySQL Community Server - GPL"},
    SystemVariable{"wait_timeout", integer, "28800", "28800"},
};
// clang-format on

}  // namespace

const SystemVariable* find_system_variable(std::string_view name) noexcept {
  const auto found = std::ranges::lower_bound(system_variables, name, {}, &SystemVariable::name);
  return found != system_variables.end() && found->name == name ? &*found : nullptr;
}

std::string_view canonical_variable(std::string_view name) noexcept {
  if (name == "tx_isolation") return "transaction_isolation";
  if (name == "tx_read_only") return "transaction_read_only";
  if (name == "storage_engine") return "default_storage_engine";
  return name;
}

}  // namespace understudy::mysql
