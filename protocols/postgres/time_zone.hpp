// How far a time zone, named as TimeZone names it, is from UTC at an instant.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocols/postgres/datetime.hpp"

namespace understudy::postgres {

/// Seconds east of UTC at `at`, microseconds since 2000-01-01 UTC. Nothing for a zone that neither
/// the system's database has nor the form `<+03>-03` of SET TIME ZONE 3.
[[nodiscard]] std::optional<std::int32_t> seconds_east(std::string_view zone, Microseconds at);

}  // namespace understudy::postgres
