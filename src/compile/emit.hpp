// Last pass: what was settled goes into the table, and into the summary for a person.
#pragma once

#include <set>
#include <string>

#include "compile/load.hpp"
#include "compile/pipeline.hpp"
#include "compile/settle.hpp"
#include "compile/trace.hpp"
#include "compile/varying.hpp"
#include "table/builder.hpp"

namespace understudy::compile {

[[nodiscard]] table::ServiceBuilder emit(const LoadedService& service, const Trace& trace,
                                         const Settlement& settlement, const Varying& varying = {});

[[nodiscard]] ServiceSummary summarise(const LoadedService& service, const Trace& trace,
                                       const Settlement& settlement);

}  // namespace understudy::compile
