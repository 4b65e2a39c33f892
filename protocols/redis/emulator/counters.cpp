// INCR and its like.
#include <limits>

#include "protocols/redis/emulator/call.hpp"

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

constexpr NamedHandler commands[] = {
    {"INCR", incr},
    {"DECR", decr},
    {"INCRBY", incrby},
    {"DECRBY", decrby},
};

}  // namespace

std::span<const NamedHandler> counter_commands() noexcept {
  return commands;
}

}  // namespace understudy::redis::emulation
