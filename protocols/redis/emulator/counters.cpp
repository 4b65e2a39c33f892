// INCR and its like, of strings and of fields.
#include <limits>

#include "protocols/redis/emulator/call.hpp"
#include "protocols/redis/emulator/decimal.hpp"

namespace understudy::redis::emulation {

namespace {

Answer increment(Call& call, std::int64_t by) {
  const auto found = call.find<String>(call.word(1));
  if (found.refused) return found.refusal;
  const auto value = found ? parse_integer(*found.value) : std::optional<std::int64_t>(0);
  if (!value) return not_an_integer();
  std::int64_t sum = 0;
  if (__builtin_add_overflow(*value, by, &sum))
    return error("ERR increment or decrement would overflow");
  call.made(found, call.word(1)) = std::to_string(sum);
  call.touch(call.word(1));
  return integer(sum);
}

Answer incr(Call& call) {
  return increment(call, 1);
}
Answer decr(Call& call) {
  return increment(call, -1);
}

Answer incrby(Call& call) {
  const auto by = call.integer(2);
  return by ? increment(call, *by) : not_an_integer();
}

Answer decrby(Call& call) {
  const auto by = call.integer(2);
  if (!by) return not_an_integer();
  if (*by == std::numeric_limits<std::int64_t>::min()) return error("ERR decrement would overflow");
  return increment(call, -*by);
}

Answer incrbyfloat(Call& call) {
  const auto found = call.find<String>(call.word(1));
  if (found.refused) return found.refusal;
  const auto sum = decimal_sum(found ? std::string_view(*found.value) : "0", call.word(2));
  if (!sum) return std::nullopt;
  call.made(found, call.word(1)) = *sum;
  call.touch(call.word(1));
  return bulk(*sum);
}

Answer hincrby(Call& call) {
  const auto by = call.integer(3);
  if (!by) return not_an_integer();
  const auto found = call.find<Hash>(call.word(1));
  if (found.refused) return found.refusal;
  const std::string* held = found ? found.value->find(call.word(2)) : nullptr;
  const auto value = held != nullptr ? parse_integer(*held) : std::optional<std::int64_t>(0);
  if (!value) return error("ERR hash value is not an integer");
  std::int64_t sum = 0;
  if (__builtin_add_overflow(*value, *by, &sum))
    return error("ERR increment or decrement would overflow");
  call.made(found, call.word(1)).put(call.word(2), std::to_string(sum));
  call.touch(call.word(1));
  return integer(sum);
}

Answer hincrbyfloat(Call& call) {
  const auto found = call.find<Hash>(call.word(1));
  const std::string* held = found ? found.value->find(call.word(2)) : nullptr;
  const auto sum = decimal_sum(held != nullptr ? std::string_view(*held) : "0", call.word(3));
  if (!sum) return std::nullopt;  // whatever the key is, what is added may be no number
  if (found.refused) return found.refusal;
  call.made(found, call.word(1)).put(call.word(2), *sum);
  call.touch(call.word(1));
  return bulk(*sum);
}

constexpr NamedHandler counter_handlers[] = {
    {"INCR", incr},
    {"DECR", decr},
    {"INCRBY", incrby},
    {"DECRBY", decrby},
    {"INCRBYFLOAT", incrbyfloat},
    {"HINCRBY", hincrby},
    {"HINCRBYFLOAT", hincrbyfloat},
};

}  // namespace

std::span<const NamedHandler> counter_commands() noexcept {
  return counter_handlers;
}

}  // namespace understudy::redis::emulation
