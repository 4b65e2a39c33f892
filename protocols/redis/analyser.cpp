#include "protocols/redis/analyser.hpp"

#include <algorithm>

#include "protocols/redis/conversation.hpp"
#include "protocols/redis/effects.hpp"
#include "protocols/redis/image.hpp"
#include "protocols/redis/info.hpp"
#include "protocols/redis/live_connection.hpp"
#include "protocols/redis/redact.hpp"
#include "protocols/redis/reply_document.hpp"
#include "protocols/redis/reply_shape.hpp"
#include "protocols/redis/topology.hpp"
#include "protocols/redis/waiting.hpp"

namespace understudy::redis {

namespace {

bool is_unanswered(const Document& answer) {
  return answer.is_object() && answer.contains("unanswered");
}

bool is_error_of(const Document& answer, std::string_view code) {
  if (!answer.is_object()) return false;
  const auto error = answer.find("error");
  return error != answer.end() && error->is_string() &&
         error->get_ref<const std::string&>().starts_with(code);
}

// What a connection is told that has not logged in, or that subscribes to something.
bool is_of_the_connection(const Document& answer) {
  return is_error_of(answer, "NOAUTH") || is_error_of(answer, "ERR Can't execute '");
}

bool is_executed(const Document& answer) {
  return answer.is_object() && answer.contains("executed");
}

// A request document, read and resolved; no words where it was unsound.
struct ReadRequest {
  CommandLine line;
  std::vector<std::string_view> views;
  ResolvedCommand resolved;

  ReadRequest(const Document& request, const Secrets& secrets, std::vector<Problem>& problems)
      : line(read_request(request, problems)) {
    if (line.words.empty()) return;
    views = line.views();
    resolve(views, resolved);
    redact_arguments(resolved.name, SecretReplacement(secrets), line.words);
    redact_patterns(secrets, line.words);
    views = line.views();
  }
  ReadRequest(const ReadRequest&) = delete;
  ReadRequest& operator=(const ReadRequest&) = delete;

  [[nodiscard]] bool sound() const { return !line.words.empty(); }
  /// It has as many words as the command takes.
  [[nodiscard]] bool fits() const {
    return resolved.command != nullptr && resolved.command->accepts(views.size());
  }

  [[nodiscard]] Identity identity(const Profile& profile) const {
    Identity identity;
    if (sound())
      make_canonical(resolved, views, line.db, restricted_user(profile), identity.canonical);
    return identity;
  }

  /// Who asks, where that matters.
  [[nodiscard]] std::string_view restricted_user(const Profile& profile) const {
    return profile.restricts(user()) ? user() : std::string_view();
  }
  [[nodiscard]] std::string_view user() const {
    return line.user.empty() ? default_user : std::string_view(line.user);
  }

  // The answer in its RESP3 meaning, whatever spelling a person chose.
  [[nodiscard]] Value reply(const Document& answer, DoubleStyle style,
                            std::vector<Problem>& problems) const {
    Value value = read_reply(answer, style, "/answer", problems);
    lift(value, shape_of(resolved.name, views));
    return value;
  }
};

}  // namespace

// Whether it matters that a client has logged in, and as whom.
void RedisAnalyser::learn_user(const SessionHeader& session, std::string_view user,
                               const Document& answer) {
  if (is_error_of(answer, "NOPERM")) profile_.restricted.emplace(user);
  const auto id = std::pair(session.recording, session.connection);
  if (is_error_of(answer, "NOAUTH"))
    strangers_.insert(id);
  else if (!session.facts.is_object() || !session.facts.contains("authenticated"))
    serves_strangers_ |= !strangers_.contains(id);  // else it has logged in meanwhile
  profile_.refuses_strangers = !strangers_.empty() && !serves_strangers_;
}

namespace {

// What the recorder found before the traffic: it tells what was there, and is asked by nobody.
bool is_snapshot(const SessionHeader& session) {
  return session.facts.is_object() && session.facts.contains("snapshot");
}

}  // namespace

void RedisAnalyser::learn(const SessionHeader& session, const Exchange& exchange) {
  if (is_snapshot(session)) return;
  profile_.merge(session.facts);
  std::vector<Problem> ignored;
  const ReadRequest request(exchange.request, secrets_, ignored);
  if (!request.sound()) return;
  learn_user(session, request.user(), exchange.answer);
  if (may_carry_secrets(request.resolved.command) &&
      std::ranges::any_of(request.views,
                          [](std::string_view word) { return word.ends_with(masked); }))
    shapes_.emplace(masking_key, "1");
  const bool misspelled = request.resolved.command != nullptr && !request.fits();
  if (!is_connection_scoped(verb_of(request.resolved)) && !misspelled)
    kinds_.learn(request.resolved, effects_of(request.resolved, request.views, request.line.db),
                 is_error_of(exchange.answer, "WRONGTYPE"));
  if (is_unanswered(exchange.answer)) return;
  const std::string& name = request.resolved.name;
  if (name == "INFO") {
    const Value reply = request.reply(exchange.answer, profile_.double_style(), ignored);
    if (is_error(reply.kind)) return;
    const auto take = [&](std::string_view field, std::string& target) {
      if (std::string text = info_field(reply.text, field); !text.empty()) target = std::move(text);
    };
    take("redis_version", profile_.version);
    take("redis_mode", profile_.mode);
    take("role", profile_.role);
    Value shown = reply;
    shown.text = standing_alone(reply.text);
    shapes_.insert_or_assign(info_shape_key(request.views), make_image(shown, name, request.views));
  } else if (request.resolved.command == nullptr && request.resolved.container == nullptr) {
    const Value reply = request.reply(exchange.answer, profile_.double_style(), ignored);
    if (!is_error(reply.kind) || !reply.text.starts_with("ERR unknown command"))
      shapes_.emplace("command " + name, name);
  }
}

namespace {

// What an answer shows that is another thing the next time: times count from this run.
std::string shown_of_the_moment(const ReadRequest& request, const Document& answer) {
  static constexpr std::string_view lifetimes[] = {"EXPIRETIME", "PEXPIRETIME", "PTTL", "TTL"};
  static constexpr std::string_view moments[] = {"LASTSAVE", "OBJECT IDLETIME", "TIME"};
  const std::string& name = request.resolved.name;
  if (std::ranges::find(lifetimes, name) != std::end(lifetimes))
    return answer.is_number_integer() && answer.get<std::int64_t>() >= 0 ? name : std::string();
  if (std::ranges::find(moments, name) != std::end(moments)) return name;
  // Who listens just now.
  return name.starts_with("PUBSUB ") && !name.ends_with("HELP") ? name : std::string();
}

// The version chains must follow what is watched, though WATCH itself asks for nothing.
void watch(const CommandLine& line, Analysis& analysis) {
  analysis.control = Control::watch;
  for (std::size_t i = 1; i < line.words.size(); ++i)
    analysis.reads.push_back(key_path(line.db, line.words[i]));
  if (!analysis.reads.empty()) analysis.control_name = join(analysis.reads.front());
}

}  // namespace

Analysis RedisAnalyser::analyse(const SessionHeader& session, const Exchange& exchange,
                                std::vector<Problem>& problems) {
  Analysis analysis;
  analysis.effect = Effect::none;
  const ReadRequest request(exchange.request, secrets_, problems);
  if (!request.sound()) return analysis;
  analysis.identity = request.identity(profile_);
  if (is_snapshot(session)) {
    const Value reply = request.reply(exchange.answer, profile_.double_style(), problems);
    analysis.image = make_image(reply, request.resolved.name, request.views);
    return analysis;
  }
  const Verb verb = verb_of(request.resolved);
  const bool aborted = !is_executed(exchange.answer);
  switch (verb) {
    case Verb::multi:
      analysis.control = Control::begin;
      return analysis;
    case Verb::discard:
      analysis.control = Control::rollback;
      return analysis;
    case Verb::exec:
      analysis.control = aborted ? Control::rollback : Control::commit;
      return analysis;
    case Verb::watch:
      watch(request.line, analysis);
      return analysis;
    case Verb::unwatch:
    case Verb::info:
      return analysis;
    default:
      break;
  }
  if (is_connection_scoped(verb) && request.resolved.container == nullptr) return analysis;
  if (is_of_the_connection(exchange.answer)) return analysis;
  Effects effects = effects_of(request.resolved, request.views, request.line.db);
  if (is_unanswered(exchange.answer)) {
    analysis.image = silent_image();
  } else {
    const Value reply = request.reply(exchange.answer, profile_.double_style(), problems);
    if (sends_elsewhere(request.resolved, reply)) return analysis;
    if (request.resolved.name == "SCRIPT LOAD") add_loaded_script(reply, effects);
    analysis.changed = has_changed(request.resolved, request.views, reply);
    if (request.fits()) tell_contents(request.resolved, request.views, reply, kinds_, effects);
    if (answers_blindly(request.resolved, request.views, reply)) {
      effects.reads.clear();
      effects.contents.clear();
      if (is_error(reply.kind)) effects = {};  // nothing was even looked at
    }
    if (is_error_of(exchange.answer, "NOPERM")) effects = {};
    analysis.image = make_image(reply, request.resolved.name, request.views);
  }
  analysis.unsteady = shown_of_the_moment(request, exchange.answer);
  analysis.waited = wait_of(request.resolved, request.views).has_value();
  if (!request.restricted_user(profile_).empty()) effects.reads.push_back({"server", "ACL"});
  analysis.understood = effects.understood;
  analysis.effect = effects.effect;
  analysis.reads = std::move(effects.reads);
  analysis.contents = std::move(effects.contents);
  analysis.writes = std::move(effects.writes);
  analysis.determined = std::move(effects.determined);
  return analysis;
}

Identity RedisAnalyser::identify(const Document& request, std::vector<Problem>& problems) {
  return ReadRequest(request, secrets_, problems).identity(profile_);
}

std::string RedisAnalyser::encode(const Document& request, const Document& answer,
                                  std::vector<Problem>& problems) {
  const ReadRequest read(request, secrets_, problems);
  if (!read.sound()) return {};
  return make_image(read.reply(answer, profile_.double_style(), problems), read.resolved.name,
                    read.views);
}

std::vector<std::pair<std::string, std::string>> RedisAnalyser::shapes() const {
  return {shapes_.begin(), shapes_.end()};
}

}  // namespace understudy::redis
