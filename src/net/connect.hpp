// CONNECT, by which an HTTP client asks a proxy for a tunnel (RFC 9110, 9.3.6).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/config.hpp"

namespace understudy::net {

/// Whom a complete head asks for; nothing where it is no CONNECT.
[[nodiscard]] std::optional<store::Endpoint> connect_target(std::string_view head);

/// The host's name in any case.
[[nodiscard]] bool is_same_host(const store::Endpoint& first, const store::Endpoint& second);

inline constexpr std::string_view connect_accepted = "HTTP/1.1 200 Connection established\r\n\r\n";
/// To whom nobody here stands for `target`, or who did not say whom is meant; for a person.
[[nodiscard]] std::string connect_refused(const std::optional<store::Endpoint>& target);

}  // namespace understudy::net
