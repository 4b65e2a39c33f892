// The serving role: one live connection.
#pragma once

#include <memory>

#include "understudy/server_machine.hpp"

namespace understudy::postgres {

[[nodiscard]] std::unique_ptr<ServerMachine> make_server(const ServiceTable& table,
                                                         const ServerContext& context);

}  // namespace understudy::postgres
