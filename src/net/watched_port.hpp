// The services that a recording relays behind one listening address.
#pragma once

#include <memory>
#include <vector>

#include "engine/record.hpp"
#include "net/conversation.hpp"
#include "store/config.hpp"
#include "understudy/protocol.hpp"

namespace understudy::net {

struct WatchedService {
  store::Service service;  ///< with an upstream
  const Protocol* protocol = nullptr;
};

/// `recording` outlives the port; `warn` is told what concerns a service or the port as a whole.
[[nodiscard]] std::shared_ptr<const RecordedPort> watch(engine::Recording& recording,
                                                        std::vector<WatchedService> services,
                                                        engine::Recording::Warn warn);

}  // namespace understudy::net
