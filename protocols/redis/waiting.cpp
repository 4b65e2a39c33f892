#include "protocols/redis/waiting.hpp"

#include <algorithm>
#include <cmath>

#include "protocols/redis/numbers.hpp"

namespace understudy::redis {

namespace {

// The server adds the time now; beyond this it is a matter of its clock whether that fits.
constexpr double longest_timeout = 1e12;

bool is_decimal_digit(char octet) {
  return octet >= '0' && octet <= '9';
}

// Digits with one point at most: what every reader of numbers takes.
bool is_plain_decimal(std::string_view word) {
  if (word.starts_with('-')) word.remove_prefix(1);
  return !word.empty() && is_decimal_digit(word.front()) && is_decimal_digit(word.back()) &&
         std::ranges::count(word, '.') <= 1 && std::ranges::all_of(word, [](char octet) {
           return is_decimal_digit(octet) || octet == '.';
         });
}

// No number in any spelling, with exponents, in hexadecimal or as a word.
bool is_no_number(std::string_view word) {
  return word.empty() || (std::ranges::none_of(word, is_decimal_digit) &&
                          word.find_first_of("iInN") == std::string_view::npos);
}

std::optional<std::chrono::milliseconds> time_of(std::string_view seconds) {
  const auto timeout = parse_timeout(seconds);
  if (!timeout || !timeout->problem.empty()) return std::nullopt;
  return timeout->time;
}

std::optional<std::chrono::milliseconds> time_in_milliseconds(std::string_view word) {
  const auto time = parse_integer(word);
  if (!time || *time < 0 || static_cast<double>(*time) > longest_timeout) return std::nullopt;
  return std::chrono::milliseconds(*time);
}

// XREAD [COUNT n] [BLOCK ms] STREAMS key … id …; XREADGROUP likewise.
std::optional<Wait> wait_for_entries(Arguments arguments) {
  std::optional<std::chrono::milliseconds> time;
  std::size_t word = 1;
  for (; word < arguments.size() && !equals_ignoring_case(arguments[word], "STREAMS"); ++word)
    if (equals_ignoring_case(arguments[word], "BLOCK") && word + 1 < arguments.size())
      time = time_in_milliseconds(arguments[++word]);
    else if (equals_ignoring_case(arguments[word], "GROUP"))
      word += 2;
  if (!time || word >= arguments.size()) return std::nullopt;
  const Arguments ids = arguments.subspan(word + 1 + (arguments.size() - word - 1) / 2);
  const bool only_new = std::ranges::find(ids, std::string_view("$")) != ids.end();
  return Wait{only_new ? Wait::Until::something_new : Wait::Until::something, *time};
}

std::optional<Wait> wait_for_replicas(Arguments arguments, std::size_t number) {
  const auto replicas = parse_integer(arguments[number]);
  const auto time = time_in_milliseconds(arguments.back());
  if (!replicas || !time) return std::nullopt;
  return Wait{Wait::Until::replicas, *time, *replicas};
}

// Where the timeout in seconds stands.
enum class TimeoutAt : std::uint8_t { first, last };
struct WaitingPop {
  std::string_view name;
  TimeoutAt timeout;
};
constexpr WaitingPop waiting_pops[] = {
    {"BLMOVE", TimeoutAt::last},   {"BLMPOP", TimeoutAt::first},    {"BLPOP", TimeoutAt::last},
    {"BRPOP", TimeoutAt::last},    {"BRPOPLPUSH", TimeoutAt::last}, {"BZMPOP", TimeoutAt::first},
    {"BZPOPMAX", TimeoutAt::last}, {"BZPOPMIN", TimeoutAt::last}};

}  // namespace

std::optional<Timeout> parse_timeout(std::string_view seconds) {
  if (is_no_number(seconds)) return Timeout{{}, "ERR timeout is not a float or out of range"};
  const auto number = is_plain_decimal(seconds) ? parse_double(seconds) : std::nullopt;
  if (!number || *number > longest_timeout || (*number == 0 && std::signbit(*number)))
    return std::nullopt;
  if (*number < 0) return Timeout{{}, "ERR timeout is negative"};
  return Timeout{std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(*number * 1000))),
                 {}};
}

std::optional<Wait> wait_of(const ResolvedCommand& resolved, Arguments arguments) {
  const Command* const command = resolved.command;
  const std::string_view name = resolved.name;
  if (!may_wait(resolved) || !command->accepts(arguments.size())) return std::nullopt;
  if (name == "WAIT") return wait_for_replicas(arguments, 1);
  if (name == "WAITAOF") return wait_for_replicas(arguments, 2);
  if (name.starts_with("XREAD")) return wait_for_entries(arguments);
  const auto pop = std::ranges::find(waiting_pops, name, &WaitingPop::name);
  if (pop == std::end(waiting_pops)) return std::nullopt;
  const auto time = time_of(pop->timeout == TimeoutAt::first ? arguments[1] : arguments.back());
  if (!time) return std::nullopt;
  return Wait{Wait::Until::something, *time};
}

}  // namespace understudy::redis
