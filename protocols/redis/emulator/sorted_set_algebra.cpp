// ZUNION, ZINTER, ZDIFF and what stores them.
// https://redis.io/docs/latest/commands/zunionstore/
#include <algorithm>
#include <cmath>
#include <map>

#include "protocols/redis/emulator/call.hpp"
#include "protocols/redis/emulator/scores.hpp"

namespace understudy::redis::emulation {
namespace {

enum class SetOperation : std::uint8_t { union_, intersection, difference };
enum class Aggregate : std::uint8_t { sum, least, greatest };

using Scores = std::map<std::string, double, std::less<>>;

struct Combination {
  std::vector<Scores> sets;
  std::vector<double> weights;
  Aggregate aggregate = Aggregate::sum;
  bool with_scores = false;
};

/// Nothing with an error in `refusal`, or without one where it is not sure.
std::optional<Scores> scores_of(Call& call, std::string_view key, Answer& refusal) {
  const Seen seen = call.see(key);
  if (seen.unknown()) return std::nullopt;
  Scores scores;
  if (seen.absent()) return scores;
  if (const auto* sorted = std::get_if<SortedSet>(&seen.entry->contents)) {
    for (const auto& [score, member] : sorted->order()) scores.emplace(member, score);
  } else if (const auto* set = std::get_if<Set>(&seen.entry->contents)) {
    for (const auto& [member, nothing] : set->listed()) scores.emplace(member, 1);
  } else {
    refusal = wrong_type();
    return std::nullopt;
  }
  return scores;
}

bool read_weights(const Call& call, std::size_t& word, Combination& query) {
  if (word + query.sets.size() >= call.count()) return false;
  for (double& weight : query.weights) {
    const auto number = parse_score(call.word(++word));
    if (!number) return false;
    weight = *number;
  }
  return true;
}

bool read_aggregate(const Call& call, std::size_t word, Combination& query) {
  if (word >= call.count()) return false;
  if (call.says(word, "SUM"))
    query.aggregate = Aggregate::sum;
  else if (call.says(word, "MIN"))
    query.aggregate = Aggregate::least;
  else if (call.says(word, "MAX"))
    query.aggregate = Aggregate::greatest;
  else
    return false;
  return true;
}

/// What is wrong in them is said otherwise from version to version.
bool read_combination_options(const Call& call, std::size_t word, SetOperation operation,
                              bool stores, Combination& query) {
  for (; word < call.count(); ++word) {
    const bool combines = operation != SetOperation::difference;
    if (combines && call.says(word, "WEIGHTS")) {
      if (!read_weights(call, word, query)) return false;
    } else if (combines && call.says(word, "AGGREGATE")) {
      if (!read_aggregate(call, ++word, query)) return false;
    } else if (!stores && call.says(word, "WITHSCORES")) {
      query.with_scores = true;
    } else {
      return false;
    }
  }
  return true;
}

bool read_query(Call& call, std::size_t numbered, SetOperation operation, Combination& query,
                Answer& refusal) {
  const auto keys = call.integer(numbered);
  if (!keys || *keys < 1) return false;
  const auto count = static_cast<std::size_t>(*keys);
  if (count > call.count() - numbered - 1) {
    refusal = syntax_error();
    return false;
  }
  for (const std::string_view key : call.from(numbered + 1).first(count)) {
    auto scores = scores_of(call, key, refusal);
    if (!scores) return false;
    query.sets.push_back(*std::move(scores));
  }
  query.weights.assign(count, 1);
  return read_combination_options(call, numbered + 1 + count, operation, numbered == 2, query);
}

double joined(Aggregate aggregate, double one, double other) {
  if (aggregate == Aggregate::least) return std::min(one, other);
  if (aggregate == Aggregate::greatest) return std::max(one, other);
  const double sum = one + other;
  return std::isnan(sum) ? 0 : sum;  // of infinities
}

bool is_whole_score(double number) {
  return std::fabs(number) < 0x1p40 && number == std::trunc(number);
}

/// Sets are joined in the order of their sizes: where that can matter, it is not sure.
bool order_matters(const Combination& query) {
  if (query.sets.size() < 3 || query.aggregate != Aggregate::sum) return false;
  const auto all_whole = [](const Scores& scores) {
    return std::ranges::all_of(scores,
                               [](const auto& each) { return is_whole_score(each.second); });
  };
  return !std::ranges::all_of(query.weights, is_whole_score) ||
         !std::ranges::all_of(query.sets, all_whole);
}

double weighted(const Combination& query, std::size_t set, double score) {
  const double product = query.weights[set] * score;
  return std::isnan(product) ? 0 : product;
}

SortedSet combination_of(const Combination& query, SetOperation operation) {
  Scores found;
  std::map<std::string, std::size_t, std::less<>> in_sets;
  for (std::size_t set = 0; set < query.sets.size(); ++set)
    for (const auto& [member, score] : query.sets[set]) {
      const double part = weighted(query, set, score);
      const auto [place, is_new] = found.emplace(member, part);
      if (!is_new) place->second = joined(query.aggregate, place->second, part);
      ++in_sets[member];
    }
  SortedSet result;
  for (const auto& [member, score] : found) {
    const bool in_first = query.sets.front().contains(member);
    const std::size_t count = in_sets[member];
    if (operation == SetOperation::intersection && count < query.sets.size()) continue;
    if (operation == SetOperation::difference && (!in_first || count > 1)) continue;
    result.put(member, score);
  }
  return result;
}

/// Nothing with an error in `refusal`, or without one where it is not sure.
std::optional<SortedSet> read_and_combine(Call& call, std::size_t numbered, SetOperation operation,
                                          Combination& query, Answer& refusal) {
  if (!read_query(call, numbered, operation, query, refusal) || order_matters(query))
    return std::nullopt;
  return combination_of(query, operation);
}

template <SetOperation operation>
Answer store_combination(Call& call) {
  Combination query;
  Answer refusal;
  auto result = read_and_combine(call, 2, operation, query, refusal);
  return result ? store(call, call.word(1), *std::move(result)) : refusal;
}

template <SetOperation operation>
Answer combination(Call& call) {
  Combination query;
  Answer refusal;
  const auto result = read_and_combine(call, 1, operation, query, refusal);
  if (!result) return refusal;
  std::vector<Value> members;
  for (const auto& [score, member] : result->order()) {
    if (!query.with_scores) {
      members.push_back(bulk(member));
      continue;
    }
    const Answer number = call.number(score);
    if (!number) return std::nullopt;
    members.push_back(list({bulk(member), *number}));
  }
  return list(std::move(members));
}

constexpr NamedHandler algebra_handlers[] = {
    {"ZUNIONSTORE", store_combination<SetOperation::union_>},
    {"ZINTERSTORE", store_combination<SetOperation::intersection>},
    {"ZDIFFSTORE", store_combination<SetOperation::difference>},
    {"ZUNION", combination<SetOperation::union_>},
    {"ZINTER", combination<SetOperation::intersection>},
    {"ZDIFF", combination<SetOperation::difference>},
};

}  // namespace

std::span<const NamedHandler> sorted_set_algebra_commands() noexcept {
  return algebra_handlers;
}

}  // namespace understudy::redis::emulation
