// ZRANGE, its older forms, and what removes ranges.
#include <algorithm>

#include "protocols/redis/emulator/call.hpp"
#include "protocols/redis/emulator/scores.hpp"
#include "protocols/redis/emulator/slice.hpp"

namespace understudy::redis::emulation {

namespace {

enum class By : std::uint8_t { index, score, member };

// What a command of the family asks for. ZRANGE says so in its options, the others by their names.
struct Query {
  std::optional<By> by;
  std::optional<bool> reverse;
  bool scores = false;
  std::int64_t offset = 0, limit = -1;
};

// The error; nothing where all is read.
std::optional<Value> read_options(const Call& call, Query& query) {
  const bool named = query.by.has_value();
  for (std::size_t word = 4; word < call.count(); ++word) {
    if (call.says(word, "WITHSCORES")) {
      query.scores = true;
    } else if (call.says(word, "LIMIT") && word + 2 < call.count()) {
      const auto offset = call.integer(word + 1);
      const auto limit = call.integer(word + 2);
      if (!offset || !limit) return not_an_integer();
      query.offset = *offset;
      query.limit = *limit;
      word += 2;
    } else if (!named && !query.reverse && call.says(word, "REV")) {
      query.reverse = true;
    } else if (!query.by && (call.says(word, "BYSCORE") || call.says(word, "BYLEX"))) {
      query.by = call.says(word, "BYSCORE") ? By::score : By::member;
    } else {
      return syntax_error();
    }
  }
  return std::nullopt;
}

std::optional<Value> contradiction(const Query& query) {
  const By by = query.by.value_or(By::index);
  if (query.limit != -1 && by == By::index)
    return error(
        "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX");
  if (query.scores && by == By::member)
    return error("ERR syntax error, WITHSCORES not supported in combination with BYLEX");
  return std::nullopt;
}

// The bounds of a query in the order of the set.
struct Bounds {
  std::optional<std::int64_t> first, last;
  std::optional<ScoreBound> least, greatest;
  std::optional<MemberBound> least_member, greatest_member;
};

std::optional<Value> read_bounds(const Call& call, By by, bool reverse, Bounds& bounds) {
  const std::string_view from = call.word(reverse && by != By::index ? 3 : 2);
  const std::string_view to = call.word(reverse && by != By::index ? 2 : 3);
  switch (by) {
    case By::index:
      bounds.first = parse_integer(from);
      bounds.last = parse_integer(to);
      if (!bounds.first || !bounds.last) return not_an_integer();
      break;
    case By::score:
      bounds.least = parse_score_bound(from);
      bounds.greatest = parse_score_bound(to);
      if (!bounds.least || !bounds.greatest) return error("ERR min or max is not a float");
      break;
    case By::member:
      bounds.least_member = parse_member_bound(from);
      bounds.greatest_member = parse_member_bound(to);
      if (!bounds.least_member || !bounds.greatest_member)
        return error("ERR min or max not valid string range item");
      break;
  }
  return std::nullopt;
}

using Elements = std::vector<SortedSet::Order::value_type>;

Elements elements_at(const SortedSet& set, bool reverse, const Bounds& bounds) {
  const auto& order = set.order();
  const Slice slice = slice_of(*bounds.first, *bounds.last, order.size());
  const auto first = static_cast<std::ptrdiff_t>(slice.first);
  const auto count = static_cast<std::ptrdiff_t>(slice.count);
  if (reverse) {
    const auto begin = std::next(order.rbegin(), first);
    return {begin, std::next(begin, count)};
  }
  const auto begin = std::next(order.begin(), first);
  return {begin, std::next(begin, count)};
}

bool has_one_score(const SortedSet& set) {
  return set.empty() || set.order().begin()->first == set.order().rbegin()->first;
}

// Elements of a range, what is left of them by LIMIT.
Elements limited(const Range& range, const Query& query) {
  Elements all(range.begin, range.end);
  if (query.reverse.value_or(false)) std::ranges::reverse(all);
  if (query.offset < 0 || query.offset >= static_cast<std::int64_t>(all.size())) return {};
  all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(query.offset));
  if (query.limit >= 0 && query.limit < static_cast<std::int64_t>(all.size()))
    all.resize(static_cast<std::size_t>(query.limit));
  return all;
}

Answer reply_with(const Call& call, const Elements& elements, bool scores) {
  std::vector<Value> items;
  for (const auto& [score, member] : elements) {
    if (!scores) {
      items.push_back(bulk(member));
      continue;
    }
    const Answer number = call.number(score);
    if (!number) return std::nullopt;
    items.push_back(list({bulk(member), *number}));
  }
  return list(std::move(items));
}

Answer select(Call& call, Query query) {
  if (auto problem = read_options(call, query)) return problem;
  if (auto problem = contradiction(query)) return problem;
  const By by = query.by.value_or(By::index);
  const bool reverse = query.reverse.value_or(false);
  Bounds bounds;
  if (auto problem = read_bounds(call, by, reverse, bounds)) return problem;
  const auto found = call.find<SortedSet>(call.word(1));
  if (!found) return found.refused ? found.refusal : list();
  const SortedSet& set = *found.value;
  if (by == By::index) return reply_with(call, elements_at(set, reverse, bounds), query.scores);
  if (by == By::score)
    return reply_with(call, limited(range_of(set, *bounds.least, *bounds.greatest), query),
                      query.scores);
  if (!has_one_score(set)) return std::nullopt;  // else there is no such order
  return reply_with(
      call, limited(range_of(set, *bounds.least_member, *bounds.greatest_member), query), false);
}

Answer zrange(Call& call) {
  return select(call, {});
}
Answer zrevrange(Call& call) {
  return select(call, {.by = By::index, .reverse = true});
}
Answer zrangebyscore(Call& call) {
  return select(call, {.by = By::score, .reverse = false});
}
Answer zrevrangebyscore(Call& call) {
  return select(call, {.by = By::score, .reverse = true});
}
Answer zrangebylex(Call& call) {
  return select(call, {.by = By::member, .reverse = false});
}
Answer zrevrangebylex(Call& call) {
  return select(call, {.by = By::member, .reverse = true});
}

Answer remove(Call& call, By by) {
  Bounds bounds;
  if (auto problem = read_bounds(call, by, false, bounds)) return problem;
  const auto found = call.find<SortedSet>(call.word(1));
  if (!found) return found.refused ? found.refusal : integer(0);
  const Elements elements =
      by == By::index ? elements_at(*found.value, false, bounds)
                      : limited(range_of(*found.value, *bounds.least, *bounds.greatest), {});
  for (const auto& [score, member] : elements) found.value->erase(member);
  if (!elements.empty()) call.changed(call.word(1), *found.value);
  return count_of(elements.size());
}

Answer zremrangebyrank(Call& call) {
  return remove(call, By::index);
}
Answer zremrangebyscore(Call& call) {
  return remove(call, By::score);
}

constexpr NamedHandler range_handlers[] = {
    {"ZRANGE", zrange},
    {"ZREVRANGE", zrevrange},
    {"ZRANGEBYSCORE", zrangebyscore},
    {"ZREVRANGEBYSCORE", zrevrangebyscore},
    {"ZRANGEBYLEX", zrangebylex},
    {"ZREVRANGEBYLEX", zrevrangebylex},
    {"ZREMRANGEBYRANK", zremrangebyrank},
    {"ZREMRANGEBYSCORE", zremrangebyscore},
};

}  // namespace

std::span<const NamedHandler> sorted_set_range_commands() noexcept {
  return range_handlers;
}

}  // namespace understudy::redis::emulation
