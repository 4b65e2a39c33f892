// The one relay loop. Not for headers that others include.
#pragma once

#include <memory>

#include "net/asio.hpp"
#include "net/conversation.hpp"
#include "net/live.hpp"

namespace understudy::net {

/// Connects to the upstream of an accepted client and relays both ways until both sides are done.
/// Every chunk is shown to the port's recorder before any of it is forwarded, so that no answer is
/// seen before its request. A half-close is passed on as one, a reset as a reset. `live` outlives
/// the coroutine.
[[nodiscard]] asio::awaitable<void> record_connection(tcp::socket socket,
                                                      std::shared_ptr<const RecordedPort> port,
                                                      LiveConnections& live);

}  // namespace understudy::net
