// inet, cidr, macaddr, macaddr8.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "understudy/bytes.hpp"

namespace understudy::postgres {

enum class NetworkKind : std::uint8_t { inet, cidr };

/// network_send's layout: family (2, 3), bits, is_cidr, octet count, octets.
[[nodiscard]] bool network_to_text(NetworkKind kind, Bytes binary, std::string& out);
[[nodiscard]] bool network_to_binary(NetworkKind kind, std::string_view text,
                                     std::vector<std::uint8_t>& out);

/// Six or eight octets as `08:00:2b:01:02:03`.
[[nodiscard]] bool mac_to_text(Bytes binary, std::size_t octets, std::string& out);
[[nodiscard]] bool mac_to_binary(std::string_view text, std::size_t octets,
                                 std::vector<std::uint8_t>& out);

}  // namespace understudy::postgres
