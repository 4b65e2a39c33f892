// Where the values of a command stand, and what it does with them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "understudy/values.hpp"

namespace understudy::redis {

/// See Protocol::map_values. Every argument is a value. Made are those of commands that put them
/// there, the key included, whatever was there before (SET, HSET, LPUSH, XADD, INCR, …).
[[nodiscard]] std::string map_values(std::string_view canonical, const ValueMap& map);

/// See Protocol::ordered_by: what reads sorted sets compares scores, SORT and *LEX everything.
[[nodiscard]] std::vector<std::string> ordered_by(std::string_view name);

}  // namespace understudy::redis
