// The recording role: watches one relayed connection.
#pragma once

#include <memory>

#include "understudy/limits.hpp"
#include "understudy/observer.hpp"

namespace understudy::postgres {

[[nodiscard]] std::unique_ptr<Observer> make_observer(const Limits& limits);

}  // namespace understudy::postgres
