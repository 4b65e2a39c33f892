// How long a statement takes by its own words: SELECT pg_sleep(1.5).
#pragma once

#include <chrono>
#include <string_view>

#include "protocols/postgres/request.hpp"
#include "protocols/sql/statement.hpp"

namespace understudy::postgres {

/// What its calls of pg_sleep() come to, each taken once; 0 where there is none, or where the time
/// is no plain value.
[[nodiscard]] std::chrono::milliseconds sleep_of(const sql::Statement& statement,
                                                 const Parameters& parameters);

/// What a setting like statement_timeout says (`200ms`, `5s`, `200`); 0 for none.
[[nodiscard]] std::chrono::milliseconds time_of_setting(std::string_view value);

}  // namespace understudy::postgres
