// https://redis.io/docs/latest/commands/?group=set
#include <algorithm>
#include <limits>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "protocols/redis/emulator/call.hpp"

namespace understudy::redis::emulation {

namespace {

Answer sadd(Call& call) {
  const auto found = call.find<Set>(call.word(1));
  if (found.refused) return found.refusal;
  Set& set = call.made(found, call.word(1));
  std::int64_t added = 0;
  for (const std::string_view member : call.from(2)) added += set.put(member) ? 1 : 0;
  if (added > 0) call.touch(call.word(1));
  return integer(added);
}

Value is_member(const Found<Set>& found, std::string_view member) {
  return integer(found && found.value->contains(member) ? 1 : 0);
}

Answer sismember(Call& call) {
  const auto found = call.find<Set>(call.word(1));
  return found.refused ? found.refusal : is_member(found, call.word(2));
}

Answer smismember(Call& call) {
  const auto found = call.find<Set>(call.word(1));
  if (found.refused) return found.refusal;
  std::vector<Value> members;
  for (const std::string_view member : call.from(2)) members.push_back(is_member(found, member));
  return list(std::move(members));
}

Answer smove(Call& call) {
  const std::string_view from = call.word(1);
  const std::string_view to = call.word(2);
  const std::string_view member = call.word(3);
  const auto source = call.find<Set>(from);
  if (!source) return source.refused ? source.refusal : integer(0);
  const auto target = call.find<Set>(to);
  if (target.refused) return target.refusal;
  if (!source.value->contains(member)) return integer(0);
  if (from == to) return integer(1);
  if (call.made(target, to).put(member)) call.touch(to);
  source.value->erase(member);
  call.changed(from, *source.value);
  return integer(1);
}

// -- algebra

enum class Operation : std::uint8_t { intersection, union_, difference };

// Sets that a command names, absent ones empty.
struct Operands {
  std::vector<const Set*> sets;
  bool refused = false;
  Answer refusal{};
};

Operands operands(Call& call, Arguments keys) {
  static const Set nothing;
  Operands all;
  for (const std::string_view key : keys) {
    const auto found = call.find<Set>(key);
    if (found.refused) return {{}, true, found.refusal};
    all.sets.push_back(found ? found.value : &nothing);
  }
  return all;
}

bool is_in_all(std::string_view member, const std::vector<const Set*>& sets) {
  return std::ranges::all_of(sets, [&](const Set* set) { return set->contains(member); });
}

bool is_in_others(std::string_view member, const std::vector<const Set*>& sets) {
  return std::any_of(sets.begin() + 1, sets.end(),
                     [&](const Set* set) { return set->contains(member); });
}

Set combined(Operation operation, const std::vector<const Set*>& sets) {
  Set result;
  if (operation == Operation::union_) {
    for (const Set* set : sets)
      for (const auto& [member, nothing] : set->listed()) result.put(member);
    return result;
  }
  for (const auto& [member, nothing] : sets.front()->listed())
    if (operation == Operation::intersection ? is_in_all(member, sets)
                                             : !is_in_others(member, sets))
      result.put(member);
  return result;
}

template <Operation operation>
Answer combine(Call& call) {
  const Operands all = operands(call, call.from(1));
  if (all.refused) return all.refusal;
  std::vector<Value> members;
  const Set result = combined(operation, all.sets);
  for (const auto& [member, nothing] : result.listed()) members.push_back(bulk(member));
  return Value::aggregate(Kind::set, std::move(members));
}

template <Operation operation>
Answer store_combined(Call& call) {
  const Operands all = operands(call, call.from(2));
  if (all.refused) return all.refusal;
  return store(call, call.word(1), combined(operation, all.sets));
}

Answer sintercard(Call& call) {
  const auto keys = call.integer(1);
  if (!keys || *keys <= 0) return error("ERR numkeys should be greater than 0");
  if (*keys > static_cast<std::int64_t>(call.count()) - 2)
    return error("ERR Number of keys can't be greater than number of args");
  std::int64_t limit = 0;
  const auto first_option = static_cast<std::size_t>(*keys) + 2;
  for (std::size_t word = first_option; word < call.count(); word += 2) {
    if (!call.says(word, "LIMIT") || word + 1 >= call.count()) return syntax_error();
    const auto number = call.integer(word + 1);
    if (!number || *number < 0) return error("ERR LIMIT can't be negative");
    limit = *number;
  }
  const Operands all = operands(call, call.from(2).first(static_cast<std::size_t>(*keys)));
  if (all.refused) return all.refusal;
  const auto size = static_cast<std::int64_t>(combined(Operation::intersection, all.sets).size());
  return integer(limit == 0 ? size : std::min(size, limit));
}

// -- what is up to the server

std::size_t below(std::size_t size) {
  thread_local std::minstd_rand random(std::random_device{}());
  return std::uniform_int_distribution<std::size_t>(0, size - 1)(random);
}

/// Some members, as the server chose where that is told, else by chance.
std::vector<std::string> chosen(const Call& call, const Set& set, std::size_t count, bool again) {
  std::vector<std::string> told;
  if (const Value* reply = call.told()) {
    const bool one = reply->kind == Kind::bulk_string;
    for (const Value& item : one ? std::vector<Value>{*reply} : reply->items)
      if (set.contains(item.text)) told.push_back(item.text);
    const std::set<std::string> distinct(told.begin(), told.end());
    if (told.size() == count && (again || distinct.size() == count)) return told;
  }
  std::vector<std::string> members, picked;
  for (const auto& [member, nothing] : set.listed()) members.emplace_back(member);
  while (picked.size() < count) {
    const std::size_t at = below(members.size());
    picked.push_back(members[at]);
    if (again) continue;
    members[at] = std::move(members.back());
    members.pop_back();
  }
  return picked;
}

Value bulks(const std::vector<std::string>& members, Kind kind) {
  std::vector<Value> items;
  for (const std::string& member : members) items.push_back(bulk(member));
  return Value::aggregate(kind, std::move(items));
}

constexpr std::int64_t most_chosen = 100'000;

Answer srandmember(Call& call) {
  const bool many = call.count() == 3;
  const auto count = many ? call.integer(2) : 1;
  if (call.count() > 3) return syntax_error();
  if (!count) return not_an_integer();
  const auto found = call.find<Set>(call.word(1));
  if (found.refused) return found.refusal;
  if (!found) return many ? list() : null();
  if (!call.chooses() || *count < -most_chosen) return std::nullopt;
  const bool again = *count < 0;
  const auto wanted = static_cast<std::size_t>(again ? -*count : *count);
  const auto members =
      chosen(call, *found.value, again ? wanted : std::min(wanted, found.value->size()), again);
  return many ? bulks(members, Kind::array) : bulk(members.front());
}

Answer spop(Call& call) {
  const bool many = call.count() == 3;
  const auto count = many ? call.integer(2) : 1;
  if (call.count() > 3) return syntax_error();
  if (!count || *count < 0) return std::nullopt;  // refused in words of its version
  const auto found = call.find<Set>(call.word(1));
  if (found.refused) return found.refusal;
  if (!found) return many ? Value::aggregate(Kind::set, {}) : null();
  const std::size_t wanted = std::min(static_cast<std::size_t>(*count), found.value->size());
  if (!call.chooses() && wanted < found.value->size()) return std::nullopt;
  const auto members = chosen(call, *found.value, wanted, false);
  for (const std::string& member : members) found.value->erase(member);
  if (!members.empty()) call.changed(call.word(1), *found.value);
  return many ? bulks(members, Kind::set) : bulk(members.front());
}

constexpr NamedHandler set_handlers[] = {
    {"SRANDMEMBER", srandmember},
    {"SPOP", spop},
    {"SADD", sadd},
    {"SREM", remove_members<Set>},
    {"SMEMBERS", combine<Operation::intersection>},
    {"SISMEMBER", sismember},
    {"SMISMEMBER", smismember},
    {"SCARD", size_of<Set>},
    {"SMOVE", smove},
    {"SINTER", combine<Operation::intersection>},
    {"SUNION", combine<Operation::union_>},
    {"SDIFF", combine<Operation::difference>},
    {"SINTERSTORE", store_combined<Operation::intersection>},
    {"SUNIONSTORE", store_combined<Operation::union_>},
    {"SDIFFSTORE", store_combined<Operation::difference>},
    {"SINTERCARD", sintercard},
};

}  // namespace

std::span<const NamedHandler> set_commands() noexcept {
  return set_handlers;
}

}  // namespace understudy::redis::emulation
