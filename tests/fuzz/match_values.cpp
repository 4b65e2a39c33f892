// Canonical requests, sound or damaged, of the protocol that the first octet chooses: a map that
// changes nothing leaves every octet, and whatever it puts in can be described.
#include <cstdlib>

#include "match/masked.hpp"
#include "protocols/registry.hpp"

using namespace understudy;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Protocols known = protocols();
  const Protocol& protocol = *known[data[0] % known.size()];
  const std::string_view canonical = as_text(Bytes(data + 1, size - 1));
  const auto with = [&](const std::optional<std::string>& text) {
    return protocol.map_values(canonical, [&](std::string_view, ValueRole) { return text; });
  };
  require(with(std::nullopt) == canonical);
  for (const char* text : {"", "x", "a longer value than most of them are"})
    static_cast<void>(protocol.summarise(protocol.describe(with(text))));
  const match::Masked masked = match::mask(protocol, canonical);
  require(masked.values.size() <= canonical.size());
  static_cast<void>(protocol.describe(masked.mask));
  return 0;
}
