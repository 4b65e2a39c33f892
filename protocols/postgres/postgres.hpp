// The registry entry of postgres.
#pragma once

#include "understudy/protocol.hpp"

namespace understudy::postgres {

[[nodiscard]] const Protocol& protocol() noexcept;

}  // namespace understudy::postgres
