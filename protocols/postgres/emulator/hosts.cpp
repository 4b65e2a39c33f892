#include "protocols/postgres/emulator/hosts.hpp"

#include <arpa/inet.h>

#include <array>

namespace understudy::postgres::emulation {
namespace {

/// Four numbers without zeros before them.
bool is_plain_v4(std::string_view text) {
  int parts = 0, digits = 0, number = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i == text.size() || text[i] == '.') {
      if (digits == 0) return false;
      ++parts;
      digits = number = 0;
      continue;
    }
    if (text[i] < '0' || text[i] > '9' || (digits > 0 && number == 0)) return false;
    number = number * 10 + (text[i] - '0');
    ++digits;
    if (number > 255) return false;
  }
  return parts == 4;
}

}  // namespace

std::optional<std::string> read_host(std::string_view text) {
  if (text.find(':') == std::string_view::npos)
    return is_plain_v4(text) ? std::optional(std::string(text)) : std::nullopt;
  const std::string zero_ended(text);
  in6_addr address{};
  std::array<char, INET6_ADDRSTRLEN> printed{};
  if (inet_pton(AF_INET6, zero_ended.c_str(), &address) != 1 ||
      inet_ntop(AF_INET6, &address, printed.data(), printed.size()) == nullptr)
    return std::nullopt;
  std::string canonical = printed.data();
  // Where the end of an address is printed as one of version 4, servers differ.
  const bool doubtful = canonical.starts_with("::") && canonical != "::" && canonical != "::1";
  return doubtful ? std::nullopt : std::optional(std::move(canonical));
}

}  // namespace understudy::postgres::emulation
