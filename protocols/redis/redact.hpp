// Secrets never reach the disk, and a live request that carries one is
// compared with the recorded one without it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocols/redis/command_table.hpp"
#include "protocols/redis/value.hpp"
#include "understudy/secrets.hpp"

namespace understudy::redis {

/// What stood for every secret in recordings that tell none from another.
inline constexpr std::string_view masked = "<redacted>";
/// The shape of a table with such recordings.
inline constexpr std::string_view masking_key = "secrets masked";

/// Makes what stands in the place of a secret: the placeholder of `secrets`, or `masked`, which
/// stays where a recording has it.
class SecretReplacement {
 public:
  /// Borrows `secrets`.
  explicit SecretReplacement(const Secrets& secrets, bool masks = false)
      : secrets_(secrets), masks_(masks) {}
  [[nodiscard]] std::string of(std::string_view secret) const;

 private:
  const Secrets& secrets_;
  bool masks_;
};

/// True where the command may carry a secret among its arguments.
[[nodiscard]] bool may_carry_secrets(const Command* command) noexcept;

/// Replaces passwords and hashes of them among the arguments: AUTH, HELLO … AUTH, MIGRATE … AUTH,
/// CONFIG SET requirepass and its like, ACL SETUSER.
void redact_arguments(std::string_view name, const SecretReplacement& replacement,
                      std::vector<std::string>& words);

/// Replaces the same in the (lifted) replies that tell them: CONFIG GET, ACL GETUSER, ACL LIST.
void redact_reply(std::string_view name, const SecretReplacement& replacement, Value& reply);

/// The same in an error that repeats arguments of the command, which were `sent` so.
void redact_error(std::string_view name, const SecretReplacement& replacement,
                  const std::vector<std::string>& sent, std::string& text);

/// Replaces what matches the user's patterns: in the arguments behind the command's name, and
/// wherever it stands in a reply.
void redact_patterns(const Secrets& secrets, std::vector<std::string>& words);
void redact_patterns(const Secrets& secrets, Value& reply);

}  // namespace understudy::redis
