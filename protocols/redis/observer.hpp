// The recording role: pairs commands with replies.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "protocols/redis/command_decoder.hpp"
#include "protocols/redis/conversation.hpp"
#include "protocols/redis/request.hpp"
#include "protocols/redis/resp_decoder.hpp"
#include "understudy/observer_queue.hpp"
#include "understudy/receive_buffer.hpp"

namespace understudy::redis {

/// Relays every octet untouched. What a reply belongs to is decided when it arrives, in the state
/// that the connection then has: pushes belong to nothing, (un)subscribing has several replies,
/// CLIENT REPLY none, and EXEC brings the replies of all that was queued.
class RedisObserver final : public Observer {
 public:
  explicit RedisObserver(const Limits& limits)
      : limits_(limits), command_decoder_(limits), scanner_(limits) {}

  void feed(Direction from, Bytes chunk, Moment at, Relay& relay) override;
  void feed_eof(Direction from, Moment at) override;
  std::optional<Observed> next() override { return queue_.next(); }
  using Observer::use;
  void use(const Secrets& secrets) override { secrets_ = secrets; }
  [[nodiscard]] bool only_watches() const noexcept override { return true; }
  [[nodiscard]] Sync sync() const noexcept override { return queue_.sync(); }

 private:
  struct Pending {
    CommandLine line;
    ResolvedCommand resolved;
    Moment began;
    std::size_t replies = 0;  // seen so far, of several
  };

  [[nodiscard]] bool may_have_changed() const;
  void take_commands(Moment at);
  void take_replies(Moment at);
  void take_reply(Value reply, Moment at);
  void drop_unanswered(Moment at);
  void name_sender(Pending& command) const;
  [[nodiscard]] bool is_out_of_band(const Value& reply) const;
  void acknowledge(const Value& reply);
  void answered(Pending command, Value reply, Moment at);
  void executed(const Pending& exec, Value reply, Moment at);
  void emit(const Pending& command, Value reply, Moment began, Moment at);
  void emit_document(const Pending& command, Document answer, Moment began, Moment at);
  void learn(const Pending& command, const Value& reply);
  void warn_of_other_servers(const Pending& command, const Value& reply);
  void open();
  void lose(Sync sync, std::string text);

  Secrets secrets_;
  Limits limits_;
  CommandDecoder command_decoder_;
  FrameScanner scanner_;
  ReceiveBuffer commands_;
  ReceiveBuffer replies_;
  Conversation conversation_;
  std::deque<Pending> pending_;
  std::vector<Pending> queued_;  // inside MULTI; the first is MULTI itself
  ObserverQueue queue_;
  Document facts_ = Document::object();
  Moment command_began_;
  bool in_command_ = false;
  bool opened_ = false;
  bool warned_of_servers_ = false;
};

}  // namespace understudy::redis
