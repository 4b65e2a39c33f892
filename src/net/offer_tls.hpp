// What the services behind one port offer of TLS.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "net/tls_context.hpp"
#include "store/config.hpp"
#include "understudy/protocol.hpp"

namespace understudy::net {

struct OfferedService {
  const store::Service* service = nullptr;
  const Protocol* protocol = nullptr;
};

/// Which of the names of a protocol (Protocol::alpn) its clients may choose.
enum class AlpnOffer : std::uint8_t { all, best, last };
[[nodiscard]] std::vector<std::string> alpn_of(const Protocol& protocol, AlpnOffer offer);

/// That of the first one that offers any: clients begin with TLS before it is known whom they mean.
/// `folder`: to which relative paths belong. Null where none does, and, with the reason in
/// `problem`, where what one names can't be used.
[[nodiscard]] std::shared_ptr<const TlsServer> offer_tls(
    const std::vector<OfferedService>& services, const std::filesystem::path& folder,
    AlpnOffer offer, std::string& problem);

}  // namespace understudy::net
