// What a statement in a transaction sees of what others commit meanwhile.
#pragma once

#include <string_view>

#include "protocols/mysql/statements.hpp"
#include "understudy/request.hpp"

namespace understudy::mysql {

/// In a transaction of this isolation level (REPEATABLE-READ, …; empty: one that is not known).
/// Queries that lock, and statements that write, see the newest in each of them. `pattern`: of the
/// statement.
[[nodiscard]] Sight sight_of(const StatementInfo& info, std::string_view pattern,
                             std::string_view isolation);

}  // namespace understudy::mysql
