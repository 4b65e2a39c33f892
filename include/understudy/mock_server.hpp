// A mock inside your own program, for C++ tests: load a mock set or a table,
// start, connect to port(), ask what was answered.
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

#include "understudy/diagnostic.hpp"
#include "understudy/grade.hpp"
#include "understudy/protocol.hpp"
#include "understudy/scope.hpp"

namespace understudy {

/// The built-in protocols (protocols/registry.cpp).
[[nodiscard]] Protocols protocols() noexcept;

struct MockServerOptions {
  unsigned threads = 1;
  /// Miss rather than guess.
  bool strict = false;
  /// Instead of what understudy.yaml says.
  std::optional<Scoping> scopes;
  /// Protocols that the mock set may use; the built-in ones where empty. Must outlive the server.
  Protocols protocols;
  /// Fixed addresses ("127.0.0.1:6379") by service; the others listen on any free loopback port.
  std::map<std::string, std::string> listen;
};

/// A request that was not answered, or answered uncertainly.
struct Uncertainty {
  Grade grade = Grade::miss;  ///< `miss` or `guess`
  std::string service;
  std::string summary;  ///< what was asked and why nothing certain answers
  std::string detail;   ///< the nearest recorded request and what differs; may be empty
  std::string hint;     ///< what to do about it
};

/// Answers on its own threads from `start` until `stop` or destruction. Use it from one thread;
/// clients may be anywhere.
class MockServer {
 public:
  /// `path` is a mock set (compiled in memory) or a table file. Nothing where `problems` then holds
  /// an error: of the files, of an address in `options`, or of a port that is taken.
  [[nodiscard]] static std::optional<MockServer> load(const std::filesystem::path& path,
                                                      Diagnostics& problems,
                                                      MockServerOptions options = {});
  MockServer(MockServer&&) noexcept;
  MockServer& operator=(MockServer&&) noexcept;
  ~MockServer();

  /// The ports are open since `load`; clients that came before are answered now.
  void start();
  /// Lets answers in flight finish, closes all connections. Counters and misses stay readable.
  void stop(std::chrono::milliseconds grace = std::chrono::seconds(2));

  /// Puts a scope back to the state before its first write, in all services, as its clients can
  /// themselves (docs/scopes.md).
  void reset(std::string_view scope = default_scope);

  /// Names of the services, in the order of understudy.yaml.
  [[nodiscard]] std::vector<std::string> services() const;
  /// 0 for a service that does not exist.
  [[nodiscard]] std::uint16_t port(std::string_view service) const;
  [[nodiscard]] std::string host(std::string_view service) const;
  /// "redis://127.0.0.1:40123"; empty for a service that does not exist.
  [[nodiscard]] std::string url(std::string_view service) const;

  /// How many requests of all services were answered with this grade.
  [[nodiscard]] std::uint64_t answers(Grade grade) const;
  [[nodiscard]] std::uint64_t answers(std::string_view service, Grade grade) const;
  /// Whether every answer so far was certain.
  [[nodiscard]] bool certain() const;
  /// What was not, in the order in which it happened.
  [[nodiscard]] std::vector<Uncertainty> uncertainties() const;
  /// Those that were not answered.
  [[nodiscard]] std::vector<Uncertainty> misses() const;

 private:
  struct Impl;
  explicit MockServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy
