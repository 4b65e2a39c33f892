// The one serve loop. Not for headers that others include.
#pragma once

#include <memory>

#include "net/asio.hpp"
#include "net/conversation.hpp"
#include "net/live.hpp"

namespace understudy::net {

/// Reads, feeds and sends until one side ends the connection or `live` drains. Whatever a read
/// brought is answered by one gathering write; nothing more is read before that is sent, so a
/// client that does not read is not served on. `live` outlives the coroutine.
[[nodiscard]] asio::awaitable<void> serve_connection(tcp::socket socket,
                                                     std::shared_ptr<const ServedPort> port,
                                                     LiveConnections& live);

}  // namespace understudy::net
