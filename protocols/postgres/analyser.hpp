// The compiling role: identities, keys and images of exchanges, shapes of statements.
#pragma once

#include <memory>

#include "understudy/analyser.hpp"

namespace understudy::postgres {

[[nodiscard]] std::unique_ptr<Analyser> make_analyser();

}  // namespace understudy::postgres
