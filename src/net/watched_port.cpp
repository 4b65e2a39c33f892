#include "net/watched_port.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <utility>

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

/// A service and how it is reached.
struct Relayable {
  WatchedService watched;
  std::shared_ptr<const TlsClient> tls, best_tls;
  bool is_learned = false;  ///< and not yet told
};

/// `api.pay.example:8443` as a name that files and variables may have.
std::string name_of_host(const store::Endpoint& host) {
  constexpr std::size_t longest = 48;
  std::string name = host.host.substr(0, longest);
  for (char& c : name)
    if (!store::is_service_name(std::string_view(&c, 1))) c = '-';
  return host.port == 80 || host.port == 443 ? name : fmt::format("{}-{}", name, host.port);
}

class WatchedPort final : public RecordedPort {
 public:
  WatchedPort(engine::Recording& recording, std::vector<WatchedService> services,
              engine::Recording::Warn warn, PortKind kind, Learn learn)
      : kind_(kind), recording_(recording), learn_(std::move(learn)), warn_(std::move(warn)) {
    for (WatchedService& watched : services) {
      protocols_.push_back(watched.protocol);
      services_.push_back({std::move(watched), nullptr, nullptr});
    }
  }
  /// Reads what TLS needs. False, with the reason in `problem`, where that can't be used.
  [[nodiscard]] bool prepare_tls(const std::filesystem::path& mock_set, std::string& problem) {
    std::vector<OfferedService> offered;
    for (Relayable& service : services_) {
      if (!prepare_upstream(service, problem)) return false;
      offered.push_back({&service.watched.service, service.watched.protocol});
    }
    store::Service learned;
    learned.settings = Document::object();
    if (learn_) offered.push_back({&learned, http_});
    tls_ = offer_tls(offered, mock_set, AlpnOffer::last, problem);
    if (problem.empty() && !shared())
      best_tls_ = offer_tls(offered, mock_set, AlpnOffer::best, problem);
    return problem.empty();
  }
  void learns_as(const Protocol* http) { http_ = http; }

  std::shared_ptr<const TlsServer> tls() const noexcept override { return tls_; }
  bool client_speaks_first() const noexcept override {
    return is_proxy() || can_share(*protocols_.front());
  }
  std::shared_ptr<const TlsClient> upstream_tls(std::size_t service) const override {
    return services_[service].tls;
  }
  std::shared_ptr<const TlsClient> best_upstream_tls(std::size_t service) const override {
    return services_[service].best_tls;
  }
  std::shared_ptr<const TlsServer> best_tls() const noexcept override { return best_tls_; }
  bool upstream_tls_at_once(std::size_t service) const override {
    return upstream_of(service).tls.at_once;
  }
  bool shared() const noexcept override { return services_.size() > 1 && !is_proxy(); }
  bool is_proxy() const noexcept override { return kind_ == PortKind::proxy; }
  std::size_t choose_host(const store::Endpoint& host, bool has_tls) const override {
    for (std::size_t i = 0; i < services_.size(); ++i) {
      const WatchedService& watched = services_[i].watched;
      const bool by_upstream = is_same_host(watched.service.upstream->endpoint, host) &&
                               watched.service.upstream->tls.wanted == has_tls;
      if (by_upstream || (watched.bound && *watched.bound == host)) return i;
    }
    return learn_ ? learn(host, has_tls) : nobody;
  }
  std::size_t choose(Bytes first) const noexcept override { return net::choose(protocols_, first); }
  void note(const std::string& text) const override {
    warn_(services_.empty() ? "proxy" : services_.front().watched.service.name, text);
  }
  void note_reached(std::size_t service) const override {
    if (std::exchange(services_[service].is_learned, false))
      learn_(services_[service].watched.service);
  }
  store::Endpoint upstream(std::size_t service) const override {
    return upstream_of(service).endpoint;
  }
  std::unique_ptr<Recorded> open(std::size_t service) const override {
    return std::make_unique<Watched>(recording_, services_[service].watched);
  }
  void warn(std::size_t service, const std::string& text) const override {
    warn_(services_[service].watched.service.name, text);
  }

 private:
  [[nodiscard]] const store::Upstream& upstream_of(std::size_t service) const {
    return *services_[service].watched.service.upstream;
  }

  [[nodiscard]] static bool prepare_upstream(Relayable& service, std::string& problem) {
    const auto& upstream = *service.watched.service.upstream;
    const Protocol& protocol = *service.watched.protocol;
    const auto client_of = [&](AlpnOffer offer) {
      const auto alpn =
          upstream.tls.at_once ? alpn_of(protocol, offer) : std::vector<std::string>();
      return upstream.tls.wanted && problem.empty()
                 ? TlsClient::make(upstream.tls, upstream.endpoint.host, alpn, problem)
                 : nullptr;
    };
    service.tls = client_of(AlpnOffer::last);
    if (upstream.tls.at_once && alpn_of(protocol, AlpnOffer::all).size() > 1)
      service.best_tls = client_of(AlpnOffer::all);
    return problem.empty();
  }

  /// A service of its own for a host that nobody has named.
  [[nodiscard]] std::size_t learn(const store::Endpoint& host, bool has_tls) const {
    constexpr std::size_t most_services = 1000;
    std::string problem;
    const auto upstream = store::parse_upstream(
        fmt::format("{}://{}", has_tls ? "https" : "http", store::to_string(host)), problem);
    if (!upstream || services_.size() >= most_services) return nobody;
    store::Service service;
    const std::string name = name_of_host(host);
    service.name = name;
    const auto is_taken = [&](const Relayable& other) {
      return other.watched.service.name == service.name;
    };
    for (int number = 2; std::ranges::any_of(services_, is_taken); ++number)
      service.name = fmt::format("{}-{}", name, number);
    service.protocol = "http";
    service.upstream = *upstream;
    service.settings = Document::object();
    Relayable relayable{{std::move(service), http_}, nullptr, nullptr, true};
    if (!prepare_upstream(relayable, problem)) return nobody;
    services_.push_back(std::move(relayable));
    return services_.size() - 1;
  }

  PortKind kind_;
  engine::Recording& recording_;
  Learn learn_;
  const Protocol* http_ = nullptr;
  // The recorder has one thread. A deque, since connections hold on to what is in it.
  mutable std::deque<Relayable> services_;
  std::vector<const Protocol*> protocols_;
  std::shared_ptr<const TlsServer> tls_, best_tls_;
  engine::Recording::Warn warn_;
};

}  // namespace

std::shared_ptr<const RecordedPort> watch(engine::Recording& recording,
                                          std::vector<WatchedService> services,
                                          const std::filesystem::path& mock_set,
                                          engine::Recording::Warn warn, std::string& problem,
                                          PortKind kind, Learn learn, const Protocol* http) {
  auto port = std::make_shared<WatchedPort>(recording, std::move(services), std::move(warn), kind,
                                            std::move(learn));
  port->learns_as(http);
  return port->prepare_tls(mock_set, problem) ? port : nullptr;
}

}  // namespace understudy::net
