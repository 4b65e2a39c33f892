// The registry entry of mysql.
#pragma once

#include "understudy/protocol.hpp"

namespace understudy::mysql {

[[nodiscard]] const Protocol& protocol() noexcept;

}  // namespace understudy::mysql
