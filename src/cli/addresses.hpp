// Where services listen, for people, programs and child processes.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "store/config.hpp"

namespace understudy::cli {

struct Address {
  std::string service;
  std::string protocol;
  store::Endpoint endpoint;
};

/// What a client connects to: loopback where the service listens everywhere.
[[nodiscard]] store::Endpoint reachable(const store::Endpoint& endpoint);
/// `postgres://127.0.0.1:5432`.
[[nodiscard]] std::string url_of(const Address& address);

/// A JSON object by service name, where `file` is given, and then a line `listening SERVICE
/// PROTOCOL HOST:PORT` each on standard output: who has read the lines finds the file. False, after
/// telling why, where the file can't be written.
[[nodiscard]] bool announce(const std::vector<Address>& addresses,
                            const std::optional<std::filesystem::path>& file);

/// `UNDERSTUDY_<SERVICE>_HOST`, `_PORT` and `_URL` for every service, and the names that
/// understudy.yaml chooses, its templates filled in. Nothing, with the reason in `problem`, where a
/// template names what does not exist.
[[nodiscard]] std::optional<std::map<std::string, std::string>> environment_of(
    const store::Config& config, const std::vector<Address>& addresses, std::string& problem);

}  // namespace understudy::cli
