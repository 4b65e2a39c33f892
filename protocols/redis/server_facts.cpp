// What clients ask of the server itself when they connect: INFO, COMMAND, CONFIG GET.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "protocols/redis/image.hpp"
#include "protocols/redis/keys.hpp"
#include "protocols/redis/live_connection.hpp"

namespace understudy::redis {

std::string info_shape_key(Arguments arguments) {
  std::string key = "INFO";
  for (const std::string_view section : arguments.subspan(1)) key += ' ' + lower_case(section);
  return key;
}

namespace {

bool wants(Arguments arguments, std::string_view section) {
  static constexpr std::array<std::string_view, 3> whole = {"all", "default", "everything"};
  if (arguments.size() < 2) return true;
  return std::ranges::any_of(arguments.subspan(1), [&](std::string_view asked) {
    return equals_ignoring_case(asked, section) ||
           std::ranges::any_of(
               whole, [&](std::string_view all) { return equals_ignoring_case(asked, all); });
  });
}

std::string small_info(const LiveConnection& live, Arguments arguments) {
  std::string text;
  const auto section = [&](std::string_view title, const std::string& lines) {
    if (!wants(arguments, title)) return;
    text += fmt::format("{}# {}\r\n{}", text.empty() ? "" : "\r\n", title, lines);
  };
  const Profile& profile = live.profile;
  section("Server", fmt::format("redis_version:{}\r\nredis_mode:{}\r\nos:Linux\r\narch_bits:64\r\n"
                                "tcp_port:6379\r\nuptime_in_seconds:1\r\n",
                                profile.version, "standalone"));
  section("Clients", "connected_clients:1\r\nblocked_clients:0\r\n");
  section("Memory", "used_memory:1048576\r\nmaxmemory:0\r\nmaxmemory_policy:noeviction\r\n");
  section("Persistence", "loading:0\r\nasync_loading:0\r\n");
  section("Replication", fmt::format("role:{}\r\nconnected_slaves:0\r\n", profile.role));
  section("Cluster", "cluster_enabled:0\r\n");  // see topology.hpp
  section("Keyspace", "");
  return text;
}

}  // namespace

void answer_info(const LiveConnection& live, Arguments arguments, std::vector<std::uint8_t>& out) {
  ReplyWriter reply(out, live.conversation.resp);
  if (const auto image = live.table.shape(info_shape_key(arguments))) {
    if (const auto octets = octets_for(*image, live.conversation.resp))
      return reply.raw(as_text(*octets));
  }
  reply.verbatim(small_info(live, arguments));
}

namespace {

class CommandAnswers {
 public:
  CommandAnswers(const LiveConnection& live, Arguments arguments, std::vector<std::uint8_t>& out)
      : live_(live), arguments_(arguments), reply_(out, live.conversation.resp) {}

  void answer(std::string_view name) {
    if (name == "COMMAND") return all();
    if (name == "COMMAND COUNT") return reply_.integer(static_cast<std::int64_t>(known().size()));
    if (name == "COMMAND DOCS") return reply_.map(0);
    if (name == "COMMAND INFO") return arguments_.size() == 2 ? all() : some();
    if (name == "COMMAND LIST") return list();
    if (name == "COMMAND GETKEYS" && arguments_.size() > 2) return get_keys();
    reply_.error(fmt::format("ERR understudy: no recording answers {}", name));
  }

 private:
  [[nodiscard]] std::vector<const Command*> known() const {
    std::vector<const Command*> found;
    for (const Command& command : all_commands())
      if (command.name.find(' ') == std::string_view::npos &&
          command.since <= live_.profile.release())
        found.push_back(&command);
    return found;
  }

  void all() {
    const auto commands = known();
    reply_.array(commands.size());
    for (const Command* command : commands) tell(*command);
  }

  void some() {
    reply_.array(arguments_.size() - 2);
    ResolvedCommand resolved;
    for (std::size_t i = 2; i < arguments_.size(); ++i) {
      resolve(arguments_.subspan(i, 1), resolved);
      resolved.command != nullptr ? tell(*resolved.command) : reply_.null_array();
    }
  }

  void list() {
    const auto commands = known();
    reply_.array(commands.size());
    for (const Command* command : commands) reply_.bulk(lower_case(command->name));
  }

  // Name, arity, flags, first key, last key, step, ACL categories, tips, key specifications,
  // subcommands; the last four since 7.0 and here without content.
  void tell(const Command& command) {
    reply_.array(10);
    reply_.bulk(lower_case(command.name));
    reply_.integer(command.arity);
    tell_flags(command);
    reply_.integer(command.first_key);
    reply_.integer(command.last_key);
    reply_.integer(command.key_step);
    reply_.set(0);
    reply_.set(0);
    reply_.set(0);
    reply_.array(0);
  }

  void tell_flags(const Command& command) {
    std::vector<std::string_view> set;
    for (std::size_t bit = 0; bit < std::size(flag_names); ++bit)
      if (command.is(1U << bit)) set.push_back(flag_names[bit]);
    reply_.set(set.size());
    for (const std::string_view flag : set) reply_.simple_string(flag);
  }

  void get_keys() {
    ResolvedCommand resolved;
    const Arguments inner = arguments_.subspan(2);
    resolve(inner, resolved);
    if (resolved.command == nullptr) return reply_.error("ERR Invalid command specified");
    if (resolved.command->spec_count == 0)
      return reply_.error("ERR The command has no key arguments");
    if (!resolved.command->accepts(inner.size()))
      return reply_.error("ERR Invalid number of arguments specified for command");
    const std::vector<KeyUse> keys = keys_of(*resolved.command, inner);
    if (keys.empty()) return reply_.error("ERR Invalid arguments specified for command");
    reply_.array(keys.size());
    for (const KeyUse& use : keys) reply_.bulk(use.key);
  }

  const LiveConnection& live_;
  Arguments arguments_;
  ReplyWriter reply_;
};

}  // namespace

void answer_command(const LiveConnection& live, const ResolvedCommand& resolved,
                    Arguments arguments, std::vector<std::uint8_t>& out) {
  CommandAnswers(live, arguments, out).answer(resolved.name);
}

namespace {

struct Parameter {
  std::string_view name;
  std::string_view value;
};

// What clients and load tools ask for, with the defaults of the server.
constexpr Parameter parameters[] = {{"appendonly", "no"},
                                    {"databases", "16"},
                                    {"maxclients", "10000"},
                                    {"maxmemory", "0"},
                                    {"maxmemory-policy", "noeviction"},
                                    {"notify-keyspace-events", ""},
                                    {"replica-read-only", "yes"},
                                    {"save", ""},
                                    {"slave-read-only", "yes"},
                                    {"tcp-keepalive", "300"},
                                    {"timeout", "0"}};

// `*` and `?`, as far as parameter patterns use them.
bool matches(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() == '*') {
    for (std::size_t skip = 0; skip <= text.size(); ++skip)
      if (matches(pattern.substr(1), text.substr(skip))) return true;
    return false;
  }
  if (text.empty()) return false;
  const bool same =
      pattern.front() == '?' || equals_ignoring_case(pattern.substr(0, 1), text.substr(0, 1));
  return same && matches(pattern.substr(1), text.substr(1));
}

}  // namespace

void answer_config_get(const LiveConnection& live, Arguments arguments,
                       std::vector<std::uint8_t>& out) {
  std::vector<const Parameter*> found;
  for (const Parameter& parameter : parameters)
    if (std::ranges::any_of(arguments.subspan(2), [&](std::string_view pattern) {
          return matches(pattern, parameter.name);
        }))
      found.push_back(&parameter);
  ReplyWriter reply(out, live.conversation.resp);
  reply.map(found.size());
  for (const Parameter* parameter : found) {
    reply.bulk(parameter->name);
    reply.bulk(parameter->value);
  }
}

}  // namespace understudy::redis
