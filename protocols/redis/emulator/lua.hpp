// Runs a script as Redis does, in Lua 5.1.
// https://redis.io/docs/latest/develop/programmability/lua-api/
#pragma once

#include <functional>
#include <string_view>

#include "protocols/redis/emulator/call.hpp"

namespace understudy::redis::emulation {

/// One of the script's commands: its reply as RESP2 has it; nothing where that is not sure.
using ScriptCommand = std::function<Answer(Arguments)>;

/// The reply; nothing where it is not sure: errors, what a library of Redis' own would say, chance
/// and the clock, or a script that takes more time or memory than any should.
[[nodiscard]] Answer run_script(std::string_view body, Arguments keys, Arguments arguments,
                                const ScriptCommand& command);

}  // namespace understudy::redis::emulation
