// Where services listen, for people, programs and child processes.
#pragma once

#include <cstdio>
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
  std::string user{}, database{};  ///< of the recording, where it knows them
  bool needs_tls = false;
};

/// What a client connects to: loopback where the service listens everywhere.
[[nodiscard]] store::Endpoint reachable(const store::Endpoint& endpoint);
/// `postgres://shop@127.0.0.1:5432/shop`; never a password. It asks for TLS where that is needed,
/// as far as URLs of the protocol can.
[[nodiscard]] std::string url_of(const Address& address);

/// A JSON object by service name, where `file` is given, and then a line `listening SERVICE
/// PROTOCOL HOST:PORT` each to `out`: who has read the lines finds the file. False, after telling
/// why, where the file can't be written.
[[nodiscard]] bool announce(const std::vector<Address>& addresses,
                            const std::optional<std::filesystem::path>& file,
                            std::FILE* out = stdout);

/// Enters `user` and `database` of `logins`, which holds them by service.
void enter_logins(std::vector<Address>& addresses, const Document& logins);

/// `UNDERSTUDY_<SERVICE>_HOST`, `_PORT` and `_URL` for every service, and the names that
/// understudy.yaml chooses, its templates filled in. Nothing, with the reason in `problem`, where a
/// template names what does not exist.
[[nodiscard]] std::optional<std::map<std::string, std::string>> environment_of(
    const store::Config& config, const std::vector<Address>& addresses, std::string& problem);

}  // namespace understudy::cli
