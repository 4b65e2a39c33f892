// A workload on a real server and on the mock that was recorded from it.
#pragma once

#include <memory>

#include "experiment.hpp"
#include "server_truth.hpp"

namespace differential {

/// The mock guesses nothing: what it is not certain of is left out of the truth as well.
[[nodiscard]] Run server_experiments(std::shared_ptr<const Speech> speech);

}  // namespace differential
