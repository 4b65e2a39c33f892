// Where a mock set keeps what a service defined when it was recorded.
#pragma once

#include <filesystem>
#include <string>

namespace understudy::store {

[[nodiscard]] inline std::filesystem::path snapshot_of(const std::filesystem::path& mock_set,
                                                       const std::string& service) {
  return mock_set / "snapshot" / service / "schema.sql";
}

}  // namespace understudy::store
