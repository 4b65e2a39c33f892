// Recordings that found something else than the first one before anything was written.
#pragma once

#include <vector>

#include "compile/model/steps.hpp"
#include "compile/states/settle.hpp"
#include "compile/states/trace.hpp"

namespace understudy::compile {

/// Where a recording answered otherwise than an earlier one in the same state, and what the request
/// depends on is written somewhere, the two began otherwise: a sequence had given other numbers, a
/// table held other rows. From then on the later one has a beginning of its own for these keys, so
/// that what follows from it is no answer in the state of the earlier one. Of what nobody writes
/// the cause lies outside (a clock, chance), and nothing is said.
///
/// Adds to `beginnings`; gives the contradictions that were new.
[[nodiscard]] std::vector<Contradiction> part_beginnings(const LoadedService& service,
                                                         const Trace& trace,
                                                         const Settlement& settlement,
                                                         Beginnings& beginnings);

}  // namespace understudy::compile
