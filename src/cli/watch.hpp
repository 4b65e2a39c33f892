// Whether the files of a mock set, or a table file, have changed.
#pragma once

#include <compare>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace understudy::cli {

/// Compares times and sizes each time it is asked; works on every file system, network ones
/// included.
class Watch {
 public:
  explicit Watch(std::filesystem::path path);

  /// True once after a change, when the files have been still from one call to the next.
  [[nodiscard]] bool changed();

 private:
  using Stamp = std::pair<std::filesystem::file_time_type, std::uintmax_t>;
  using Files = std::map<std::string, Stamp>;
  [[nodiscard]] Files look();

  std::filesystem::path path_;
  Stamp config_;                                     ///< of understudy.yaml when it was read
  std::vector<std::filesystem::path> schema_files_;  ///< that it names
  Files acted_on_;
  Files last_seen_;
};

}  // namespace understudy::cli
