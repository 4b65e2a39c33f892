#include "protocols/redis/effects.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "protocols/redis/keys.hpp"
#include "protocols/redis/numbers.hpp"

namespace understudy::redis {

namespace {

using Names = std::span<const std::string_view>;

bool one_of(std::string_view name, Names names) {
  return std::ranges::find(names, name) != names.end();
}

constexpr std::string_view whole_database[] = {"DBSIZE", "FLUSHDB", "KEYS", "RANDOMKEY", "SCAN"};

// What changes facts of the server that other commands of the same container tell.
constexpr std::string_view server_writes[] = {
    "ACL DELUSER",   "ACL LOAD",    "ACL SETUSER",   "CONFIG RESETSTAT", "CONFIG SET",
    "LATENCY RESET", "MODULE LOAD", "MODULE LOADEX", "MODULE UNLOAD",    "SCRIPT FLUSH",
    "SLOWLOG RESET", "FAILOVER",    "REPLICAOF",     "SLAVEOF"};

constexpr std::string_view everything_writes[] = {
    "DEBUG",          "FLUSHALL",      "FUNCTION DELETE",
    "FUNCTION FLUSH", "FUNCTION LOAD", "FUNCTION RESTORE",
    "SHUTDOWN",       "SYNC",          "PSYNC"};

// Scripts may touch anything where they name no key.
constexpr std::string_view scripts[] = {"EVAL",    "EVALSHA", "EVALSHA_RO",
                                        "EVAL_RO", "FCALL",   "FCALL_RO"};

bool has_option(Arguments arguments, std::size_t from, std::string_view option) {
  for (std::size_t i = from; i < arguments.size(); ++i)
    if (equals_ignoring_case(arguments[i], option)) return true;
  return false;
}

// SORT BY weight_* and GET object_* read keys that the sorted elements name.
bool sorts_by_other_keys(Arguments arguments) {
  for (std::size_t i = 2; i + 1 < arguments.size(); ++i) {
    const std::string_view pattern = arguments[i + 1];
    if (equals_ignoring_case(arguments[i], "BY") && pattern.find('*') != std::string_view::npos)
      return true;
    if (equals_ignoring_case(arguments[i], "GET") && pattern != "#") return true;
  }
  return false;
}

std::optional<std::uint32_t> database(std::string_view digits) {
  const auto number = parse_integer(digits);
  if (!number || *number < 0 || *number > INT32_MAX) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

Effects everything(Effect effect) {
  Effects effects{.effect = effect, .reads = {KeyPath{}}};
  if (effect == Effect::write) effects.writes.emplace_back();
  return effects;
}

Effects server_fact(const ResolvedCommand& resolved) {
  const std::string_view name = resolved.name;
  const KeyPath path = {"server", std::string(name.substr(0, name.find(' ')))};
  Effects effects;
  if (resolved.container != nullptr || one_of(name, server_writes)) effects.reads.push_back(path);
  if (one_of(name, server_writes)) {
    effects.effect = Effect::write;
    effects.writes.push_back(path);
  }
  return effects;
}

// A script by its digest: EVALSHA depends on whether SCRIPT LOAD or SCRIPT FLUSH came before.
KeyPath script_path(std::string_view digest) {
  return {"server", "SCRIPT", lower_case(digest)};
}

// Commands that move things to another database.
void add_other_database(std::string_view name, Arguments arguments, Effects& effects) {
  if (name == "MOVE" && arguments.size() > 2) {
    if (const auto db = database(arguments[2]))
      effects.writes.push_back(key_path(*db, arguments[1]));
  } else if (name == "COPY") {
    for (std::size_t i = 3; i + 1 < arguments.size(); ++i)
      if (equals_ignoring_case(arguments[i], "DB"))
        if (const auto db = database(arguments[i + 1]))
          effects.writes.push_back(key_path(*db, arguments[2]));
  }
  for (const KeyPath& path : effects.writes)
    if (std::ranges::find(effects.reads, path) == effects.reads.end())
      effects.reads.push_back(path);
}

Effects swapped(Arguments arguments) {
  Effects effects{.effect = Effect::write};
  for (std::size_t i = 1; i < arguments.size(); ++i)
    if (const auto db = database(arguments[i])) effects.writes.push_back({std::to_string(*db)});
  effects.reads = effects.writes;
  return effects;
}

void add_once(std::vector<KeyPath>& paths, KeyPath path) {
  if (std::ranges::find(paths, path) == paths.end()) paths.push_back(std::move(path));
}

Effects keyed(const ResolvedCommand& resolved, Arguments arguments, std::span<const KeyUse> keys,
              std::uint32_t db) {
  const std::string_view name = resolved.name;
  // XREADGROUP only reads its keys in the table's words, and yet moves what its group has seen.
  const bool writes_all = name == "XREADGROUP";
  Effects effects;
  for (const KeyUse& use : keys) {
    add_once(effects.reads, key_path(db, use.key));
    if (use.access == KeyAccess::write || writes_all)
      add_once(effects.writes, key_path(db, use.key));
  }
  if (name.starts_with("SORT") && sorts_by_other_keys(arguments))
    effects.reads = {{std::to_string(db)}};
  add_other_database(name, arguments, effects);
  if (name.starts_with("EVALSHA")) add_once(effects.reads, script_path(arguments[1]));
  effects.effect = effects.writes.empty() ? Effect::read : Effect::write;
  return effects;
}

Effects script_exists(Arguments arguments) {
  Effects effects;
  for (const std::string_view digest : arguments.subspan(2))
    add_once(effects.reads, script_path(digest));
  return effects;
}

}  // namespace

void add_loaded_script(const Value& reply, Effects& effects) {
  if (reply.kind != Kind::bulk_string) return;
  effects = {.effect = Effect::write, .writes = {script_path(reply.text)}};
}

KeyPath key_path(std::uint32_t db, std::string_view key) {
  return {std::to_string(db), segment_of(key)};
}

std::string key_of(std::string_view segment) {
  std::string octets;
  for (std::size_t i = 0; i < segment.size(); ++i) {
    const bool escaped = segment[i] == '\x1e' && i + 1 < segment.size();
    octets += !escaped ? segment[i] : segment[++i] == '0' ? '\x1e' : '\x1f';
  }
  return octets;
}

std::string segment_of(std::string_view octets) {
  std::string segment;
  for (const char octet : octets) {
    if (octet != '\x1e' && octet != '\x1f')
      segment += octet;
    else
      segment.append(1, '\x1e').append(1, octet == '\x1e' ? '0' : '1');
  }
  return segment;
}

Effects effects_of(const ResolvedCommand& resolved, Arguments arguments, std::uint32_t db) {
  const std::string_view name = resolved.name;
  // What another version may have taken, with whatever it means there.
  if (resolved.command == nullptr || !resolved.command->accepts(arguments.size())) {
    Effects effects = everything(Effect::write);
    effects.understood = false;
    return effects;
  }
  if (one_of(name, whole_database)) {
    const KeyPath path = {std::to_string(db)};
    if (name == "FLUSHDB") return {.effect = Effect::write, .reads = {path}, .writes = {path}};
    return {.effect = Effect::read, .reads = {path}};
  }
  if (name == "SWAPDB") return swapped(arguments);
  if (one_of(name, everything_writes)) return everything(Effect::write);
  const std::vector<KeyUse> keys = keys_of(*resolved.command, arguments);
  if (keys.empty() && one_of(name, scripts))
    return everything(name.ends_with("_RO") ? Effect::read : Effect::write);
  if (name == "SCRIPT EXISTS") return script_exists(arguments);
  if (keys.empty()) return server_fact(resolved);
  return keyed(resolved, arguments, keys, db);
}

namespace {

// Writes whose zero says that nothing was there to change.
constexpr std::string_view zero_is_nothing[] = {"COPY",
                                                "DEL",
                                                "EXPIRE",
                                                "EXPIREAT",
                                                "HDEL",
                                                "HSETNX",
                                                "LINSERT",
                                                "LPUSHX",
                                                "LREM",
                                                "MOVE",
                                                "MSETNX",
                                                "PERSIST",
                                                "PEXPIRE",
                                                "PEXPIREAT",
                                                "PFADD",
                                                "RENAMENX",
                                                "RPUSHX",
                                                "SADD",
                                                "SETNX",
                                                "SMOVE",
                                                "SREM",
                                                "UNLINK",
                                                "XACK",
                                                "XDEL",
                                                "XGROUP CREATECONSUMER",
                                                "XGROUP DESTROY",
                                                "XTRIM",
                                                "ZREM",
                                                "ZREMRANGEBYLEX",
                                                "ZREMRANGEBYRANK",
                                                "ZREMRANGEBYSCORE",
                                                "PUBLISH",
                                                "SPUBLISH"};

// Writes whose null or empty reply says the same.
constexpr std::string_view nothing_is_nothing[] = {
    "BLMOVE", "BLMPOP", "BLPOP",      "BRPOP", "BRPOPLPUSH", "BZMPOP", "BZPOPMAX",  "BZPOPMIN",
    "GETDEL", "GETEX",  "LMOVE",      "LMPOP", "LPOP",       "RPOP",   "RPOPLPUSH", "SPOP",
    "XADD",   "XREAD",  "XREADGROUP", "ZMPOP", "ZPOPMAX",    "ZPOPMIN"};

bool is_nothing(const Value& reply) {
  return is_null(reply.kind) || (is_aggregate(reply.kind) && reply.items.empty());
}

bool is_zero(const Value& reply) {
  return reply.kind == Kind::integer && reply.integer <= 0;
}

// SET key value NX|XX [GET]: with GET the old value tells whether the condition held.
bool set_has_changed(Arguments arguments, const Value& reply) {
  const bool nx = has_option(arguments, 3, "NX");
  const bool xx = has_option(arguments, 3, "XX");
  if (!has_option(arguments, 3, "GET")) return !is_null(reply.kind);
  return nx ? is_null(reply.kind) : !xx || !is_null(reply.kind);
}

// ZADD counts what was added, with CH what was changed; without CH a zero may be an update.
bool zadd_has_changed(Arguments arguments, const Value& reply) {
  if (is_null(reply.kind)) return false;
  const bool telling = has_option(arguments, 2, "CH") || has_option(arguments, 2, "NX");
  return !(telling && is_zero(reply));
}

}  // namespace

bool has_changed(const ResolvedCommand& resolved, Arguments arguments, const Value& reply) {
  const std::string_view name = resolved.name;
  // A script that failed may have written before.
  if (is_error(reply.kind)) return one_of(name, scripts) && !reply.text.starts_with("NOSCRIPT");
  if (name == "SET") return set_has_changed(arguments, reply);
  if (name == "ZADD") return zadd_has_changed(arguments, reply);
  if (name == "GETEX" && arguments.size() == 2) return false;
  if (one_of(name, zero_is_nothing)) return !is_zero(reply);
  if (one_of(name, nothing_is_nothing)) return !is_nothing(reply);
  return true;
}

namespace {

// Whether an error says that the command is none, which the server finds before it looks at any
// key. Not so `ERR syntax error`: BITCOUNT, GEORADIUS, LCS, HSCAN and others look at the key first.
bool is_misspelled(const ResolvedCommand& resolved, Arguments arguments, std::string_view error) {
  static constexpr std::string_view in_pairs[] = {"HMSET", "HSET", "MSET", "MSETNX"};
  if (resolved.command == nullptr)
    return error.starts_with("ERR unknown command") || error.starts_with("ERR unknown subcommand");
  if (!error.starts_with("ERR wrong number of arguments")) return false;
  return !resolved.command->accepts(arguments.size()) || one_of(resolved.name, in_pairs);
}

}  // namespace

bool answers_blindly(const ResolvedCommand& resolved, Arguments arguments, const Value& reply) {
  static constexpr std::string_view blind[] = {"FLUSHALL", "FLUSHDB", "MSET",
                                               "PSETEX",   "SET",     "SETEX"};
  if (reply.kind == Kind::simple_error) return is_misspelled(resolved, arguments, reply.text);
  if (reply.kind != Kind::simple_string || reply.text != "OK") return false;
  if (!one_of(resolved.name, blind)) return false;
  if (resolved.name != "SET") return true;
  return !has_option(arguments, 3, "NX") && !has_option(arguments, 3, "XX") &&
         !has_option(arguments, 3, "GET");
}

}  // namespace understudy::redis
