#include "net/watched_port.hpp"

#include "net/choose.hpp"
#include "net/connect.hpp"
#include "net/offer_tls.hpp"

namespace understudy::net {
namespace {

class Watched final : public Recorded {
 public:
  Watched(engine::Recording& recording, const WatchedService& watched)
      : connection_(recording, watched.service, *watched.protocol) {}
  void use(const TlsRelay& tls) override { connection_.use(tls); }
  void begin_tls(Direction with, std::string_view problem, Relay& relay) override {
    connection_.begin_tls(with, problem, relay);
  }
  void feed(Direction from, Bytes chunk, Relay& relay) override {
    connection_.feed(from, chunk, relay);
  }
  void feed_eof(Direction from) override { connection_.feed_eof(from); }
  bool only_watches() override { return connection_.only_watches(); }
  void watch(Direction from, Bytes chunk) override { connection_.watch(from, chunk); }

 private:
  engine::RecordedConnection connection_;
};

class WatchedPort final : public RecordedPort {
 public:
  WatchedPort(engine::Recording& recording, std::vector<WatchedService> services,
              engine::Recording::Warn warn, PortKind kind)
      : kind_(kind), recording_(recording), services_(std::move(services)), warn_(std::move(warn)) {
    for (const WatchedService& watched : services_) protocols_.push_back(watched.protocol);
  }
  /// Reads what TLS needs. False, with the reason in `problem`, where that can't be used.
  [[nodiscard]] bool prepare_tls(const std::filesystem::path& mock_set, std::string& problem) {
    for (const WatchedService& watched : services_) {
      const auto& upstream = *watched.service.upstream;
      const auto client_of = [&](AlpnOffer offer) {
        const auto alpn = upstream.tls.at_once ? alpn_of(*watched.protocol, offer)
                                               : std::vector<std::string>();
        return upstream.tls.wanted && problem.empty()
                   ? TlsClient::make(upstream.tls, upstream.endpoint.host, alpn, problem)
                   : nullptr;
      };
      upstream_tls_.push_back(client_of(AlpnOffer::last));
      const bool has_better = upstream.tls.at_once && alpn_of(*watched.protocol, AlpnOffer::all).size() > 1;
      best_upstream_tls_.push_back(has_better ? client_of(AlpnOffer::all) : nullptr);
      if (!problem.empty()) return false;
    }
    std::vector<OfferedService> offered;
    for (const WatchedService& watched : services_)
      offered.push_back({&watched.service, watched.protocol});
    tls_ = offer_tls(offered, mock_set, AlpnOffer::last, problem);
    if (problem.empty() && !shared()) best_tls_ = offer_tls(offered, mock_set, AlpnOffer::best, problem);
    return problem.empty();
  }

  std::shared_ptr<const TlsServer> tls() const noexcept override { return tls_; }
  bool client_speaks_first() const noexcept override { return can_share(*protocols_.front()); }
  std::shared_ptr<const TlsClient> upstream_tls(std::size_t service) const override {
    return upstream_tls_[service];
  }
  std::shared_ptr<const TlsClient> best_upstream_tls(std::size_t service) const override {
    return best_upstream_tls_[service];
  }
  std::shared_ptr<const TlsServer> best_tls() const noexcept override { return best_tls_; }
  bool upstream_tls_at_once(std::size_t service) const override {
    return services_[service].service.upstream->tls.at_once;
  }
  bool shared() const noexcept override { return services_.size() > 1 && !is_proxy(); }
  bool is_proxy() const noexcept override { return kind_ == PortKind::proxy; }
  std::size_t choose_host(const store::Endpoint& host) const override {
    for (std::size_t i = 0; i < services_.size(); ++i)
      if (is_same_host(services_[i].service.upstream->endpoint, host)) return i;
    return nobody;
  }
  std::size_t choose(Bytes first) const noexcept override { return net::choose(protocols_, first); }
  void note(const std::string& text) const override { warn(0, text); }
  store::Endpoint upstream(std::size_t service) const override {
    return services_[service].service.upstream->endpoint;
  }
  std::unique_ptr<Recorded> open(std::size_t service) const override {
    return std::make_unique<Watched>(recording_, services_[service]);
  }
  void warn(std::size_t service, const std::string& text) const override {
    warn_(services_[service].service.name, text);
  }

 private:
  PortKind kind_;
  engine::Recording& recording_;
  std::vector<WatchedService> services_;
  std::vector<const Protocol*> protocols_;
  std::shared_ptr<const TlsServer> tls_, best_tls_;
  std::vector<std::shared_ptr<const TlsClient>> upstream_tls_, best_upstream_tls_;
  engine::Recording::Warn warn_;
};

}  // namespace

std::shared_ptr<const RecordedPort> watch(engine::Recording& recording,
                                          std::vector<WatchedService> services,
                                          const std::filesystem::path& mock_set,
                                          engine::Recording::Warn warn, std::string& problem,
                                          PortKind kind) {
  auto port = std::make_shared<WatchedPort>(recording, std::move(services), std::move(warn), kind);
  return port->prepare_tls(mock_set, problem) ? port : nullptr;
}

}  // namespace understudy::net
