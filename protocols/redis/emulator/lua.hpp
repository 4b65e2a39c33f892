// Runs a script as Redis does, in Lua 5.1.
// https://redis.io/docs/latest/develop/programmability/lua-api/
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/redis/emulator/call.hpp"

namespace understudy::redis::emulation {

/// One of the script's commands: its reply as RESP2 has it; nothing where that is not sure.
using ScriptCommand = std::function<Answer(Arguments)>;

/// Why a script ended: one of its commands failed.
struct ScriptFailure {
  std::string error;  ///< the command's
  int line = 0;       ///< of the script
};

/// The reply; nothing where it is not sure: errors of its own, what a library of Redis' own would
/// say, chance and the clock, or a script that takes more time or memory than any should. With
/// `failure`, an error of one of its commands ends it, and what came before stays done.
[[nodiscard]] Answer run_script(std::string_view body, Arguments keys, Arguments arguments,
                                const ScriptCommand& command,
                                std::optional<ScriptFailure>& failure);

}  // namespace understudy::redis::emulation
