// What the live line of `record` says.
#pragma once

#include <map>
#include <string>

#include "engine/record.hpp"

namespace understudy::cli {

using RecordCounters = std::map<std::string, engine::RecordCounters>;

/// "orders 120 exchanges, catalogue 3 exchanges; 1 warning, 1 connection lost from view".
[[nodiscard]] std::string progress_text(const RecordCounters& counters);

}  // namespace understudy::cli
