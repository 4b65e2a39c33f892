// Listening sockets. Not for headers that others include.
#pragma once

#include <optional>
#include <string>

#include "net/asio.hpp"
#include "store/config.hpp"

namespace understudy::net {

/// The first address of `endpoint`'s host, IPv4 before IPv6; nothing, with the reason in `problem`,
/// where the name leads nowhere.
[[nodiscard]] std::optional<tcp::endpoint> resolve(const store::Endpoint& endpoint,
                                                   std::string& problem);

[[nodiscard]] store::Endpoint endpoint_of(const tcp::endpoint& bound);

enum class Sharing : std::uint8_t {
  exclusive,
  per_thread  ///< several acceptors of this process on one port, the kernel spreads the clients
};

/// An acceptor that listens at `at`; closed, with the reason in `problem`, where that is refused.
[[nodiscard]] tcp::acceptor listen(asio::io_context& context, const tcp::endpoint& at,
                                   Sharing sharing, std::string& problem);

/// Whether nobody listens at `at`; else the reason. Needed before `per_thread`, which would happily
/// share the port with another process.
[[nodiscard]] bool is_free(asio::io_context& context, const tcp::endpoint& at,
                           std::string& problem);

}  // namespace understudy::net
