// What the writer and the reader of session files agree on; see docs/session-format.md.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace understudy::store {

inline constexpr unsigned session_version = 1;
/// Exchanges that took less are written without `took_ms`.
inline constexpr unsigned shortest_told_ms = 100;

/// True for a name that can only mean a file in the same folder.
[[nodiscard]] inline bool is_plain_file_name(std::string_view name) noexcept {
  return !name.empty() && name.front() != '.' && name.size() < 256 &&
         name.find_first_of(std::string_view("/\\\0", 3)) == std::string_view::npos;
}

/// True for a file that holds octets; others hold text.
[[nodiscard]] inline bool holds_octets(std::string_view name) noexcept {
  return name.ends_with(".bin");
}

}  // namespace understudy::store
