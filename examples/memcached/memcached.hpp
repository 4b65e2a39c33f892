// memcached's text protocol, as small as a protocol can be: see protocols/README.md.
#pragma once

#include "understudy/protocol.hpp"

namespace memcached {
[[nodiscard]] const understudy::Protocol& protocol() noexcept;
}  // namespace memcached
