#include "protocols/redis/emulator/deadline.hpp"

#include <limits>

namespace understudy::redis::emulation {

namespace {

constexpr std::int64_t longest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t earliest = std::numeric_limits<std::int64_t>::min();
// No clock shows more, so that adding the time now can't overflow.
constexpr std::int64_t sure_to_fit = longest / 2;

Deadline refused(Answer refusal) {
  return {.expiry = {}, .refused = true, .refusal = std::move(refusal)};
}

Value invalid_time(const Call& call) {
  return error("ERR invalid expire time in '" + lower_case(call.word(0)) + "' command");
}

// `milliseconds` is as it was said; what is said of the past is told by its sign.
Deadline moment(const Call& call, std::int64_t milliseconds, Since since) {
  if (since == Since::epoch) return {.expiry = {Expiry::Kind::at, milliseconds}};
  if (milliseconds > sure_to_fit) return refused({});
  if (const auto now = call.now()) return {.expiry = {Expiry::Kind::at, *now + milliseconds}};
  return {.expiry = {Expiry::Kind::sometime, milliseconds}};
}

}  // namespace

Deadline deadline_of_value(const Call& call, std::size_t word, TimeOption option) {
  const auto time = call.integer(word);
  if (!time) return refused(not_an_integer());
  const std::int64_t scale = option.unit == Unit::seconds ? 1000 : 1;
  if (*time <= 0 || *time > longest / scale) return refused(invalid_time(call));
  return moment(call, *time * scale, option.since);
}

Deadline deadline_of_key(const Call& call, std::size_t word, TimeOption option) {
  const auto time = call.integer(word);
  if (!time) return refused(not_an_integer());
  const std::int64_t scale = option.unit == Unit::seconds ? 1000 : 1;
  if (*time > longest / scale || *time < earliest / scale) return refused(invalid_time(call));
  return moment(call, *time * scale, option.since);
}

std::optional<bool> has_passed(const Call& call, const Expiry& expiry) {
  if (expiry.kind == Expiry::Kind::sometime) return expiry.at <= 0;
  if (const auto now = call.now()) return expiry.at <= *now;
  if (expiry.at <= 0) return true;
  return std::nullopt;
}

}  // namespace understudy::redis::emulation
