// `--map [NAME=]LISTEN=URL`: a service on the command line.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/config.hpp"
#include "understudy/protocol.hpp"

namespace understudy::cli {

/// The services of all `--map` options. Those without a name get that of their protocol, numbered
/// from the second on. Nothing, with the reason in `problem`, where one makes no sense.
[[nodiscard]] std::optional<std::vector<store::Service>> parse_maps(
    const std::vector<std::string>& texts, Protocols protocols, std::string& problem);

/// The URL of one `--map` as it was given; empty where it has none.
[[nodiscard]] std::string url_of_map(const std::string& map);

/// `user` and `database` of the URLs in `maps`, by the services that parse_maps made of them.
[[nodiscard]] Document logins_of(const std::vector<std::string>& maps,
                                 const std::vector<store::Service>& services);

}  // namespace understudy::cli
