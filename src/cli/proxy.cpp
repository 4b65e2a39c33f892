#include "cli/proxy.hpp"

#include <fmt/format.h>

#include "cli/addresses.hpp"
#include "cli/console.hpp"
#include "net/authority.hpp"
#include "store/tls_settings.hpp"

namespace understudy::cli {

bool parse_proxy(const std::string& text, std::optional<store::Endpoint>& proxy) {
  if (text.empty()) return true;
  proxy = store::parse_endpoint(text);
  if (proxy) return true;
  complain(fmt::format("--proxy {}: expected HOST:PORT or PORT, as in --proxy 8080", text));
  return false;
}

void enter_proxy(const store::Endpoint& bound, const store::Config& config,
                 const std::filesystem::path& mock_set,
                 std::map<std::string, std::string>& environment) {
  std::filesystem::path folder = net::Authority::usual_folder();
  for (const store::Service& service : config.services) {
    std::string problem, member;
    const auto tls = store::tls_settings(service.settings, mock_set, problem, member);
    if (service.protocol == "http" && !tls.authority.empty()) folder = tls.authority;
  }
  const std::string proxy = "http://" + store::to_string(reachable(bound));
  for (const char* const name : {"HTTPS_PROXY", "https_proxy"}) environment[name] = proxy;
  const std::string file = std::filesystem::absolute(net::Authority::certificate_file(folder));
  for (const char* const name :
       {"SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"})
    environment[name] = file;
}

}  // namespace understudy::cli
