// The functions by which a SQL client handles its scope in band, the same in both dialects:
//   SELECT understudy_scope()        the name of the scope that the connection is in
//   SELECT understudy_reset(['w1'])  puts that scope, or its own, back
//   SELECT understudy_drop(['w1'])   and forgets it
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/sql/statement.hpp"

namespace understudy::sql {

struct ScopeStatement {
  enum class Function : std::uint8_t { scope, reset, drop } function = Function::scope;
  std::string column;                    ///< the heading of its one value
  std::string name;                      ///< as a literal; empty where there is none
  std::optional<std::size_t> parameter;  ///< index of the parameter that is the name
};

/// Nothing for every other statement.
[[nodiscard]] std::optional<ScopeStatement> parse_scope_statement(std::string_view sql, Mode mode);

}  // namespace understudy::sql
