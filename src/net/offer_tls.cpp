#include "net/offer_tls.hpp"

#include <fmt/format.h>

namespace understudy::net {

std::shared_ptr<const TlsServer> offer_tls(const std::vector<OfferedService>& services,
                                           const std::filesystem::path& folder,
                                           std::string& problem) {
  std::vector<std::string> alpn, names;
  for (const OfferedService& offered : services) {
    alpn.emplace_back(offered.protocol->alpn());
    names.push_back(offered.service->listen.host);
  }
  for (const OfferedService& offered : services) {
    std::string member;
    const store::TlsSettings settings =
        store::tls_settings(offered.service->settings, folder, problem, member);
    auto tls = problem.empty() ? TlsServer::make(settings, alpn, names, problem) : nullptr;
    if (!problem.empty()) problem = fmt::format("service '{}': {}", offered.service->name, problem);
    if (tls || !problem.empty()) return tls;
  }
  return nullptr;
}

}  // namespace understudy::net
