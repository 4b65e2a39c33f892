// The recording replayed against its own table, and entries that it refutes made guesses.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "compile/model/progress.hpp"
#include "compile/model/steps.hpp"
#include "compile/selftest/selftest.hpp"
#include "table/builder.hpp"
#include "table/mapped_table.hpp"

namespace understudy::compile {

/// An entry of the table that would have been answered as certain, and wrongly.
struct RefutedEntry {
  std::string pattern;
  std::string replay;       ///< title of the replay that refuted it
  std::string asked_at;     ///< `file:line` of the exchange that was replayed
  std::string answered_at;  ///< `file:line` of the exchange whose answer it was given
  std::string difference;   ///< "answered '…' in place of '…'"
  std::size_t with_it = 0;  ///< how many others of its pattern are guesses for the same reason
};

/// Of one service.
struct TestedService {
  std::vector<TestedReplay> tests;
  std::vector<RefutedEntry> refuted;  ///< one a pattern and replay
};

struct TestedTable {
  std::shared_ptr<const table::MappedTable> table;  ///< nothing in it is answered wrongly
  std::vector<TestedService> services;              ///< beside `builders`
};

/// Builds the table and replays the recordings against it. What would be answered wrongly becomes a
/// guess, which may change what is found behind it, so the table is tested again until nothing is
/// wrong: first entry by entry, then, where that does not come to an end soon, pattern by pattern.
/// Nothing, with an error, where the table can't be read back.
[[nodiscard]] std::optional<TestedTable> build_and_mend(std::span<const LoadedService> services,
                                                        const Document& settings,
                                                        std::vector<table::ServiceBuilder> builders,
                                                        std::span<const Uncertain> uncertain,
                                                        Diagnostics& problems,
                                                        const Progress& progress);

}  // namespace understudy::compile
