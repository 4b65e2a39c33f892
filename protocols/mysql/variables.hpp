// System variables that drivers ask for when they connect: what a server of
// either family answers where no recording says it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace understudy::mysql {

enum class VariableKind : std::uint8_t { text, integer, boolean };

struct SystemVariable {
  std::string_view name;
  VariableKind kind;
  std::string_view mariadb;  ///< default value as SELECT @@name prints it
  std::string_view mysql;    ///< the same of MySQL 8
};

/// Null for a variable that is not in the pack. `name` is lower case.
[[nodiscard]] const SystemVariable* find_system_variable(std::string_view name) noexcept;

/// The name under which `name` is kept: `tx_isolation` and `transaction_isolation` are one.
[[nodiscard]] std::string_view canonical_variable(std::string_view name) noexcept;

}  // namespace understudy::mysql
