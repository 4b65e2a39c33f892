#include "protocols/http/either_version.hpp"

#include <optional>
#include <string>
#include <utility>

#include "protocols/http/h2/frames.hpp"
#include "protocols/http/h2/observer.hpp"
#include "protocols/http/h2/server.hpp"
#include "protocols/http/observer.hpp"
#include "protocols/http/server.hpp"

namespace understudy::http {
namespace {

/// Tells the version by the first octets of a client.
class Beginning {
 public:
  /// Whether it is HTTP/2; nothing where that can't be told yet.
  [[nodiscard]] std::optional<bool> add(Bytes chunk) {
    octets_ += as_text(chunk.first(std::min(chunk.size(), h2::preface.size())));
    if (octets_.starts_with(h2::preface)) return true;
    if (h2::preface.starts_with(octets_)) return std::nullopt;
    return false;
  }

 private:
  std::string octets_;
};

class ObserverOfEither final : public Observer {
 public:
  explicit ObserverOfEither(const Limits& limits)
      : limits_(limits), observer_(std::make_unique<HttpObserver>(limits)) {}

  void use(const Secrets& secrets) override {
    secrets_ = secrets;
    observer_->use(secrets);
  }
  void set_upstream(std::string_view authority) override {
    upstream_ = authority;
    observer_->set_upstream(authority);
  }
  void use(const TlsRelay& tls) override {
    tls_ = tls;
    observer_->use(tls);
  }
  [[nodiscard]] bool only_watches() const noexcept override {
    return is_known_ && observer_->only_watches();
  }

  void feed(Direction from, Bytes chunk, Moment at, Relay& relay) override {
    if (is_known_) return observer_->feed(from, chunk, at, relay);
    const bool from_client = from == Direction::from_client;
    // Only where the requests are written anew do they wait.
    const bool waits = from_client && !observer_->only_watches();
    if (!waits) (from_client ? relay.to_server : relay.to_client).copy(chunk);
    (from_client ? first_ : early_).append(as_text(chunk));
    (from_client ? first_at_ : early_at_) = at;
    std::optional<bool> is_h2 = false;
    if (from_client)
      is_h2 = beginning_.add(chunk);
    else if (early_.front() == 0)  // SETTINGS, with which a server of HTTP/2 may begin
      is_h2 = std::nullopt;
    if (is_h2) decide(*is_h2, waits ? &relay : nullptr);
  }

  void feed_eof(Direction from, Moment at) override {
    if (!is_known_) decide(false, nullptr);
    observer_->feed_eof(from, at);
  }
  void abandon(Moment at) override { observer_->abandon(at); }
  std::optional<Observed> next() override { return observer_->next(); }
  [[nodiscard]] Sync sync() const noexcept override { return observer_->sync(); }

 private:
  /// Shows what has come. `relay`: where the client's part of it is still to be put.
  void decide(bool is_h2, Relay* relay) {
    is_known_ = true;
    if (is_h2) {
      observer_ = std::make_unique<h2::H2Observer>(limits_);
      observer_->use(secrets_);
      observer_->set_upstream(upstream_);
      observer_->use(tls_);
    }
    Relay relayed_already;
    if (!first_.empty())
      observer_->feed(Direction::from_client, as_bytes(first_), first_at_,
                      relay != nullptr ? *relay : relayed_already);
    if (!early_.empty())
      observer_->feed(Direction::from_server, as_bytes(early_), early_at_, relayed_already);
    first_.clear();
    early_.clear();
  }

  Limits limits_;
  Secrets secrets_;
  std::string upstream_;
  TlsRelay tls_;
  std::unique_ptr<Observer> observer_;
  Beginning beginning_;
  bool is_known_ = false;
  std::string first_, early_;
  Moment first_at_, early_at_;
};

class ServerOfEither final : public ServerMachine {
 public:
  ServerOfEither(const ServiceTable& table, const ServerContext& context)
      : limits_(context.limits), http_(std::make_unique<HttpServer>(table, context)) {
    machine_ = http_.get();
  }

  void begin_tls(const TlsSession& session) override { machine_->begin_tls(session); }
  void feed(Bytes chunk) override {
    if (is_known_) return machine_->feed(chunk);
    first_ += as_text(chunk);
    const auto is_h2 = beginning_.add(chunk);
    if (!is_h2) return;
    is_known_ = true;
    if (*is_h2) {
      h2_ = std::make_unique<h2::H2Server>(std::move(http_), limits_);
      machine_ = h2_.get();
    }
    machine_->feed(as_bytes(std::exchange(first_, {})));
  }
  void feed_eof() override {
    if (!is_known_) machine_->feed(as_bytes(std::exchange(first_, {})));
    machine_->feed_eof();
  }
  ServerEvent next() override { return machine_->next(); }
  void reply(const Answer& answer) override { machine_->reply(answer); }
  void reply(const Miss& miss) override { machine_->reply(miss); }
  [[nodiscard]] Document whole_request(const Secrets& secrets) const override {
    return machine_->whole_request(secrets);
  }
  [[nodiscard]] bool is_awaiting_rest() const noexcept override {
    return !first_.empty() || machine_->is_awaiting_rest();
  }
  [[nodiscard]] Output& output() noexcept override { return machine_->output(); }

 private:
  Limits limits_;
  std::unique_ptr<HttpServer> http_;
  std::unique_ptr<h2::H2Server> h2_;
  ServerMachine* machine_ = nullptr;
  Beginning beginning_;
  bool is_known_ = false;
  std::string first_;
};

}  // namespace

std::unique_ptr<Observer> new_observer_of_either(const Limits& limits) {
  return std::make_unique<ObserverOfEither>(limits);
}

std::unique_ptr<ServerMachine> new_server_of_either(const ServiceTable& table,
                                                    const ServerContext& context) {
  return std::make_unique<ServerOfEither>(table, context);
}

}  // namespace understudy::http
