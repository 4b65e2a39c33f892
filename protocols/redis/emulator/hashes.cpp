// https://redis.io/docs/latest/commands/?group=hash; those that count are in counters.cpp.
#include "protocols/redis/emulator/call.hpp"

namespace understudy::redis::emulation {

namespace {

Value value_or_null(const std::string* value) {
  return value != nullptr ? bulk(*value) : null();
}

// Puts fields with their values, and counts those that are new. What keeps it from that, if
// anything does, is the answer.
std::optional<Answer> put_pairs(Call& call, std::int64_t& added) {
  if (call.count() % 2 != 0) return wrong_arity(call);
  const auto found = call.find<Hash>(call.word(1));
  if (found.refused) return found.refusal;
  Hash& hash = call.made(found, call.word(1));
  for (std::size_t word = 2; word + 1 < call.count(); word += 2)
    added += hash.put(call.word(word), std::string(call.word(word + 1))) ? 1 : 0;
  call.touch(call.word(1));
  return std::nullopt;
}

Answer hset(Call& call) {
  std::int64_t added = 0;
  if (auto refusal = put_pairs(call, added)) return *refusal;
  return integer(added);
}

Answer hmset(Call& call) {
  std::int64_t added = 0;
  if (auto refusal = put_pairs(call, added)) return *refusal;
  return ok();
}

Answer hsetnx(Call& call) {
  const auto found = call.find<Hash>(call.word(1));
  if (found.refused) return found.refusal;
  if (found && found.value->contains(call.word(2))) return integer(0);
  call.made(found, call.word(1)).put(call.word(2), std::string(call.word(3)));
  call.touch(call.word(1));
  return integer(1);
}

Answer hget(Call& call) {
  const auto found = call.find<Hash>(call.word(1));
  if (!found) return found.refused ? found.refusal : null();
  return value_or_null(found.value->find(call.word(2)));
}

Answer hmget(Call& call) {
  const auto found = call.find<Hash>(call.word(1));
  if (found.refused) return found.refusal;
  std::vector<Value> values;
  for (const std::string_view field : call.from(2))
    values.push_back(value_or_null(found ? found.value->find(field) : nullptr));
  return list(std::move(values));
}

enum class Part : std::uint8_t { fields, values, both };

template <Part part>
Answer hgetall(Call& call) {
  const auto found = call.find<Hash>(call.word(1));
  if (found.refused) return found.refusal;
  std::vector<Value> items;
  if (found)
    for (const auto& [field, value] : found.value->listed()) {
      if (part != Part::values) items.push_back(bulk(field));
      if (part != Part::fields) items.push_back(bulk(*value));
    }
  return Value::aggregate(part == Part::both ? Kind::map : Kind::array, std::move(items));
}

Answer hexists(Call& call) {
  const auto found = call.find<Hash>(call.word(1));
  if (found.refused) return found.refusal;
  return integer(found && found.value->contains(call.word(2)) ? 1 : 0);
}

Answer hstrlen(Call& call) {
  const auto found = call.find<Hash>(call.word(1));
  if (found.refused) return found.refusal;
  const std::string* value = found ? found.value->find(call.word(2)) : nullptr;
  return count_of(value != nullptr ? value->size() : 0);
}

constexpr NamedHandler hash_handlers[] = {
    {"HSET", hset},
    {"HMSET", hmset},
    {"HSETNX", hsetnx},
    {"HGET", hget},
    {"HMGET", hmget},
    {"HGETALL", hgetall<Part::both>},
    {"HKEYS", hgetall<Part::fields>},
    {"HVALS", hgetall<Part::values>},
    {"HLEN", size_of<Hash>},
    {"HEXISTS", hexists},
    {"HSTRLEN", hstrlen},
    {"HDEL", remove_members<Hash>},
};

}  // namespace

std::span<const NamedHandler> hash_commands() noexcept {
  return hash_handlers;
}

}  // namespace understudy::redis::emulation
