#include "protocols/postgres/observer.hpp"

#include <fmt/format.h>

#include <deque>
#include <optional>

#include "protocols/postgres/relayed_login.hpp"
#include "protocols/postgres/startup.hpp"
#include "protocols/postgres/transaction.hpp"
#include "protocols/postgres/watcher.hpp"
#include "understudy/receive_buffer.hpp"

namespace understudy::postgres {
namespace {

constexpr std::uint8_t tls_handshake = 0x16;

/// Where the connection stands.
///   startup: the client's untyped messages, held back until they are complete and the server has
///     TLS where it is to have it
///   running: framed messages both ways, relayed as they come; those of a login whose server has
///     TLS go through a RelayedLogin
class PostgresObserver final : public Observer {
 public:
  explicit PostgresObserver(const Limits& limits)
      : limits_(limits), recording_(queue_), watcher_(recording_) {}

  void use(const Secrets& secrets) override { recording_.use(secrets); }

  void use(const TlsRelay& tls) override { tls_ = tls; }

  void feed(Direction from, Bytes chunk, Moment at, Relay& relay) override {
    if (!queue_.in_sync() || cancels_) {
      (from == Direction::from_client ? relay.to_server : relay.to_client).copy(chunk);
    } else if (from == Direction::from_server) {
      feed_server(chunk, at, relay);
    } else if (!running_) {
      client_.append(chunk);
      read_startup(at, relay);
    } else {
      if (!login_) relay.to_server.copy(chunk);
      if (client_.pending().empty()) client_began_ = at;
      client_.append(chunk);
      read_client(at, relay);
      if (login_ && !queue_.in_sync()) end_login(relay);
    }
  }

  void begin_tls(Direction with, std::string_view problem, Relay& relay) override {
    if (with == Direction::from_client) {
      tls_.client_has_it = problem.empty();
    } else if (problem.empty()) {
      tls_.server_has_it = true;
      read_startup(asked_at_, relay);
    } else {
      refuse_client("TLS with the recorded server failed: " + std::string(problem), relay);
    }
  }

  void feed_eof(Direction, Moment) override {
    if (finished_) return;
    finished_ = true;
    if (queue_.in_sync()) watcher_.finish();
  }

  std::optional<Observed> next() override { return queue_.next(); }
  [[nodiscard]] Sync sync() const noexcept override { return queue_.sync(); }

 private:
  void lose(std::string why) {
    recording_.finish();
    queue_.stop(Sync::lost, std::move(why));
  }

  /// Relays what is held back and looks no further.
  void let_go(Sync sync, const char* why, Relay& relay) {
    relay.to_server.copy(client_.pending());
    client_.clear();
    queue_.stop(sync, why);
  }

  void read_startup(Moment at, Relay& relay) {
    while (queue_.in_sync() && !running_ && !asked_) {
      if (!client_.pending().empty() && client_.pending()[0] == tls_handshake)
        return let_go(Sync::opaque, "the client opens TLS at once", relay);
      startup_ = decode_startup(client_.pending());
      switch (startup_.kind) {
        case StartupKind::need_more:
          return;
        case StartupKind::invalid:
          return let_go(Sync::lost, "a connection does not begin as the PostgreSQL protocol does",
                        relay);
        case StartupKind::cancel_request:
          if (needs_tls_of_server()) return ask_for_tls(at, relay);
          // It is all that the connection is for: nothing is lost with what may follow.
          cancels_ = true;
          relay.to_server.copy(client_.pending());
          return client_.clear();
        case StartupKind::ssl_request:
        case StartupKind::gssenc_request:
          answer_encryption(relay);
          break;
        case StartupKind::startup:
          if (needs_tls_of_server()) return ask_for_tls(at, relay);
          start(at, relay);
          break;
      }
    }
  }

  void answer_encryption(Relay& relay) {
    client_.consume(startup_.octets);
    const bool asks_for_tls = startup_.kind == StartupKind::ssl_request;
    if (asks_for_tls && tls_.offered_to_client && !tls_.client_has_it) {
      relay.to_client.buffer().push_back('S');
      relay.client_tls = true;
      relay.octets_of_tls = client_.pending().size();
      return client_.clear();
    }
    relay.to_client.buffer().push_back('N');
    if (asks_for_tls && !tls_.client_has_it)
      recording_.warn(
          "the client asked for TLS and was told that it is not offered while recording; "
          "`understudy ca` makes what is needed");
  }

  [[nodiscard]] bool needs_tls_of_server() const noexcept {
    return tls_.wanted_of_server && !tls_.server_has_it;
  }

  /// Before anything else is said to the server.
  void ask_for_tls(Moment at, Relay& relay) {
    asked_ = true;
    asked_at_ = at;
    ByteWriter writer(relay.to_server.buffer());
    writer.be(std::uint32_t{8});
    writer.be(ssl_request_code);
  }

  /// One octet: `S` or `N`; or an error of a server that does not know the question.
  void take_tls_answer(Bytes answer, Relay& relay) {
    asked_ = false;
    relay.server_tls = answer.size() == 1 && answer[0] == 'S';
    if (!relay.server_tls)
      refuse_client("the recorded server offers no TLS, which the upstream's URL asks for", relay);
  }

  void refuse_client(std::string why, Relay& relay) {
    encode_fields('E', make_fields("FATAL", "08001", why), relay.to_client.buffer());
    client_.clear();
    lose(std::move(why));
  }

  void start(Moment at, Relay& relay) {
    if (tls_.server_has_it) login_.emplace(tls_.client_has_it);
    relay.to_server.copy(login_ ? client_.pending().first(startup_.octets) : client_.pending());
    client_.consume(startup_.octets);
    running_ = true;
    client_began_ = at;
    if (!login_ && is_replication()) return ignore_replication();
    read_client(at, relay);
  }

  [[nodiscard]] bool is_replication() const noexcept {
    const std::string_view replication = startup_.parameter("replication");
    return !replication.empty() && replication != "false";
  }

  void ignore_replication() { queue_.stop(Sync::opaque, "it is a replication connection"); }

  void read_client(Moment at, Relay& relay) {
    Frame frame;
    while (queue_.in_sync()) {
      const FrameStatus status = cut_frame(client_.pending(), limits_, frame);
      if (status == FrameStatus::need_more) return;
      FrontendMessage message;
      const bool sound = status == FrameStatus::complete &&
                         decode_frontend(frame, limits_, message) == FrontendStatus::ok &&
                         watcher_.from_client(message, client_began_);
      if (!sound) return lose("a message of the client makes no sense");
      if (login_) login_->from_client(frame, client_.pending().first(frame.octets), relay);
      client_.consume(frame.octets);
      client_began_ = at;
    }
  }

  void feed_server(Bytes chunk, Moment at, Relay& relay) {
    if (asked_) return take_tls_answer(chunk, relay);
    if (!login_) relay.to_client.copy(chunk);
    server_.append(chunk);
    read_server(at, relay);
    if (login_ && !queue_.in_sync()) end_login(relay);
  }

  /// From here on everything is relayed as it comes.
  void end_login(Relay& relay) {
    login_.reset();
    relay.to_client.copy(server_.pending());
    relay.to_server.copy(client_.pending());
    if (queue_.in_sync() && is_replication()) ignore_replication();
  }

  void read_server(Moment at, Relay& relay) {
    Frame frame;
    while (queue_.in_sync()) {
      const FrameStatus status = cut_frame(server_.pending(), limits_, frame);
      if (status == FrameStatus::need_more) return;
      if (frame_is_both_ways(frame, status))
        return queue_.stop(Sync::opaque, "a replication stream begins");
      if (status != FrameStatus::complete || !watcher_.from_server(frame, at))
        return lose("a message of the server does not fit what was asked");
      if (frame.type == 'Z' && !opened_) open();
      if (frame.type == 'E' && !opened_) refused(frame, at);
      if (login_) login_->from_server(frame, server_.pending().first(frame.octets), relay);
      server_.consume(frame.octets);
      if (login_ && login_->is_over()) end_login(relay);
    }
  }

  static bool frame_is_both_ways(const Frame& frame, FrameStatus status) noexcept {
    return status == FrameStatus::complete && frame.type == 'W';
  }

  /// The login failed: the server says why and closes.
  void refused(const Frame& frame, Moment at) {
    Answered answered;
    if (!decode_fields(frame.body, answered.answer.error.emplace())) return;
    answered.request.login = login_of(startup_);
    answered.began = client_began_;
    answered.ended = at;
    recording_.warn(
        fmt::format("a login was refused ({}): so does the mock to the same user, database and "
                    "settings, unless others of them were let in",
                    field(*answered.answer.error, 'C')));
    open();
    recording_.refused(std::move(answered));
  }

  void open() {
    opened_ = true;
    Document facts = {{"user", document_of(startup_.parameter("user"))}};
    const std::string_view database = startup_.parameter("database");
    facts["database"] = document_of(database.empty() ? startup_.parameter("user") : database);
    for (const auto& [name, value] : login_of(startup_))
      if (name != "user" && name != "database") facts["settings"][name] = document_of(value);
    for (const auto& [name, value] : watcher_.parameters())
      if (!value.empty()) facts["parameters"][name] = document_of(value);
    queue_.open(std::move(facts));
  }

  Limits limits_;
  ObserverQueue queue_;
  Recording recording_;
  Watcher watcher_;
  bool running_ = false, opened_ = false, finished_ = false;
  bool cancels_ = false;  // a statement of another connection, and nothing else
  TlsRelay tls_;
  bool asked_ = false;  // the server, for TLS
  Moment asked_at_;
  std::optional<RelayedLogin> login_;
  Startup startup_;
  ReceiveBuffer client_, server_;
  Moment client_began_;
};

}  // namespace

std::unique_ptr<Observer> make_observer(const Limits& limits) {
  return std::make_unique<PostgresObserver>(limits);
}

}  // namespace understudy::postgres
