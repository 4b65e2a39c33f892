#include "protocols/redis/emulator/lessons.hpp"

#include <algorithm>
#include <optional>

#include "protocols/redis/effects.hpp"
#include "protocols/redis/emulator/scanning.hpp"

namespace understudy::redis::emulation {

namespace {

using Lessons = std::vector<Lesson>;

constexpr Expiry unknown_end = {Expiry::Kind::unknown, 0};

Lesson absence(std::string_view key) {
  return {key, {Absent{}, {}}};
}

bool is_integer(const Value& reply, std::int64_t number) {
  return reply.kind == Kind::integer && reply.integer == number;
}

bool is_empty(const Value& reply) {
  return is_aggregate(reply.kind) && reply.items.empty();
}

Lessons of_first_key(const Request& request, Contents contents) {
  if (std::holds_alternative<Absent>(contents)) return {absence(request.words[1])};
  return {{request.words[1], {std::move(contents), unknown_end}}};
}

Lessons nothing_there(const Request& request, bool proven) {
  return proven ? of_first_key(request, Absent{}) : Lessons();
}

Lessons all_absent(Arguments keys, std::size_t step) {
  Lessons lessons;
  for (std::size_t i = 0; i < keys.size(); i += step) lessons.push_back(absence(keys[i]));
  return lessons;
}

bool all_bulk(const Value& reply) {
  return std::ranges::all_of(reply.items,
                             [](const Value& item) { return item.kind == Kind::bulk_string; });
}

// -- replies that show all that is there

Lessons string_shown(const Request& request, const Value& reply) {
  if (reply.kind == Kind::bulk_string) return of_first_key(request, reply.text);
  return nothing_there(request, is_null(reply.kind));
}

Lessons strings_shown(const Request& request, const Value& reply) {
  Lessons lessons;
  if (reply.items.size() + 1 != request.words.size()) return lessons;
  for (std::size_t i = 0; i < reply.items.size(); ++i)
    if (reply.items[i].kind == Kind::bulk_string)  // null may be of another kind
      lessons.push_back({request.words[i + 1], {reply.items[i].text, unknown_end}});
  return lessons;
}

Lessons list_shown(const Request& request, const Value& reply) {
  if (request.words[2] != "0" || request.words[3] != "-1" || reply.kind != Kind::array) return {};
  if (reply.items.empty()) return of_first_key(request, Absent{});
  if (!all_bulk(reply)) return {};
  List list;
  for (const Value& item : reply.items) list.push_back(item.text);
  return of_first_key(request, std::move(list));
}

Lessons hash_shown(const Request& request, const Value& reply) {
  if (reply.kind != Kind::map || !all_bulk(reply)) return {};
  if (reply.items.empty()) return of_first_key(request, Absent{});
  Hash hash;
  for (std::size_t i = 0; i + 1 < reply.items.size(); i += 2)
    hash.put(reply.items[i].text, reply.items[i + 1].text);
  return of_first_key(request, std::move(hash));
}

Lessons set_shown(const Request& request, const Value& reply) {
  if (reply.kind != Kind::set || !all_bulk(reply)) return {};
  if (reply.items.empty()) return of_first_key(request, Absent{});
  Set set;
  for (const Value& item : reply.items) set.put(item.text);
  return of_first_key(request, std::move(set));
}

Lessons sorted_set_shown(const Request& request, const Value& reply) {
  const auto& words = request.words;
  const bool scores = words.size() == 5 && words[4] == "WITHSCORES";
  const bool whole = (scores || words.size() == 4) && words[2] == "0" && words[3] == "-1";
  if (!whole || reply.kind != Kind::array) return {};
  if (reply.items.empty()) return of_first_key(request, Absent{});
  if (!scores) return {};
  SortedSet set;
  for (const Value& pair : reply.items) {
    if (pair.items.size() != 2 || pair.items[1].kind != Kind::double_number) return {};
    const auto score = parse_double(pair.items[1].text);
    if (!score || *score != *score) return {};
    set.put(pair.items[0].text, *score);
  }
  return of_first_key(request, std::move(set));
}

// -- replies that show that nothing is there

Lessons zero_is_absent(const Request& request, const Value& reply) {
  return nothing_there(request, is_integer(reply, 0));
}

Lessons zero_is_all_absent(const Request& request, const Value& reply) {
  const Arguments keys(request.words);
  return is_integer(reply, 0) ? all_absent(keys.subspan(1), 1) : Lessons();
}

Lessons one_is_absent(const Request& request, const Value& reply) {
  return nothing_there(request, is_integer(reply, 1));
}

Lessons one_is_all_absent(const Request& request, const Value& reply) {
  const Arguments words(request.words);
  return is_integer(reply, 1) ? all_absent(words.subspan(1), 2) : Lessons();
}

Lessons empty_is_absent(const Request& request, const Value& reply) {
  return nothing_there(request, is_empty(reply));
}

Lessons null_is_absent(const Request& request, const Value& reply) {
  return nothing_there(request, is_null(reply.kind));
}

// Of BLPOP and BRPOP that have waited in vain.
Lessons null_is_all_absent(const Request& request, const Value& reply) {
  const Arguments words(request.words);
  return is_null(reply.kind) ? all_absent(words.subspan(1, words.size() - 2), 1) : Lessons();
}

Lessons no_such_key(const Request& request, const Value& reply) {
  return nothing_there(request, is_error(reply.kind) && reply.text == "ERR no such key");
}

Lessons type_shown(const Request& request, const Value& reply) {
  return nothing_there(request, reply.kind == Kind::simple_string && reply.text == "none");
}

Lessons ttl_shown(const Request& request, const Value& reply) {
  return nothing_there(request, is_integer(reply, -2));
}

Lessons expire_refused(const Request& request, const Value& reply) {
  return nothing_there(request, request.words.size() == 3 && is_integer(reply, 0));
}

// As long as what was pushed: then nothing was there.
Lessons push_counted(const Request& request, const Value& reply) {
  const auto pushed = static_cast<std::int64_t>(request.words.size()) - 2;
  return nothing_there(request, is_integer(reply, pushed));
}

bool has_option(const Request& request, std::size_t from, std::string_view option) {
  return std::ranges::any_of(Arguments(request.words).subspan(from), [&](std::string_view word) {
    return equals_ignoring_case(word, option);
  });
}

Lessons set_answered(const Request& request, const Value& reply) {
  if (has_option(request, 3, "GET")) return string_shown(request, reply);
  if (has_option(request, 3, "NX"))
    return nothing_there(request, reply.kind == Kind::simple_string);
  return nothing_there(request, has_option(request, 3, "XX") && is_null(reply.kind));
}

// -- counters

std::optional<std::int64_t> step_of(const Request& request) {
  if (request.name() == "INCR") return 1;
  if (request.name() == "DECR") return -1;
  const auto by = parse_integer(request.words[2]);
  if (!by || request.name() == "INCRBY") return by;
  std::int64_t negative = 0;
  if (__builtin_sub_overflow(std::int64_t{0}, *by, &negative)) return std::nullopt;
  return negative;
}

// A counter that came from zero may have been absent.
Lessons counter_before(const Request& request, const Value& reply) {
  const auto step = step_of(request);
  std::int64_t before = 0;
  if (reply.kind != Kind::integer || !step ||
      __builtin_sub_overflow(reply.integer, *step, &before) || before == 0)
    return {};
  return of_first_key(request, std::to_string(before));
}

Lessons counter_after(const Request& request, const Value& reply) {
  if (reply.kind != Kind::integer) return {};
  return of_first_key(request, std::to_string(reply.integer));
}

Lessons float_after(const Request& request, const Value& reply) {
  return reply.kind == Kind::bulk_string ? of_first_key(request, reply.text) : Lessons();
}

// -- after a command, whatever was there before

Lessons appended(const Request& request, const Value& reply) {
  const auto size = static_cast<std::int64_t>(request.words[2].size());
  return is_integer(reply, size) ? of_first_key(request, String(request.words[2])) : Lessons();
}

Lessons deleted(const Request& request, const Value& reply) {
  if (reply.kind != Kind::integer) return {};
  return all_absent(Arguments(request.words).subspan(1), 1);
}

Lessons renamed(const Request& request, const Value& reply) {
  return nothing_there(request, !is_error(reply.kind) && !is_integer(reply, 0) &&
                                    request.words[1] != request.words[2]);
}

using Teacher = Lessons (*)(const Request&, const Value&);
struct NamedTeacher {
  std::string_view name;
  Teacher teacher;
};

constexpr NamedTeacher before[] = {
    {"GET", string_shown},
    {"GETSET", string_shown},
    {"GETDEL", string_shown},
    {"GETEX", string_shown},
    {"MGET", strings_shown},
    {"SET", set_answered},
    {"SETNX", one_is_absent},
    {"MSETNX", one_is_all_absent},
    {"INCR", counter_before},
    {"DECR", counter_before},
    {"INCRBY", counter_before},
    {"DECRBY", counter_before},
    {"DEL", zero_is_all_absent},
    {"UNLINK", zero_is_all_absent},
    {"EXISTS", zero_is_all_absent},
    {"TOUCH", zero_is_all_absent},
    {"TYPE", type_shown},
    {"EXPIRE", expire_refused},
    {"PEXPIRE", expire_refused},
    {"EXPIREAT", expire_refused},
    {"PEXPIREAT", expire_refused},
    {"TTL", ttl_shown},
    {"PTTL", ttl_shown},
    {"RENAME", no_such_key},
    {"RENAMENX", no_such_key},
    {"LPUSH", push_counted},
    {"RPUSH", push_counted},
    {"LPUSHX", zero_is_absent},
    {"RPUSHX", zero_is_absent},
    {"LPOP", null_is_absent},
    {"RPOP", null_is_absent},
    {"LMOVE", null_is_absent},
    {"RPOPLPUSH", null_is_absent},
    {"BLPOP", null_is_all_absent},
    {"BRPOP", null_is_all_absent},
    {"BLMOVE", null_is_absent},
    {"BRPOPLPUSH", null_is_absent},
    {"LLEN", zero_is_absent},
    {"LRANGE", list_shown},
    {"LSET", no_such_key},
    {"HGETALL", hash_shown},
    {"HLEN", zero_is_absent},
    {"HKEYS", empty_is_absent},
    {"HVALS", empty_is_absent},
    {"SMEMBERS", set_shown},
    {"SCARD", zero_is_absent},
    {"ZCARD", zero_is_absent},
    {"ZRANGE", sorted_set_shown},
};

constexpr NamedTeacher after[] = {
    {"INCR", counter_after},   {"DECR", counter_after},      {"INCRBY", counter_after},
    {"DECRBY", counter_after}, {"INCRBYFLOAT", float_after}, {"APPEND", appended},
    {"DEL", deleted},          {"UNLINK", deleted},          {"RENAME", renamed},
    {"RENAMENX", renamed},
};

Lessons taught(std::span<const NamedTeacher> teachers, const Request& request, const Value& reply) {
  if (request.handler == nullptr) return {};
  const auto found = std::ranges::find(teachers, request.name(), &NamedTeacher::name);
  return found == teachers.end() ? Lessons() : found->teacher(request, reply);
}

}  // namespace

std::vector<Lesson> lessons_before(const Request& request, const Value& reply) {
  return taught(before, request, reply);
}

std::vector<Lesson> lessons_after(const Request& request, const Value& reply) {
  return taught(after, request, reply);
}

std::optional<Expiry> lesson_of_expiry(const Request& request, const Value& reply) {
  if (request.handler == nullptr || reply.kind != Kind::integer || reply.integer < -1) return {};
  if (request.name() != "TTL" && request.name() != "PTTL") return {};
  if (reply.integer == -1) return Expiry{};
  return Expiry{Expiry::Kind::sometime, 0};
}

std::optional<Expiry> lesson_of_end(const Request& request, const Value& reply,
                                    Emulator::Moment now) {
  struct Named {
    std::string_view name;
    std::int64_t unit;
    bool from_now;
  };
  static constexpr Named commands[] = {{"EXPIRE", 1000, true},
                                       {"EXPIREAT", 1000, false},
                                       {"PEXPIRE", 1, true},
                                       {"PEXPIREAT", 1, false}};
  if (request.handler == nullptr || !is_integer(reply, 1)) return std::nullopt;
  if (request.name() == "PERSIST") return Expiry{};
  const auto found = std::ranges::find(commands, request.name(), &Named::name);
  const auto time = request.words.size() > 2 ? parse_integer(request.words[2]) : std::nullopt;
  std::int64_t at = 0;
  if (found == std::end(commands) || !now || !time ||
      __builtin_mul_overflow(*time, found->unit, &at) ||
      __builtin_add_overflow(at, found->from_now ? now->count() : 0, &at))
    return std::nullopt;
  return Expiry{Expiry::Kind::at, at};
}

namespace {

// SCAN 0 [COUNT 100] whose one page is all.
std::optional<std::vector<std::string>> whole_scan(const Request& request, const Value& reply) {
  const bool plain = request.words.size() == 2 ||
                     (request.words.size() == 4 && equals_ignoring_case(request.words[2], "COUNT"));
  if (!plain || is_part_of_scan(request.name(), request.words, reply)) return std::nullopt;
  std::vector<std::string> segments;
  for (const Value& key : reply.items[1].items) segments.push_back(segment_of(key.text));
  std::ranges::sort(segments);
  segments.erase(std::ranges::unique(segments).begin(), segments.end());
  return segments;
}

}  // namespace

std::optional<std::vector<std::string>> lesson_of_database(const Request& request,
                                                           const Value& reply) {
  if (request.handler == nullptr) return std::nullopt;
  if (request.name() == "DBSIZE" && is_integer(reply, 0)) return std::vector<std::string>();
  if (request.name() == "SCAN") return whole_scan(request, reply);
  if (request.name() != "KEYS" || request.words[1] != "*" || reply.kind != Kind::array)
    return std::nullopt;
  std::vector<std::string> segments;
  for (const Value& key : reply.items) segments.push_back(segment_of(key.text));
  return segments;
}

}  // namespace understudy::redis::emulation
