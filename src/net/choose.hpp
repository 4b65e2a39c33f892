// Services that share a port are told apart by what the client says first.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "understudy/bytes.hpp"
#include "understudy/protocol.hpp"

namespace understudy::net {

/// The index of the protocol that a connection beginning with `first` speaks, `Port::undecided`
/// where more octets are needed, `Port::nobody` where none of them knows it.
[[nodiscard]] std::size_t choose(const std::vector<const Protocol*>& protocols,
                                 Bytes first) noexcept;

/// False where the server speaks first, so that no first octet of a client is recognised.
[[nodiscard]] bool can_share(const Protocol& protocol) noexcept;

/// Octets of an unknown client as a person reads them, cut to a line.
[[nodiscard]] std::string printable(Bytes first);

}  // namespace understudy::net
