// What definitions tell besides what they touch.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/sql/statement.hpp"

namespace understudy::mysql {

/// Whether an OK with so many warnings tells that the definition changed nothing: IF [NOT] EXISTS
/// with its note for each of the names.
[[nodiscard]] bool did_nothing(std::string_view sql, sql::Mode mode, std::uint64_t warnings);

/// The database of a USE statement.
[[nodiscard]] std::optional<std::string> used_database(std::string_view sql, sql::Mode mode);

/// Names of columns that DDL declares as TIMESTAMP, in small letters; of DDL that is not understood
/// whatever it names.
[[nodiscard]] std::vector<std::string> timestamps_declared(std::string_view ddl, sql::Mode mode);

}  // namespace understudy::mysql
