// The serving role: one live connection.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "protocols/redis/command_decoder.hpp"
#include "protocols/redis/live_connection.hpp"
#include "protocols/redis/request.hpp"
#include "protocols/redis/waiting.hpp"
#include "understudy/receive_buffer.hpp"
#include "understudy/server_machine.hpp"

namespace understudy::redis {

/// Commands are answered in order, one at a time. What is about the connection is answered here,
/// all else is raised as a Request. MULTI queues; at EXEC the machine raises Control::begin, a
/// Request for each queued command and Control::commit, and assembles the array on the way.
class RedisServer final : public ServerMachine {
 public:
  RedisServer(const ServiceTable& table, const ServerContext& context);

  void begin_tls(const TlsSession&) override { needs_tls_ = false; }
  void feed(Bytes chunk) override;
  void feed_eof() override { at_eof_ = true; }
  ServerEvent next() override;
  void reply(const Answer& answer) override;
  void reply(const Miss& miss) override;
  void deliver(const Delivery& delivery) override;
  [[nodiscard]] Output& output() noexcept override { return output_; }

 private:
  /// What the answer to the raised Request is for.
  enum class Awaiting : std::uint8_t {
    nothing,
    command,
    begin,
    commit,
    watch,
    scope,       ///< that UNDERSTUDY asks for
    name_scope,  ///< that a client's name names; the command that gives the name is answered then
    other
  };
  /// What the machine says where the table holds nothing.
  enum class Fallback : std::uint8_t {
    none,
    unknown_command,
    arity,
    command,
    config_get,
    receivers,  ///< of a message: how many heard it
    replicas    ///< that have what was written: none
  };
  enum class Stage : std::uint8_t { idle, running, committing, closing, closed };

  using Step = std::optional<ServerEvent>;  // nothing: go on with the next command

  [[nodiscard]] Step take_command();
  [[nodiscard]] Step run_transaction();
  [[nodiscard]] Step process(Arguments arguments);
  [[nodiscard]] Step refused();
  [[nodiscard]] Step execute(Verb verb);
  [[nodiscard]] Step exec();
  [[nodiscard]] Step discard();
  [[nodiscard]] Step watch();
  [[nodiscard]] Step next_watch();
  [[nodiscard]] Step data();
  [[nodiscard]] Step publish();
  void make_patient(Request& request);
  void tell_listening();
  void reply_to_publisher(std::size_t receivers);
  void hear_oneself(std::vector<std::uint8_t>& out) const;
  void answer_command_with(Bytes octets);
  [[nodiscard]] bool is_too_few(Bytes octets) const;
  [[nodiscard]] Step raise(Awaiting awaiting, Control control, std::string_view name,
                           bool synthesisable);
  [[nodiscard]] Step synthesised(Verb verb);
  [[nodiscard]] Step scope_command();
  [[nodiscard]] Step call_scope(Awaiting awaiting, ScopeCall::Action action, std::string_view name);
  [[nodiscard]] std::optional<std::string> scope_of_name(Verb verb) const;
  [[nodiscard]] Step fail(std::string_view text);
  [[nodiscard]] Step close(Step last);
  [[nodiscard]] Step await_more();
  [[nodiscard]] Step protocol_error();

  [[nodiscard]] ReplyWriter writer() { return {output_.buffer(), live_.conversation.resp}; }
  [[nodiscard]] bool held_back() const { return live_.conversation.muted(); }
  void finish_command();
  void end_multi();
  void use_fallback();
  [[nodiscard]] std::string text_of(const Miss& miss) const;
  [[nodiscard]] bool is_tracking() const;
  void invalidate();
  void forget_all();
  void make_canonical_request();
  [[nodiscard]] Arguments cleaned(Arguments arguments);

  LiveConnection live_;
  Secrets secrets_;
  bool masks_;  // as a recording that tells no secret from another
  Limits limits_;
  CommandDecoder decoder_;
  ReceiveBuffer received_;
  std::vector<std::uint8_t> behind_;  // what came while the command at hand waits
  Output output_;
  bool at_eof_ = false;
  bool needs_tls_;  // which the client does not have

  // The command at hand; the arguments live in received_, cleaned_ or queued_.
  ResolvedCommand resolved_;
  Arguments arguments_;
  std::vector<std::string> cleaned_;  // of what matches the user's patterns of secrets
  std::vector<std::string_view> cleaned_views_;
  std::string canonical_;
  std::string control_name_;
  Patience patience_;
  std::string nothing_;  // of patience_ and of messages: what is answered where nothing came
  Message message_;
  std::optional<Wait> wait_;             // of the command at hand
  Pause pause_;                          // before the next step
  std::optional<Bytes> late_;            // the answer that comes after it
  Subscriptions told_;                   // to those that publish
  std::deque<Listen> listening_;         // what is still to be told
  std::vector<std::uint8_t> overheard_;  // pushes for the time after a transaction
  Awaiting awaiting_ = Awaiting::nothing;
  Fallback fallback_ = Fallback::none;

  Stage stage_ = Stage::idle;
  std::vector<std::vector<std::string>> queued_;
  std::vector<std::string_view> queued_views_;
  std::size_t executed_ = 0;  // of queued_, while running
  std::string scope_;         // as the client named it; empty: none
  ScopeCall scope_call_;      // under way; its name is in called_scope_
  std::string called_scope_;
  std::string scope_source_;    // see scope_source()
  bool scope_entered_ = false;  // that the name of the command at hand names
  std::size_t watched_ = 0;     // arguments of the WATCH at hand that were raised
  bool spoiled_ = false;        // a command could not be queued: EXEC will refuse
  bool watching_ = false;
};

}  // namespace understudy::redis
