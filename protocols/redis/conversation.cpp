#include "protocols/redis/conversation.hpp"

#include <algorithm>

#include "protocols/redis/numbers.hpp"

namespace understudy::redis {

namespace {

struct NamedVerb {
  std::string_view name;
  Verb verb;
};

constexpr NamedVerb verbs[] = {
    {"AUTH", Verb::auth},
    {"HELLO", Verb::hello},
    {"SELECT", Verb::select},
    {"QUIT", Verb::quit},
    {"RESET", Verb::reset},
    {"PING", Verb::ping},
    {"ECHO", Verb::echo},
    {"MULTI", Verb::multi},
    {"EXEC", Verb::exec},
    {"DISCARD", Verb::discard},
    {"WATCH", Verb::watch},
    {"UNWATCH", Verb::unwatch},
    {"SUBSCRIBE", Verb::subscribe},
    {"PSUBSCRIBE", Verb::subscribe},
    {"SSUBSCRIBE", Verb::subscribe},
    {"UNSUBSCRIBE", Verb::unsubscribe},
    {"PUNSUBSCRIBE", Verb::unsubscribe},
    {"SUNSUBSCRIBE", Verb::unsubscribe},
    {"INFO", Verb::info},
    {"COMMAND", Verb::command},
    {"CONFIG GET", Verb::config_get},
    {"MONITOR", Verb::monitor},
    {"SYNC", Verb::sync},
    {"PSYNC", Verb::sync},
};

Verb slow_verb_of(std::string_view name) {
  for (const auto& [known, verb] : verbs)
    if (known == name) return verb;
  if (name == "CLIENT" || name.starts_with("CLIENT ")) return Verb::client;
  return name.starts_with("COMMAND ") ? Verb::command : Verb::data;
}

// By row of the command table.
const std::vector<Verb>& verb_rows() {
  static const std::vector<Verb> rows = [] {
    std::vector<Verb> found;
    for (const Command& command : all_commands()) found.push_back(slow_verb_of(command.name));
    return found;
  }();
  return rows;
}

}  // namespace

Verb verb_of(const ResolvedCommand& resolved) noexcept {
  static const std::vector<Verb>& rows = verb_rows();
  const Command* const command =
      resolved.command != nullptr ? resolved.command : resolved.container;
  if (command == nullptr) return Verb::data;
  return rows[static_cast<std::size_t>(command - all_commands().data())];
}

Subscriptions::Space Subscriptions::space_of(std::string_view command_name) noexcept {
  if (command_name.starts_with('P')) return Space::patterns;
  return command_name.starts_with("SS") || command_name.starts_with("SUN") ? Space::shards
                                                                           : Space::channels;
}

std::size_t Subscriptions::add(Space space, std::string_view name) {
  spaces_[static_cast<std::size_t>(space)].emplace(name);
  return count(space);
}

std::size_t Subscriptions::remove(Space space, std::string_view name) {
  auto& names = spaces_[static_cast<std::size_t>(space)];
  if (const auto found = names.find(name); found != names.end()) names.erase(found);
  return count(space);
}

std::size_t Subscriptions::count(Space space) const noexcept {
  if (space == Space::shards) return in(Space::shards).size();
  return in(Space::channels).size() + in(Space::patterns).size();
}

bool Subscriptions::empty() const noexcept {
  return std::ranges::all_of(spaces_, [](const auto& names) { return names.empty(); });
}

void Subscriptions::clear() noexcept {
  for (auto& names : spaces_) names.clear();
}

std::size_t Conversation::replies_to(const ResolvedCommand& resolved, Arguments arguments) const {
  const Verb verb = verb_of(resolved);
  const std::size_t named = arguments.size() - std::min(arguments.size(), resolved.name_arguments);
  if (verb == Verb::subscribe && named > 0) return named;
  if (verb == Verb::unsubscribe) {
    const std::size_t all = subscriptions.in(Subscriptions::space_of(resolved.name)).size();
    return std::max<std::size_t>(named > 0 ? named : all, 1);
  }
  const bool silent =
      resolved.name == "CLIENT REPLY" && arguments.size() == 3 &&
      (equals_ignoring_case(arguments[2], "OFF") || equals_ignoring_case(arguments[2], "SKIP"));
  return silent ? 0 : 1;
}

void Conversation::succeeded(const ResolvedCommand& resolved, Arguments arguments) {
  switch (verb_of(resolved)) {
    case Verb::select:
      if (arguments.size() < 2) return;
      db = static_cast<std::uint32_t>(parse_integer(arguments[1]).value_or(0));
      return;
    case Verb::hello:
      if (arguments.size() > 1) resp = arguments[1] == "3" ? Resp::v3 : Resp::v2;
      for (std::size_t i = 2; i + 1 < arguments.size(); ++i) {
        if (equals_ignoring_case(arguments[i], "AUTH")) log_in(arguments[i + 1]);
        i += equals_ignoring_case(arguments[i], "AUTH") ? 2 : 1;  // and SETNAME
      }
      return;
    case Verb::auth:
      return log_in(arguments.size() == 3 ? arguments[1] : default_user);
    case Verb::multi:
      in_multi = true;
      return;
    case Verb::exec:
    case Verb::discard:
      in_multi = false;
      return;
    case Verb::reset:
      return clear();
    case Verb::client:
      if (resolved.name == "CLIENT REPLY" && arguments.size() == 3) client_reply(arguments[2]);
      return;
    default:
      return;
  }
}

void Conversation::log_in(std::string_view name) {
  user = name;
  authenticated = true;
}

void Conversation::client_reply(std::string_view mode) {
  if (equals_ignoring_case(mode, "ON")) {
    off_ = false;
    skip_ = Skip::nothing;
  } else if (equals_ignoring_case(mode, "OFF")) {
    off_ = true;
  } else if (equals_ignoring_case(mode, "SKIP") && !off_) {
    skip_ = Skip::next_command;
  }
}

void Conversation::advance() noexcept {
  skip_ = skip_ == Skip::next_command ? Skip::this_command : Skip::nothing;
}

}  // namespace understudy::redis
