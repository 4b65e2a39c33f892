// The recording role: two message streams of one relayed connection, paired.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/http/conversation.hpp"
#include "protocols/http/host_rewriter.hpp"
#include "protocols/http/spelling.hpp"
#include "understudy/observer_queue.hpp"

namespace understudy::http {

/// What is known of a connection by its first exchange. `host`: as the client names it.
[[nodiscard]] Document session_facts(std::string_view host, const Message& answer);

/// Relays every octet as it came, but for the Host that a service behind TLS is told. What it can't
/// pair with certainty it stops looking at.
class HttpObserver final : public Observer {
 public:
  explicit HttpObserver(const Limits& limits);

  void use(const Secrets& secrets) override { secrets_ = secrets; }
  void set_upstream(std::string_view authority) override;
  void use(const TlsRelay& tls) override;
  [[nodiscard]] bool only_watches() const noexcept override { return !rewriter_; }
  void feed(Direction from, Bytes chunk, Moment at, Relay& relay) override;
  void feed_eof(Direction from, Moment at) override;
  void abandon(Moment at) override;
  std::optional<Observed> next() override { return queue_.next(); }
  [[nodiscard]] Sync sync() const noexcept override { return queue_.sync(); }

 private:
  /// A request that waits for its answer. Its body may still be on its way.
  struct Asking {
    AnsweredRequest about;
    std::string host;
    Moment began;
    std::optional<Document> request;  // once it is complete
    std::optional<Document> answer;   // an answer may come first
    Moment ended;
  };

  [[nodiscard]] bool may_have_changed() const;
  void read_requests(Moment at);
  void read_answers(Moment at);
  void head_arrived(const Message& request);
  void request_arrived(Message request);
  void answer_arrived(const Message& answer, Moment at);
  void tell_finished();
  [[nodiscard]] bool record_stream(Moment at);
  void open_session(const Message& answer, const Asking& asking);
  void stop(Sync sync, std::string why);
  [[nodiscard]] bool watching() const noexcept { return queue_.in_sync(); }

  Limits limits_;
  Secrets secrets_;
  ObserverQueue queue_;
  MessageStream requests_;
  MessageStream answers_;
  std::deque<Asking> asking_;
  std::optional<Moment> request_began_;  // of the request whose head is not complete yet
  bool request_open_ = false;            // asking_.back() still waits for its body
  bool session_open_ = false;
  std::optional<HostRewriter> rewriter_;
  std::vector<std::string> upstream_;  // by which the service may call itself
  // What had come of the present answer when the client ended its side.
  std::optional<std::size_t> octets_at_client_eof_;
};

}  // namespace understudy::http
