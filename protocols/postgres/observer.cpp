#include "protocols/postgres/observer.hpp"

#include <fmt/format.h>

#include <deque>

#include "protocols/postgres/startup.hpp"
#include "protocols/postgres/watcher.hpp"
#include "understudy/receive_buffer.hpp"

namespace understudy::postgres {
namespace {

constexpr std::uint8_t tls_handshake = 0x16;

/// Where the connection stands.
///   startup: the client's untyped messages, held back until they are complete
///   running: framed messages both ways, relayed as they come
class PostgresObserver final : public Observer {
 public:
  explicit PostgresObserver(const Limits& limits) : limits_(limits), watcher_(recording_) {}

  void use(const Secrets& secrets) override { recording_.use(secrets); }

  void feed(Direction from, Bytes chunk, Moment at, Relay& relay) override {
    if (from == Direction::from_server) {
      relay.to_client.copy(chunk);
      if (sync_ == Sync::in_sync) read_server(chunk, at);
    } else if (sync_ == Sync::in_sync && !running_) {
      client_.append(chunk);
      read_startup(at, relay);
    } else {
      relay.to_server.copy(chunk);
      if (sync_ != Sync::in_sync) return;
      if (client_.pending().empty()) client_began_ = at;
      client_.append(chunk);
      read_client(at);
    }
  }

  void feed_eof(Direction, Moment) override {
    if (finished_) return;
    finished_ = true;
    if (sync_ == Sync::in_sync) watcher_.finish();
  }

  std::optional<Observed> next() override { return recording_.next(); }
  [[nodiscard]] Sync sync() const noexcept override { return sync_; }

 private:
  void lose(std::string text) {
    recording_.finish();
    recording_.warn(std::move(text));
    sync_ = Sync::lost;
  }

  /// Relays what is held back and looks no further.
  void let_go(Sync sync, const char* text, Relay& relay) {
    relay.to_server.copy(client_.pending());
    client_.clear();
    sync_ = sync;
    if (text != nullptr) recording_.warn(text);
  }

  void read_startup(Moment at, Relay& relay) {
    while (sync_ == Sync::in_sync && !running_) {
      if (!client_.pending().empty() && client_.pending()[0] == tls_handshake)
        return let_go(Sync::opaque,
                      "the client opens TLS at once: the connection is relayed and not recorded",
                      relay);
      startup_ = decode_startup(client_.pending());
      switch (startup_.kind) {
        case StartupKind::need_more:
          return;
        case StartupKind::invalid:
          return let_go(
              Sync::lost,
              "a connection does not begin as the PostgreSQL protocol does: relayed, not recorded",
              relay);
        case StartupKind::cancel_request:
          return let_go(Sync::opaque, nullptr, relay);
        case StartupKind::ssl_request:
        case StartupKind::gssenc_request:
          refuse_encryption(relay);
          break;
        case StartupKind::startup:
          start(at, relay);
          break;
      }
    }
  }

  void refuse_encryption(Relay& relay) {
    client_.consume(startup_.octets);
    relay.to_client.buffer().push_back('N');
    if (startup_.kind == StartupKind::ssl_request)
      recording_.warn(
          "the client asked for TLS and was told that it is not offered while recording");
  }

  void start(Moment at, Relay& relay) {
    relay.to_server.copy(client_.pending());
    client_.consume(startup_.octets);
    running_ = true;
    client_began_ = at;
    if (!startup_.parameter("replication").empty() &&
        startup_.parameter("replication") != "false") {
      sync_ = Sync::opaque;
      return recording_.warn("a replication connection is relayed and not recorded");
    }
    read_client(at);
  }

  void read_client(Moment at) {
    Frame frame;
    while (sync_ == Sync::in_sync) {
      const FrameStatus status = cut_frame(client_.pending(), limits_, frame);
      if (status == FrameStatus::need_more) return;
      FrontendMessage message;
      const bool sound = status == FrameStatus::complete &&
                         decode_frontend(frame, limits_, message) == FrontendStatus::ok &&
                         watcher_.from_client(message, client_began_);
      if (!sound)
        return lose(
            "a message of the client makes no sense: the connection is relayed, not recorded any "
            "more");
      client_.consume(frame.octets);
      client_began_ = at;
    }
  }

  void read_server(Bytes chunk, Moment at) {
    server_.append(chunk);
    Frame frame;
    while (sync_ == Sync::in_sync) {
      const FrameStatus status = cut_frame(server_.pending(), limits_, frame);
      if (status == FrameStatus::need_more) return;
      if (frame_is_both_ways(frame, status)) {
        sync_ = Sync::opaque;
        return recording_.warn("a replication stream is relayed and not recorded");
      }
      if (status != FrameStatus::complete || !watcher_.from_server(frame, at))
        return lose(
            "a message of the server does not fit what was asked: the connection is relayed, not "
            "recorded any more");
      if (frame.type == 'Z' && !opened_) open();
      if (frame.type == 'E' && !opened_) refused(frame, at);
      server_.consume(frame.octets);
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
    recording_.put_first(SessionOpened{std::move(facts)});
  }

  Limits limits_;
  Recording recording_;
  Watcher watcher_;
  Sync sync_ = Sync::in_sync;
  bool running_ = false, opened_ = false, finished_ = false;
  Startup startup_;
  ReceiveBuffer client_, server_;
  Moment client_began_;
};

}  // namespace

std::unique_ptr<Observer> make_observer(const Limits& limits) {
  return std::make_unique<PostgresObserver>(limits);
}

}  // namespace understudy::postgres
