// Which keys a command names, by its key specifications.
#pragma once

#include <string_view>
#include <vector>

#include "protocols/redis/command_table.hpp"

namespace understudy::redis {

struct KeyUse {
  std::string_view key;  ///< borrowed from the arguments
  KeyAccess access;
};

/// In the order of the specifications. A command whose keys can't be told from its arguments alone
/// (SORT with BY or GET) gives those that can.
[[nodiscard]] std::vector<KeyUse> keys_of(const Command& command, Arguments arguments);

}  // namespace understudy::redis
