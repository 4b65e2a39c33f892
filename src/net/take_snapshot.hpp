// Asks a service what it holds, before it is recorded.
#pragma once

#include <chrono>
#include <string>

#include "store/config.hpp"
#include "understudy/snapshot.hpp"

namespace understudy::net {

/// Returns when the snapshot is done, or after `limit`. False, with the reason in `problem`, where
/// it is not done.
[[nodiscard]] bool take_snapshot(Snapshot& snapshot, const store::Upstream& upstream,
                                 std::chrono::milliseconds limit, std::string& problem);

}  // namespace understudy::net
