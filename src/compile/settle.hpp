// Which answer belongs to which request in which state, and where the
// recording contradicts itself.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "compile/load.hpp"
#include "compile/trace.hpp"

namespace understudy::compile {

struct SettledAnswer {
  match::Version state = 0;
  std::uint32_t step = 0;    ///< whose answer it is: the first one of this state
  std::uint32_t writes = 0;  ///< number in Trace::write_lists
  bool guess = false;        ///< no exchange proves it, or recordings contradict each other
};

struct SettledRequest {
  /// Sorted by state; where `volatile_`, every answer in the order of recording instead.
  std::vector<SettledAnswer> answers;
  bool volatile_ = false;
};

struct Settlement {
  std::vector<SettledRequest> requests;  ///< beside Trace::requests; empty answers for controls
  /// Patterns that gave two answers in one state of one recording: their keys are too narrow, or
  /// the cause lies outside of what was recorded.
  std::set<std::string> contradicted;
};

[[nodiscard]] Settlement settle(const LoadedService& service, const Trace& trace);

}  // namespace understudy::compile
