// The registry entry of http.
#pragma once

#include "understudy/protocol.hpp"

namespace understudy::http {

[[nodiscard]] const Protocol& protocol() noexcept;

}  // namespace understudy::http
