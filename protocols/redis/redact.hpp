// Secrets never reach the disk, and a live request that carries one is
// compared with the recorded one without it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocols/redis/command_table.hpp"
#include "protocols/redis/value.hpp"

namespace understudy::redis {

inline constexpr std::string_view redacted = "<redacted>";

/// True where the command may carry a secret among its arguments.
[[nodiscard]] bool may_carry_secrets(const Command* command) noexcept;

/// Replaces passwords and hashes of them among the arguments: AUTH, HELLO … AUTH, MIGRATE … AUTH,
/// CONFIG SET requirepass and its like, ACL SETUSER.
void redact_arguments(std::string_view name, std::vector<std::string>& words);

/// Replaces the same in the (lifted) replies that tell them: CONFIG GET, ACL GETUSER, ACL LIST.
void redact_reply(std::string_view name, Value& reply);

/// The same in an error that repeats arguments of the command, which were `sent` so.
void redact_error(std::string_view name, const std::vector<std::string>& sent, std::string& text);

}  // namespace understudy::redis
