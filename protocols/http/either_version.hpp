// A connection's version of HTTP is what its client begins with: the preface of HTTP/2, or anything
// else.
#pragma once

#include <memory>

#include "understudy/observer.hpp"
#include "understudy/server_machine.hpp"

namespace understudy::http {

[[nodiscard]] std::unique_ptr<Observer> new_observer_of_either(const Limits& limits);

/// `table` and what `context` borrows outlive the machine.
[[nodiscard]] std::unique_ptr<ServerMachine> new_server_of_either(const ServiceTable& table,
                                                                  const ServerContext& context);

}  // namespace understudy::http
