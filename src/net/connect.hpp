// What an HTTP client asks of a proxy: a tunnel (CONNECT; RFC 9110, 9.3.6), or one request to
// another server, whose target is a whole URL (RFC 9112, 3.2.2).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/config.hpp"

namespace understudy::net {

struct ProxyTarget {
  store::Endpoint host;
  bool is_tunnel = false;
  bool has_tls = false;  ///< as far as its head says: that of a tunnel will
};

/// Whom a complete head asks for; nothing where it says neither.
[[nodiscard]] std::optional<ProxyTarget> proxy_target(std::string_view head);

/// The head of a request with a whole URL as the server itself is sent it: with the path alone,
/// without what is for the proxy, and the last one of its connection, since the next one may be for
/// another server.
[[nodiscard]] std::string head_for_server(std::string_view head);

/// The host's name in any case.
[[nodiscard]] bool is_same_host(const store::Endpoint& first, const store::Endpoint& second);

inline constexpr std::string_view connect_accepted = "HTTP/1.1 200 Connection established\r\n\r\n";
/// To whom nobody here stands for `target`, or who did not say whom is meant; for a person.
[[nodiscard]] std::string proxy_refused(const std::optional<ProxyTarget>& target);

}  // namespace understudy::net
