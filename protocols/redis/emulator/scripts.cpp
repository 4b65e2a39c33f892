// EVAL, EVALSHA and SCRIPT: scripts are run, each of their commands computed.
// https://redis.io/docs/latest/commands/eval/
#include <fmt/format.h>

#include <algorithm>

#include "protocols/redis/emulator/lua.hpp"
#include "protocols/redis/emulator/request.hpp"
#include "protocols/redis/image.hpp"
#include "protocols/redis/resp_decoder.hpp"

namespace understudy::redis::emulation {
namespace {

/// As a client of RESP2 gets it, and so scripts.
Answer lowered(const Value& reply, std::string_view name, Arguments words) {
  const std::string image = make_image(reply, name, words);
  const auto octets = octets_for(as_bytes(image), Resp::v2);
  return octets ? decode_value(*octets, Limits()) : std::nullopt;
}

/// What a script may not do, or what can't be taken back when it fails later on.
bool is_for_scripts(std::string_view name) {
  static constexpr std::string_view others[] = {"EVAL",    "EVALSHA",  "EVAL_RO", "EVALSHA_RO",
                                                "FLUSHDB", "FLUSHALL", "SWAPDB"};
  return std::ranges::find(others, name) == std::end(others) && !name.starts_with("SCRIPT");
}

Answer command_of_script(Call& script, Arguments words, bool may_write) {
  ResolvedCommand resolved;
  resolve(words, resolved);
  if (resolved.command == nullptr || !resolved.command->accepts(words.size())) return std::nullopt;
  const Handler handler = is_for_scripts(resolved.name) ? find_handler(resolved.name) : nullptr;
  if (handler == nullptr) return std::nullopt;
  const Effects effects = effects_of(resolved, words, script.database());
  if (!may_write && effects.effect == Effect::write) return std::nullopt;  // refused
  const Answer answer = script.run(handler, words, effects.writes);
  if (!answer || is_error(answer->kind)) return answer;
  return lowered(*answer, resolved.name, words);
}

/// As servers since 7.0 say it.
Value script_error(const ScriptFailure& failure, std::string_view body) {
  return error(fmt::format("{} script: {}, on @user_script:{}.", failure.error, digest_of(body),
                           failure.line));
}

Answer run(Call& call, std::string_view body, bool may_write) {
  const auto keys = call.integer(2);
  if (!keys || *keys < 0 || static_cast<std::size_t>(*keys) > call.count() - 3) return std::nullopt;
  const auto count = static_cast<std::size_t>(*keys);
  std::optional<ScriptFailure> failure;
  Answer reply = run_script(
      body, call.from(3).first(count), call.from(3 + count),
      [&](Arguments words) { return command_of_script(call, words, may_write); }, failure);
  if (failure) {
    if (!call.tells_script_errors() || failure->line == 0) return std::nullopt;
    reply = script_error(*failure, body);
  }
  return reply;
}

template <bool may_write>
Answer eval(Call& call) {
  Answer reply = run(call, call.word(1), may_write);
  if (reply) call.keys().scripts().load(call.word(1));
  return reply;
}

template <bool may_write>
Answer evalsha(Call& call) {
  const auto script = call.keys().scripts().find(call.word(1));
  if (!script.loaded) return std::nullopt;
  if (!*script.loaded) return error("NOSCRIPT No matching script. Please use EVAL.");
  return script.body ? run(call, *script.body, may_write) : std::nullopt;
}

// One that does not compile is refused, with words of its own.
Answer script_load(Call& call) {
  const auto script = call.keys().scripts().find(digest_of(call.word(2)));
  if (!script.body) return std::nullopt;
  return bulk(call.keys().scripts().load(call.word(2)));
}

Answer script_exists(Call& call) {
  std::vector<Value> found;
  for (const std::string_view digest : call.from(2)) {
    const auto script = call.keys().scripts().find(digest);
    if (!script.loaded) return std::nullopt;
    found.push_back(integer(*script.loaded ? 1 : 0));
  }
  return list(std::move(found));
}

constexpr NamedHandler script_handlers[] = {
    {"EVAL", eval<true>},           {"EVAL_RO", eval<false>},     {"EVALSHA", evalsha<true>},
    {"EVALSHA_RO", evalsha<false>}, {"SCRIPT LOAD", script_load}, {"SCRIPT EXISTS", script_exists}};

}  // namespace

std::span<const NamedHandler> script_commands() noexcept {
  return script_handlers;
}

}  // namespace understudy::redis::emulation
