// A canonical request as the emulator takes it.
#pragma once

#include "protocols/sql/emulator/request.hpp"
#include "understudy/emulator.hpp"

namespace understudy::postgres::emulation {

[[nodiscard]] sql::emulator::SqlRequest read_request(const EmulatedRequest& asked);

}  // namespace understudy::postgres::emulation
