// What is in a server before a recording begins: that it is empty, or the keys of a small one.
#pragma once

#include <memory>
#include <string_view>

#include "understudy/snapshot.hpp"

namespace understudy::redis {

/// `password` of the default user; empty: none is said.
[[nodiscard]] std::unique_ptr<Snapshot> new_snapshot(std::string_view password);

}  // namespace understudy::redis
