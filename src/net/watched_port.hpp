// The services that a recording relays behind one listening address.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "engine/record.hpp"
#include "net/conversation.hpp"
#include "store/config.hpp"
#include "understudy/protocol.hpp"

namespace understudy::net {

/// What a port is, besides its services.
enum class PortKind : std::uint8_t { services, proxy };

struct WatchedService {
  store::Service service;  ///< with an upstream
  const Protocol* protocol = nullptr;
};

/// `recording` outlives the port; `warn` is told what concerns a service or the port as a whole.
/// `mock_set`: the folder to which relative paths of `tls` belong. Null, with the reason in
/// `problem`, where a file of TLS can't be used. A proxy's services are all of http.
[[nodiscard]] std::shared_ptr<const RecordedPort> watch(engine::Recording& recording,
                                                        std::vector<WatchedService> services,
                                                        const std::filesystem::path& mock_set,
                                                        engine::Recording::Warn warn,
                                                        std::string& problem,
                                                        PortKind kind = PortKind::services);

}  // namespace understudy::net
