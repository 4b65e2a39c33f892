// One connection to a real redis-server on this machine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace differential {

/// A command as a client sends it.
[[nodiscard]] std::string command_octets(const std::vector<std::string>& words);

/// Both throw where the server is not there any more.
[[nodiscard]] int connect_to_redis(std::uint16_t port);
/// The octets of the reply to the octets of one command.
std::string converse(int connection, const std::string& command);

}  // namespace differential
