// Files that commands write for other programs.
#pragma once

#include <filesystem>
#include <string_view>

#include "understudy/bytes.hpp"

namespace understudy::cli {

/// Writes beside `file` and renames, so that a reader sees all of it or nothing. False, after
/// telling why, where that fails.
[[nodiscard]] bool write_file(const std::filesystem::path& file, Bytes octets);

}  // namespace understudy::cli
