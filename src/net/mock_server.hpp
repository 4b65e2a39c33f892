// A table while it is served: ports, live services and what they counted.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/journal.hpp"
#include "engine/serve.hpp"
#include "net/server.hpp"
#include "store/config.hpp"
#include "table/mapped_table.hpp"

namespace understudy::net {

struct MockOptions {
  Protocols protocols;
  unsigned threads = 1;
  engine::Strictness strictness = engine::Strictness::normal;
  /// Instead of what understudy.yaml says.
  std::optional<Scoping> scopes;
  /// Called as it happens, from any thread, one call at a time.
  engine::IncidentSink sink;
  /// Where a service listens, instead of where understudy.yaml says.
  std::map<std::string, store::Endpoint> listen;
  /// Every service that `listen` does not name gets any free port of the loopback address.
  bool free_ports = false;
  /// Where a proxy listens that makes tunnels to the http services by the hosts of their upstreams.
  std::optional<store::Endpoint> proxy;
  /// To which relative paths in `tls` of a service belong: that of the mock set.
  std::filesystem::path folder;
};

/// Where a service is listening.
struct ServiceAddress {
  std::string service;
  std::string protocol;
  store::Endpoint endpoint;
  bool needs_tls = false;  ///< nobody is answered without it
};

/// The scheme of its URL: `https` and `rediss` where it needs TLS.
[[nodiscard]] std::string scheme_of(const std::string& protocol, bool needs_tls);

using GradeCounts = std::array<std::uint64_t, grade_names.size()>;

struct ServiceReport {
  std::string service;
  std::string protocol;
  GradeCounts answers{};
  std::vector<std::string> never_asked;  ///< `file:line summary`, the first of `never_asked_total`
  std::size_t never_asked_total = 0;
};

/// The folder of a mock set that is named by itself or by a table in it.
[[nodiscard]] std::filesystem::path folder_of(const std::filesystem::path& path);

/// Driven by one controlling thread.
class MockServer {
 public:
  explicit MockServer(MockOptions options);
  ~MockServer();  ///< stops without grace
  MockServer(const MockServer&) = delete;
  MockServer& operator=(const MockServer&) = delete;

  /// Opens the ports of a table's services and answers new connections from it. Called again, with
  /// another table, new connections are answered from that one and old ones keep theirs; services
  /// that it lacks are closed, new ones opened. False, with the reason in `problem` and everything
  /// as it was before, where a port is taken or the table asks for the impossible.
  [[nodiscard]] bool serve(std::shared_ptr<const table::MappedTable> table, std::string& problem);
  /// Puts a scope back to the state before its first write, in all services of the present table.
  void reset(std::string_view scope);
  /// In the order of the table. Empty before `serve`.
  [[nodiscard]] const std::vector<ServiceAddress>& addresses() const noexcept;
  [[nodiscard]] std::optional<store::Endpoint> proxy() const noexcept;

  void start();
  /// Accepts no more, lets what is in flight finish, closes idle connections, and after `grace`
  /// all.
  void stop(std::chrono::milliseconds grace);

  /// What was answered so far by all tables together; `never_asked`, at most `at_most` a service,
  /// is that of the present table.
  [[nodiscard]] std::vector<ServiceReport> report(std::size_t at_most) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::net
