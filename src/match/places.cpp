#include "match/places.hpp"

#include <algorithm>
#include <string>

#include "table/hash.hpp"

namespace understudy::match {
namespace {

constexpr std::size_t longest = 512;

}  // namespace

std::vector<Part> parts_of(std::string_view value) {
  std::vector<Part> parts;
  const auto add = [&](std::size_t begin, std::size_t size) {
    if (size > 0 && size <= longest) parts.push_back({begin, size});
  };
  std::size_t open = value.find_first_of("\"'");
  if (open == std::string_view::npos) add(0, value.size());
  while (open != std::string_view::npos) {
    const std::size_t close = value.find(value[open], open + 1);
    if (close == std::string_view::npos) break;
    add(open + 1, close - open - 1);
    open = value.find_first_of("\"'", close + 1);
  }
  return parts;
}

std::uint64_t place_hash(std::string_view pattern, std::uint32_t value, std::uint32_t part) {
  std::string text(pattern);
  text += '\0';
  return table::hash_of(text + std::to_string(value) + '.' + std::to_string(part));
}

bool is_place(Places places, std::uint64_t hash) noexcept {
  return std::ranges::binary_search(places, hash);
}

bool is_commonplace(std::string_view text) noexcept {
  constexpr std::size_t shortest = 6;
  return text.size() < shortest || text.find_first_not_of("0123456789.-+") == text.npos;
}

}  // namespace understudy::match
