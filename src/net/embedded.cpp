// The embedding API over net::MockServer.
#include "understudy/mock_server.hpp"

#include <algorithm>
#include <mutex>

#include "compile/pipeline.hpp"
#include "net/mock_server.hpp"

namespace understudy {
namespace {

/// Shared with the sink, which may be called by a serving thread until the server has stopped.
class Seen {
 public:
  void add(const engine::Incident& incident) {
    if (incident.kind == engine::Incident::Kind::note) return;
    const bool miss = incident.kind == engine::Incident::Kind::miss;
    const std::lock_guard lock(mutex_);
    all_.push_back({miss ? Grade::miss : Grade::guess, incident.service, incident.summary,
                    incident.detail, incident.hint});
  }
  [[nodiscard]] std::vector<Uncertainty> all() const {
    const std::lock_guard lock(mutex_);
    return all_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Uncertainty> all_;
};

bool parse_listen(const MockServerOptions& options, net::MockOptions& parsed,
                  const std::string& path, Diagnostics& problems) {
  for (const auto& [service, address] : options.listen) {
    const auto endpoint = store::parse_endpoint(address);
    if (endpoint) {
      parsed.listen[service] = *endpoint;
      continue;
    }
    problems.push_back({Severity::error, path, 0,
                        "service '" + service + "' can't listen on '" + address + "'",
                        "expected host:port, as in 127.0.0.1:6379"});
  }
  return !has_errors(problems);
}

}  // namespace

struct MockServer::Impl {
  explicit Impl(net::MockOptions options) : server(std::move(options)) {}

  std::shared_ptr<Seen> seen;
  net::MockServer server;

  [[nodiscard]] const net::ServiceAddress* find(std::string_view service) const {
    const auto& all = server.addresses();
    const auto found = std::ranges::find(all, service, &net::ServiceAddress::service);
    return found == all.end() ? nullptr : &*found;
  }
};

std::optional<MockServer> MockServer::load(const std::filesystem::path& path, Diagnostics& problems,
                                           MockServerOptions options) {
  if (options.protocols.empty()) options.protocols = understudy::protocols();
  const auto table = compile::load(path, options.protocols, problems);
  if (!table || has_errors(problems)) return std::nullopt;
  auto seen = std::make_shared<Seen>();
  net::MockOptions parsed;
  parsed.protocols = options.protocols;
  parsed.threads = options.threads;
  parsed.strictness = options.strict ? engine::Strictness::strict : engine::Strictness::normal;
  parsed.scopes = options.scopes;
  parsed.sink = [seen](const engine::Incident& incident) { seen->add(incident); };
  parsed.free_ports = true;
  parsed.folder = net::folder_of(path);
  if (!parse_listen(options, parsed, path.string(), problems)) return std::nullopt;
  auto impl = std::make_unique<Impl>(std::move(parsed));
  impl->seen = std::move(seen);
  std::string problem;
  if (impl->server.serve(table, problem)) return MockServer(std::move(impl));
  problems.push_back({Severity::error, path.string(), 0, problem, {}});
  return std::nullopt;
}

MockServer::MockServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
MockServer::MockServer(MockServer&&) noexcept = default;
MockServer& MockServer::operator=(MockServer&&) noexcept = default;
MockServer::~MockServer() = default;

void MockServer::start() {
  impl_->server.start();
}
void MockServer::stop(std::chrono::milliseconds grace) {
  impl_->server.stop(grace);
}

void MockServer::reset(std::string_view scope) {
  impl_->server.reset(scope);
}

std::vector<std::string> MockServer::services() const {
  std::vector<std::string> names;
  for (const net::ServiceAddress& address : impl_->server.addresses())
    names.push_back(address.service);
  return names;
}

std::uint16_t MockServer::port(std::string_view service) const {
  const net::ServiceAddress* address = impl_->find(service);
  return address == nullptr ? std::uint16_t{0} : address->endpoint.port;
}

std::string MockServer::host(std::string_view service) const {
  const net::ServiceAddress* address = impl_->find(service);
  return address == nullptr ? std::string() : address->endpoint.host;
}

std::string MockServer::url(std::string_view service) const {
  const net::ServiceAddress* address = impl_->find(service);
  if (address == nullptr) return {};
  return net::scheme_of(address->protocol, address->needs_tls) + "://" +
         store::to_string(address->endpoint);
}

std::uint64_t MockServer::answers(Grade grade) const {
  std::uint64_t count = 0;
  for (const net::ServiceReport& report : impl_->server.report(0))
    count += report.answers[static_cast<std::size_t>(grade)];
  return count;
}

std::uint64_t MockServer::answers(std::string_view service, Grade grade) const {
  for (const net::ServiceReport& report : impl_->server.report(0))
    if (report.service == service) return report.answers[static_cast<std::size_t>(grade)];
  return 0;
}

bool MockServer::certain() const {
  return answers(Grade::guess) == 0 && answers(Grade::miss) == 0;
}

std::vector<Uncertainty> MockServer::uncertainties() const {
  return impl_->seen->all();
}

std::vector<Uncertainty> MockServer::misses() const {
  std::vector<Uncertainty> all = uncertainties();
  std::erase_if(all, [](const Uncertainty& one) { return one.grade != Grade::miss; });
  return all;
}

}  // namespace understudy
