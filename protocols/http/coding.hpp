// Content codings (RFC 9110, 8.4): undone when a body is recorded or compared, done again for the
// clients that ask for them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace understudy::http {

enum class Coding : std::uint8_t { identity, gzip, deflate, br, zstd, unknown };

[[nodiscard]] Coding coding_of(std::string_view content_encoding);
/// Nothing where the octets are damaged or become more than `limit`.
[[nodiscard]] std::optional<std::string> decode(Coding coding, std::string_view encoded,
                                                std::size_t limit);
/// Deterministic: equal octets give equal octets.
[[nodiscard]] std::string encode(Coding coding, std::string_view plain);
/// Whether an Accept-Encoding field (RFC 9110, 12.5.3) allows the coding.
[[nodiscard]] bool accepts(std::string_view accept_encoding, Coding coding);
/// The same for one by its name, that of an unknown one say.
[[nodiscard]] bool accepts(std::string_view accept_encoding, std::string_view coding_name);

}  // namespace understudy::http
