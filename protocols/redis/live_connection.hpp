// The state of one live connection that commands about connections set and tell.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "protocols/redis/conversation.hpp"
#include "protocols/redis/profile.hpp"
#include "protocols/redis/resp_encoder.hpp"
#include "understudy/document.hpp"
#include "understudy/service_table.hpp"

namespace understudy::redis {

/// The one user and password that the service's settings ask for.
struct Credentials {
  bool required = false;
  std::string user = "default";
  std::string password;

  /// From `auth: {user, password}`; not required where there is none.
  [[nodiscard]] static Credentials from(const Document& settings);
  /// Anything is right where nothing is required.
  [[nodiscard]] bool match(std::string_view given_user,
                           std::string_view given_password) const noexcept;
};

/// CLIENT TRACKING. What a client may cache is invalidated as soon as it was told: a mock that does
/// not know who else writes must not let it keep anything.
struct Tracking {
  bool on = false;
  bool broadcast = false;
  bool opt_in = false;
  bool opt_out = false;
  bool no_loop = false;
};

struct LiveConnection {
  LiveConnection(const ServiceTable& service_table, const Profile& server_profile,
                 Credentials wanted, std::uint64_t connection_id)
      : table(service_table),
        profile(server_profile),
        credentials(std::move(wanted)),
        id(connection_id),
        authenticated(!must_log_in()) {}

  /// Because understudy.yaml says so, or because the recorded server refused those who had not.
  [[nodiscard]] bool must_log_in() const noexcept {
    return credentials.required || profile.refuses_strangers;
  }

  const ServiceTable& table;
  Profile profile;
  Credentials credentials;
  std::uint64_t id;
  bool authenticated;
  Conversation conversation;
  Tracking tracking;
  std::string name;
  std::string library;
  std::string library_version;
  bool no_evict = false;
  bool no_touch = false;
};

/// What became of a command that was answered here.
enum class Outcome : std::uint8_t {
  done,
  failed,      ///< answered by an error
  unanswered,  ///< none of these commands' business: ask the table
};

/// AUTH, HELLO, SELECT, RESET, PING, ECHO, (P|S)(UN)SUBSCRIBE. Appends the replies to `out`.
[[nodiscard]] Outcome answer_session_command(LiveConnection& live, const ResolvedCommand& resolved,
                                             Arguments arguments, std::vector<std::uint8_t>& out);

/// CLIENT and its subcommands; `unanswered` for those that are about other connections.
[[nodiscard]] Outcome answer_client_command(LiveConnection& live, const ResolvedCommand& resolved,
                                            Arguments arguments, std::vector<std::uint8_t>& out);

/// INFO as it was recorded, or a small one of the profile.
void answer_info(const LiveConnection& live, Arguments arguments, std::vector<std::uint8_t>& out);

/// COMMAND and its subcommands out of the built-in table, CONFIG GET out of built-in parameters.
void answer_command(const LiveConnection& live, const ResolvedCommand& resolved,
                    Arguments arguments, std::vector<std::uint8_t>& out);
void answer_config_get(const LiveConnection& live, Arguments arguments,
                       std::vector<std::uint8_t>& out);

/// Where ServiceTable::shape() has the recorded reply to INFO with these arguments.
[[nodiscard]] std::string info_shape_key(Arguments arguments);

/// The server's words for commands that it doesn't know or that have a wrong number of arguments.
[[nodiscard]] std::string unknown_command_error(const ResolvedCommand& resolved,
                                                Arguments arguments);
[[nodiscard]] std::string arity_error(const Command& command);

}  // namespace understudy::redis
