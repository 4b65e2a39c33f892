#include "protocols/redis/values.hpp"

#include <algorithm>
#include <array>

#include "protocols/redis/numbers.hpp"
#include "protocols/redis/request.hpp"
#include "understudy/protocol.hpp"

namespace understudy::redis {
namespace {

// Commands that succeed with any new key, member or value.
constexpr std::array<std::string_view, 30> makers = {
    "APPEND", "DECR",   "DECRBY",   "GEOADD",   "GETSET",      "HINCRBY",  "HINCRBYFLOAT", "HMSET",
    "HSET",   "HSETNX", "INCR",     "INCRBY",   "INCRBYFLOAT", "JSON.SET", "LPUSH",        "MSET",
    "MSETNX", "PFADD",  "PSETEX",   "PUBLISH",  "RPUSH",       "SADD",     "SET",          "SETBIT",
    "SETEX",  "SETNX",  "SETRANGE", "SPUBLISH", "XADD",        "ZADD"};

constexpr std::array<std::string_view, 3> value_scripts = {"EVAL", "EVALSHA", "FCALL"};

/// The first argument that a command makes by itself. What a script is given beside its keys it
/// mostly writes down: the clock, ids, tokens; one that it is to find was made before.
std::size_t first_made(std::string_view name, const CommandLine& line) {
  if (std::ranges::find(makers, name) != makers.end()) return 0;
  const bool script =
      std::ranges::find(value_scripts, name) != value_scripts.end() && line.words.size() > 2;
  const auto keys = script ? parse_integer(line.words[2]) : std::nullopt;
  if (!keys || *keys < 0 || *keys > static_cast<std::int64_t>(line.words.size()))
    return line.words.size();
  return 3 + static_cast<std::size_t>(*keys);
}

}  // namespace

std::string map_values(std::string_view canonical, const ValueMap& map) {
  const std::string_view name = pattern_of(canonical);
  CommandLine line = read_canonical(canonical);
  const std::size_t made = first_made(name, line);
  ResolvedCommand resolved;
  resolve(line.views(), resolved);
  bool changed = false;
  for (std::size_t i = resolved.name_arguments; i < line.words.size(); ++i)
    if (auto other = map(line.words[i], i < made ? ValueRole::sought : ValueRole::made)) {
      line.words[i] = *std::move(other);
      changed = true;
    }
  if (!changed || resolved.name != name) return std::string(canonical);
  std::string mapped;
  make_canonical(resolved, line.views(), line.db, line.user, mapped);
  return mapped;
}

std::vector<std::string> ordered_by(std::string_view name) {
  constexpr std::array<std::string_view, 8> by_member = {
      "ZADD", "ZCARD", "ZINCRBY", "ZMSCORE", "ZREM", "ZSCORE", "ZSCAN", "ZRANDMEMBER"};
  if (name.starts_with("SORT") || (name.starts_with('Z') && name.find("LEX") != name.npos))
    return {std::string(Protocol::by_anything)};
  if (!name.starts_with('Z') || std::ranges::find(by_member, name) != by_member.end()) return {};
  return {std::string(Protocol::by_numbers)};
}

}  // namespace understudy::redis
