// What compile concluded, with the exchanges that it rests on, for a person.
#pragma once

#include <string>
#include <vector>

#include "compile/count_asks.hpp"
#include "compile/load.hpp"
#include "compile/pipeline.hpp"
#include "compile/settle.hpp"
#include "compile/trace.hpp"

namespace understudy::compile {

/// The keys of a pattern were made wider, because of two exchanges.
struct Widening {
  std::string pattern;
  Width from = Width::rows, to = Width::tables;
  Contradiction because;
};

[[nodiscard]] std::vector<Inference> infer(const LoadedService& service, const Trace& trace,
                                           const Settlement& settlement,
                                           const std::vector<Widening>& widenings,
                                           const std::vector<CountedRequest>& counted);

/// What is wrong with an answer that shows a function of the clock or of chance, without its
/// pattern.
[[nodiscard]] std::string unsteady_text(std::string_view function);

/// A pattern as a person reads it: the octet that stands in place of a value is shown as `?`.
[[nodiscard]] std::string readable_pattern(std::string_view pattern);

}  // namespace understudy::compile
