#include "net/mock_server.hpp"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <atomic>
#include <mutex>

#include "compile/output/config_document.hpp"
#include "net/choose.hpp"
#include "net/connect.hpp"
#include "net/offer_tls.hpp"

namespace understudy::net {
namespace {

using SharedService = std::shared_ptr<engine::ServedService>;

std::uint64_t next_connection_id() {
  static std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

std::array<std::uint8_t, 32> fresh_entropy() {
  std::array<std::uint8_t, 32> octets{};
  // Up to 256 octets come whole once the kernel's pool is ready, and before that the call waits.
  while (getrandom(octets.data(), octets.size(), 0) != static_cast<ssize_t>(octets.size())) {
  }
  return octets;
}

class ServedByTable final : public Served {
 public:
  explicit ServedByTable(SharedService service)
      : connection_(std::move(service), next_connection_id(), fresh_entropy()) {}
  Next start() override { return connection_.start(); }
  void begin_tls(const TlsSession& session) override { connection_.begin_tls(session); }
  std::size_t octets_of_tls() const noexcept override { return connection_.octets_of_tls(); }
  Next feed(Bytes chunk) override { return connection_.feed(chunk); }
  Next feed_eof() override { return connection_.feed_eof(); }
  Next wake() override { return connection_.wake(); }
  bool is_attentive() const noexcept override { return connection_.is_attentive(); }
  std::optional<std::chrono::steady_clock::time_point> wake_at() const noexcept override {
    return connection_.wake_at();
  }
  void on_ring(std::function<void()> ring) override { connection_.on_ring(std::move(ring)); }
  bool is_awaiting_rest() const noexcept override { return connection_.is_awaiting_rest(); }
  Output& output() noexcept override { return connection_.output(); }

 private:
  engine::ServedConnection connection_;
};

/// The services of one table that listen at one address.
class TablePort final : public ServedPort {
 public:
  /// `hosts`: of a proxy, for which each service stands, and then where each listens; else empty.
  TablePort(std::vector<SharedService> services, std::vector<store::Endpoint> hosts,
            std::shared_ptr<const TlsServer> tls, engine::IncidentSink sink)
      : services_(std::move(services)),
        hosts_(std::move(hosts)),
        tls_(std::move(tls)),
        sink_(std::move(sink)) {
    for (const SharedService& service : services_) {
      protocols_.push_back(&service->protocol());
      names_ += fmt::format("{}{}", names_.empty() ? "" : "+", service->name());
    }
    speaks_first_ = can_share(*protocols_.front());
  }
  std::shared_ptr<const TlsServer> tls() const noexcept override { return tls_; }
  bool client_speaks_first() const noexcept override { return speaks_first_; }
  bool shared() const noexcept override { return services_.size() > 1 && !is_proxy(); }
  bool is_proxy() const noexcept override { return !hosts_.empty(); }
  std::size_t choose_host(const store::Endpoint& host, bool /*has_tls*/) const override {
    for (std::size_t i = 0; i < hosts_.size(); ++i)
      if (is_same_host(hosts_[i], host)) return i % services_.size();
    return nobody;
  }
  std::size_t choose(Bytes first) const noexcept override { return net::choose(protocols_, first); }
  void note(const std::string& text) const override {
    if (sink_) sink_({engine::Incident::Kind::note, names_, text, {}, {}});
  }
  std::unique_ptr<Served> open(std::size_t service) const override {
    return std::make_unique<ServedByTable>(services_[service]);
  }

 private:
  std::vector<SharedService> services_;
  std::vector<store::Endpoint> hosts_;
  std::shared_ptr<const TlsServer> tls_;
  std::vector<const Protocol*> protocols_;
  bool speaks_first_ = false;
  std::string names_;
  engine::IncidentSink sink_;
};

/// Sinks are called by serving threads, one call at a time over all services and tables.
engine::IncidentSink serialised(engine::IncidentSink sink) {
  if (!sink) return [](const engine::Incident&) {};
  return [sink = std::move(sink),
          mutex = std::make_shared<std::mutex>()](const engine::Incident& incident) {
    const std::lock_guard lock(*mutex);
    sink(incident);
  };
}

void add(GradeCounts& total, const engine::GradeCounters& counters) {
  for (std::size_t grade = 0; grade < total.size(); ++grade)
    total[grade] += counters.by_grade[grade].load(std::memory_order_relaxed);
}

/// One address and the services that listen there.
struct Opening {
  store::Endpoint wanted;
  std::vector<std::size_t> indices;  // of the services, in the table
  std::vector<SharedService> services;
  std::vector<store::Endpoint> hosts;  // of the proxy, for which the services stand
  std::shared_ptr<const TlsServer> tls;

  [[nodiscard]] bool is_proxy() const noexcept { return !hosts.empty(); }
};

/// An opening with the port that stands for it.
struct Placed {
  Opening opening;
  std::shared_ptr<const TablePort> port;
  store::Endpoint bound;
  bool stood = false;  ///< it was open before
};

struct Layout {
  std::shared_ptr<engine::Scopes> scopes;
  std::vector<Placed> ports;

  [[nodiscard]] bool has(const store::Endpoint& bound) const {
    return std::ranges::find(ports, bound, &Placed::bound) != ports.end();
  }
  /// Of the services that a proxy stands for: a client may ask it for those too.
  void add_own_addresses(Opening& proxy) const {
    for (const SharedService& service : proxy.services)
      for (const Placed& placed : ports)
        if (std::ranges::find(placed.opening.services, service) != placed.opening.services.end())
          proxy.hosts.push_back(placed.bound);
  }
  [[nodiscard]] std::vector<SharedService> services() const {
    std::vector<SharedService> all;
    for (const Placed& placed : ports)
      if (!placed.opening.is_proxy())
        all.insert(all.end(), placed.opening.services.begin(), placed.opening.services.end());
    return all;
  }
};

/// Why these services can't share a port; empty where they can.
std::string unshareable(const Opening& opening) {
  if (opening.services.size() < 2) return {};
  for (const SharedService& service : opening.services)
    if (!can_share(service->protocol()))
      return fmt::format("'{}' can't share a port, {} servers speak first", service->name(),
                         service->protocol().name());
  return {};
}

std::string names_of(const Opening& opening) {
  std::string names;
  for (const SharedService& service : opening.services)
    names += fmt::format("{}'{}'", names.empty() ? "" : ", ", service->name());
  return names;
}

}  // namespace

struct MockServer::Impl {
  explicit Impl(MockOptions given) : options(std::move(given)), server(options.threads) {
    options.sink = serialised(std::move(options.sink));
  }

  MockOptions options;
  Server server;
  Layout present;
  std::vector<ServiceAddress> addresses;
  std::optional<store::Endpoint> proxy;  ///< where it listens
  std::vector<SharedService> retired;    ///< of earlier tables, while connections hold them
  std::map<std::string, GradeCounts> retired_counts;

  [[nodiscard]] store::Endpoint wanted(const store::Service& service) const {
    const auto chosen = options.listen.find(service.name);
    if (chosen != options.listen.end()) return chosen->second;
    return options.free_ports ? store::Endpoint{} : service.listen;
  }

  /// One opening per port: services that name the same one share it, port 0 is always one's own.
  [[nodiscard]] std::vector<Opening> openings(
      const std::shared_ptr<const table::MappedTable>& table, const store::Config& config,
      const std::shared_ptr<engine::Scopes>& scopes, std::string& problem) const {
    std::vector<Opening> all;
    for (std::size_t i = 0; i < config.services.size(); ++i) {
      const store::Endpoint at = wanted(config.services[i]);
      auto open = std::ranges::find_if(
          all, [&](const Opening& o) { return at.port != 0 && o.wanted == at; });
      if (open == all.end()) open = all.insert(all.end(), Opening{at, {}, {}, {}, {}});
      open->indices.push_back(i);
    }
    for (Opening& open : all) furnish(open, table, config, scopes, problem);
    if (options.proxy && problem.empty()) add_proxy(all, config, problem);
    return all;
  }

  /// With the services whose upstreams are of http, each for the host of its upstream.
  void add_proxy(std::vector<Opening>& all, const store::Config& config,
                 std::string& problem) const {
    Opening tunnels{*options.proxy, {}, {}, {}, {}};
    std::vector<OfferedService> offered;
    for (const Opening& open : all)
      for (std::size_t k = 0; k < open.indices.size(); ++k) {
        const store::Service& service = config.services[open.indices[k]];
        const auto host = host_of(service);
        if (service.protocol != "http" || !host) continue;
        tunnels.services.push_back(open.services[k]);
        tunnels.hosts.push_back(*host);
        offered.push_back({&service, find_protocol(options.protocols, service.protocol)});
      }
    if (offered.empty()) problem = "the proxy has no http service with an `upstream` to stand for";
    if (problem.empty()) tunnels.tls = offer_tls(offered, options.folder, AlpnOffer::all, problem);
    if (problem.empty() && !tunnels.tls)
      problem = "the proxy needs an authority for its certificates: `understudy ca` makes one";
    if (problem.empty()) all.push_back(std::move(tunnels));
  }

  [[nodiscard]] static std::optional<store::Endpoint> host_of(const store::Service& service) {
    std::string ignored;
    if (!service.settings.is_object()) return std::nullopt;
    const auto upstream = store::parse_upstream(service.settings.value("upstream", ""), ignored);
    return upstream ? std::optional(upstream->endpoint) : std::nullopt;
  }

  void furnish(Opening& open, const std::shared_ptr<const table::MappedTable>& table,
               const store::Config& config, const std::shared_ptr<engine::Scopes>& scopes,
               std::string& problem) const {
    std::vector<OfferedService> offered;
    for (const std::size_t i : open.indices)
      offered.push_back(
          {&config.services[i], find_protocol(options.protocols, config.services[i].protocol)});
    if (problem.empty()) open.tls = offer_tls(offered, options.folder, AlpnOffer::all, problem);
    const TlsOffer offer = !open.tls                 ? TlsOffer::none
                           : open.tls->is_required() ? TlsOffer::required
                                                     : TlsOffer::optional;
    for (const std::size_t i : open.indices) {
      const store::Service& service = config.services[i];
      Document settings = service.settings;
      if (settings.is_object()) settings["listen"] = store::to_string(open.wanted);
      open.services.push_back(std::make_shared<engine::ServedService>(
          *find_protocol(options.protocols, service.protocol), table, i, settings, scopes,
          options.sink, offer));
    }
  }

  /// Where the opening listens already: at the same wanted address or, on port 0, with the same
  /// service.
  [[nodiscard]] const Placed* standing(const Opening& opening) const {
    for (const Placed& placed : present.ports) {
      if (placed.opening.wanted != opening.wanted ||
          placed.opening.is_proxy() != opening.is_proxy())
        continue;
      if (opening.wanted.port != 0 ||
          placed.opening.services.front()->name() == opening.services.front()->name())
        return &placed;
    }
    return nullptr;
  }

  [[nodiscard]] bool place(Opening& opening, Layout& layout, std::string& problem) {
    std::string why = unshareable(opening);
    auto port = std::make_shared<const TablePort>(opening.services, opening.hosts, opening.tls,
                                                  options.sink);
    std::optional<store::Endpoint> bound;
    const Placed* stood = standing(opening);
    if (stood != nullptr) {
      bound = stood->bound;
    } else if (why.empty()) {
      bound = server.listen(opening.wanted, port, why);
    }
    if (!why.empty()) {
      problem = fmt::format("{} {} can't listen on {}: {}",
                            opening.services.size() == 1 ? "service" : "services",
                            names_of(opening), store::to_string(opening.wanted), why);
      return false;
    }
    layout.ports.push_back({std::move(opening), std::move(port), *bound, stood != nullptr});
    return true;
  }

  void adopt(Layout next) {
    for (const Placed& placed : next.ports)
      if (placed.stood) server.replace(placed.bound, placed.port);
    for (const Placed& old : present.ports)
      if (!next.has(old.bound)) server.close(old.bound);
    addresses.clear();
    proxy.reset();
    std::vector<SharedService> old_services = present.services();
    present = std::move(next);
    for (const Placed& placed : present.ports) {
      if (placed.opening.is_proxy()) proxy = placed.bound;
      if (placed.opening.is_proxy()) continue;
      for (const SharedService& service : placed.opening.services)
        addresses.push_back({service->name(), std::string(service->protocol().name()), placed.bound,
                             placed.opening.tls && placed.opening.tls->is_required()});
    }
    retire(std::move(old_services));
  }

  void retire(std::vector<SharedService> old) {
    retired.insert(retired.end(), old.begin(), old.end());
    old.clear();
    std::erase_if(retired, [this](const SharedService& service) {
      if (service.use_count() > 1) return false;
      add(retired_counts[service->name()], service->counters());
      return true;
    });
  }
};

std::string scheme_of(const std::string& protocol, bool needs_tls) {
  return needs_tls && (protocol == "http" || protocol == "redis") ? protocol + "s" : protocol;
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored) ? path : path.parent_path();
}

MockServer::MockServer(MockOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
MockServer::~MockServer() {
  stop(std::chrono::milliseconds(0));
}

bool MockServer::serve(std::shared_ptr<const table::MappedTable> table, std::string& problem) {
  problem.clear();
  const store::Config config = compile::config_of_document(table->config());
  Layout next;
  next.scopes = std::make_shared<engine::Scopes>(table, impl_->options.strictness,
                                                 impl_->options.scopes.value_or(config.scopes));
  std::vector<Opening> openings = impl_->openings(table, config, next.scopes, problem);
  if (!problem.empty()) return false;
  for (Opening& opening : openings) {
    if (opening.is_proxy()) next.add_own_addresses(opening);
    if (impl_->place(opening, next, problem)) continue;
    for (const Placed& placed : next.ports)
      if (!placed.stood) impl_->server.close(placed.bound);
    return false;
  }
  impl_->adopt(std::move(next));
  return true;
}

void MockServer::reset(std::string_view scope) {
  const auto& scopes = impl_->present.scopes;
  if (const auto found = scopes ? scopes->find(scope) : nullptr) found->reset();
}

const std::vector<ServiceAddress>& MockServer::addresses() const noexcept {
  return impl_->addresses;
}

std::optional<store::Endpoint> MockServer::proxy() const noexcept {
  return impl_->proxy;
}

void MockServer::start() {
  impl_->server.start();
}
void MockServer::stop(std::chrono::milliseconds grace) {
  impl_->server.stop(grace);
}

std::vector<ServiceReport> MockServer::report(std::size_t at_most) const {
  std::vector<ServiceReport> reports;
  for (const SharedService& service : impl_->present.services()) {
    ServiceReport report;
    report.service = service->name();
    report.protocol = service->protocol().name();
    add(report.answers, service->counters());
    for (const SharedService& old : impl_->retired)
      if (old->name() == service->name()) add(report.answers, old->counters());
    const auto counted = impl_->retired_counts.find(service->name());
    if (counted != impl_->retired_counts.end())
      for (std::size_t grade = 0; grade < report.answers.size(); ++grade)
        report.answers[grade] += counted->second[grade];
    report.never_asked = service->never_asked(at_most, report.never_asked_total);
    reports.push_back(std::move(report));
  }
  return reports;
}

}  // namespace understudy::net
