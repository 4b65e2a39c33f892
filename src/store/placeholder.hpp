// Templates of environment variables: "postgres://shop@{host}:{port}/shop".
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace understudy::store {

/// The value of a placeholder; nothing for an unknown name.
using PlaceholderValue = std::function<std::optional<std::string>(std::string_view name)>;

/// `text` with every `{name}` replaced; `{{` and `}}` stand for braces. Nothing, with the reason in
/// `problem`, for an unknown name or a brace without its other half.
[[nodiscard]] std::optional<std::string> expand_template(std::string_view text,
                                                         const PlaceholderValue& value_of,
                                                         std::string& problem);

}  // namespace understudy::store
