#include "net/mock_server.hpp"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <atomic>
#include <mutex>

#include "net/choose.hpp"
#include "net/service_entry.hpp"
#include "protocols/registry.hpp"

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
  Next feed(Bytes chunk) override { return connection_.feed(chunk); }
  Next feed_eof() override { return connection_.feed_eof(); }
  Output& output() noexcept override { return connection_.output(); }

 private:
  engine::ServedConnection connection_;
};

/// The services of one table that listen at one address.
class TablePort final : public ServedPort {
 public:
  TablePort(std::vector<SharedService> services, engine::IncidentSink sink)
      : services_(std::move(services)), sink_(std::move(sink)) {
    for (const SharedService& service : services_) {
      protocols_.push_back(&service->protocol());
      names_ += (names_.empty() ? "" : "+") + service->name();
    }
  }
  bool shared() const noexcept override { return services_.size() > 1; }
  std::size_t choose(Bytes first) const noexcept override {
    return net::choose(protocols_, first);
  }
  void note(const std::string& text) const override {
    if (sink_) sink_({engine::Incident::Kind::note, names_, text, {}, {}});
  }
  std::unique_ptr<Served> open(std::size_t service) const override {
    return std::make_unique<ServedByTable>(services_[service]);
  }

 private:
  std::vector<SharedService> services_;
  std::vector<const Protocol*> protocols_;
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

struct Opening {
  store::Endpoint wanted;
  std::vector<SharedService> services;
};

std::string names_of(const Opening& opening) {
  std::string names;
  for (const SharedService& service : opening.services)
    names += (names.empty() ? "'" : ", '") + service->name() + "'";
  return names;
}

}  // namespace

struct MockServer::Impl {
  explicit Impl(MockOptions given)
      : options(std::move(given)), server(options.threads) {
    options.sink = serialised(std::move(options.sink));
  }

  MockOptions options;
  Server server;
  std::vector<SharedService> services;  ///< of the present table
  std::vector<ServiceAddress> addresses;
  std::vector<std::pair<store::Endpoint, store::Endpoint>> ports;  ///< wanted, bound
  std::vector<SharedService> retired;  ///< of earlier tables, while connections hold them
  std::map<std::string, GradeCounts> retired_counts;

  [[nodiscard]] store::Endpoint wanted(const ServiceEntry& entry) const {
    const auto chosen = options.listen.find(entry.name);
    if (chosen != options.listen.end()) return chosen->second;
    return options.free_ports ? store::Endpoint{} : entry.listen;
  }

  /// One opening per port: services that name the same one share it, port 0 is always one's own.
  [[nodiscard]] std::vector<Opening> openings(
      const std::shared_ptr<const table::MappedTable>& table) const {
    std::vector<Opening> all;
    const std::vector<ServiceEntry> entries = service_entries(*table);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const auto service = std::make_shared<engine::ServedService>(
          *find_protocol(entries[i].protocol), table, i, entries[i].settings, options.strictness,
          options.sink);
      const store::Endpoint at = wanted(entries[i]);
      auto open = std::ranges::find_if(
          all, [&](const Opening& o) { return at.port != 0 && o.wanted == at; });
      if (open == all.end()) open = all.insert(all.end(), Opening{at, {}});
      open->services.push_back(service);
    }
    return all;
  }

  /// Where the opening listens already, for the same wanted address or, on port 0, service.
  [[nodiscard]] const store::Endpoint* standing(const Opening& opening) const {
    if (opening.wanted.port == 0) {
      const auto found = std::ranges::find(addresses, opening.services.front()->name(),
                                           &ServiceAddress::service);
      return found == addresses.end() ? nullptr : &found->endpoint;
    }
    for (const auto& [wanted, bound] : ports)
      if (wanted == opening.wanted) return &bound;
    return nullptr;
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

MockServer::MockServer(MockOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
MockServer::~MockServer() { stop(std::chrono::milliseconds(0)); }

bool MockServer::serve(std::shared_ptr<const table::MappedTable> table, std::string& problem) {
  const std::vector<Opening> openings = impl_->openings(table);
  std::vector<SharedService> services;
  std::vector<ServiceAddress> addresses;
  std::vector<std::pair<store::Endpoint, store::Endpoint>> ports;
  std::vector<store::Endpoint> opened;
  std::vector<std::pair<store::Endpoint, std::shared_ptr<const TablePort>>> replaced;
  for (const Opening& opening : openings) {
    const auto port = std::make_shared<const TablePort>(opening.services, impl_->options.sink);
    store::Endpoint bound;
    if (const store::Endpoint* standing = impl_->standing(opening)) {
      bound = *standing;
      replaced.emplace_back(bound, port);
    } else {
      std::string why;
      const auto listening = impl_->server.listen(opening.wanted, port, why);
      if (!listening) {
        problem = fmt::format("{} {} can't listen on {}: {}",
                              opening.services.size() == 1 ? "service" : "services",
                              names_of(opening), store::to_string(opening.wanted), why);
        for (const store::Endpoint& endpoint : opened) impl_->server.close(endpoint);
        return false;
      }
      bound = *listening;
      opened.push_back(bound);
    }
    ports.emplace_back(opening.wanted, bound);
    for (const SharedService& service : opening.services) {
      services.push_back(service);
      addresses.push_back({service->name(), std::string(service->protocol().name()), bound});
    }
  }
  for (const auto& [bound, port] : replaced) impl_->server.replace(bound, port);
  for (const auto& [wanted, bound] : impl_->ports) {
    const bool kept = std::ranges::any_of(ports, [&](const auto& p) { return p.second == bound; });
    if (!kept) impl_->server.close(bound);
  }
  impl_->addresses = std::move(addresses);
  impl_->ports = std::move(ports);
  services.swap(impl_->services);
  impl_->retire(std::move(services));
  return true;
}

const std::vector<ServiceAddress>& MockServer::addresses() const noexcept {
  return impl_->addresses;
}

void MockServer::start() { impl_->server.start(); }
void MockServer::stop(std::chrono::milliseconds grace) { impl_->server.stop(grace); }

std::vector<ServiceReport> MockServer::report(std::size_t at_most) const {
  std::vector<ServiceReport> reports;
  for (const SharedService& service : impl_->services) {
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
