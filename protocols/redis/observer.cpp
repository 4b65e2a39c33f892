#include "protocols/redis/observer.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "protocols/redis/info.hpp"
#include "protocols/redis/redact.hpp"
#include "protocols/redis/reply_document.hpp"
#include "protocols/redis/reply_shape.hpp"
#include "protocols/redis/topology.hpp"

namespace understudy::redis {

void RedisObserver::feed(Direction from, Bytes chunk, Moment at, Relay& relay) {
  (from == Direction::from_client ? relay.to_server : relay.to_client).copy(chunk);
  if (!queue_.in_sync()) return;
  if (from == Direction::from_client) {
    commands_.append(chunk);
    take_commands(at);
    drop_unanswered(at);
  } else {
    replies_.append(chunk);
    take_replies(at);
  }
}

void RedisObserver::feed_eof(Direction from, Moment) {
  if (!queue_.in_sync() || from == Direction::from_client) return;
  const auto unanswered = std::ranges::count_if(pending_, [](const Pending& command) {
    return !is_connection_scoped(verb_of(command.resolved));
  });
  if (unanswered > 0)
    queue_.warn(fmt::format("the server closed the connection with {} command(s) unanswered; they "
                            "are not recorded",
                            unanswered),
                may_have_changed());
  pending_.clear();
}

/// Whether one of the commands that have no reply yet may be a write.
bool RedisObserver::may_have_changed() const {
  return std::ranges::any_of(pending_, [](const Pending& command) {
    const Command* const known = command.resolved.command;
    return !is_connection_scoped(verb_of(command.resolved)) &&
           (known == nullptr || (known->flags & (flags::write | flags::noscript)) != 0);
  });
}

void RedisObserver::take_commands(Moment at) {
  while (queue_.in_sync() && !commands_.pending().empty()) {
    if (!in_command_) command_began_ = at;
    in_command_ = true;
    const CommandDecoder::Status status = command_decoder_.next(commands_.pending());
    if (status == CommandDecoder::Status::need_more) return;
    if (status == CommandDecoder::Status::protocol_error)
      return lose(Sync::lost, fmt::format("the client's octets are no Redis command ({})",
                                          command_decoder_.problem()));
    if (status == CommandDecoder::Status::command) {
      Pending& command = pending_.emplace_back();
      const Arguments arguments = command_decoder_.arguments();
      command.line.words.assign(arguments.begin(), arguments.end());
      resolve(arguments, command.resolved);
      command.began = command_began_;
    }
    commands_.consume(command_decoder_.size());
    in_command_ = false;
  }
}

void RedisObserver::take_replies(Moment at) {
  while (queue_.in_sync() && !replies_.pending().empty()) {
    const FrameScanner::Status status = scanner_.scan(replies_.pending());
    if (status == FrameScanner::Status::need_more) return;
    if (status == FrameScanner::Status::malformed)
      return lose(Sync::lost,
                  fmt::format("the server's octets are no RESP ({})", scanner_.problem()));
    const Bytes frame = replies_.pending().first(scanner_.size());
    auto reply = decode_value(frame, limits_);
    replies_.consume(scanner_.size());
    scanner_.reset();
    if (!reply) return lose(Sync::lost, "the server's octets are no RESP");
    take_reply(std::move(*reply), at);
  }
}

void RedisObserver::lose(Sync sync, std::string text) {
  queue_.stop(sync, std::move(text), may_have_changed() || !queued_.empty());
  commands_.clear();
  replies_.clear();
  pending_.clear();
  queued_.clear();
}

namespace {

bool begins_with(const Value& reply, std::initializer_list<std::string_view> names) {
  if (reply.items.empty()) return false;
  return std::ranges::find(names, reply.items.front().text) != names.end();
}

bool is_acknowledgement(const Value& reply) {
  return begins_with(reply, {"subscribe", "unsubscribe", "psubscribe", "punsubscribe", "ssubscribe",
                             "sunsubscribe"});
}

bool is_subscribing(Verb verb) {
  return verb == Verb::subscribe || verb == Verb::unsubscribe;
}

}  // namespace

// In RESP3 everything that nobody asked for is a push; in RESP2 only subscribers are sent messages.
bool RedisObserver::is_out_of_band(const Value& reply) const {
  if (reply.kind == Kind::push) return !is_acknowledgement(reply);
  const bool subscriber = conversation_.resp == Resp::v2 && !conversation_.subscriptions.empty();
  return subscriber && reply.kind == Kind::array &&
         begins_with(reply, {"message", "pmessage", "smessage"});
}

void RedisObserver::take_reply(Value reply, Moment at) {
  if (is_out_of_band(reply))
    return queue_.warn_once("pub/sub messages and other pushes are relayed, not recorded");
  if (is_acknowledgement(reply) &&
      (pending_.empty() || !is_subscribing(verb_of(pending_.front().resolved))))
    return acknowledge(reply);  // the server itself ends a subscription (a slot moved away)
  if (pending_.empty()) return lose(Sync::lost, "the server answered what nobody asked");
  Pending& head = pending_.front();
  if (is_subscribing(verb_of(head.resolved)) && is_acknowledgement(reply)) {
    const auto views = head.line.views();
    const bool named = views.size() > head.resolved.name_arguments;
    const std::size_t expected =
        named ? views.size() - head.resolved.name_arguments
              : head.replies + conversation_.replies_to(head.resolved, views);
    acknowledge(reply);
    if (++head.replies < expected) return;
  }
  Pending command = std::move(head);
  pending_.pop_front();
  answered(std::move(command), std::move(reply), at);
  conversation_.advance();
  drop_unanswered(at);
}

void RedisObserver::acknowledge(const Value& reply) {
  if (reply.items.size() < 2) return;
  const std::string& kind = reply.items[0].text;
  std::string upper = kind;
  for (char& octet : upper) octet = static_cast<char>(octet - 'a' + 'A');
  const Subscriptions::Space space = Subscriptions::space_of(upper);
  if (kind.find("unsubscribe") != std::string::npos)
    conversation_.subscriptions.remove(space, reply.items[1].text);
  else
    conversation_.subscriptions.add(space, reply.items[1].text);
}

// Commands at the head that get no reply: CLIENT REPLY OFF and SKIP, and what they silence.
void RedisObserver::drop_unanswered(Moment at) {
  while (!pending_.empty()) {
    if (!conversation_.muted() && pending_.front().resolved.name != "CLIENT REPLY") return;
    const auto views = pending_.front().line.views();
    const bool silent = conversation_.replies_to(pending_.front().resolved, views) == 0;
    const bool ends_silence = pending_.front().resolved.name == "CLIENT REPLY" && !silent;
    if (!silent && (!conversation_.muted() || ends_silence)) return;
    Pending command = std::move(pending_.front());
    pending_.pop_front();
    conversation_.succeeded(command.resolved, views);
    conversation_.advance();
    name_sender(command);
    if (is_connection_scoped(verb_of(command.resolved))) continue;
    queue_.warn_once("commands under CLIENT REPLY OFF or SKIP are recorded without their answers");
    Document answer = Document::object();
    answer["unanswered"] = true;
    emit_document(command, std::move(answer), command.began, at);
  }
}

void RedisObserver::answered(Pending command, Value reply, Moment at) {
  const Verb verb = verb_of(command.resolved);
  const auto views = command.line.views();
  const bool queued = conversation_.in_multi && !is_never_queued(verb) &&
                      reply.kind == Kind::simple_string && reply.text == "QUEUED";
  if (queued) {
    queued_.push_back(std::move(command));
    return;
  }
  if (verb == Verb::monitor && reply.kind == Kind::simple_string)
    return lose(Sync::opaque, "MONITOR turns the connection into a log of others' commands");
  if (verb == Verb::sync) return lose(Sync::opaque, "the connection became a replication stream");
  if (verb == Verb::exec && conversation_.in_multi) return executed(command, std::move(reply), at);
  warn_of_other_servers(command, reply);
  name_sender(command);
  if (!is_error(reply.kind)) {
    conversation_.succeeded(command.resolved, views);
    learn(command, reply);
    if (verb == Verb::multi) return queued_.assign(1, std::move(command)), void();
  }
  if (verb == Verb::reset) queued_.clear();
  if (is_connection_scoped(verb)) return;
  if (verb == Verb::discard && !queued_.empty()) {
    emit(queued_.front(), Value::of(Kind::simple_string, "OK"), command.began, at);
    queued_.clear();
  }
  emit(command, std::move(reply), command.began, at);
}

// In which database and as whom the connection asks.
void RedisObserver::name_sender(Pending& command) const {
  const bool server_wide =
      command.resolved.command != nullptr && is_server_wide(*command.resolved.command);
  command.line.db = server_wide ? 0 : conversation_.db;
  command.line.user = conversation_.user == default_user ? "" : conversation_.user;
}

namespace {

bool tells_of_cluster(const Value& hello) {
  for (std::size_t i = 0; i + 1 < hello.items.size(); i += 2)
    if (hello.items[i].text == "mode") return hello.items[i + 1].text != "standalone";
  return false;
}

}  // namespace

// The client will go on where nobody records.
void RedisObserver::warn_of_other_servers(const Pending& command, const Value& reply) {
  const std::string& name = command.resolved.name;
  const bool told = name == "HELLO"  ? tells_of_cluster(reply)
                    : name == "INFO" ? names_servers(reply.text)
                                     : sends_elsewhere(command.resolved, reply);
  if (!told || std::exchange(warned_of_servers_, true)) return;
  queue_.warn(
      fmt::format("the answer to {} names other servers (a cluster, replicas or sentinels): "
                  "what the client says to those passes the recorder by and is not recorded. "
                  "A mock refuses such commands; record with a client that talks to this "
                  "one server only",
                  name));
}

// MULTI, what was queued and EXEC are told together, when it is known that they happened. All
// happened between EXEC and its reply.
void RedisObserver::executed(const Pending& exec, Value reply, Moment at) {
  conversation_.succeeded(exec.resolved, exec.line.views());
  std::vector<Pending> queued = std::move(queued_);
  queued_.clear();
  const bool ran = reply.kind == Kind::array;
  if (ran && reply.items.size() + 1 != queued.size())
    return lose(Sync::lost, "EXEC brought another number of replies than commands were queued");
  if (!queued.empty()) emit(queued.front(), Value::of(Kind::simple_string, "OK"), exec.began, at);
  for (std::size_t i = 1; ran && i < queued.size(); ++i) {
    Value& item = reply.items[i - 1];
    const Verb verb = verb_of(queued[i].resolved);
    if (is_subscribing(verb))
      return lose(Sync::lost, "a subscription inside MULTI can't be followed");
    warn_of_other_servers(queued[i], item);
    name_sender(queued[i]);
    if (!is_error(item.kind)) {
      conversation_.succeeded(queued[i].resolved, queued[i].line.views());
      learn(queued[i], item);
    }
    if (!is_connection_scoped(verb)) emit(queued[i], std::move(item), exec.began, at);
  }
  if (!ran) return emit(exec, std::move(reply), exec.began, at);
  Document answer = Document::object();
  answer["executed"] = reply.items.size();
  emit_document(exec, std::move(answer), exec.began, at);
}

void RedisObserver::emit(const Pending& command, Value reply, Moment began, Moment at) {
  const auto views = command.line.views();
  lift(reply, shape_of(command.resolved.name, views));
  const SecretReplacement replacement(secrets_);
  redact_reply(command.resolved.name, replacement, reply);
  redact_patterns(secrets_, reply);
  if (is_error(reply.kind) && may_carry_secrets(command.resolved.command))
    redact_error(command.resolved.name, replacement, command.line.words, reply.text);
  if (reply.kind == Kind::verbatim && command.resolved.name == "INFO")
    reply.text = steady_info(reply.text);
  emit_document(command, reply_document(reply), began, at);
}

void RedisObserver::emit_document(const Pending& command, Document answer, Moment began,
                                  Moment at) {
  open();
  CommandLine line = command.line;
  redact_arguments(command.resolved.name, SecretReplacement(secrets_), line.words);
  redact_patterns(secrets_, line.words);
  queue_.tell({request_document(line), std::move(answer), began, at});
}

namespace {

void learn_hello(const Value& reply, Document& facts) {
  static constexpr std::array<std::string_view, 3> wanted = {"version", "mode", "role"};
  for (std::size_t i = 0; i + 1 < reply.items.size(); i += 2)
    if (std::ranges::find(wanted, reply.items[i].text) != wanted.end())
      facts[reply.items[i].text] = document_of(reply.items[i + 1].text);
}

void learn_info(const Value& reply, Document& facts) {
  static constexpr std::array<std::array<std::string_view, 2>, 3> wanted = {
      {{"redis_version", "version"}, {"redis_mode", "mode"}, {"role", "role"}}};
  for (const auto& [field, name] : wanted)
    if (const std::string text = info_field(reply.text, field); !text.empty())
      facts[std::string(name)] = document_of(text);
}

}  // namespace

// Facts of the server and of the client, as far as they are told before the first exchange.
void RedisObserver::learn(const Pending& command, const Value& reply) {
  if (opened_) return;
  const std::vector<std::string>& words = command.line.words;
  const std::string& name = command.resolved.name;
  if (conversation_.authenticated) facts_["authenticated"] = true;
  if (name == "HELLO") {
    learn_hello(reply, facts_);
    for (std::size_t i = 2; i + 1 < words.size(); ++i)
      if (equals_ignoring_case(words[i], "SETNAME")) facts_["client"] = document_of(words[i + 1]);
  }
  if (name == "INFO") learn_info(reply, facts_);
  if (name == "CLIENT SETNAME" && words.size() == 3) facts_["client"] = document_of(words[2]);
  if (name == "CLIENT SETINFO" && words.size() == 4)
    facts_[equals_ignoring_case(words[2], "LIB-NAME") ? "library" : "library_version"] =
        document_of(words[3]);
}

void RedisObserver::open() {
  if (opened_) return;
  opened_ = true;
  facts_["resp"] = static_cast<int>(conversation_.resp);
  queue_.open(facts_);
}

}  // namespace understudy::redis
