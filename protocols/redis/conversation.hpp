// What one connection has agreed on with its server, and how many replies a
// command gets. Knows nothing of roles: the observer and the server both run it.
#pragma once

#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "protocols/redis/command_table.hpp"
#include "protocols/redis/value.hpp"

namespace understudy::redis {

/// What a command is to a connection.
enum class Verb : std::uint8_t {
  data,  ///< none of its business: answered out of the table
  auth,
  hello,
  select,
  quit,
  reset,
  ping,
  echo,
  multi,
  exec,
  discard,
  watch,
  unwatch,
  subscribe,    ///< SUBSCRIBE, PSUBSCRIBE, SSUBSCRIBE
  unsubscribe,  ///< UNSUBSCRIBE, PUNSUBSCRIBE, SUNSUBSCRIBE
  client,
  info,
  command,
  config_get,
  monitor,  ///< from then on the server talks without being asked
  sync      ///< SYNC, PSYNC: from then on no RESP
};

/// `data` for an unknown command.
[[nodiscard]] Verb verb_of(const ResolvedCommand& resolved) noexcept;

/// True for verbs that say nothing beyond their connection: never recorded, always synthesised.
[[nodiscard]] constexpr bool is_connection_scoped(Verb verb) noexcept {
  switch (verb) {
    case Verb::auth:
    case Verb::hello:
    case Verb::select:
    case Verb::quit:
    case Verb::reset:
    case Verb::ping:
    case Verb::echo:
    case Verb::subscribe:
    case Verb::unsubscribe:
    case Verb::client:
    case Verb::monitor:
    case Verb::sync:
      return true;
    default:
      return false;
  }
}

/// True for verbs that are carried out inside MULTI instead of being queued.
[[nodiscard]] constexpr bool is_never_queued(Verb verb) noexcept {
  return verb == Verb::multi || verb == Verb::exec || verb == Verb::discard ||
         verb == Verb::watch || verb == Verb::quit || verb == Verb::reset;
}

class Subscriptions {
 public:
  enum class Space : std::uint8_t { channels, patterns, shards };

  /// The space that a (un)subscribing command is about.
  [[nodiscard]] static Space space_of(std::string_view command_name) noexcept;

  /// Both return the count that the acknowledgement carries.
  std::size_t add(Space space, std::string_view name);
  std::size_t remove(Space space, std::string_view name);

  [[nodiscard]] const std::set<std::string, std::less<>>& in(Space space) const noexcept {
    return spaces_[static_cast<std::size_t>(space)];
  }
  /// Shard channels are counted apart from channels and patterns.
  [[nodiscard]] std::size_t count(Space space) const noexcept;
  [[nodiscard]] bool empty() const noexcept;
  void clear() noexcept;

 private:
  std::array<std::set<std::string, std::less<>>, 3> spaces_;
};

/// Who a client is that names no user.
inline constexpr std::string_view default_user = "default";

class Conversation {
 public:
  Resp resp = Resp::v2;
  std::uint32_t db = 0;
  bool in_multi = false;
  std::string user{default_user};
  bool authenticated = false;  ///< AUTH or HELLO … AUTH was answered without an error
  Subscriptions subscriptions;

  /// Replies to a command that is carried out now, were it answered without an error: 0 for
  /// CLIENT REPLY OFF and SKIP, the number of acknowledgements of (un)subscribing, else 1.
  [[nodiscard]] std::size_t replies_to(const ResolvedCommand& resolved, Arguments arguments) const;

  /// True where the replies to the current command are held back (CLIENT REPLY OFF or SKIP).
  [[nodiscard]] bool muted() const noexcept { return off_ || skip_ == Skip::this_command; }

  /// A command was carried out and its answer was no error.
  void succeeded(const ResolvedCommand& resolved, Arguments arguments);

  /// Every command ends with this, whatever became of it.
  void advance() noexcept;

  /// RESET, or a new connection. Keeps nothing.
  void clear() { *this = {}; }

 private:
  enum class Skip : std::uint8_t { nothing, next_command, this_command };
  void client_reply(std::string_view mode);
  void log_in(std::string_view name);

  bool off_ = false;
  Skip skip_ = Skip::nothing;
};

}  // namespace understudy::redis
