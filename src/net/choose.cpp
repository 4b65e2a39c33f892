#include "net/choose.hpp"

#include <fmt/format.h>

#include "net/conversation.hpp"

namespace understudy::net {

std::size_t choose(const std::vector<const Protocol*>& protocols, Bytes first) noexcept {
  std::size_t chosen = Port::nobody;
  for (std::size_t i = 0; i < protocols.size(); ++i) {
    const Recognition recognition = protocols[i]->recognise(first);
    if (recognition == Recognition::yes) return i;
    if (recognition == Recognition::need_more) chosen = Port::undecided;
  }
  return chosen;
}

bool can_share(const Protocol& protocol) noexcept {
  for (unsigned octet = 0; octet < 256; ++octet) {
    const auto first = static_cast<std::uint8_t>(octet);
    if (protocol.recognise(Bytes(&first, 1)) != Recognition::no) return true;
  }
  return false;
}

std::string printable(Bytes first) {
  constexpr std::size_t shown = 40;
  std::string text;
  for (const std::uint8_t octet : first.first(std::min(first.size(), shown))) {
    if (octet >= 0x20 && octet < 0x7F && octet != '\\') {
      text += static_cast<char>(octet);
    } else {
      text += fmt::format("\\x{:02x}", octet);
    }
  }
  if (first.size() > shown) text += "…";
  return text;
}

}  // namespace understudy::net
