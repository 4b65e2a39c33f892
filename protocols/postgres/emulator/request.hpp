// A canonical request as the emulator takes it.
#pragma once

#include <string_view>

#include "protocols/sql/emulator/request.hpp"

namespace understudy::postgres::emulation {

[[nodiscard]] sql::emulator::SqlRequest read_request(std::string_view canonical,
                                                     std::string_view qualifier);

}  // namespace understudy::postgres::emulation
