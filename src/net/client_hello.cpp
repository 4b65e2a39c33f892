#include "net/client_hello.hpp"

#include <algorithm>

namespace understudy::net {
namespace {

/// Cuts pieces off the front. What is not there gives empty pieces, and `failed`.
struct Cutter {
  Bytes rest;
  bool failed = false;

  Bytes cut(std::size_t count) {
    failed = failed || count > rest.size();
    if (failed) return {};
    const Bytes piece = rest.first(count);
    rest = rest.subspan(count);
    return piece;
  }
  std::size_t number(std::size_t octets) {
    std::size_t value = 0;
    for (const std::uint8_t octet : cut(octets)) value = value << 8U | octet;
    return value;
  }
  /// What stands behind its length of so many octets.
  Cutter counted(std::size_t octets) {
    const std::size_t size = number(octets);
    return {cut(size), failed};
  }
};

constexpr std::size_t record_head = 5;

}  // namespace

std::size_t size_of_first_record(Bytes received) noexcept {
  if (received.size() < record_head) return 0;
  return record_head + (static_cast<std::size_t>(received[3]) << 8U | received[4]);
}

std::vector<std::string> alpn_of_hello(Bytes record) {
  constexpr std::size_t handshake = 22, client_hello = 1, alpn = 16;
  std::vector<std::string> names;
  Cutter all{record};
  if (all.number(1) != handshake) return names;
  all.cut(2);  // the version
  Cutter message = all.counted(2);
  if (message.number(1) != client_hello) return names;
  Cutter hello = message.counted(3);
  hello.cut(2 + 32);  // version, random
  hello.counted(1);   // session
  hello.counted(2);   // cipher suites
  hello.counted(1);   // compression
  for (Cutter extensions = hello.counted(2); !extensions.failed && !extensions.rest.empty();) {
    const std::size_t type = extensions.number(2);
    Cutter extension = extensions.counted(2);
    if (type != alpn) continue;
    for (Cutter list = extension.counted(2); !list.failed && !list.rest.empty();)
      names.emplace_back(as_text(list.counted(1).rest));
  }
  return names;
}

}  // namespace understudy::net
