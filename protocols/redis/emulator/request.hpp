// A request as the emulator has it, and where the functions of commands are.
#pragma once

#include <string_view>
#include <vector>

#include "protocols/redis/effects.hpp"
#include "protocols/redis/emulator/call.hpp"
#include "protocols/redis/request.hpp"

namespace understudy::redis::emulation {

/// Null for a command that is not computed.
[[nodiscard]] Handler find_handler(std::string_view name);

/// Of canonical octets. Views of itself: stays where it is.
struct Request {
  CommandLine line;
  std::vector<std::string_view> words;
  ResolvedCommand resolved;
  /// A known command with as many words as it takes, in its canonical octets.
  bool sound = false;
  /// Null where it is not sound, or none that is computed.
  Handler handler = nullptr;

  explicit Request(std::string_view canonical);
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  [[nodiscard]] const std::string& name() const noexcept { return resolved.name; }
  /// What is not computed any more once a recording contradicts it: the command, or one script.
  [[nodiscard]] std::string subject() const;
  /// All that there is, where it is not sound.
  [[nodiscard]] Effects effects() const;
};

/// What a reply says: equal where no client can take one for a change of the other. The order of
/// sets and hashes is the server's choice.
[[nodiscard]] std::string meaning_of(const Request& request, const Value& reply);

}  // namespace understudy::redis::emulation
