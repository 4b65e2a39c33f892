#include "protocols/redis/server.hpp"

#include <array>

#include <fmt/format.h>

#include "protocols/redis/effects.hpp"
#include "protocols/redis/image.hpp"
#include "protocols/redis/keys.hpp"
#include "protocols/redis/redact.hpp"
#include "understudy/foreign.hpp"
#include "understudy/scope.hpp"

namespace understudy::redis {

namespace {

Profile profile_of(const ServiceTable& table) {
  Profile profile;
  profile.merge(table.profile());
  return profile;
}

constexpr std::array<std::string_view, 21> verb_names = {
    "command",     "AUTH",   "HELLO", "SELECT",  "QUIT",       "RESET",   "PING",
    "ECHO",        "MULTI",  "EXEC",  "DISCARD", "WATCH",      "UNWATCH", "SUBSCRIBE",
    "UNSUBSCRIBE", "CLIENT", "INFO",  "COMMAND", "CONFIG GET", "MONITOR", "SYNC"};

std::string_view name_of(Verb verb) {
  return verb_names[static_cast<std::size_t>(verb)];
}

// Lines of an HTTP request that could carry a command to a server inside a firewall: a browser's
// POST must never become one.
bool is_http_header(std::string_view name) {
  return equals_ignoring_case(name, "host:") || equals_ignoring_case(name, "post");
}

}  // namespace

RedisServer::RedisServer(const ServiceTable& table, const ServerContext& context)
    : live_(table, profile_of(table), Credentials::from(*context.settings), context.connection_id),
      limits_(context.limits),
      decoder_(context.limits),
      scope_source_(scope_source(*context.settings)) {
  decoder_.set_authenticated(live_.authenticated);
}

ServerEvent RedisServer::next() {
  if (!scope_source_.empty() && scope_source_ != "client_name")
    return Noted{"scope_from: " + std::exchange(scope_source_, {}) +
                 " is unknown, expected client_name"};
  for (;;) {
    Step step;
    switch (stage_) {
      case Stage::closed:
        return NeedBytes{};
      case Stage::closing:
        stage_ = Stage::closed;
        return Close{};
      case Stage::idle:
        step = scope_entered_ ? synthesised(verb_of(resolved_))
               : watched_ > 0 ? next_watch()
                              : take_command();
        break;
      case Stage::running:
      case Stage::committing:
        step = scope_entered_ ? synthesised(verb_of(resolved_)) : run_transaction();
        break;
    }
    if (step) return std::move(*step);
  }
}

namespace {

// What no client begins a command with. The real server would wait for the end of such a line.
std::optional<std::string_view> foreign_opening_of(Bytes pending) noexcept {
  if (pending.empty() || pending.front() >= ' ') return std::nullopt;
  return foreign_opening(pending);
}

}  // namespace

RedisServer::Step RedisServer::take_command() {
  if (const auto opening = foreign_opening_of(received_.pending()))
    return close(Noted{foreign_note(*opening, "RESP")});
  const CommandDecoder::Status status = decoder_.next(received_.pending());
  switch (status) {
    case CommandDecoder::Status::need_more:
      return await_more();
    case CommandDecoder::Status::protocol_error:
      return protocol_error();
    case CommandDecoder::Status::blank:
      received_.consume(decoder_.size());
      return std::nullopt;
    case CommandDecoder::Status::command:
      break;
  }
  received_.consume(decoder_.size());  // the octets stay where they are until more are fed
  return process(decoder_.arguments());
}

RedisServer::Step RedisServer::await_more() {
  if (!at_eof_) return NeedBytes{};
  return close(received_.pending().empty() ? Step() : Noted{std::string(cut_off_note)});
}

RedisServer::Step RedisServer::protocol_error() {
  writer().error(fmt::format("ERR Protocol error: {}", decoder_.problem()));
  return close(Noted{fmt::format("protocol error: {}; the connection is closed, as the server does",
                                 decoder_.problem())});
}

RedisServer::Step RedisServer::close(Step last) {
  stage_ = Stage::closing;
  received_.clear();
  return last;
}

RedisServer::Step RedisServer::process(Arguments arguments) {
  arguments_ = arguments;
  if (is_http_header(arguments.front())) {
    output_.clear();
    return close(Noted{
        "an HTTP request came in; the connection is closed without an answer, as the server does"});
  }
  resolve(arguments, resolved_);
  if (equals_ignoring_case(arguments.front(), "UNDERSTUDY")) return scope_command();
  const Verb verb = verb_of(resolved_);
  if (verb == Verb::quit) {
    writer().simple_string("OK");
    return close(Synthesised{name_of(verb)});
  }
  if (Step step = refused()) return step;
  if (!live_.conversation.in_multi || is_never_queued(verb)) return execute(verb);
  queued_.emplace_back(arguments.begin(), arguments.end());
  if (!held_back()) writer().simple_string("QUEUED");
  finish_command();
  return Synthesised{"QUEUED"};
}

namespace {

bool is_allowed_to_subscribers(Verb verb) {
  return verb == Verb::subscribe || verb == Verb::unsubscribe || verb == Verb::ping ||
         verb == Verb::reset;
}

}  // namespace

// What the server refuses before it looks at what a command says. Outside MULTI an unknown name or
// a wrong number of arguments goes to the table first: a recorded answer knows better.
RedisServer::Step RedisServer::refused() {
  const Conversation& conversation = live_.conversation;
  const Command* const command = resolved_.command;
  const bool known = command != nullptr && command->since <= live_.profile.release();
  const bool of_table =
      live_.authenticated && !conversation.in_multi && verb_of(resolved_) == Verb::data;
  if (!known) {
    const bool module_command = live_.table.shape("command " + resolved_.name).has_value();
    if (of_table) {
      fallback_ = command != nullptr || resolved_.container != nullptr ? Fallback::unknown_command
                                                                       : Fallback::none;
      return data();
    }
    if (!module_command) return fail(unknown_command_error(resolved_, arguments_));
  } else if (!command->accepts(arguments_.size())) {
    if (!of_table) return fail(arity_error(*command));
    fallback_ = Fallback::arity;
    return data();
  }
  if (!live_.authenticated && (command == nullptr || !command->is(flags::no_auth)))
    return fail("NOAUTH Authentication required.");
  if (conversation.resp == Resp::v2 && !conversation.subscriptions.empty() &&
      !is_allowed_to_subscribers(verb_of(resolved_)))
    return fail(fmt::format(
        "ERR Can't execute '{}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / "
        "RESET are allowed in this context",
        lower_case(command != nullptr ? command->name : resolved_.name)));
  if (conversation.in_multi && command != nullptr && command->is(flags::no_multi))
    return fail("ERR Command not allowed inside a transaction");
  return std::nullopt;
}

RedisServer::Step RedisServer::fail(std::string_view text) {
  if (live_.conversation.in_multi && stage_ == Stage::idle) spoiled_ = true;
  if (!held_back()) writer().error(text);
  finish_command();
  return Synthesised{"error"};
}

RedisServer::Step RedisServer::execute(Verb verb) {
  fallback_ = Fallback::none;
  switch (verb) {
    case Verb::data:
      return data();
    case Verb::command:
      fallback_ = Fallback::command;
      return data();
    case Verb::config_get:
      fallback_ = Fallback::config_get;
      return data();
    case Verb::exec:
      return exec();
    case Verb::discard:
      return discard();
    case Verb::watch:
      return watch();
    case Verb::monitor:
    case Verb::sync:
      return fail(fmt::format("ERR understudy: {} is not offered", resolved_.name));
    case Verb::multi:
      if (!live_.conversation.in_multi) return synthesised(verb);
      if (!held_back()) writer().error("ERR MULTI calls can not be nested");
      finish_command();
      return Synthesised{"error"};
    default:
      return synthesised(verb);
  }
}

RedisServer::Step RedisServer::synthesised(Verb verb) {
  if (!std::exchange(scope_entered_, false))
    if (const auto name = scope_of_name(verb); name && *name != scope_)
      return call_scope(Awaiting::name_scope, ScopeCall::Action::enter, *name);
  std::vector<std::uint8_t>& out = output_.buffer();
  const std::size_t before = out.size();
  Outcome outcome = Outcome::done;
  if (verb == Verb::client)
    outcome = answer_client_command(live_, resolved_, arguments_, out);
  else if (verb == Verb::info)
    answer_info(live_, arguments_, out);
  else if (verb == Verb::multi || verb == Verb::unwatch)
    writer().simple_string("OK");
  else
    outcome = answer_session_command(live_, resolved_, arguments_, out);
  if (outcome == Outcome::unanswered) return data();
  if (outcome == Outcome::done) live_.conversation.succeeded(resolved_, arguments_);
  if (held_back()) out.resize(before);
  decoder_.set_authenticated(live_.authenticated);
  if (verb == Verb::reset) {
    queued_.clear();
    spoiled_ = watching_ = false;
    return raise(Awaiting::other, Control::reset, {}, true);
  }
  if (verb == Verb::unwatch && watching_) {
    watching_ = false;
    return raise(Awaiting::other, Control::unwatch, {}, true);
  }
  finish_command();
  return Synthesised{name_of(verb)};
}

RedisServer::Step RedisServer::data() {
  make_canonical_request();
  awaiting_ = Awaiting::command;
  return Request{canonical_, {}, Control::none, {}, fallback_ != Fallback::none};
}

void RedisServer::make_canonical_request() {
  if (!may_carry_secrets(resolved_.command))
    return make_canonical(resolved_, arguments_, live_.conversation.db, canonical_);
  std::vector<std::string> words(arguments_.begin(), arguments_.end());
  redact_arguments(resolved_.name, words);
  const std::vector<std::string_view> views(words.begin(), words.end());
  make_canonical(resolved_, views, live_.conversation.db, canonical_);
}

RedisServer::Step RedisServer::raise(Awaiting awaiting, Control control, std::string_view name,
                                     bool synthesisable) {
  awaiting_ = awaiting;
  canonical_.assign(resolved_.name);
  canonical_ += '\0';
  canonical_ += '\0';
  control_name_ = name;
  return Request{canonical_, {}, control, control_name_, synthesisable};
}

RedisServer::Step RedisServer::watch() {
  if (live_.conversation.in_multi) {
    if (!held_back()) writer().error("ERR WATCH inside MULTI is not allowed");
    finish_command();
    return Synthesised{"error"};
  }
  return next_watch();
}

RedisServer::Step RedisServer::next_watch() {
  if (++watched_ < arguments_.size())
    return raise(Awaiting::watch, Control::watch,
                 join(key_path(live_.conversation.db, arguments_[watched_])), true);
  watched_ = 0;
  watching_ = true;
  if (!held_back()) writer().simple_string("OK");
  finish_command();
  return std::nullopt;
}

RedisServer::Step RedisServer::discard() {
  if (!live_.conversation.in_multi) return fail("ERR DISCARD without MULTI");
  if (!held_back()) writer().simple_string("OK");
  const bool forget = watching_;
  end_multi();
  finish_command();
  if (forget) return raise(Awaiting::other, Control::unwatch, {}, true);
  return Synthesised{"DISCARD"};
}

RedisServer::Step RedisServer::exec() {
  if (!live_.conversation.in_multi) return fail("ERR EXEC without MULTI");
  if (!spoiled_) return raise(Awaiting::begin, Control::begin, {}, true);
  const bool forget = watching_;
  if (!held_back()) writer().error("EXECABORT Transaction discarded because of previous errors.");
  end_multi();
  finish_command();
  if (forget) return raise(Awaiting::other, Control::unwatch, {}, true);
  return Synthesised{"EXEC"};
}

RedisServer::Step RedisServer::run_transaction() {
  if (executed_ == queued_.size()) {
    stage_ = Stage::committing;
    queued_views_.assign(1, "EXEC");
    resolve(queued_views_, resolved_);
    return raise(Awaiting::commit, Control::commit, {}, true);
  }
  const std::vector<std::string>& words = queued_[executed_++];
  queued_views_.assign(words.begin(), words.end());
  arguments_ = queued_views_;
  resolve(arguments_, resolved_);
  return execute(verb_of(resolved_));
}

void RedisServer::end_multi() {
  queued_.clear();
  executed_ = 0;
  spoiled_ = watching_ = false;
  live_.conversation.in_multi = false;
  stage_ = Stage::idle;
}

// The commands of a transaction are part of EXEC, which ends once.
void RedisServer::finish_command() {
  if (stage_ == Stage::idle) live_.conversation.advance();
}

void RedisServer::reply(const Answer& answer) {
  const Awaiting awaiting = awaiting_;
  awaiting_ = Awaiting::nothing;
  if (awaiting == Awaiting::begin && answer.conflict) {
    if (!held_back()) writer().null_array();
    end_multi();
    return finish_command();
  }
  if (awaiting == Awaiting::begin) {
    if (!held_back()) writer().array(queued_.size());
    stage_ = Stage::running;
    return;
  }
  if (awaiting == Awaiting::commit) {
    end_multi();
    forget_all();
    return finish_command();
  }
  if (awaiting == Awaiting::scope || awaiting == Awaiting::name_scope) {
    if (scope_call_.action == ScopeCall::Action::enter) scope_ = called_scope_;
    if (awaiting == Awaiting::name_scope) {
      scope_entered_ = true;
      return;
    }
    if (!held_back()) writer().simple_string("OK");
    return finish_command();
  }
  if (awaiting != Awaiting::command) return;
  if (held_back()) return finish_command();
  if (const auto octets = octets_for(answer.image, live_.conversation.resp)) {
    output_.borrow(*octets);
  } else {
    use_fallback();
  }
  invalidate();
  finish_command();
}

void RedisServer::use_fallback() {
  std::vector<std::uint8_t>& out = output_.buffer();
  switch (fallback_) {
    case Fallback::unknown_command:
      return writer().error(unknown_command_error(resolved_, arguments_));
    case Fallback::arity:
      return writer().error(arity_error(*resolved_.command));
    case Fallback::command:
      return answer_command(live_, resolved_, arguments_, out);
    case Fallback::config_get:
      return answer_config_get(live_, arguments_, out);
    case Fallback::none:
      break;
  }
  writer().error(
      "ERR understudy: this command was recorded without its answer (CLIENT REPLY OFF or SKIP)");
}

void RedisServer::reply(const Miss& miss) {
  const Awaiting awaiting = awaiting_;
  const bool may_miss = awaiting == Awaiting::command || awaiting == Awaiting::scope ||
                        awaiting == Awaiting::name_scope;
  if (!may_miss) return reply(Answer{Grade::synthesised, {}, false});
  awaiting_ = Awaiting::nothing;
  if (!held_back()) {
    // Summaries name their author; the prefix is for those that don't.
    std::string text = miss.summary.starts_with("understudy") ? "ERR " : "ERR understudy: ";
    text += miss.summary;
    if (!miss.detail.empty()) text += "; " + miss.detail;
    if (!miss.hint.empty()) text += "; " + miss.hint;
    writer().error(text);
  }
  finish_command();
}

bool RedisServer::is_tracking() const {
  return live_.tracking.on && live_.conversation.resp == Resp::v3 && !held_back();
}

// Pushes can't stand inside EXEC's array: when it is over the client forgets everything.
void RedisServer::forget_all() {
  if (!is_tracking()) return;
  ReplyWriter push = writer();
  push.push(2);
  push.bulk("invalidate");
  push.null();
}

// A client that caches what it reads is told at once that it may not keep it.
void RedisServer::invalidate() {
  if (!is_tracking() || stage_ != Stage::idle || resolved_.command == nullptr) return;
  const std::vector<KeyUse> keys = keys_of(*resolved_.command, arguments_);
  if (keys.empty()) return;
  ReplyWriter push = writer();
  push.push(2);
  push.bulk("invalidate");
  push.array(keys.size());
  for (const KeyUse& use : keys) push.bulk(use.key);
}

}  // namespace understudy::redis
