// Queries that read nothing but the clock: `SELECT now()` and the like. They are answered with the
// time of this run, whatever was recorded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/postgres/answer.hpp"
#include "protocols/postgres/datetime.hpp"
#include "protocols/sql/statement.hpp"

namespace understudy::postgres {

/// One output column: a clock, as a value of a type.
struct ClockColumn {
  enum class Clock : std::uint8_t { transaction, statement, wall } clock = Clock::transaction;
  std::string name;
  Oid type = oid::timestamptz;
  std::int32_t precision = -1;  ///< digits of the fraction that were asked for; -1 for all
};

/// What a query shows of the clock: SELECT with nothing but calls of its functions, cast to a date
/// or time at most, and aliases. Nothing for any other statement.
[[nodiscard]] std::optional<std::vector<ClockColumn>> parse_clock_query(std::string_view sql,
                                                                        sql::Mode mode);

[[nodiscard]] std::vector<Column> columns_of(const std::vector<ClockColumn>& clock);

/// Microseconds since 2000-01-01 UTC.
struct ClockTimes {
  Microseconds transaction = 0, statement = 0, wall = 0;
};
[[nodiscard]] Microseconds wall_clock() noexcept;

/// The answer in DateStyle ISO; nothing where the zone is unknown.
[[nodiscard]] std::optional<StatementAnswer> clock_answer(const std::vector<ClockColumn>& clock,
                                                          const ClockTimes& times,
                                                          std::string_view zone);

}  // namespace understudy::postgres
