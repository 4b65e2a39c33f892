// Runs a recording through the version chains, as serving will: which state
// each exchange was answered in.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "compile/load.hpp"
#include "match/chains.hpp"

namespace understudy::compile {

/// A distinct request of a service: equal identity, equal entry.
struct TracedRequest {
  Identity identity;
  std::vector<std::uint32_t> reads, writes;  ///< numbers in Trace::keys
  bool is_write = false;
  Control control = Control::none;
};

/// Where one step found the chains.
struct TracedStep {
  std::uint32_t step = 0;     ///< number in LoadedService::steps
  std::uint32_t request = 0;  ///< number in Trace::requests
  match::Version state = 0;
  /// What it depends on was being written while it ran, or had been written by overlapping writes,
  /// so that nobody knows in which order: the recording does not prove that this is the state.
  bool uncertain = false;
};

struct Trace {
  std::vector<std::string> keys;  ///< those that some recorded request depends on
  std::vector<TracedRequest> requests;
  std::vector<TracedStep> steps;  ///< those that go into the table, in order
};

/// `widened` holds the patterns that depend on everything, whatever their analysis says.
[[nodiscard]] Trace trace_chains(const LoadedService& service,
                                 const std::set<std::string>& widened);

}  // namespace understudy::compile
