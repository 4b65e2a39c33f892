// Where a mock set keeps what a service defined and held when it was recorded: in the folder
// snapshot/SERVICE, schema.sql for the catalogue; rows/TABLE.sql for the rows of a table and
// contents.yaml for which tables these are.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "understudy/catalogue.hpp"
#include "understudy/diagnostic.hpp"

namespace understudy::store {

[[nodiscard]] inline std::filesystem::path snapshot_of(const std::filesystem::path& mock_set,
                                                       const std::string& service) {
  return mock_set / "snapshot" / service / "schema.sql";
}

[[nodiscard]] inline std::filesystem::path contents_of(const std::filesystem::path& mock_set,
                                                       const std::string& service) {
  return mock_set / "snapshot" / service / "contents.yaml";
}

struct SnapshotRows {
  std::vector<std::string> recordings;  ///< those that began so; empty: taken without recording
  HeldRows rows;
};

/// Nothing where there are none, or, with the reason in `problems`, where one of the files can't be
/// read.
[[nodiscard]] std::optional<SnapshotRows> read_snapshot_rows(const std::filesystem::path& mock_set,
                                                             const std::string& service,
                                                             Diagnostics& problems);

/// Replaces what is there; contents.yaml comes last, so that what is not whole is not used.
/// `recording`: the one that begins so, empty for none. Where the rows are those that are there
/// already, it is added to those that began so.
[[nodiscard]] bool write_snapshot_rows(const std::filesystem::path& mock_set,
                                       const std::string& service, const HeldRows& rows,
                                       const std::string& recording, std::string& problem);

}  // namespace understudy::store
