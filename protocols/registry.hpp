// The one list of protocols. The only place that names all of them.
#pragma once

#include "understudy/protocol.hpp"

namespace understudy {

/// The built-in ones.
[[nodiscard]] Protocols protocols() noexcept;

}  // namespace understudy
