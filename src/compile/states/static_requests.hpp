// Which requests depend on nothing that was written.
#pragma once

#include "compile/states/trace.hpp"

namespace understudy::compile {

/// Of each key whether some recorded write advances it: what depends on none of them never changed.
using WrittenKeys = table::ListBy<KeyId, bool>;
[[nodiscard]] WrittenKeys written_keys(const Trace& trace);

/// Depends on nothing that any recorded request writes.
[[nodiscard]] bool is_static(const TracedRequest& request, const WrittenKeys& written);

}  // namespace understudy::compile
