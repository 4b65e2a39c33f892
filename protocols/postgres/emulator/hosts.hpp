// Addresses of the type inet.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace understudy::postgres::emulation {

/// The address of one host, of either family, as the server prints it; nothing where it may be of a
/// network, or where it is not sure how it is read or printed.
[[nodiscard]] std::optional<std::string> read_host(std::string_view text);

}  // namespace understudy::postgres::emulation
