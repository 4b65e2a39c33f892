// Media types (RFC 9110, 8.3).
#pragma once

#include <cstdint>
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
/// The weight of one member of an Accept field: whether `q` is above zero.
[[nodiscard]] bool has_weight(std::string_view member);
[[nodiscard]] BodyKind kind_of(std::string_view content_type);

}  // namespace understudy::http
