#include "protocols/redis/values.hpp"

#include <algorithm>
#include <array>

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

}  // namespace

std::string map_values(std::string_view canonical, const ValueMap& map) {
  const std::string_view name = pattern_of(canonical);
  const ValueRole role =
      std::ranges::find(makers, name) == makers.end() ? ValueRole::sought : ValueRole::made;
  CommandLine line = read_canonical(canonical);
  ResolvedCommand resolved;
  resolve(line.views(), resolved);
  bool changed = false;
  for (std::size_t i = resolved.name_arguments; i < line.words.size(); ++i)
    if (auto other = map(line.words[i], role)) {
      line.words[i] = *std::move(other);
      changed = true;
    }
  if (!changed || resolved.name != name) return std::string(canonical);
  std::string mapped;
  make_canonical(resolved, line.views(), line.db, mapped);
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
