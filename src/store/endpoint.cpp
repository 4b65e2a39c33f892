// Addresses and URLs of config.hpp.
#include <charconv>

#include "store/config.hpp"
#include "store/upstream_tls.hpp"

namespace understudy::store {

namespace {

struct Scheme {
  std::string_view name;
  std::string_view protocol;
  std::uint16_t port;
  bool tls;
};

constexpr std::array schemes = {
    Scheme{"postgres", "postgres", 5432, false}, Scheme{"postgresql", "postgres", 5432, false},
    Scheme{"mysql", "mysql", 3306, false},       Scheme{"mariadb", "mysql", 3306, false},
    Scheme{"redis", "redis", 6379, false},       Scheme{"rediss", "redis", 6379, true},
    Scheme{"http", "http", 80, false},           Scheme{"https", "http", 443, true}};

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, port);
  if (failure != std::errc{} || stop != end) return std::nullopt;
  return port;
}

bool is_host(std::string_view text) {
  return !text.empty() && text.find_first_of(" \t/@[]{}?#'\"") == std::string_view::npos;
}

/// "host", "host:port" or "[v6]:port"; `port` is left alone where none is given.
bool split_host(std::string_view text, std::string& host, std::uint16_t& port) {
  std::string_view port_text;
  bool has_port = false;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return false;
    host = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    if (!text.empty() && text.front() != ':') return false;
    has_port = !text.empty();
    port_text = text.substr(has_port ? 1 : 0);
  } else {
    const std::size_t colon = text.rfind(':');
    has_port = colon != std::string_view::npos;
    host = text.substr(0, colon);
    if (has_port) port_text = text.substr(colon + 1);
    if (host.find(':') != std::string::npos) return false;
  }
  if (!has_port) return true;
  const auto parsed = parse_port(port_text);
  port = parsed.value_or(0);
  return parsed.has_value();
}

}  // namespace

std::optional<Endpoint> parse_endpoint(std::string_view text) {
  Endpoint endpoint;
  if (const auto port = parse_port(text)) {
    endpoint.port = *port;
    return endpoint;
  }
  if (text.starts_with(':')) {
    const auto port = parse_port(text.substr(1));
    if (!port) return std::nullopt;
    endpoint.port = *port;
    return endpoint;
  }
  if (text.find(':') == std::string_view::npos || text.ends_with(']')) return std::nullopt;
  if (!split_host(text, endpoint.host, endpoint.port) || !is_host(endpoint.host))
    return std::nullopt;
  return endpoint;
}

std::string to_string(const Endpoint& endpoint) {
  const bool is_v6 = endpoint.host.find(':') != std::string::npos;
  return is_v6 ? fmt::format("[{}]:{}", endpoint.host, endpoint.port)
               : fmt::format("{}:{}", endpoint.host, endpoint.port);
}

std::optional<Upstream> parse_upstream(std::string_view url, std::string& problem) {
  const std::size_t colon = url.find("://");
  if (colon == std::string_view::npos || colon == 0) {
    const std::size_t user_end = url.rfind('@') + 1;  // what is before may be a password
    problem = fmt::format("`{}` is no URL, expected protocol://host:port", url.substr(user_end));
    return std::nullopt;
  }
  Upstream upstream;
  const std::string_view name = url.substr(0, colon);
  const auto scheme = std::ranges::find(schemes, name, &Scheme::name);
  upstream.protocol = scheme == schemes.end() ? name : scheme->protocol;
  const bool tls_by_scheme = scheme != schemes.end() && scheme->tls;
  if (!read_tls_options(upstream.protocol, tls_by_scheme, url, upstream.tls, problem))
    return std::nullopt;
  upstream.endpoint.port = scheme == schemes.end() ? 0 : scheme->port;

  std::string_view authority = url.substr(colon + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  const std::size_t at = authority.rfind('@');
  if (at != std::string_view::npos) authority.remove_prefix(at + 1);
  if (!split_host(authority, upstream.endpoint.host, upstream.endpoint.port) ||
      !is_host(upstream.endpoint.host)) {
    if (at == std::string_view::npos && url.find('@') != std::string_view::npos) {
      problem =
          "the user or password of the URL holds `/`, `?` or `#`, expected it percent-encoded: "
          "%2F, %3F, %23";
      return std::nullopt;
    }
    problem = fmt::format("`{}` names no host and port, expected {}://host:port", authority, name);
    return std::nullopt;
  }
  if (upstream.endpoint.port == 0) {
    problem = fmt::format("`{}` names no port, and {} has no usual one", authority, name);
    return std::nullopt;
  }
  return upstream;
}

}  // namespace understudy::store
