#include "protocols/redis/glob.hpp"

#include <cstdint>
#include <utility>

namespace understudy::redis {

namespace {

// `[…]` from behind its bracket on: whether it holds the octet. Takes it off the pattern, up to its
// end where it has none.
bool class_holds(std::string_view& pattern, char octet) noexcept {
  const auto number = [](char each) { return static_cast<std::uint8_t>(each); };
  const bool inverted = pattern.starts_with('^');
  if (inverted) pattern.remove_prefix(1);
  bool held = false;
  while (!pattern.empty() && pattern.front() != ']') {
    if (pattern.front() == '\\' && pattern.size() >= 2) {
      held |= pattern[1] == octet;
      pattern.remove_prefix(2);
    } else if (pattern.size() >= 3 && pattern[1] == '-') {
      std::uint8_t first = number(pattern[0]), last = number(pattern[2]);
      if (first > last) std::swap(first, last);
      held |= first <= number(octet) && number(octet) <= last;
      pattern.remove_prefix(3);
    } else {
      held |= pattern.front() == octet;
      pattern.remove_prefix(1);
    }
  }
  if (!pattern.empty()) pattern.remove_prefix(1);
  return held != inverted;
}

// Whether the pattern, which does not begin with `*`, takes the octet. Takes off what did.
bool takes(std::string_view& pattern, char octet) noexcept {
  const char first = pattern.front();
  pattern.remove_prefix(1);
  if (first == '?') return true;
  if (first == '[') return class_holds(pattern, octet);
  if (first != '\\' || pattern.empty()) return first == octet;
  const char escaped = pattern.front();
  pattern.remove_prefix(1);
  return escaped == octet;
}

}  // namespace

// Goes back to the last `*` only: what an earlier one could take, it can take as well.
bool matches_glob(std::string_view pattern, std::string_view text) noexcept {
  std::string_view behind_star, left;
  bool starred = false;
  for (;;) {
    if (pattern.starts_with('*')) {
      pattern.remove_prefix(1);
      behind_star = pattern;
      left = text;
      starred = true;
      continue;
    }
    if (text.empty()) return pattern.empty();
    if (!pattern.empty() && takes(pattern, text.front())) {
      text.remove_prefix(1);
      continue;
    }
    if (!starred || left.empty()) return false;
    left.remove_prefix(1);
    text = left;
    pattern = behind_star;
  }
}

}  // namespace understudy::redis
