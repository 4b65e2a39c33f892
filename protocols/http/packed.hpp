// A list of tagged texts as one string, injective: `tag length ":" text`, one after the other.
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

namespace understudy::http {

struct Item {
  char tag = 0;
  std::string_view text;
};

inline void append_item(std::string& packed, char tag, std::string_view text) {
  packed += tag;
  packed += std::to_string(text.size());
  packed += ':';
  packed += text;
}

/// Takes the first item off; nothing at the end and for octets that are no packed list.
[[nodiscard]] inline std::optional<Item> take_item(std::string_view& packed) noexcept {
  const std::size_t colon = packed.find(':');
  if (colon == std::string_view::npos || colon < 2) return std::nullopt;
  std::size_t size = 0;
  const auto [end, error] = std::from_chars(packed.data() + 1, packed.data() + colon, size);
  if (error != std::errc{} || end != packed.data() + colon || size > packed.size() - colon - 1)
    return std::nullopt;
  const Item item{packed.front(), packed.substr(colon + 1, size)};
  packed.remove_prefix(colon + 1 + size);
  return item;
}

}  // namespace understudy::http
