// What compile tells a person of each service.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compile/model/steps.hpp"
#include "compile/report/decisions.hpp"
#include "compile/selftest/mend.hpp"
#include "compile/selftest/selftest.hpp"
#include "compile/states/settle.hpp"
#include "compile/states/trace.hpp"
#include "understudy/emulator.hpp"

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
    beginning,       ///< a recording did not begin as an earlier one did
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
  std::vector<HeldState> held;        ///< tables of a snapshot, and of which all is known
  std::string held_gap;               ///< why a snapshot's rows are not used; empty: they are
  std::vector<PatternSummary> patterns;
  Emulator::Coverage coverage;        ///< nothing where its protocol computes no answers
  std::vector<Inference> inferences;  ///< guesses among them: the first hundred
  std::vector<Decision> decisions;    ///< of the values that may vary
  std::vector<TestedReplay> tests;    ///< the recording replayed against its own table
  std::vector<RefutedEntry> refuted;  ///< what that made guesses of
};

/// What its patterns are; the rest is filled in by who finds it.
[[nodiscard]] ServiceSummary summarise(const LoadedService& service, const Trace& trace,
                                       const Settlement& settlement);

}  // namespace understudy::compile
