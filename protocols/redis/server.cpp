#include "protocols/redis/server.hpp"

#include <array>

#include <fmt/format.h>

#include "protocols/redis/effects.hpp"
#include "protocols/redis/glob.hpp"
#include "protocols/redis/image.hpp"
#include "protocols/redis/keys.hpp"
#include "protocols/redis/redact.hpp"
#include "protocols/redis/topology.hpp"
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
      secrets_(context.secrets),
      masks_(table.shape(masking_key).has_value()),
      limits_(context.limits),
      decoder_(context.limits),
      needs_tls_(context.tls == TlsOffer::required),
      scope_source_(scope_source(*context.settings)) {
  decoder_.set_authenticated(live_.authenticated);
}

// The words of a command that waits stay where they are.
void RedisServer::feed(Bytes chunk) {
  if (awaiting_ == Awaiting::nothing && !late_)
    received_.append(chunk);
  else
    behind_.insert(behind_.end(), chunk.begin(), chunk.end());
}

ServerEvent RedisServer::next() {
  if (!scope_source_.empty() && scope_source_ != "client_name")
    return Noted{"scope_from: " + std::exchange(scope_source_, {}) +
                 " is unknown, expected client_name"};
  for (;;) {
    if (!listening_.empty()) {
      Listen listen = std::move(listening_.front());
      listening_.pop_front();
      return listen;
    }
    if (pause_.time.count() > 0) return std::exchange(pause_, {});
    if (late_) answer_command_with(*std::exchange(late_, std::nullopt));
    if (!behind_.empty()) received_.append(std::exchange(behind_, {}));
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
    if (!step) continue;
    // Most of them are these: moving what may be anything takes longer.
    if (const auto* request = std::get_if<Request>(&*step)) return *request;
    return std::move(*step);
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

/// As they are recorded: contents are known so, and compared so.
Arguments RedisServer::cleaned(Arguments arguments) {
  if (!secrets_.has_patterns()) return arguments;
  cleaned_.assign(arguments.begin(), arguments.end());
  redact_patterns(secrets_, cleaned_);
  cleaned_views_.assign(cleaned_.begin(), cleaned_.end());
  return cleaned_views_;
}

RedisServer::Step RedisServer::process(Arguments arguments) {
  arguments_ = cleaned(arguments);
  if (is_http_header(arguments.front())) {
    output_.clear();
    return close(Noted{
        "an HTTP request came in; the connection is closed without an answer, as the server does"});
  }
  if (needs_tls_) {
    writer().error("ERR this server speaks with nobody without TLS: connect with rediss://");
    return close(Noted{"a client without TLS was refused"});
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
  if (outcome == Outcome::done) {
    live_.conversation.succeeded(resolved_, arguments_);
    if (verb == Verb::subscribe || verb == Verb::unsubscribe || verb == Verb::reset)
      tell_listening();
  }
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

namespace {

// By which connections tell the spaces of messages apart: the numbers of Subscriptions::Space.
constexpr std::uint32_t bit(Subscriptions::Space space) {
  return std::uint32_t{1} << static_cast<std::uint32_t>(space);
}

bool is_publishing(const ResolvedCommand& resolved, Arguments arguments) {
  const std::string_view name = resolved.name;  // which compares lengths first
  return (name == "PUBLISH" || name == "SPUBLISH") && resolved.command != nullptr &&
         resolved.command->accepts(arguments.size());
}

Message message_of(const ResolvedCommand& resolved, Arguments arguments) {
  using enum Subscriptions::Space;
  return {resolved.name == "PUBLISH" ? bit(channels) | bit(patterns) : bit(shards),
          std::string(arguments[1]), std::string(arguments[2])};
}

void push_message(ReplyWriter push, const Delivery& delivery) {
  switch (static_cast<Subscriptions::Space>(delivery.space)) {
    case Subscriptions::Space::channels:
      push.push(3);
      push.bulk("message");
      break;
    case Subscriptions::Space::patterns:
      push.push(4);
      push.bulk("pmessage");
      push.bulk(delivery.name);
      break;
    case Subscriptions::Space::shards:
      push.push(3);
      push.bulk("smessage");
      break;
  }
  push.bulk(delivery.topic);
  push.bulk(delivery.text);
}

}  // namespace

RedisServer::Step RedisServer::data() {
  if (is_publishing(resolved_, arguments_)) return publish();
  make_canonical_request();
  awaiting_ = Awaiting::command;
  Step step(std::in_place, std::in_place_type<Request>);  // made where it is: one copy less
  Request& request = std::get<Request>(*step);
  request.canonical = canonical_;
  // In a transaction nothing waits.
  wait_.reset();
  if (stage_ == Stage::idle && may_wait(resolved_)) wait_ = wait_of(resolved_, arguments_);
  if (wait_) make_patient(request);
  request.synthesisable = fallback_ != Fallback::none;
  return step;
}

void RedisServer::make_patient(Request& request) {
  if (wait_->until == Wait::Until::replicas) {
    fallback_ = Fallback::replicas;  // a mock has none
    return;
  }
  nothing_ = make_image(Value::of(Kind::null), resolved_.name, arguments_);
  patience_ = {nothing_, wait_->at_most, wait_->until == Wait::Until::something_new};
  request.patience = &patience_;
}

// PUBLISH is heard by those that are connected, whatever was recorded of it.
RedisServer::Step RedisServer::publish() {
  make_canonical_request();
  awaiting_ = Awaiting::command;
  fallback_ = Fallback::receivers;
  wait_.reset();
  nothing_ = make_image(Value::number(0), resolved_.name, arguments_);
  message_ = message_of(resolved_, arguments_);
  Request request;
  request.canonical = canonical_;
  request.synthesisable = true;
  request.message = &message_;
  request.unheard = nothing_;
  return request;
}

void RedisServer::make_canonical_request() {
  const std::string_view user = live_.profile.restricts(live_.conversation.user)
                                    ? live_.conversation.user
                                    : std::string_view();
  if (!may_carry_secrets(resolved_.command))
    return make_canonical(resolved_, arguments_, live_.conversation.db, user, canonical_);
  std::vector<std::string> words(arguments_.begin(), arguments_.end());
  redact_arguments(resolved_.name, SecretReplacement(secrets_, masks_), words);
  const std::vector<std::string_view> views(words.begin(), words.end());
  make_canonical(resolved_, views, live_.conversation.db, user, canonical_);
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
    writer().raw(as_text(overheard_));
    overheard_.clear();
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
  if (answer.receivers > 0) return reply_to_publisher(answer.receivers);
  if (held_back()) return finish_command();
  const auto octets = octets_for(answer.image, live_.conversation.resp);
  if (octets && !is_too_few(*octets)) return answer_command_with(*octets);
  if (octets || fallback_ == Fallback::replicas) {
    late_ = octets.value_or(as_bytes(std::string_view(":0\r\n")));
    if (!is_too_few(*late_)) return;
    constexpr std::chrono::hours for_ever(24 * 365);
    pause_.time = wait_->at_most.count() > 0 ? wait_->at_most : for_ever;
    return;
  }
  use_fallback();
  invalidate();
  finish_command();
}

void RedisServer::answer_command_with(Bytes octets) {
  output_.borrow(octets);
  invalidate();
  finish_command();
}

// WAIT is answered when its time is up where fewer replicas have it than were asked for.
bool RedisServer::is_too_few(Bytes octets) const {
  if (!wait_ || wait_->until != Wait::Until::replicas) return false;
  const std::string_view text = as_text(octets);
  if (!text.starts_with(':')) return false;
  const auto replicas = parse_integer(text.substr(1, text.find('\r') - 1));
  return replicas && *replicas < wait_->replicas;
}

void RedisServer::deliver(const Delivery& delivery) {
  push_message(writer(), delivery);
}

// Before its acknowledgement is sent, so that nobody publishes past it.
void RedisServer::tell_listening() {
  using Space = Subscriptions::Space;
  const Subscriptions& now = live_.conversation.subscriptions;
  for (const Space space : {Space::channels, Space::patterns, Space::shards}) {
    const auto tell = [&](const std::string& name, bool on) {
      listening_.push_back({static_cast<std::uint32_t>(space), name,
                            space == Space::patterns ? matches_glob : nullptr, on});
    };
    for (const std::string& name : told_.in(space))
      if (!now.in(space).contains(name)) tell(name, false);
    for (const std::string& name : now.in(space))
      if (!told_.in(space).contains(name)) tell(name, true);
  }
  told_ = now;
}

void RedisServer::hear_oneself(std::vector<std::uint8_t>& out) const {
  using Space = Subscriptions::Space;
  const Subscriptions& own = live_.conversation.subscriptions;
  for (const Space space : {Space::channels, Space::patterns, Space::shards}) {
    if ((message_.spaces & bit(space)) == 0) continue;
    for (const std::string& name : own.in(space))
      if (space == Space::patterns ? matches_glob(name, message_.topic) : name == message_.topic)
        push_message({out, live_.conversation.resp},
                     {static_cast<std::uint32_t>(space), name, message_.topic, message_.text});
  }
}

// Since 7.2 the answer comes before what the publisher itself hears.
void RedisServer::reply_to_publisher(std::size_t receivers) {
  const bool answer_first = live_.profile.release() >= 0x0702;
  std::vector<std::uint8_t>& now = output_.buffer();
  std::vector<std::uint8_t>& pushes = stage_ == Stage::idle ? now : overheard_;
  if (!answer_first) hear_oneself(pushes);
  if (!held_back()) writer().integer(static_cast<std::int64_t>(receivers));
  if (answer_first) hear_oneself(pushes);
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
    case Fallback::receivers:
    case Fallback::replicas:
      return writer().integer(0);
    case Fallback::none:
      break;
  }
  writer().error(
      "ERR understudy: this command was recorded without its answer (CLIENT REPLY OFF or SKIP)");
}

// Where the recorded answer would have sent the client to real servers, that matters more.
std::string RedisServer::text_of(const Miss& miss) const {
  if (asks_for_servers(resolved_))
    return fmt::format(
        "ERR understudy: {} is not served: recorded addresses are those of real servers, to which "
        "the client would go past this mock; use a client that talks to one server, without "
        "cluster or sentinel",
        quoted_line({{arguments_.begin(), arguments_.end()}, 0}, 60));
  // Summaries name their author; the prefix is for those that don't.
  std::string text = miss.summary.starts_with("understudy") ? "ERR " : "ERR understudy: ";
  text += miss.summary;
  if (!miss.detail.empty()) text += "; " + miss.detail;
  if (!miss.hint.empty()) text += "; " + miss.hint;
  if (live_.profile.mode == "cluster")
    text += "; the recorded server is one of a cluster: -MOVED and -ASK are not served";
  return text;
}

void RedisServer::reply(const Miss& miss) {
  const Awaiting awaiting = awaiting_;
  const bool may_miss = awaiting == Awaiting::command || awaiting == Awaiting::scope ||
                        awaiting == Awaiting::name_scope;
  if (!may_miss) return reply(Answer{Grade::synthesised, {}, false});
  awaiting_ = Awaiting::nothing;
  if (!held_back()) {
    writer().error(text_of(miss));
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
