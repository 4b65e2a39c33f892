#include "protocols/redis/emulator/pop_options.hpp"

#include "protocols/redis/waiting.hpp"

namespace understudy::redis::emulation {

std::optional<Value> read_pop_options(const Call& call, std::size_t first,
                                      std::array<std::string_view, 2> ends, PopOptions& options) {
  const auto keys = call.integer(first);
  if (!keys || *keys < 1) return error("ERR numkeys should be greater than 0");
  if (*keys >= static_cast<std::int64_t>(call.count() - first) - 1) return syntax_error();
  const auto count = static_cast<std::size_t>(*keys);
  std::size_t word = first + count + 1;
  if (!call.says(word, ends[0]) && !call.says(word, ends[1])) return syntax_error();
  options.where = call.says(word, ends[0]) ? 0 : 1;
  options.keys = call.from(first + 1).first(count);
  if (++word == call.count()) return std::nullopt;
  if (!call.says(word, "COUNT") || word + 1 >= call.count()) return syntax_error();
  const auto wanted = call.integer(word + 1);
  if (!wanted || *wanted < 1) return error("ERR count should be greater than 0");
  options.count = *wanted;
  return word + 2 < call.count() ? std::optional(syntax_error()) : std::nullopt;
}

std::optional<Answer> refused_timeout(const Call& call, std::size_t word) {
  const auto timeout = parse_timeout(call.word(word));
  if (!timeout) return Answer();
  if (timeout->problem.empty()) return std::nullopt;
  return Answer(error(timeout->problem));
}

}  // namespace understudy::redis::emulation
