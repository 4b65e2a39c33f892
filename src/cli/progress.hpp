// What the live line of `record` says.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/record.hpp"

namespace understudy::cli {

using RecordCounters = std::map<std::string, engine::RecordCounters>;

/// "orders 120 exchanges, catalogue 3 exchanges; 1 warning, 1 connection lost from view".
[[nodiscard]] std::string progress_text(const RecordCounters& counters);

/// What became of secrets, a line for those that were replaced and one for those that were kept:
/// "replaced secrets: 9 authorization, 3 password".
[[nodiscard]] std::vector<std::string> secrets_text(const RecordCounters& counters,
                                                    const std::string& mock_set);

}  // namespace understudy::cli
