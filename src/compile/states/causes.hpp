// Which write is the likeliest to have changed an answer to what it became: what a guess in a state
// that was never recorded goes by.
#pragma once

#include <cstdint>
#include <vector>

#include "compile/model/steps.hpp"
#include "compile/states/trace.hpp"

namespace understudy::compile {

/// The write that changed the answer of this request to what this step found; none where nothing
/// had been written that it depends on.
///
/// Suspected are the writes between the last exchange that found the old answer and the first that
/// found the new one. The likeliest has values in common with the request, says what the answer
/// says now and did not say before, and is of a pattern that often changed answers of this one.
[[nodiscard]] table::ListBy<TracedStepId, MaybeLinkId> find_causes(const LoadedService& service,
                                                                   const Trace& trace);

}  // namespace understudy::compile
