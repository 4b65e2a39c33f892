// Statements written down shortly.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/sql/statement.hpp"

namespace understudy::sql::test {

inline constexpr Mode postgres{Dialect::postgres, false, false};
inline constexpr Mode mysql{Dialect::mysql, true, false};

inline Identity identity_of(std::string_view sql, Mode mode, std::vector<Value> values = {}) {
  Statement statement;
  statement.assign(sql, mode);
  Identity identity;
  append_identity(statement, values, identity.canonical, identity.qualifier);
  return identity;
}

/// The pattern with `?` for slots, then the values: `select a from t where b = ? | 5`.
inline std::string shown(std::string_view sql, Mode mode) {
  const Document described = describe(identity_of(sql, mode).canonical);
  std::string text = octets_of(described["sql"]);
  std::string separator = " | ";
  if (!described.contains("params")) return text;
  for (const Document& value : described["params"]) {
    text += separator + (value.is_null() ? "NULL" : octets_of(value));
    separator = ", ";
  }
  return text;
}

/// As the table of a service compares two requests.
inline bool matches(const Identity& one, const Identity& other) {
  if (one.canonical != other.canonical || one.qualifier.size() != other.qualifier.size())
    return false;
  return std::equal(one.qualifier.begin(), one.qualifier.end(), other.qualifier.begin(),
                    [](char a, char b) { return a == b || a == 0 || b == 0; });
}

struct Example {
  std::string_view sql, expected;
};

}  // namespace understudy::sql::test
