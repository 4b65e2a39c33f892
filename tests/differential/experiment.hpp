// One recording of a workload and one replay of it in another order, each answer compared.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policies.hpp"
#include "simulate.hpp"

namespace differential {

struct Wrong {
  std::string statement, answered, truth;
};

struct Outcome {
  Tally reads, writes;
  std::optional<Wrong> wrong;                  ///< the first one
  std::vector<std::string> recording, replay;  ///< what was said, where `tell` was set
  std::vector<std::string> uncertain;  ///< patterns of reads that were not certain and right
};

[[nodiscard]] Outcome experiment(const Workload& workload, std::uint64_t seed, int clients,
                                 int units, bool tell);

/// A small example of a wrong answer, searched among small runs.
[[nodiscard]] std::optional<Outcome> smallest_failure(const Workload& workload);

}  // namespace differential
