// Which requests depend on nothing that was written.
#pragma once

#include <vector>

#include "compile/states/trace.hpp"

namespace understudy::compile {

/// Of each key whether some recorded write bumps it: what depends on none of them never changed.
[[nodiscard]] std::vector<bool> written_keys(const Trace& trace);

/// Depends on nothing that any recorded request writes.
[[nodiscard]] bool is_static(const TracedRequest& request, const std::vector<bool>& written);

}  // namespace understudy::compile
