#include "protocols/redis/contents.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "protocols/redis/numbers.hpp"

namespace understudy::redis {
namespace {

constexpr std::string_view absent = "absent";

std::string content_of(std::initializer_list<std::string_view> parts) {
  std::string content;
  for (const std::string_view part : parts)
    content.append(std::to_string(part.size())).append(1, ':').append(part);
  return content;
}

/// One command that is being told.
struct Told {
  Arguments arguments;
  const Value& reply;
  bool changed;  ///< see has_changed()
  bool narrow;   ///< its keys are of one kind
  Effects& effects;

  [[nodiscard]] bool failed() const { return is_error(reply.kind); }
  [[nodiscard]] const KeyPath& key() const { return effects.writes.front(); }

  /// It depends on what is in the keys that it reads.
  void depend_on_contents() { effects.contents = std::exchange(effects.reads, {}); }

  [[nodiscard]] KeyPath below(std::string_view kind, std::string_view name = {}) const {
    KeyPath path = effects.contents.empty() ? key() : effects.contents.front();
    path.emplace_back(kind);
    if (kind == "member") path.push_back(segment_of(name));
    return path;
  }
  void determine(const KeyPath& path, std::string content, bool whatever_answered = false) {
    const auto earlier = std::ranges::find(effects.determined, path, &Determined::path);
    if (earlier != effects.determined.end()) effects.determined.erase(earlier);
    effects.determined.push_back({path, std::move(content), whatever_answered});
  }
  /// Narrows a write to one path below its key.
  void write_below(const KeyPath& path, std::optional<std::string> content,
                   bool whatever_answered = false) {
    if (!narrow) return;
    if (effects.writes.size() == 1 && effects.writes.front().size() < path.size())
      effects.writes.clear();
    effects.writes.push_back(path);
    if (content && !failed()) determine(path, std::move(*content), whatever_answered);
  }
};

// --- commands about whole keys
// ----------------------------------------------------------------------

void whole(Told& told) {
  told.depend_on_contents();
}

/// What its answer depends on are the writes themselves, as for SCAN and its cursors.
void history(Told&) {}

void removed(Told& told) {
  told.depend_on_contents();
  for (const KeyPath& key : told.effects.writes) told.determine(key, std::string(absent), true);
}

void taken(Told& told) {
  told.depend_on_contents();
  if (!told.failed()) told.determine(told.key(), std::string(absent));
}

void flushed(Told& told) {
  if (!told.failed()) told.determine(told.key(), std::string(absent), true);
}

/// What SET's options say; nothing where it keeps the time of the value before, or for options of
/// later versions.
struct SetOptions {
  std::string expiry;
  bool conditional = false;  ///< NX and XX may change nothing; GET refuses another kind of value
};

std::optional<SetOptions> set_options(Arguments options) {
  static constexpr std::string_view times[] = {"EX", "PX", "EXAT", "PXAT"};
  SetOptions read;
  for (std::size_t i = 0; i < options.size(); ++i) {
    const auto is = [&](std::string_view option) {
      return equals_ignoring_case(options[i], option);
    };
    if (is("NX") || is("XX") || is("GET")) {
      read.conditional = true;
    } else if (std::ranges::any_of(times, is) && i + 1 < options.size()) {
      append_upper(read.expiry.append(1, ' '), options[i]);
      read.expiry.append(1, ' ').append(options[++i]);
    } else {
      return std::nullopt;
    }
  }
  return read;
}

void set(Told& told) {
  told.depend_on_contents();
  const auto options = set_options(told.arguments.subspan(3));
  if (!options || !told.changed) return;
  told.determine(told.key(), content_of({told.arguments[2], options->expiry}),
                 !options->conditional);
}

/// SETEX key seconds value.
void set_expiring(Told& told, std::string_view unit) {
  told.depend_on_contents();
  if (told.failed()) return;
  told.determine(told.key(),
                 content_of({told.arguments[3], std::string(unit).append(told.arguments[2])}),
                 true);
}
void setex(Told& told) {
  set_expiring(told, " EX ");
}
void psetex(Told& told) {
  set_expiring(told, " PX ");
}

void getset(Told& told) {
  told.depend_on_contents();
  if (!told.failed()) told.determine(told.key(), content_of({told.arguments[2], ""}));
}

void setnx(Told& told) {
  told.depend_on_contents();
  if (!told.changed) return;
  told.determine(told.key(), content_of({told.arguments[2], ""}));
}

/// MSET key value …, and MSETNX.
void mset(Told& told) {
  told.depend_on_contents();
  if (!told.changed) return;
  const bool always = told.reply.kind != Kind::integer;
  const std::string& db = told.key().front();
  for (std::size_t i = 1; i + 1 < told.arguments.size(); i += 2)
    told.determine({db, segment_of(told.arguments[i])}, content_of({told.arguments[i + 1], ""}),
                   always);
}

/// A push that is answered with the number of its own elements made the list.
void pushed(Told& told) {
  told.depend_on_contents();
  const Arguments elements = told.arguments.subspan(2);
  if (told.reply.kind != Kind::integer ||
      told.reply.integer != static_cast<std::int64_t>(elements.size()))
    return;
  const bool left = equals_ignoring_case(told.arguments[0], "LPUSH");
  std::string content = "list ";
  for (std::size_t i = 0; i < elements.size(); ++i)
    content += content_of({elements[left ? elements.size() - 1 - i : i]});
  told.determine(told.key(), std::move(content));
}

/// What was there and when it expires is left as it is.
void edited(Told& told) {
  told.depend_on_contents();
  told.write_below(told.below("value"), std::nullopt);
}

std::string text_of(const Value& reply) {
  return reply.kind == Kind::integer ? std::to_string(reply.integer) : reply.text;
}

void counted_number(Told& told) {
  told.depend_on_contents();
  told.write_below(told.below("value"), text_of(told.reply));
}

/// EXPIRE and its like; those with a condition depend on when the key was to expire before.
void expiring(Told& told) {
  const auto time = parse_integer(told.arguments[2]);
  if (told.arguments.size() > 3 || !time || *time <= 0) return;
  told.depend_on_contents();
  if (!told.changed) return;
  std::string content;
  append_upper(content, told.arguments[0]);
  told.write_below(told.below("expiry"), content.append(1, ' ').append(told.arguments[2]));
}

// --- commands about members
// -------------------------------------------------------------------------

/// The members at `first`, `first` + `step`, …
std::vector<std::string_view> members(const Told& told, std::size_t first, std::size_t step) {
  std::vector<std::string_view> found;
  for (std::size_t i = first; i < told.arguments.size(); i += step)
    found.push_back(told.arguments[i]);
  return found;
}

/// Depends on what these members are, and on all that may have made the key something else: writes
/// to the whole of it, and its end. Gives the members' paths.
std::vector<KeyPath> depend_on_members(Told& told, const std::vector<std::string_view>& names) {
  told.depend_on_contents();
  if (!told.narrow) return {};
  std::vector<KeyPath> paths;
  for (const std::string_view name : names) paths.push_back(told.below("member", name));
  std::vector<KeyPath> contents = {told.below("kind"), told.below("expiry")};
  contents.insert(contents.end(), paths.begin(), paths.end());
  told.effects.contents = std::move(contents);
  return paths;
}

/// Makes each of the members what `content_at` says of it, by its place.
template <class ContentAt>
void write_members(Told& told, const std::vector<std::string_view>& names, ContentAt&& content_at,
                   bool whatever_answered = false) {
  const std::vector<KeyPath> paths = depend_on_members(told, names);
  for (std::size_t i = 0; i < paths.size(); ++i)
    told.write_below(paths[i], content_at(i), whatever_answered);
}

void members_read(Told& told) {
  static_cast<void>(depend_on_members(told, members(told, 2, 1)));
}

void members_added(Told& told) {
  write_members(
      told, members(told, 2, 1), [](std::size_t) { return std::string("present"); }, true);
}

void members_removed(Told& told) {
  write_members(
      told, members(told, 2, 1), [](std::size_t) { return std::string(absent); }, true);
}

std::string field_content(std::string_view value) {
  return content_of({value});
}

void fields_set(Told& told) {
  write_members(
      told, members(told, 2, 2),
      [&](std::size_t i) {
        return field_content(told.arguments[std::min(3 + 2 * i, told.arguments.size() - 1)]);
      },
      true);
}

void field_set_if_new(Told& told) {
  write_members(told, {told.arguments[2]}, [&](std::size_t) -> std::optional<std::string> {
    if (!told.changed) return std::nullopt;
    return field_content(told.arguments[3]);
  });
}

void field_counted(Told& told) {
  write_members(told, {told.arguments[2]},
                [&](std::size_t) { return field_content(text_of(told.reply)); });
}

std::optional<std::string> score_content(std::string_view digits) {
  const auto score = parse_double(digits);
  if (!score) return std::nullopt;
  return format_double(*score, DoubleStyle::seventeen_digits);
}

/// ZADD key score member …; with options it depends on the scores that were there.
void scores_set(Told& told) {
  static constexpr std::string_view options[] = {"NX", "XX", "GT", "LT", "CH", "INCR"};
  std::size_t first = 2;
  bool plain = true;
  for (; first < told.arguments.size(); ++first) {
    const auto is = [&](std::string_view option) {
      return equals_ignoring_case(told.arguments[first], option);
    };
    if (std::ranges::none_of(options, is)) break;
    plain = plain && is("CH");
  }
  write_members(
      told, members(told, first + 1, 2),
      [&](std::size_t i) -> std::optional<std::string> {
        if (!plain) return std::nullopt;
        return score_content(told.arguments[first + 2 * i]);
      },
      plain);
}

void score_counted(Told& told) {
  write_members(told, {told.arguments[3]},
                [&](std::size_t) { return score_content(told.reply.text); });
}

// --- which command is which
// -------------------------------------------------------------------------

struct Rule {
  std::string_view name;
  ValueKind kind;
  void (*tell)(Told&);
};

constexpr Rule rules[] = {{"APPEND", ValueKind::string, edited},
                          {"BITCOUNT", ValueKind::string, whole},
                          {"BITPOS", ValueKind::string, whole},
                          {"DECR", ValueKind::string, counted_number},
                          {"DECRBY", ValueKind::string, counted_number},
                          {"DEL", ValueKind::neutral, removed},
                          {"DUMP", ValueKind::neutral, history},
                          {"EXISTS", ValueKind::neutral, whole},
                          {"EXPIRE", ValueKind::neutral, expiring},
                          {"EXPIREAT", ValueKind::neutral, expiring},
                          {"EXPIRETIME", ValueKind::neutral, history},
                          {"FLUSHALL", ValueKind::neutral, flushed},
                          {"FLUSHDB", ValueKind::neutral, flushed},
                          {"GET", ValueKind::string, whole},
                          {"GETBIT", ValueKind::string, whole},
                          {"GETDEL", ValueKind::string, taken},
                          {"GETEX", ValueKind::string, history},
                          {"GETRANGE", ValueKind::string, whole},
                          {"GETSET", ValueKind::string, getset},
                          {"HDEL", ValueKind::hash, members_removed},
                          {"HEXISTS", ValueKind::hash, members_read},
                          {"HGET", ValueKind::hash, members_read},
                          {"HGETALL", ValueKind::hash, whole},
                          {"HINCRBY", ValueKind::hash, field_counted},
                          {"HINCRBYFLOAT", ValueKind::hash, field_counted},
                          {"HKEYS", ValueKind::hash, whole},
                          {"HLEN", ValueKind::hash, whole},
                          {"HMGET", ValueKind::hash, members_read},
                          {"HMSET", ValueKind::hash, fields_set},
                          {"HSCAN", ValueKind::hash, history},
                          {"HSET", ValueKind::hash, fields_set},
                          {"HSETNX", ValueKind::hash, field_set_if_new},
                          {"HSTRLEN", ValueKind::hash, members_read},
                          {"HVALS", ValueKind::hash, whole},
                          {"INCR", ValueKind::string, counted_number},
                          {"INCRBY", ValueKind::string, counted_number},
                          {"INCRBYFLOAT", ValueKind::string, counted_number},
                          {"LINDEX", ValueKind::list, whole},
                          {"LINSERT", ValueKind::list, whole},
                          {"LLEN", ValueKind::list, whole},
                          {"LPOP", ValueKind::list, whole},
                          {"LPOS", ValueKind::list, whole},
                          {"LPUSH", ValueKind::list, pushed},
                          {"LPUSHX", ValueKind::list, whole},
                          {"LRANGE", ValueKind::list, whole},
                          {"LREM", ValueKind::list, whole},
                          {"LSET", ValueKind::list, whole},
                          {"LTRIM", ValueKind::list, whole},
                          {"MEMORY USAGE", ValueKind::neutral, history},
                          {"MGET", ValueKind::string, whole},
                          {"MSET", ValueKind::string, mset},
                          {"MSETNX", ValueKind::string, mset},
                          {"OBJECT ENCODING", ValueKind::neutral, history},
                          {"OBJECT FREQ", ValueKind::neutral, history},
                          {"OBJECT IDLETIME", ValueKind::neutral, history},
                          {"OBJECT REFCOUNT", ValueKind::neutral, history},
                          {"PERSIST", ValueKind::neutral, history},
                          {"PEXPIRE", ValueKind::neutral, expiring},
                          {"PEXPIREAT", ValueKind::neutral, expiring},
                          {"PEXPIRETIME", ValueKind::neutral, history},
                          {"PSETEX", ValueKind::string, psetex},
                          {"PTTL", ValueKind::neutral, history},
                          {"RPOP", ValueKind::list, whole},
                          {"RPUSH", ValueKind::list, pushed},
                          {"RPUSHX", ValueKind::list, whole},
                          {"SADD", ValueKind::set, members_added},
                          {"SCARD", ValueKind::set, whole},
                          {"SDIFF", ValueKind::set, whole},
                          {"SET", ValueKind::string, set},
                          {"SETBIT", ValueKind::string, edited},
                          {"SETEX", ValueKind::string, setex},
                          {"SETNX", ValueKind::string, setnx},
                          {"SETRANGE", ValueKind::string, edited},
                          {"SINTER", ValueKind::set, whole},
                          {"SINTERCARD", ValueKind::set, whole},
                          {"SISMEMBER", ValueKind::set, members_read},
                          {"SMEMBERS", ValueKind::set, whole},
                          {"SMISMEMBER", ValueKind::set, members_read},
                          {"SPOP", ValueKind::set, whole},
                          {"SREM", ValueKind::set, members_removed},
                          {"SSCAN", ValueKind::set, history},
                          {"STRLEN", ValueKind::string, whole},
                          {"SUNION", ValueKind::set, whole},
                          {"TOUCH", ValueKind::neutral, whole},
                          {"TTL", ValueKind::neutral, history},
                          {"TYPE", ValueKind::neutral, whole},
                          {"UNLINK", ValueKind::neutral, removed},
                          {"WATCH", ValueKind::neutral, history},
                          {"ZADD", ValueKind::sorted_set, scores_set},
                          {"ZCARD", ValueKind::sorted_set, whole},
                          {"ZCOUNT", ValueKind::sorted_set, whole},
                          {"ZINCRBY", ValueKind::sorted_set, score_counted},
                          {"ZLEXCOUNT", ValueKind::sorted_set, whole},
                          {"ZMSCORE", ValueKind::sorted_set, members_read},
                          {"ZPOPMAX", ValueKind::sorted_set, whole},
                          {"ZPOPMIN", ValueKind::sorted_set, whole},
                          {"ZRANGE", ValueKind::sorted_set, whole},
                          {"ZRANGEBYLEX", ValueKind::sorted_set, whole},
                          {"ZRANGEBYSCORE", ValueKind::sorted_set, whole},
                          {"ZRANK", ValueKind::sorted_set, whole},
                          {"ZREM", ValueKind::sorted_set, members_removed},
                          {"ZREMRANGEBYLEX", ValueKind::sorted_set, whole},
                          {"ZREMRANGEBYRANK", ValueKind::sorted_set, whole},
                          {"ZREMRANGEBYSCORE", ValueKind::sorted_set, whole},
                          {"ZREVRANGE", ValueKind::sorted_set, whole},
                          {"ZREVRANGEBYLEX", ValueKind::sorted_set, whole},
                          {"ZREVRANGEBYSCORE", ValueKind::sorted_set, whole},
                          {"ZREVRANK", ValueKind::sorted_set, whole},
                          {"ZSCAN", ValueKind::sorted_set, history},
                          {"ZSCORE", ValueKind::sorted_set, members_read}};
static_assert(std::ranges::is_sorted(rules, {}, &Rule::name));

const Rule* rule_of(std::string_view name) {
  const auto found = std::ranges::lower_bound(rules, name, {}, &Rule::name);
  return found == std::end(rules) || found->name != name ? nullptr : found;
}

}  // namespace

void KeyKinds::learn(const ResolvedCommand& resolved, const Effects& effects, bool refused) {
  const Rule* rule = rule_of(resolved.name);
  const ValueKind kind = rule == nullptr || refused ? ValueKind::several : rule->kind;
  if (kind == ValueKind::neutral) return;
  for (const auto& paths : {effects.reads, effects.writes})
    for (const KeyPath& path : paths) {
      if (path.size() < 2) continue;
      const auto [found, added] = kinds_.emplace(path, kind);
      if (!added && found->second != kind) found->second = ValueKind::several;
    }
  several_ |= rule == nullptr && std::ranges::any_of(effects.writes, [](const KeyPath& path) {
                return path.size() < 2;
              });
}

bool KeyKinds::is_of_one_kind(const KeyPath& key) const {
  const auto found = kinds_.find(key);
  return !several_ && found != kinds_.end() && found->second != ValueKind::several;
}

void tell_contents(const ResolvedCommand& resolved, Arguments arguments, const Value& reply,
                   const KeyKinds& kinds, Effects& effects) {
  const Rule* rule = rule_of(resolved.name);
  if (rule == nullptr || effects.reads.empty()) return;
  const bool narrow = std::ranges::all_of(
      effects.reads, [&](const KeyPath& key) { return kinds.is_of_one_kind(key); });
  Told told{arguments, reply, has_changed(resolved, arguments, reply), narrow, effects};
  rule->tell(told);
}

}  // namespace understudy::redis
