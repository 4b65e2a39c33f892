// Answers to health checks and to what drivers ask at their start, for where
// the recording has none.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocols/postgres/answer.hpp"
#include "protocols/postgres/settings.hpp"

namespace understudy::postgres {

/// What the answers are made of.
struct SessionFacts {
  std::string user, database;
  const Settings* settings = nullptr;
};

/// One row with one text column: the form of SHOW and of most of the pack.
[[nodiscard]] StatementAnswer single_value(std::string_view column, std::string_view value,
                                           Oid type = oid::text, std::string_view tag = "SELECT 1");

/// The answer to a query of the pack, by its pattern (sql::Statement::pattern); nothing for others.
[[nodiscard]] std::optional<StatementAnswer> pack_answer(std::string_view pattern,
                                                         const SessionFacts& facts);

/// `server_version_num` of a `server_version` such as `15.20 (Debian …)`: 150020.
[[nodiscard]] std::string version_number(std::string_view server_version);

}  // namespace understudy::postgres
