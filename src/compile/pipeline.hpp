// From a mock set to a table: load, analyse, run through the version chains, emit.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compile/decisions.hpp"
#include "compile/load.hpp"
#include "compile/mend.hpp"
#include "compile/selftest.hpp"
#include "store/config.hpp"
#include "table/mapped_table.hpp"
#include "understudy/diagnostic.hpp"
#include "understudy/protocol.hpp"

namespace understudy::compile {

/// What compile inferred of one request pattern.
struct PatternSummary {
  std::string pattern;
  std::uint64_t requests = 0;   ///< distinct requests
  std::uint64_t exchanges = 0;  ///< recorded
  bool writes = false;
  /// One state has or could have several answers: they are given in order as a guess.
  bool volatile_ = false;
  bool static_ = false;  ///< no recorded write touches what it reads
  bool understood = true;
  std::vector<std::string> keys{};
  /// The same for a person: many keys below one path are one entry, "orders.id.* (4987)".
  std::vector<std::string> key_groups{};
  std::string unsteady{};  ///< where that makes it volatile, see Analysis
};

/// Something that compile concluded from the recording, with the exchanges that it rests on.
struct Inference {
  enum class Kind : std::uint8_t {
    widened,         ///< depends on more than its statement says
    counted,         ///< asking it again changed its answer: each ask is a state of its own
    volatile_,       ///< one state has or could have several answers
    not_understood,  ///< what it reads and writes can't be told
    guess            ///< one answer that the recording does not prove
  } kind = Kind::widened;
  std::string pattern;
  std::string what;                   ///< a sentence without the pattern
  std::vector<std::string> evidence;  ///< `file:line`
};

/// A table of the schema.
struct DeclaredTable {
  std::string name;
  std::string doubt;  ///< why what is declared of it is not relied on; empty: it is
};

struct ServiceSummary {
  std::string service;
  std::string protocol;
  std::uint64_t sessions = 0;
  std::uint64_t exchanges = 0;
  std::uint64_t rules = 0;
  std::uint64_t guesses = 0;          ///< entries that can only be answered as a guess
  std::vector<DeclaredTable> tables;  ///< by name
  std::vector<PatternSummary> patterns;
  std::vector<Inference> inferences;  ///< guesses among them: the first hundred
  std::vector<Decision> decisions;    ///< of the values that may vary
  std::vector<TestedReplay> tests;    ///< the recording replayed against its own table
  std::vector<RefutedEntry> refuted;  ///< what that made guesses of
};

struct Compiled {
  std::vector<std::uint8_t> octets;  ///< the table file
  Bars bars;                         ///< `check` of understudy.yaml
  std::vector<ServiceSummary> services;
};

/// Nothing where `problems` then holds an error. Deterministic: equal input gives equal octets.
[[nodiscard]] std::optional<Compiled> compile_mock_set(const std::filesystem::path& mock_set,
                                                       Protocols protocols, Diagnostics& problems,
                                                       const Progress& progress = {});

/// The same of sessions that are loaded already; `mock_set` is where the rules are.
[[nodiscard]] std::optional<Compiled> compile_services(const std::filesystem::path& mock_set,
                                                       const store::Config& config,
                                                       const std::vector<LoadedService>& services,
                                                       Diagnostics& problems,
                                                       const Progress& progress = {});

/// `path` is a mock set (compiled in memory) or a table file. Null where `problems` holds an error.
[[nodiscard]] std::shared_ptr<const table::MappedTable> load(const std::filesystem::path& path,
                                                             Protocols protocols,
                                                             Diagnostics& problems);

}  // namespace understudy::compile
