// The registry entry of redis.
#pragma once

#include "understudy/protocol.hpp"

namespace understudy::redis {

[[nodiscard]] const Protocol& protocol() noexcept;

}  // namespace understudy::redis
