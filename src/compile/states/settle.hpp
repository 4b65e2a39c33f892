// Which answer belongs to which request in which state, and where the
// recording contradicts itself.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compile/model/steps.hpp"
#include "compile/states/trace.hpp"

namespace understudy::compile {

/// Two exchanges that were answered differently in one state.
struct Contradiction {
  StepId first, second;
};

struct SettledAnswer {
  match::Version state = 0;
  TracedStepId traced;  ///< whose answer it is: the first of this state
  StepId step;          ///< the same
  WriteListId writes;
  bool guess = false;  ///< no exchange proves it, or recordings contradict each other
  /// Where recordings contradict each other.
  std::optional<Contradiction> contradiction;
};

struct SettledRequest {
  /// Sorted by state; where `volatile_`, every answer in the order of recording instead.
  std::vector<SettledAnswer> answers;
  bool volatile_ = false;
  std::string unsteady;  ///< where that makes it volatile, see Analysis
};

struct Settlement {
  table::ListBy<TracedRequestId, SettledRequest> requests;  ///< empty answers for controls
  /// Patterns that gave two answers in one state of one recording: their keys are too narrow, or
  /// the cause lies outside of what was recorded.
  std::map<std::string, Contradiction> contradicted;
};

[[nodiscard]] Settlement settle(const LoadedService& service, const Trace& trace);

}  // namespace understudy::compile
