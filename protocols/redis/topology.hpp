// Replies that send a client to other servers. What it says there passes the recorder by, and a
// client that a mock gave such a reply would write to the real servers.
#pragma once

#include <string>
#include <string_view>

#include "protocols/redis/command_table.hpp"
#include "protocols/redis/value.hpp"

namespace understudy::redis {

/// Whether a command asks where servers are: CLUSTER SLOTS and its like, SENTINEL, ROLE.
[[nodiscard]] bool asks_for_servers(const ResolvedCommand& resolved) noexcept;

/// Whether the (lifted) reply names other servers: an answer to a command that asks for them,
/// -MOVED, -ASK. Of INFO see names_servers().
[[nodiscard]] bool sends_elsewhere(const ResolvedCommand& resolved, const Value& reply) noexcept;

/// `MOVED 3999 10.0.0.7:6381`, `ASK …`.
[[nodiscard]] bool is_redirection(std::string_view error) noexcept;

/// Whether the text of INFO tells of a cluster, replicas, a master or sentinels.
[[nodiscard]] bool names_servers(std::string_view info);
/// The text of INFO as that of a server that stands alone.
[[nodiscard]] std::string standing_alone(std::string_view info);

}  // namespace understudy::redis
