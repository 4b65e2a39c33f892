// Patterns of PSUBSCRIBE, KEYS and CONFIG GET.
#pragma once

#include <string_view>

namespace understudy::redis {

/// `*`, `?`, `[abc]`, `[^a-z]` and `\` before what stands for itself, as the server takes them.
[[nodiscard]] bool matches_glob(std::string_view pattern, std::string_view text) noexcept;

}  // namespace understudy::redis
