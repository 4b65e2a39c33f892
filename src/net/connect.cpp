#include "net/connect.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace understudy::net {

std::optional<store::Endpoint> connect_target(std::string_view head) {
  constexpr std::string_view method = "CONNECT ";
  if (!head.starts_with(method)) return std::nullopt;
  head.remove_prefix(method.size());
  return store::parse_endpoint(head.substr(0, head.find_first_of(" \r\n")));
}

bool is_same_host(const store::Endpoint& first, const store::Endpoint& second) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return first.port == second.port && std::ranges::equal(first.host, second.host, {}, lower, lower);
}

std::string connect_refused(const std::optional<store::Endpoint>& target) {
  const std::string text =
      target ? fmt::format("no service stands for {0}: record it with --map NAME=0=https://{0}\n",
                           store::to_string(*target))
             : "this proxy makes tunnels (CONNECT) to https services, and nothing else\n";
  return fmt::format(
      "HTTP/1.1 {}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nConnection: "
      "close\r\n\r\n{}",
      target ? "502 Bad Gateway" : "405 Method Not Allowed", text.size(), text);
}

}  // namespace understudy::net
