// Requests whose answers changed though nothing was written: polls, retries, rate limits.
#pragma once

#include <string>
#include <vector>

#include "compile/model/steps.hpp"
#include "compile/states/settle.hpp"
#include "compile/states/trace.hpp"

namespace understudy::compile {

/// Whether the protocol's profile (Analyser::profile) says by `counts_asks: true` that being asked
/// may itself change what a request is answered next: a poll, a retry, a rate limit, a cursor. Not
/// so where only the clock or another client changes answers, as in a database.
[[nodiscard]] bool may_count_asks(const LoadedService& service);

/// A request that was answered otherwise by being asked again.
struct CountedRequest {
  std::string pattern;
  Contradiction because;
};

/// Adds to `counted` the requests that gave several answers in one state, of which two came one
/// after the other while nobody wrote anything: no wider keys could tell those apart. Gives those
/// that are new.
[[nodiscard]] std::vector<CountedRequest> count_asks(const LoadedService& service,
                                                     const Trace& trace,
                                                     const Settlement& settlement,
                                                     Counted& counted);

}  // namespace understudy::compile
