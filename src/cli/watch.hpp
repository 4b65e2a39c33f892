// Whether the files of a mock set, or a table file, have changed.
#pragma once

#include <compare>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>

namespace understudy::cli {

/// Compares times and sizes each time it is asked; works on every file system, network ones
/// included.
class Watch {
 public:
  explicit Watch(std::filesystem::path path);

  /// True once after a change, when the files have been still from one call to the next.
  [[nodiscard]] bool changed();

 private:
  using Files = std::map<std::string, std::pair<std::filesystem::file_time_type, std::uintmax_t>>;
  [[nodiscard]] Files look() const;

  std::filesystem::path path_;
  Files acted_on_;
  Files last_seen_;
};

}  // namespace understudy::cli
