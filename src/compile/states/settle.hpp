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
  std::uint32_t first = 0, second = 0;  ///< numbers of steps
};

struct SettledAnswer {
  match::Version state = 0;
  std::uint32_t traced =
      0;  ///< number in Trace::steps of whose answer it is: the first of this state
  std::uint32_t step = 0;    ///< its number in LoadedService::steps
  std::uint32_t writes = 0;  ///< number in Trace::write_lists
  bool guess = false;        ///< no exchange proves it, or recordings contradict each other
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
  std::vector<SettledRequest> requests;  ///< beside Trace::requests; empty answers for controls
  /// Patterns that gave two answers in one state of one recording: their keys are too narrow, or
  /// the cause lies outside of what was recorded.
  std::map<std::string, Contradiction> contradicted;
};

[[nodiscard]] Settlement settle(const LoadedService& service, const Trace& trace);

}  // namespace understudy::compile
