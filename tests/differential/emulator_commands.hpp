// Random commands: few keys of all kinds, edge values, options in any order.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "random.hpp"

namespace differential {

using Words = std::vector<std::string>;

/// `now`: milliseconds since 1970.
[[nodiscard]] Words random_command(Random& random, std::int64_t now);

/// Commands that show all that the keys hold.
[[nodiscard]] std::vector<Words> inspecting_commands();

}  // namespace differential
