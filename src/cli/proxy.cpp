#include "cli/proxy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "cli/addresses.hpp"
#include "cli/console.hpp"
#include "net/authority.hpp"
#include "net/trust_store.hpp"
#include "store/file.hpp"
#include "store/tls_settings.hpp"

namespace understudy::cli {

bool parse_proxy(const std::string& text, std::optional<store::Endpoint>& proxy) {
  if (text.empty()) return true;
  proxy = store::parse_endpoint(text);
  if (proxy) return true;
  complain(fmt::format("--proxy {}: expected HOST:PORT or PORT, as in --proxy 8080", text));
  return false;
}

namespace {

/// What the user has set for a variable, and behind it what is ours.
std::string behind_own(const char* name, const std::string& ours) {
  const char* const own = std::getenv(name);
  return own == nullptr || *own == '\0' ? ours : own + (' ' + ours);
}

/// Java reads no variable but this one. Hosts of NO_PROXY are named as Java names them.
void enter_java(const store::Endpoint& proxy, const std::filesystem::path& folder,
                std::map<std::string, std::string>& environment) {
  std::string options;
  for (const char* const scheme : {"http", "https"})
    options +=
        fmt::format("-D{0}.proxyHost={1} -D{0}.proxyPort={2} ", scheme, proxy.host, proxy.port);
  const char* const excepted = std::getenv("NO_PROXY");
  std::string hosts;
  for (std::string_view rest = excepted == nullptr ? "" : excepted; !rest.empty();) {
    const std::string_view host = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(host.size() + 1, rest.size()));
    if (host.empty() || host.find(' ') != std::string_view::npos) continue;
    hosts +=
        fmt::format("{}{}{}", hosts.empty() ? "" : "|", host.starts_with('.') ? "*" : "", host);
  }
  // Where nothing is said Java excepts its own machine.
  options += fmt::format("-Dhttp.nonProxyHosts={} ", hosts);
  options += fmt::format(
      "-Djavax.net.ssl.trustStore={} -Djavax.net.ssl.trustStoreType=PKCS12 "
      "-Djavax.net.ssl.trustStorePassword={}",
      net::java_store_file(folder).string(), net::trust_store_password);
  environment["JAVA_TOOL_OPTIONS"] = behind_own("JAVA_TOOL_OPTIONS", options);
}

/// Node asks a proxy by itself from version 22.21 and 24.5 on, where NODE_USE_ENV_PROXY says so.
/// For older ones: its agents for https and http make tunnels, or ask for whole URLs.
constexpr std::string_view node_module =
    R"(// Written by understudy: makes old versions of Node ask the proxy of the environment.
'use strict';
const [major, minor] = process.versions.node.split('.').map(Number);
const knows = major > 24 || (major === 24 && minor >= 5) || (major === 22 && minor >= 21);
if (!knows && process.env.HTTPS_PROXY) {
  const http = require('http'), https = require('https'), tls = require('tls');
  const proxy = new URL(process.env.HTTPS_PROXY);
  const plain = new http.Agent();  // without one the agent of everybody is made anew
  const excepted = (process.env.NO_PROXY || process.env.no_proxy || '').split(',').map(s => s.trim()).filter(Boolean);
  const isExcepted = host => excepted.some(one => one === '*' || host === one || host.endsWith(one.startsWith('.') ? one : '.' + one));
  class Tunnels extends https.Agent {
    createConnection(options, ready) {
      const host = options.host || options.hostname || 'localhost';
      if (isExcepted(host)) return super.createConnection(options, ready);
      const target = `${host}:${options.port || 443}`;
      const asked = http.request({host: proxy.hostname, port: proxy.port, method: 'CONNECT', path: target,
                                  headers: {host: target}, agent: plain});
      asked.once('connect', (answer, socket) => {
        if (answer.statusCode !== 200) return ready(new Error(`the proxy refused ${target}: ${answer.statusCode}`));
        ready(null, tls.connect({...options, socket, servername: options.servername || host}));
      });
      asked.once('error', ready);
      asked.end();
    }
  }
  https.globalAgent = new Tunnels({keepAlive: false});
  class Forwards extends http.Agent {
    addRequest(request, options) {
      const host = options.host || 'localhost';
      if (!isExcepted(host)) {
        const port = options.port && options.port !== 80 ? `:${options.port}` : '';
        request.path = `http://${host}${port}${request.path}`;
        options = {...options, host: proxy.hostname, hostname: proxy.hostname, port: Number(proxy.port)};
      }
      return super.addRequest(request, options);
    }
  }
  http.globalAgent = new Forwards();
}
)";

void enter_node(const std::filesystem::path& folder,
                std::map<std::string, std::string>& environment) {
  const std::filesystem::path file = folder / "node-proxy.cjs";
  std::string problem;
  environment["NODE_USE_ENV_PROXY"] = "1";
  if (store::replace_file(file, node_module, problem))
    environment["NODE_OPTIONS"] =
        behind_own("NODE_OPTIONS", fmt::format("--require \"{}\"", file.string()));
}

}  // namespace

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
  for (const char* const name : {"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"})
    environment[name] = proxy;
  folder = std::filesystem::absolute(folder);
  environment["NODE_EXTRA_CA_CERTS"] = net::Authority::certificate_file(folder);
  std::string problem;
  const bool written = net::write_trust_stores(folder, problem);
  if (!written)
    complain(fmt::format("{}: {}; programs believe the authority alone", folder.string(), problem));
  const std::string bundle =
      written ? net::bundle_file(folder) : net::Authority::certificate_file(folder);
  for (const char* const name : {"SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"})
    environment[name] = bundle;
  if (written) enter_java(reachable(bound), folder, environment);
  enter_node(folder, environment);
}

}  // namespace understudy::cli
