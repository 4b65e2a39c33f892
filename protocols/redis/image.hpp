// A reply as the table holds it: the octets to send, for either version.
//
//   octet 0 = both    the same in RESP2 and RESP3         | octets
//   octet 0 = either  length of RESP2's, 4 octets, LE     | octets of RESP2 | octets of RESP3
//   octet 0 = silent  recorded while CLIENT REPLY held it back; there is nothing to send
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocols/redis/command_decoder.hpp"
#include "protocols/redis/value.hpp"
#include "understudy/bytes.hpp"

namespace understudy::redis {

/// The image of a lifted reply to a command; `name` as in ResolvedCommand.
[[nodiscard]] std::string make_image(const Value& reply, std::string_view name,
                                     Arguments arguments);
[[nodiscard]] std::string silent_image();

/// The octets to send; nothing for a silent image and for octets that are no image.
[[nodiscard]] std::optional<Bytes> octets_for(Bytes image, Resp resp) noexcept;

}  // namespace understudy::redis
