#include <fmt/format.h>

#include "protocols/redis/live_connection.hpp"
#include "protocols/redis/numbers.hpp"
#include "understudy/document_text.hpp"

namespace understudy::redis {

namespace {

constexpr std::string_view wrong_password =
    "WRONGPASS invalid username-password pair or user is disabled.";

std::string text_of(const Document& settings, const char* key) {
  const auto found = settings.find(key);
  if (found == settings.end()) return {};
  return found->is_string() || found->is_binary() ? octets_of(*found) : json_text(*found);
}

}  // namespace

Credentials Credentials::from(const Document& settings) {
  Credentials credentials;
  if (!settings.is_object() || !settings.contains("auth") || !settings["auth"].is_object())
    return credentials;
  const Document& auth = settings["auth"];
  credentials.required = auth.contains("password");
  credentials.password = text_of(auth, "password");
  if (auth.contains("user")) credentials.user = text_of(auth, "user");
  return credentials;
}

bool Credentials::match(std::string_view given_user,
                        std::string_view given_password) const noexcept {
  return !required || (given_user == user && given_password == password);
}

std::string unknown_command_error(const ResolvedCommand& resolved, Arguments arguments) {
  if (resolved.container != nullptr)
    return fmt::format("ERR unknown subcommand '{}'. Try {} HELP.", arguments[1].substr(0, 128),
                       resolved.container->name);
  std::string beginning;
  for (std::size_t i = 1; i < arguments.size() && beginning.size() < 128; ++i)
    beginning += fmt::format("'{}' ", arguments[i].substr(0, 128 - beginning.size()));
  return fmt::format("ERR unknown command '{}', with args beginning with: {}",
                     arguments[0].substr(0, 128), beginning);
}

std::string arity_error(const Command& command) {
  std::string name = lower_case(command.name);
  for (char& octet : name)
    if (octet == ' ') octet = '|';
  return fmt::format("ERR wrong number of arguments for '{}' command", name);
}

namespace {

class SessionCommands {
 public:
  SessionCommands(LiveConnection& live, Arguments arguments, std::vector<std::uint8_t>& out)
      : live_(live), arguments_(arguments), out_(out) {}

  Outcome auth() {
    if (arguments_.size() > 3) return fail("ERR syntax error");
    const bool named = arguments_.size() == 3;
    const std::string_view user = named ? arguments_[1] : std::string_view("default");
    if (!log_in(user, arguments_.back())) return fail(wrong_password);
    return ok("OK");
  }

  Outcome select() {
    const auto db = parse_integer(arguments_[1]);
    if (!db || *db < INT32_MIN || *db > INT32_MAX) return fail("ERR invalid DB index");
    if (live_.profile.mode == "cluster" && *db != 0)
      return fail("ERR SELECT is not allowed in cluster mode");
    if (*db < 0 || *db >= live_.profile.databases) return fail("ERR DB index is out of range");
    return ok("OK");
  }

  Outcome ping() {
    if (arguments_.size() > 2) return fail("ERR wrong number of arguments for 'ping' command");
    const Conversation& conversation = live_.conversation;
    ReplyWriter reply = writer();
    if (conversation.resp == Resp::v2 && !conversation.subscriptions.empty()) {
      reply.array(2);
      reply.bulk("pong");
      reply.bulk(arguments_.size() == 2 ? arguments_[1] : std::string_view());
    } else if (arguments_.size() == 2) {
      reply.bulk(arguments_[1]);
    } else {
      reply.simple_string("PONG");
    }
    return Outcome::done;
  }

  Outcome echo() {
    writer().bulk(arguments_[1]);
    return Outcome::done;
  }

  Outcome reset() {
    live_.tracking = {};
    live_.name.clear();
    live_.authenticated = !live_.must_log_in();
    live_.no_evict = false;
    live_.no_touch = false;
    writer().simple_string("RESET");
    return Outcome::done;
  }

  Outcome subscribe(Subscriptions::Space space, std::string_view kind) {
    for (const std::string_view name : arguments_.subspan(1))
      acknowledge(kind, name, live_.conversation.subscriptions.add(space, name));
    return Outcome::done;
  }

  Outcome unsubscribe(Subscriptions::Space space, std::string_view kind) {
    Subscriptions& subscriptions = live_.conversation.subscriptions;
    std::vector<std::string> names(arguments_.begin() + 1, arguments_.end());
    if (names.empty()) names.assign(subscriptions.in(space).begin(), subscriptions.in(space).end());
    for (const std::string& name : names)
      acknowledge(kind, name, subscriptions.remove(space, name));
    if (!names.empty()) return Outcome::done;
    ReplyWriter reply = writer();
    reply.push(3);
    reply.bulk(kind);
    reply.null();
    reply.integer(static_cast<std::int64_t>(subscriptions.count(space)));
    return Outcome::done;
  }

  // HELLO [2|3 [AUTH user password] [SETNAME name]]
  Outcome hello() {
    Resp resp = live_.conversation.resp;
    if (arguments_.size() > 1) {
      const auto version = parse_integer(arguments_[1]);
      if (!version) return fail("ERR Protocol version is not an integer or out of range");
      if (*version != 2 && *version != 3) return fail("NOPROTO unsupported protocol version");
      resp = *version == 3 ? Resp::v3 : Resp::v2;
    }
    if (const std::string problem = hello_options(); !problem.empty()) return fail(problem);
    if (!live_.authenticated)
      return fail(
          "NOAUTH HELLO must be called with the client already authenticated, otherwise the "
          "HELLO AUTH <user> <pass> option can be used to authenticate the client and select "
          "the RESP protocol version at the same time");
    tell_server(resp);
    return Outcome::done;
  }

 private:
  ReplyWriter writer() { return {out_, live_.conversation.resp}; }

  Outcome ok(std::string_view status) {
    writer().simple_string(status);
    return Outcome::done;
  }

  Outcome fail(std::string_view text) {
    writer().error(text);
    return Outcome::failed;
  }

  bool log_in(std::string_view user, std::string_view password) {
    if (!live_.credentials.match(user, password)) return false;
    live_.authenticated = true;
    return true;
  }

  // The problem, or nothing.
  std::string hello_options() {
    std::string_view name;
    bool named = false;
    for (std::size_t i = 2; i < arguments_.size(); ++i) {
      const std::size_t more = arguments_.size() - i - 1;
      if (equals_ignoring_case(arguments_[i], "AUTH") && more >= 2) {
        if (!log_in(arguments_[i + 1], arguments_[i + 2])) return std::string(wrong_password);
        i += 2;
      } else if (equals_ignoring_case(arguments_[i], "SETNAME") && more >= 1) {
        name = arguments_[++i];
        named = true;
      } else {
        return fmt::format("ERR Syntax error in HELLO option '{}'", arguments_[i]);
      }
    }
    if (named && live_.authenticated) live_.name = name;
    return {};
  }

  void tell_server(Resp resp) {
    const Profile& profile = live_.profile;
    ReplyWriter reply(out_, resp);
    const bool sentinel = profile.mode == "sentinel";
    const auto field = [&](std::string_view key, std::string_view value) {
      reply.bulk(key);
      reply.bulk(value);
    };
    reply.map(sentinel ? 6 : 7);
    field("server", "redis");
    field("version", profile.version);
    reply.bulk("proto");
    reply.integer(static_cast<std::int64_t>(resp));
    reply.bulk("id");
    reply.integer(static_cast<std::int64_t>(live_.id));
    // A mock stands alone, whatever the recorded server was part of: see topology.hpp.
    field("mode", "standalone");
    if (!sentinel) field("role", profile.role);
    reply.bulk("modules");
    reply.array(0);
  }

  void acknowledge(std::string_view kind, std::string_view name, std::size_t count) {
    ReplyWriter reply = writer();
    reply.push(3);
    reply.bulk(kind);
    reply.bulk(name);
    reply.integer(static_cast<std::int64_t>(count));
  }

  LiveConnection& live_;
  Arguments arguments_;
  std::vector<std::uint8_t>& out_;
};

}  // namespace

Outcome answer_session_command(LiveConnection& live, const ResolvedCommand& resolved,
                               Arguments arguments, std::vector<std::uint8_t>& out) {
  SessionCommands commands(live, arguments, out);
  const Subscriptions::Space space = Subscriptions::space_of(resolved.name);
  switch (verb_of(resolved)) {
    case Verb::auth:
      return commands.auth();
    case Verb::hello:
      return commands.hello();
    case Verb::select:
      return commands.select();
    case Verb::ping:
      return commands.ping();
    case Verb::echo:
      return commands.echo();
    case Verb::reset:
      return commands.reset();
    case Verb::subscribe:
      return commands.subscribe(space, lower_case(resolved.name));
    case Verb::unsubscribe:
      return commands.unsubscribe(space, lower_case(resolved.name));
    default:
      return Outcome::unanswered;
  }
}

}  // namespace understudy::redis
