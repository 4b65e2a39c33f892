// From a mock set to a table: load, analyse, run through the version chains, emit.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compile/input/load.hpp"
#include "compile/report/summary.hpp"
#include "store/config.hpp"
#include "table/mapped_table.hpp"
#include "understudy/diagnostic.hpp"
#include "understudy/protocol.hpp"

namespace understudy::compile {

struct Compiled {
  std::shared_ptr<const table::MappedTable> table;
  Bars bars;  ///< `check` of understudy.yaml
  std::vector<ServiceSummary> services;
};

/// Nothing where `problems` then holds an error. Deterministic: equal input gives equal bytes.
[[nodiscard]] std::optional<Compiled> compile_mock_set(const std::filesystem::path& mock_set,
                                                       Protocols protocols, Diagnostics& problems,
                                                       const Progress& progress = {});

/// The same of sessions that are loaded already; `mock_set` is where the rules are. Of the steps
/// only what a replay needs is left afterwards.
[[nodiscard]] std::optional<Compiled> compile_services(const std::filesystem::path& mock_set,
                                                       const store::Config& config,
                                                       std::vector<LoadedService>& services,
                                                       Diagnostics& problems,
                                                       const Progress& progress = {});

/// `path` is a mock set (compiled in memory) or a table file. Null where `problems` holds an error.
[[nodiscard]] std::shared_ptr<const table::MappedTable> load(const std::filesystem::path& path,
                                                             Protocols protocols,
                                                             Diagnostics& problems);

}  // namespace understudy::compile
