// Last pass: what was settled goes into the table.
#pragma once

#include <set>
#include <string>

#include "compile/model/steps.hpp"
#include "compile/states/settle.hpp"
#include "compile/states/trace.hpp"
#include "compile/values/varying.hpp"
#include "table/builder.hpp"

namespace understudy::compile {

[[nodiscard]] table::ServiceBuilder emit(const LoadedService& service, const Trace& trace,
                                         const Settlement& settlement, const Varying& varying = {});

}  // namespace understudy::compile
