// Other orders in which a recording could have happened: for the self-test.
#pragma once

#include <cstdint>
#include <vector>

#include "compile/model/steps.hpp"
#include "compile/states/concurrency.hpp"

namespace understudy::compile {

/// An exchange and the connection on which it is made.
struct Turn {
  StepId step;
  std::uint32_t connection = 0;
};
using Schedule = std::vector<Turn>;

/// The first `at_most` exchanges as they were recorded. The others take as many.
[[nodiscard]] Schedule as_recorded(const LoadedService& service, std::size_t at_most);
/// What was concurrent in another order, at random; each connection keeps its own.
[[nodiscard]] Schedule interleaved(const LoadedService& service, const Concurrency& concurrency,
                                   std::size_t at_most, std::uint32_t seed);
/// All exchanges of a recording on `connections` connections in turn, which change between
/// transactions only. A transaction comes where it ended; with one connection it comes whole.
[[nodiscard]] Schedule pooled(const LoadedService& service, std::size_t at_most,
                              std::uint32_t connections);

}  // namespace understudy::compile
