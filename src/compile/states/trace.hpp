// Runs a recording through the version chains, as serving will: which state
// each exchange was answered in.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "compile/model/steps.hpp"
#include "compile/rows/row_keys.hpp"
#include "match/chains.hpp"
#include "table/format.hpp"

namespace understudy::compile {

using table::KeyId;
using TracedRequestId = table::Id<struct TracedRequestKind>;
using TracedStepId = table::Id<struct TracedStepKind>;
using LinkId = table::Id<struct LinkKind>;
using MaybeLinkId = table::MaybeId<LinkKind>;
using WriteListId = table::Id<struct WriteListKind>;
using EvidenceListId = table::Id<struct EvidenceListKind>;
using MaybeStepId = table::MaybeId<StepKind>;

using Keys = std::vector<KeyId>;
/// What a write does to keys, ascending.
using Advances = std::vector<table::format::AdvanceRecord>;

/// A distinct request of a service: equal identity, equal entry.
struct TracedRequest {
  Identity identity;
  Keys reads;
  Advances writes_unknown;  ///< what it advances where its answer is not known
  bool is_write = false;
  Control control = Control::none;
  bool counts_asks = false;  ///< its states are those of the first, second, … equal ask
};

/// Where one step found the chains.
struct TracedStep {
  StepId step;
  TracedRequestId request;
  WriteListId writes;
  match::Version state = 0;
  /// What it depends on was being written while it ran, or had been written by overlapping writes,
  /// so that nobody knows in which order: the recording does not prove that this is the state.
  bool uncertain = false;
  /// Where `uncertain`: the step of that write, or of one of them; nothing where the recording
  /// lacks something that came before.
  MaybeStepId overlap;
  EvidenceListId evidence;
};

/// A write as it came to one key: a chain from each to the one before it.
struct ChainLink {
  std::uint64_t identity = 0;  ///< see match::write_identity
  StepId step;
  MaybeLinkId previous;
};

/// A key that a recording found otherwise than the first one.
struct TracedBeginning {
  std::uint32_t recording = 0;
  KeyId key;
};

struct Trace {
  table::ListBy<KeyId, std::string> keys;  ///< those that some recorded request depends on
  table::ListBy<TracedRequestId, TracedRequest> requests;
  /// What writes advance: one list for each pair of a request and an answer to it. The first is
  /// empty.
  table::ListBy<WriteListId, Advances> write_lists;
  table::ListBy<TracedStepId, TracedStep> steps;  ///< those that go into the table, in order
  table::ListBy<LinkId, ChainLink> links;         ///< in the order in which the writes were seen
  /// What had been written last: beside a request's `reads`.
  table::ListBy<EvidenceListId, std::vector<MaybeLinkId>> evidence_lists;
  std::vector<TracedBeginning> beginnings;  ///< sorted by recording, then by key
};

/// How wide the keys of a pattern are made, whatever its statement says.
enum class Width : std::uint8_t { rows, tables, everything };
using Widened = std::map<std::string, Width>;  ///< by pattern
/// Requests of which each ask is a state of its own, by spell_identity().
using Counted = std::set<std::string>;

/// Keys by name, of which a recording has a beginning of its own (see part_beginnings).
using Beginnings = std::map<std::uint32_t, std::set<std::string>>;

[[nodiscard]] std::string spell_identity(const Identity& identity);

[[nodiscard]] Trace trace_chains(const LoadedService& service, const RowKeys& rows,
                                 const Widened& widened, const Counted& counted = {},
                                 const Beginnings& beginnings = {});

}  // namespace understudy::compile
