// https://redis.io/docs/latest/commands/?group=sorted-set; ranges are in sorted_set_ranges.cpp.
#include <algorithm>
#include <cmath>

#include "protocols/redis/emulator/call.hpp"
#include "protocols/redis/emulator/pop_options.hpp"
#include "protocols/redis/emulator/scores.hpp"

namespace understudy::redis::emulation {

namespace {

struct AddOptions {
  bool nx = false, xx = false, gt = false, lt = false, ch = false, incr = false;
};

bool take_option(const Call& call, std::size_t word, AddOptions& options) {
  if (call.says(word, "NX")) return options.nx = true;
  if (call.says(word, "XX")) return options.xx = true;
  if (call.says(word, "GT")) return options.gt = true;
  if (call.says(word, "LT")) return options.lt = true;
  if (call.says(word, "CH")) return options.ch = true;
  if (call.says(word, "INCR")) return options.incr = true;
  return false;
}

// Of `words` words that are left for scores and members.
std::optional<Value> contradiction(const AddOptions& options, std::size_t words) {
  if (words == 0 || words % 2 != 0) return syntax_error();
  if (options.nx && options.xx)
    return error("ERR XX and NX options at the same time are not compatible");
  if ((options.gt && options.nx) || (options.lt && options.nx) || (options.gt && options.lt))
    return error("ERR GT, LT, and/or NX options at the same time are not compatible");
  if (options.incr && words > 2)
    return error("ERR INCR option supports a single increment-element pair");
  return std::nullopt;
}

struct Addition {
  double score = 0;
  std::string_view member;
};

// Nothing where one is no number.
std::optional<std::vector<Addition>> additions_of(Arguments words) {
  std::vector<Addition> additions;
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
    const auto score = parse_score(words[i]);
    if (!score) return std::nullopt;
    additions.push_back({*score, words[i + 1]});
  }
  return additions;
}

struct Added {
  std::int64_t added = 0, changed = 0;
  std::optional<double> score;  // the last one that was put
};

// The new score of a member; nothing where the options forbid it.
std::optional<double> new_score(const double* current, double score, const AddOptions& options) {
  if (current == nullptr) return options.xx ? std::nullopt : std::optional(score);
  if (options.nx) return std::nullopt;
  if (options.incr) score += *current;
  if (options.gt && score <= *current) return std::nullopt;
  if (options.lt && score >= *current) return std::nullopt;
  return score;
}

void add(SortedSet& set, const Addition& addition, const AddOptions& options, Added& added) {
  const double* current = set.score(addition.member);
  const auto score = new_score(current, addition.score, options);
  if (!score) return;
  added.score = score;
  if (current == nullptr)
    ++added.added;
  else if (*score != *current)
    ++added.changed;
  else
    return;
  set.put(addition.member, *score);
}

Answer reply_to_add(const Call& call, const AddOptions& options, const Added& added) {
  if (options.incr) return added.score ? call.number(*added.score) : null();
  return integer(options.ch ? added.added + added.changed : added.added);
}

bool is_number_after(const SortedSet* set, const Addition& addition) {
  const double* current = set != nullptr ? set->score(addition.member) : nullptr;
  return current == nullptr || !std::isnan(*current + addition.score);
}

// Whether the new score of INCR can be told, before anything changes.
bool can_tell(const Call& call, const SortedSet* set, const Addition& addition,
              const AddOptions& options) {
  const double* current = set != nullptr ? set->score(addition.member) : nullptr;
  const auto score = new_score(current, addition.score, options);
  return !score || call.number(*score).has_value();
}

Answer add_all(Call& call, const AddOptions& options, Arguments words) {
  if (auto problem = contradiction(options, words.size())) return problem;
  const auto additions = additions_of(words);
  if (!additions) return not_a_float();
  const auto found = call.find<SortedSet>(call.word(1));
  if (found.refused) return found.refusal;
  Added added;
  if (!found && options.xx) return reply_to_add(call, options, added);
  if (options.incr && !options.nx && !is_number_after(found.value, additions->front()))
    return error("ERR resulting score is not a number (NaN)");
  if (options.incr && !can_tell(call, found.value, additions->front(), options))
    return std::nullopt;
  SortedSet& set = call.made(found, call.word(1));
  for (const Addition& addition : *additions) add(set, addition, options, added);
  if (added.added + added.changed > 0) call.touch(call.word(1));
  return reply_to_add(call, options, added);
}

Answer zadd(Call& call) {
  AddOptions options;
  std::size_t word = 2;
  while (word < call.count() && take_option(call, word, options)) ++word;
  return add_all(call, options, call.from(word));
}

Answer zincrby(Call& call) {
  AddOptions options;
  options.incr = true;
  return add_all(call, options, call.from(2));
}

Answer score_of(const Call& call, const Found<SortedSet>& found, std::string_view member) {
  const double* score = found ? found.value->score(member) : nullptr;
  return score != nullptr ? call.number(*score) : null();
}

Answer zscore(Call& call) {
  const auto found = call.find<SortedSet>(call.word(1));
  return found.refused ? found.refusal : score_of(call, found, call.word(2));
}

Answer zmscore(Call& call) {
  const auto found = call.find<SortedSet>(call.word(1));
  if (found.refused) return found.refusal;
  std::vector<Value> scores;
  for (const std::string_view member : call.from(2)) {
    Answer score = score_of(call, found, member);
    if (!score) return std::nullopt;
    scores.push_back(*std::move(score));
  }
  return list(std::move(scores));
}

enum class Side : std::uint8_t { lowest, highest };

template <Side side>
Answer rank(Call& call) {
  const auto found = call.find<SortedSet>(call.word(1));
  if (!found) return found.refused ? found.refusal : null();
  const auto& order = found.value->order();
  const double* score = found.value->score(call.word(2));
  if (score == nullptr) return null();
  const auto at = order.find({*score, std::string(call.word(2))});
  return integer(side == Side::lowest ? std::distance(order.begin(), at)
                                      : std::distance(at, order.end()) - 1);
}

Answer zcount(Call& call) {
  const auto least = parse_score_bound(call.word(2));
  const auto greatest = parse_score_bound(call.word(3));
  if (!least || !greatest) return error("ERR min or max is not a float");
  const auto found = call.find<SortedSet>(call.word(1));
  if (!found) return found.refused ? found.refusal : integer(0);
  const Range range = range_of(*found.value, *least, *greatest);
  return integer(std::distance(range.begin, range.end));
}

// The first elements from one side; nothing where a score can't be told.
std::optional<std::vector<SortedSet::Order::value_type>> first_scored(const Call& call,
                                                                      const SortedSet& set,
                                                                      Side side,
                                                                      std::int64_t count) {
  const auto& order = set.order();
  const auto size =
      static_cast<std::ptrdiff_t>(std::min(count, static_cast<std::int64_t>(order.size())));
  std::vector<SortedSet::Order::value_type> elements;
  if (side == Side::lowest)
    elements.assign(order.begin(), std::next(order.begin(), size));
  else
    elements.assign(order.rbegin(), std::next(order.rbegin(), size));
  for (const auto& element : elements)
    if (!call.number(element.first)) return std::nullopt;
  return elements;
}

// Each as its member and its score; they are gone afterwards.
std::vector<Value> take_scored(Call& call, std::string_view key, SortedSet& set,
                               const std::vector<SortedSet::Order::value_type>& elements) {
  std::vector<Value> taken;
  for (const auto& [score, member] : elements) {
    taken.push_back(list({bulk(member), *call.number(score)}));
    set.erase(member);
  }
  if (!elements.empty()) call.changed(key, set);
  return taken;
}

template <Side side>
Answer pop_scored(Call& call) {
  if (call.count() > 3) return syntax_error();
  const bool counts = call.count() == 3;
  const auto wanted = counts ? call.integer(2) : std::optional<std::int64_t>(1);
  if (!wanted || *wanted < 0) return error("ERR value is out of range, must be positive");
  const auto found = call.find<SortedSet>(call.word(1));
  if (!found) return found.refused ? found.refusal : list();
  const auto elements = first_scored(call, *found.value, side, *wanted);
  if (!elements) return std::nullopt;
  std::vector<Value> taken = take_scored(call, call.word(1), *found.value, *elements);
  return counts ? list(std::move(taken)) : std::move(taken.front());
}

// BZPOPMIN and BZPOPMAX; null where they would wait.
template <Side side>
Answer pop_first_scored(Call& call) {
  if (auto refusal = refused_timeout(call, call.count() - 1)) return *std::move(refusal);
  for (const std::string_view key : call.from(1).first(call.count() - 2)) {
    const auto found = call.find<SortedSet>(key);
    if (found.refused) return found.refusal;
    if (!found) continue;
    const auto elements = first_scored(call, *found.value, side, 1);
    if (!elements) return std::nullopt;
    std::vector<Value> taken = take_scored(call, key, *found.value, *elements);
    return list({bulk(key), std::move(taken.front().items[0]), std::move(taken.front().items[1])});
  }
  return null();
}

// ZMPOP from its number of keys on: numkeys key … MIN|MAX [COUNT n].
Answer pop_several_scored(Call& call, std::size_t first) {
  PopOptions options;
  if (auto problem = read_pop_options(call, first, {"MIN", "MAX"}, options)) return *problem;
  for (const std::string_view key : options.keys) {
    const auto found = call.find<SortedSet>(key);
    if (found.refused) return found.refusal;
    if (!found) continue;
    const auto elements = first_scored(
        call, *found.value, options.where == 0 ? Side::lowest : Side::highest, options.count);
    if (!elements) return std::nullopt;
    return list({bulk(key), list(take_scored(call, key, *found.value, *elements))});
  }
  return null();
}
Answer zmpop(Call& call) {
  return pop_several_scored(call, 1);
}
Answer bzmpop(Call& call) {
  PopOptions options;
  if (auto problem = read_pop_options(call, 2, {"MIN", "MAX"}, options)) return *problem;
  if (auto refusal = refused_timeout(call, 1)) return *std::move(refusal);
  return pop_several_scored(call, 2);
}

constexpr NamedHandler sorted_set_handlers[] = {
    {"ZADD", zadd},
    {"ZINCRBY", zincrby},
    {"ZREM", remove_members<SortedSet>},
    {"ZSCORE", zscore},
    {"ZMSCORE", zmscore},
    {"ZCARD", size_of<SortedSet>},
    {"ZRANK", rank<Side::lowest>},
    {"ZREVRANK", rank<Side::highest>},
    {"ZCOUNT", zcount},
    {"ZPOPMIN", pop_scored<Side::lowest>},
    {"ZPOPMAX", pop_scored<Side::highest>},
    {"BZPOPMIN", pop_first_scored<Side::lowest>},
    {"BZPOPMAX", pop_first_scored<Side::highest>},
    {"ZMPOP", zmpop},
    {"BZMPOP", bzmpop},
};

}  // namespace

std::span<const NamedHandler> sorted_set_commands() noexcept {
  return sorted_set_handlers;
}

}  // namespace understudy::redis::emulation
