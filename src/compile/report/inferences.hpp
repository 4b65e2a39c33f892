// What compile concluded, with the exchanges that it rests on, for a person.
#pragma once

#include <string>
#include <vector>

#include "compile/model/steps.hpp"
#include "compile/report/summary.hpp"
#include "compile/states/count_asks.hpp"
#include "compile/states/settle.hpp"
#include "compile/states/trace.hpp"

namespace understudy::compile {

/// The keys of a pattern were made wider, because of two exchanges.
struct Widening {
  std::string pattern;
  Width from = Width::rows, to = Width::tables;
  Contradiction because;
};

/// What was concluded on the way to the trace.
struct Conclusions {
  const std::vector<Widening>& widenings;
  const std::vector<CountedRequest>& counted;
  const std::vector<Contradiction>& beginnings;  ///< see part_beginnings()
};

[[nodiscard]] std::vector<Inference> infer(const LoadedService& service, const Trace& trace,
                                           const Settlement& settlement,
                                           const Conclusions& conclusions);

}  // namespace understudy::compile
