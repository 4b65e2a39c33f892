// Requests whose answers changed though nothing was written: polls, retries, rate limits.
#pragma once

#include <string>
#include <vector>

#include "compile/load.hpp"
#include "compile/settle.hpp"
#include "compile/trace.hpp"

namespace understudy::compile {

/// A request that was answered otherwise by being asked again.
struct CountedRequest {
  std::string pattern;
  Contradiction because;
};

/// Adds to `counted` the requests that gave several answers in one state, of which two came one
/// after the other while nobody wrote anything: no wider keys could tell those apart. Only what its
/// protocol says of it that being asked may change it. Gives those that are new.
[[nodiscard]] std::vector<CountedRequest> count_asks(const LoadedService& service,
                                                     const Trace& trace,
                                                     const Settlement& settlement,
                                                     Counted& counted);

}  // namespace understudy::compile
