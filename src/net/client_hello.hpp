// What a TLS client says first (RFC 8446, 4.1.2), as far as it must be known before it is answered.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "understudy/bytes.hpp"

namespace understudy::net {

/// Octets of the record in which a ClientHello begins, its head included; 0 where that has not
/// come. One that goes on in another record is taken for its beginning.
[[nodiscard]] std::size_t size_of_first_record(Bytes received) noexcept;

/// The protocols for which the client asks by ALPN, in its order; none where it asks for none or
/// this is no whole ClientHello.
[[nodiscard]] std::vector<std::string> alpn_of_hello(Bytes record);

}  // namespace understudy::net
