// Absolute URLs of the service itself. A service names itself by the address that the client used,
// which was the recorder's; when the recording is served it is the mock's. So recordings say
// `http://understudy-host.invalid/…`, and serving puts the Host of the live request there.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace understudy::http {

/// Stands in recordings for the address of the service. No host has this name (RFC 2606).
inline constexpr std::string_view own_authority = "understudy-host.invalid";

/// `host:port` as clients may have written them; without the port where it is the default one.
[[nodiscard]] std::vector<std::string> spellings_of(std::string_view authority);

/// `text` with own_authority in place of the authorities of its URLs that are one of `known`.
[[nodiscard]] std::string with_own_authority(std::string_view text,
                                             const std::vector<std::string>& known);
/// The reverse. An empty `host` is the loopback's.
[[nodiscard]] std::string with_live_authority(std::string_view text, std::string_view host);
[[nodiscard]] bool has_own_authority(std::string_view text) noexcept;

}  // namespace understudy::http
