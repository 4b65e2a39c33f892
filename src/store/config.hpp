// understudy.yaml: the services of a mock set.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "understudy/catalogue.hpp"
#include "understudy/diagnostic.hpp"
#include "understudy/document.hpp"
#include "understudy/scope.hpp"
#include "understudy/secrets.hpp"
#include "understudy/tls.hpp"

namespace understudy::store {

struct Endpoint {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

/// "host:port", "[::1]:port", ":port" or "port".
[[nodiscard]] std::optional<Endpoint> parse_endpoint(std::string_view text);
[[nodiscard]] std::string to_string(const Endpoint& endpoint);

struct Upstream {
  std::string
      protocol;  ///< the URL's scheme, aliases resolved: postgresql → postgres, mariadb → mysql
  Endpoint endpoint;
  TlsUpstream tls;  ///< https, rediss, or an option of the URL: see upstream_tls.hpp
};

/// "postgres://db:5432/shop?sslmode=require"; the default port of the protocol where none is given.
[[nodiscard]] std::optional<Upstream> parse_upstream(std::string_view url, std::string& problem);

/// Letters, digits, `-` and `_`, at most 64: names end up in file names and in environment
/// variables.
[[nodiscard]] bool is_service_name(std::string_view text) noexcept;

struct Service {
  std::string name;
  std::string protocol;
  Endpoint listen;                   ///< port 0: any free one. Equal for two services: shared
  std::optional<Upstream> upstream;  ///< needed by `record` only
  std::map<std::string, std::string> environment;  ///< name → template, for `run`
  std::vector<std::string> schema;  ///< files that declare its tables, relative to the mock set
  RowBounds snapshot;               ///< what `record` reads of its rows
  Document settings;                ///< the whole entry, for the protocol: `auth` and its own keys
  int line = 0;
};

struct Config {
  std::filesystem::path file;
  std::vector<Service> services;
  Scoping scopes = Scoping::named;
  Secrets secrets;  ///< with the key of the mock set, where it has one, and the rules of `secrets`
  bool shifts_times = false;                       ///< `times: shifted`
  std::map<std::string, std::string> environment;  ///< templates that name several services
  /// `check`: the least percentage of certain answers by the name of a self-test.
  std::map<std::string, double> bars;
};

/// What `check` may name.
inline constexpr std::array<std::string_view, 7> self_tests = {
    "identity",       "interleaved",   "one_connection", "many_connections",
    "repeated_reads", "omitted_reads", "fresh_values"};

/// Reads `mock_set`/understudy.yaml. Unknown keys, wrong types, unknown protocols (`protocols`
/// lists the known names) and services that can't share a port are reported with their lines.
[[nodiscard]] std::optional<Config> read_config(const std::filesystem::path& mock_set,
                                                const std::vector<std::string>& protocols,
                                                Diagnostics& problems);
[[nodiscard]] bool write_config(const std::filesystem::path& mock_set, const Config& config,
                                std::string& problem);

}  // namespace understudy::store
