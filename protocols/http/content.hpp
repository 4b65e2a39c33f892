// Media types and content codings (RFC 9110, 8.3 and 8.4).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace understudy::http {

/// What a body is to be compared as.
enum class BodyKind : std::uint8_t { json, form, multipart, other };

/// "application/json; charset=utf-8" → "application/json".
[[nodiscard]] std::string essence_of(std::string_view content_type);
/// The value of a parameter, unquoted; empty where it is missing.
[[nodiscard]] std::string parameter_of(std::string_view field_value, std::string_view name);
/// The media type without one of its parameters.
[[nodiscard]] std::string without_parameter(std::string_view field_value, std::string_view name);
[[nodiscard]] BodyKind kind_of(std::string_view content_type);

enum class Coding : std::uint8_t { identity, gzip, deflate, unknown };

[[nodiscard]] Coding coding_of(std::string_view content_encoding);
/// Nothing where the octets are damaged or become more than `limit`.
[[nodiscard]] std::optional<std::string> decode(Coding coding, std::string_view encoded,
                                                std::size_t limit);
/// Deterministic: equal octets give equal octets.
[[nodiscard]] std::string encode(Coding coding, std::string_view plain);
/// Whether an Accept-Encoding field (RFC 9110, 12.5.3) allows the coding.
[[nodiscard]] bool accepts(std::string_view accept_encoding, Coding coding);

}  // namespace understudy::http
