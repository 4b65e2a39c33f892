// What a connection begins with: a protocol on a shared port, a TLS hello, a proxy's request.
#include <cstdint>
#include <cstdlib>

#include "net/choose.hpp"
#include "net/client_hello.hpp"
#include "net/connect.hpp"
#include "net/conversation.hpp"
#include "protocols/registry.hpp"

using namespace understudy;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

/// What was told of a beginning still holds when more has come.
void check_recognition(Bytes octets) {
  for (const Protocol* protocol : protocols()) {
    Recognition before = Recognition::need_more;
    for (std::size_t size = 1; size <= std::min<std::size_t>(octets.size(), 600); ++size) {
      const Recognition now = protocol->recognise(octets.first(size));
      require(before == Recognition::need_more || now == before);
      before = now;
    }
  }
}

void check_proxied(std::string_view octets) {
  const std::size_t end = octets.find("\r\n\r\n");
  if (end == std::string_view::npos) return;
  const std::string_view head = octets.substr(0, end + 4);
  const auto target = net::proxy_target(head);
  static_cast<void>(net::proxy_refused(target));
  if (!target || target->is_tunnel) return;
  const std::string sent = net::head_for_server(head);
  require(sent.ends_with("Connection: close\r\n\r\n"));
  require(!net::proxy_target(sent));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes octets(data, size);
  if (octets.empty()) return 0;
  check_recognition(octets);
  static_cast<void>(net::printable(octets));
  static_cast<void>(net::size_of_first_record(octets));
  for (const std::string& name : net::alpn_of_hello(octets)) require(name.size() < size);
  check_proxied(as_text(octets));
  return 0;
}
