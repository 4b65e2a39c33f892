// What `serve` and `run` have in common: a table from a path, a server around it, a report after
// it.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "cli/addresses.hpp"
#include "cli/process.hpp"
#include "cli/report.hpp"
#include "table/mapped_table.hpp"

namespace understudy::cli {

/// A mock set compiled in memory, or a table file. Prints every problem; null where there is an
/// error.
[[nodiscard]] std::shared_ptr<const table::MappedTable> load_table(
    const std::filesystem::path& path);

struct LoadedTable {
  std::shared_ptr<const table::MappedTable> table;  ///< null where the problems were printed
  std::optional<int> ended_by;                      ///< the signal that came meanwhile
};
/// On a thread of its own, so that a signal that asks to end is answered while a large mock set is
/// compiled. That thread then goes on: the process is to be left by `leave`.
[[nodiscard]] LoadedTable load_table(const std::filesystem::path& path, const Signals& signals);
/// Ends the process while a thread of it may be at work, with what was printed.
[[noreturn]] void leave(int status);

/// With the logins of the recordings that `table` was made of.
[[nodiscard]] std::vector<Address> addresses_of(const net::MockServer& server,
                                                const table::MappedTable& table);

/// Prints incidents as they happen, often repeated ones now and then, and keeps them for the
/// report. `incidents` outlives the sink.
[[nodiscard]] engine::IncidentSink reporting_sink(Incidents& incidents);

/// Prints the report on standard error and writes it to `file`. Gives whether the strictness held,
/// or nothing where the file can't be written.
[[nodiscard]] std::optional<bool> finish_report(const net::MockServer& server,
                                                const Incidents& incidents,
                                                engine::Strictness strictness,
                                                const std::optional<std::filesystem::path>& file);

}  // namespace understudy::cli
