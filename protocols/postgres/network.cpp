#include "protocols/postgres/network.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <iterator>

#include "understudy/byte_reader.hpp"
#include "understudy/byte_writer.hpp"

namespace understudy::postgres {
namespace {

constexpr std::uint8_t family_v4 = 2, family_v6 = 3;  // PGSQL_AF_INET, PGSQL_AF_INET6

bool read_bits(std::string_view text, unsigned most, unsigned& bits) noexcept {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
  return error == std::errc{} && end == text.data() + text.size() && bits <= most;
}

}  // namespace

bool network_to_text(NetworkKind kind, Bytes binary, std::string& out) {
  ByteReader reader(binary);
  const Bytes head = reader.take(4);
  const Bytes address = reader.rest();
  if (reader.failed() || address.size() != head[3]) return false;
  const bool v4 = head[0] == family_v4;
  if ((!v4 && head[0] != family_v6) || address.size() != (v4 ? 4U : 16U)) return false;
  const unsigned most = v4 ? 32 : 128;
  if (head[1] > most) return false;
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (inet_ntop(v4 ? AF_INET : AF_INET6, address.data(), text.data(), text.size()) == nullptr)
    return false;
  out += text.data();
  if (kind == NetworkKind::cidr || head[1] != most)
    fmt::format_to(std::back_inserter(out), "/{}", head[1]);
  return true;
}

bool network_to_binary(NetworkKind kind, std::string_view text, std::vector<std::uint8_t>& out) {
  const std::size_t slash = text.find('/');
  const std::string address(text.substr(0, slash));
  const bool v4 = address.find(':') == std::string::npos;
  std::array<std::uint8_t, 16> octets{};
  if (address.find('\0') != std::string::npos ||
      inet_pton(v4 ? AF_INET : AF_INET6, address.c_str(), octets.data()) != 1)
    return false;
  unsigned bits = v4 ? 32 : 128;
  if (slash != std::string_view::npos && !read_bits(text.substr(slash + 1), bits, bits))
    return false;
  const std::size_t length = v4 ? 4 : 16;
  ByteWriter writer(out);
  writer.byte(v4 ? family_v4 : family_v6);
  writer.byte(static_cast<std::uint8_t>(bits));
  writer.byte(kind == NetworkKind::cidr ? 1 : 0);
  writer.byte(static_cast<std::uint8_t>(length));
  writer.bytes(Bytes(octets).first(length));
  return true;
}

bool mac_to_text(Bytes binary, std::size_t octets, std::string& out) {
  if (binary.size() != octets) return false;
  for (std::size_t i = 0; i < octets; ++i)
    fmt::format_to(std::back_inserter(out), "{}{:02x}", i > 0 ? ":" : "", binary[i]);
  return true;
}

bool mac_to_binary(std::string_view text, std::size_t octets, std::vector<std::uint8_t>& out) {
  if (text.size() != octets * 3 - 1) return false;
  for (std::size_t i = 0; i < octets; ++i) {
    const char* const at = text.data() + i * 3;
    std::uint8_t value = 0;
    const auto [end, error] = std::from_chars(at, at + 2, value, 16);
    if (error != std::errc{} || end != at + 2 || (i + 1 < octets && *end != ':')) return false;
    out.push_back(value);
  }
  return true;
}

}  // namespace understudy::postgres
