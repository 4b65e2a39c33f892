#include "net/connect.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace understudy::net {
namespace {

constexpr std::string_view line_end = "\r\n", http = "http://", https = "https://";

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool starts_in_any_case(std::string_view text, std::string_view beginning) {
  return text.size() >= beginning.size() &&
         std::ranges::equal(text.substr(0, beginning.size()), beginning, {}, lower);
}

/// The target of the request line.
std::string_view target_of(std::string_view head) {
  std::string_view line = head.substr(0, head.find(line_end));
  line.remove_prefix(std::min(line.find(' ') + 1, line.size()));
  return line.substr(0, line.find(' '));
}

/// What stands behind the scheme and the host of a URL: "/path?query"; or all where it has none.
std::size_t size_of_authority(std::string_view url) {
  for (const std::string_view scheme : {http, https})
    if (starts_in_any_case(url, scheme))
      return std::min(url.find_first_of("/?#", scheme.size()), url.size());
  return 0;
}

}  // namespace

std::optional<ProxyTarget> proxy_target(std::string_view head) {
  const std::string_view target = target_of(head);
  ProxyTarget found;
  found.is_tunnel = head.starts_with("CONNECT ");
  found.has_tls = found.is_tunnel || starts_in_any_case(target, https);
  std::string authority(target);
  if (!found.is_tunnel) {
    const std::size_t size = size_of_authority(target);
    if (size == 0) return std::nullopt;
    const std::size_t scheme = found.has_tls ? https.size() : http.size();
    authority = target.substr(scheme, size - scheme);
    authority.erase(0, authority.rfind('@') + 1);
    if (authority.empty() || authority.front() == ':') return std::nullopt;
    const std::size_t colon = authority.rfind(':'), bracket = authority.rfind(']');
    if (colon == std::string::npos || (bracket != std::string::npos && colon < bracket))
      authority += found.has_tls ? ":443" : ":80";
  }
  const auto host = store::parse_endpoint(authority);
  if (!host) return std::nullopt;
  found.host = *host;
  return found;
}

std::string head_for_server(std::string_view head) {
  const std::string_view target = target_of(head);
  const std::string_view rest = target.substr(size_of_authority(target));
  std::string written(head.substr(0, head.find(' ') + 1));
  if (!rest.starts_with('/')) written += '/';
  written += rest;
  std::string_view lines =
      head.substr(static_cast<std::size_t>(target.data() + target.size() - head.data()));
  while (!lines.empty()) {
    const std::size_t size = std::min(lines.find(line_end), lines.size() - line_end.size());
    const std::string_view line = lines.substr(0, size + line_end.size());
    lines.remove_prefix(line.size());
    if (lines.empty()) written += "Connection: close\r\n";  // before the blank line
    if (!starts_in_any_case(line, "proxy-") && !starts_in_any_case(line, "connection:"))
      written += line;
  }
  return written;
}

bool is_same_host(const store::Endpoint& first, const store::Endpoint& second) {
  return first.port == second.port && std::ranges::equal(first.host, second.host, {}, lower, lower);
}

std::string proxy_refused(const std::optional<ProxyTarget>& target) {
  const std::string text =
      target ? fmt::format(
                   "no service stands for {1}: record it with --map NAME=0={0}://{1}, or "
                   "through `record --proxy`\n",
                   target->has_tls ? "https" : "http", store::to_string(target->host))
             : "this proxy makes tunnels (CONNECT) and forwards requests with whole URLs, and "
               "nothing else\n";
  return fmt::format(
      "HTTP/1.1 {}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nConnection: "
      "close\r\n\r\n{}",
      target ? "502 Bad Gateway" : "405 Method Not Allowed", text.size(), text);
}

}  // namespace understudy::net
