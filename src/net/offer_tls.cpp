#include "net/offer_tls.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace understudy::net {

std::vector<std::string> alpn_of(const Protocol& protocol, AlpnOffer offer) {
  std::vector<std::string> names;
  for (std::string_view rest = protocol.alpn(); !rest.empty();) {
    const std::string_view name = rest.substr(0, rest.find(','));
    names.emplace_back(name);
    rest.remove_prefix(std::min(name.size() + 1, rest.size()));
  }
  if (names.size() < 2 || offer == AlpnOffer::all) return names;
  return {offer == AlpnOffer::best ? names.front() : names.back()};
}

std::shared_ptr<const TlsServer> offer_tls(const std::vector<OfferedService>& services,
                                           const std::filesystem::path& folder, AlpnOffer offer,
                                           std::string& problem) {
  std::vector<std::string> alpn, names;
  for (const OfferedService& offered : services) {
    const auto ours = alpn_of(*offered.protocol, offer);
    alpn.insert(alpn.end(), ours.begin(), ours.end());
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
