// The services that a recording relays behind one listening address.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
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
  /// Where it listens besides: of a proxy, whose clients may ask for it by that.
  std::optional<store::Endpoint> bound{};
};

/// What a proxy does with a service that it has met on the way, once that was reached.
using Learn = std::function<void(const store::Service&)>;

/// `recording` outlives the port; `warn` is told what concerns a service or the port as a whole.
/// `mock_set`: the folder to which relative paths of `tls` belong. Null, with the reason in
/// `problem`, where a file of TLS can't be used. A proxy's services are all of http; it takes the
/// hosts that none of them stands for as services of their own where it may `learn`,
/// which are spoken to by `http`.
[[nodiscard]] std::shared_ptr<const RecordedPort> watch(
    engine::Recording& recording, std::vector<WatchedService> services,
    const std::filesystem::path& mock_set, engine::Recording::Warn warn, std::string& problem,
    PortKind kind = PortKind::services, Learn learn = nullptr, const Protocol* http = nullptr);

}  // namespace understudy::net
