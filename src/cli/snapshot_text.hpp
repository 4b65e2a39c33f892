// What a person is told of a snapshot.
#pragma once

#include <filesystem>
#include <string>

#include "understudy/diagnostic.hpp"
#include "understudy/document.hpp"

namespace understudy::cli {

/// {catalogue: file, tables: {name: rows}, not_read: {name: why}, recordings: […]}; null where the
/// service has none.
[[nodiscard]] Document describe_snapshot(const std::filesystem::path& mock_set,
                                         const std::string& service, Diagnostics& problems);

/// The same in one line; empty for null.
[[nodiscard]] std::string snapshot_text(const Document& described);

}  // namespace understudy::cli
