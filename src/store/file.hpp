// Whole files, read and written with reasons instead of exceptions.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace understudy::store {

enum class Links : std::uint8_t { follow, refuse };

/// The octets of a regular file. Nothing, with "can't be read: …" in `problem`, for anything else.
[[nodiscard]] std::optional<std::string> read_file(const std::filesystem::path& path, Links links,
                                                   std::string& problem);

/// Creates the file, which must not exist yet, and writes it whole.
[[nodiscard]] bool write_new_file(const std::filesystem::path& path, std::string_view octets,
                                  std::string& problem);

/// Writes beside `path` and renames, so that a reader sees the old file or the new one.
[[nodiscard]] bool replace_file(const std::filesystem::path& path, std::string_view octets,
                                std::string& problem);

/// The files of `folder` that end with `extension`, unsorted. A missing folder holds none.
[[nodiscard]] std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder,
                                                          std::string_view extension,
                                                          std::string& problem);

/// Writes everything at the end of an open file; where the disk refuses, cuts off again what was
/// written.
[[nodiscard]] bool append_whole(int descriptor, std::string_view octets, std::string& problem);

/// a before b where runs of digits are compared as numbers: r2 before r10.
[[nodiscard]] bool natural_less(std::string_view a, std::string_view b) noexcept;

}  // namespace understudy::store
