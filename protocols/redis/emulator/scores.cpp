#include "protocols/redis/emulator/scores.hpp"

#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <string>

namespace understudy::redis::emulation {

namespace {

bool is_blank(char octet) {
  return octet == ' ' || (octet >= '\t' && octet <= '\r');
}

struct Parsed {
  double number = 0;
  std::size_t length = 0;
  bool out_of_range = false;
};

Parsed parse(const std::string& text) {
  char* end = nullptr;
  errno = 0;
  const double number = std::strtod(text.c_str(), &end);
  return {number, static_cast<std::size_t>(end - text.c_str()), errno == ERANGE};
}

}  // namespace

std::optional<double> parse_score(std::string_view word) {
  if (word.empty() || is_blank(word.front())) return std::nullopt;
  const Parsed parsed = parse(std::string(word));
  if (parsed.length != word.size() || std::isnan(parsed.number)) return std::nullopt;
  if (parsed.out_of_range && (std::isinf(parsed.number) || parsed.number == 0)) return std::nullopt;
  return parsed.number;
}

std::optional<ScoreBound> parse_score_bound(std::string_view word) {
  ScoreBound bound;
  if (word.starts_with('(')) {
    bound.exclusive = true;
    word.remove_prefix(1);
  }
  const Parsed parsed = parse(std::string(word));
  // Ends where C's strings do.
  const bool whole = parsed.length == word.size() || word[parsed.length] == '\0';
  if (!whole || std::isnan(parsed.number)) return std::nullopt;
  bound.value = parsed.number;
  return bound;
}

std::optional<MemberBound> parse_member_bound(std::string_view word) {
  if (word == "-") return MemberBound{.value = {}, .exclusive = false, .infinite = -1};
  if (word == "+") return MemberBound{.value = {}, .exclusive = false, .infinite = 1};
  if (!word.starts_with('(') && !word.starts_with('[')) return std::nullopt;
  return MemberBound{std::string(word.substr(1)), word.front() == '(', 0};
}

namespace {

using Order = SortedSet::Order;
using At = Order::const_iterator;

// The first element for which `is_before` no longer holds.
template <class IsBefore>
At partition(const Order& order, IsBefore is_before) {
  At at = order.begin();
  while (at != order.end() && is_before(*at)) ++at;
  return at;
}

template <class T, class Key>
Range range_between(const Order& order, const Bound<T>& least, const Bound<T>& greatest,
                    const Key& key_of) {
  const auto is_below = [&](const auto& element) {
    if (least.infinite != 0) return least.infinite > 0;
    return least.exclusive ? key_of(element) <= least.value : key_of(element) < least.value;
  };
  const auto is_within = [&](const auto& element) {
    if (greatest.infinite != 0) return greatest.infinite > 0;
    return greatest.exclusive ? key_of(element) < greatest.value
                              : key_of(element) <= greatest.value;
  };
  Range range;
  range.begin = partition(order, is_below);
  range.end = range.begin;
  while (range.end != order.end() && is_within(*range.end)) ++range.end;
  return range;
}

}  // namespace

Range range_of(const SortedSet& set, const ScoreBound& least, const ScoreBound& greatest) {
  return range_between(set.order(), least, greatest,
                       [](const auto& element) { return element.first; });
}

Range range_of(const SortedSet& set, const MemberBound& least, const MemberBound& greatest) {
  return range_between(set.order(), least, greatest,
                       [](const auto& element) -> const std::string& { return element.second; });
}

}  // namespace understudy::redis::emulation
