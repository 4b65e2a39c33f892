// https://redis.io/docs/latest/commands/?group=string
#include <algorithm>

#include "protocols/redis/emulator/deadline.hpp"

namespace understudy::redis::emulation {

namespace {

// A string that grows beyond this is not followed any more: the server's own limit is a setting.
constexpr std::size_t longest_string = std::size_t{1} << 22;

Value string_or_null(const String* value) {
  return value != nullptr ? bulk(*value) : null();
}

Answer get(Call& call) {
  const auto found = call.find<String>(call.word(1));
  return found.refused ? found.refusal : string_or_null(found.value);
}

struct Options {
  bool nx = false, xx = false, get = false, keep = false, persist = false;
  std::optional<TimeOption> time;
  std::size_t time_word = 0;
};

std::optional<TimeOption> time_option(const Call& call, std::size_t word) {
  if (call.says(word, "EX")) return TimeOption{Unit::seconds, Since::now};
  if (call.says(word, "PX")) return TimeOption{Unit::milliseconds, Since::now};
  if (call.says(word, "EXAT")) return TimeOption{Unit::seconds, Since::epoch};
  if (call.says(word, "PXAT")) return TimeOption{Unit::milliseconds, Since::epoch};
  return std::nullopt;
}

bool equal(const TimeOption& one, const TimeOption& other) {
  return one.unit == other.unit && one.since == other.since;
}

// One option of SET, false where it can't stand there.
bool take_condition(const Call& call, std::size_t word, Options& options) {
  if (call.says(word, "NX") && !options.xx) return options.nx = true;
  if (call.says(word, "XX") && !options.nx) return options.xx = true;
  if (call.says(word, "GET")) return options.get = true;
  if (call.says(word, "KEEPTTL") && !options.time) return options.keep = true;
  return false;
}

bool take_persist(const Call& call, std::size_t word, Options& options) {
  if (!call.says(word, "PERSIST") || options.time) return false;
  return options.persist = true;
}

// The same option may stand twice; the last one counts.
bool take_time(const Call& call, std::size_t& word, Options& options) {
  const auto time = time_option(call, word);
  if (!time || word + 1 >= call.count() || options.keep || options.persist) return false;
  if (options.time && !equal(*options.time, *time)) return false;
  options.time = time;
  options.time_word = ++word;
  return true;
}

using TakeOption = bool (*)(const Call&, std::size_t, Options&);

// Nothing for a syntax error.
std::optional<Options> read_options(const Call& call, std::size_t first, TakeOption take) {
  Options options;
  for (std::size_t word = first; word < call.count(); ++word)
    if (!take(call, word, options) && !take_time(call, word, options)) return std::nullopt;
  return options;
}

void store(Call& call, std::string_view key, std::string_view value, const Expiry& expiry) {
  call.replace(key, {String(value), expiry});
}

// SET of a key of which it matters what is there.
Answer set_conditionally(Call& call, const Options& options, Expiry expiry) {
  const std::string_view key = call.word(1);
  const Seen seen = call.see(key);
  if (seen.unknown()) return std::nullopt;
  Value previous = null();
  if (options.get) {
    const auto found = call.find<String>(key);
    if (found.refused) return found.refusal;
    previous = string_or_null(found.value);
  }
  const bool there = seen.present();
  if ((options.nx && there) || (options.xx && !there)) return previous;
  if (options.keep && there) expiry = seen.entry->expiry;
  store(call, key, call.word(2), expiry);
  return options.get ? previous : ok();
}

Answer set(Call& call) {
  const auto options = read_options(call, 3, take_condition);
  if (!options) return syntax_error();
  Expiry expiry;
  if (options->time) {
    const Deadline deadline = deadline_of_value(call, options->time_word, *options->time);
    if (deadline.refused) return deadline.refusal;
    expiry = deadline.expiry;
  }
  if (options->nx || options->xx || options->get || options->keep)
    return set_conditionally(call, *options, expiry);
  store(call, call.word(1), call.word(2), expiry);
  return ok();
}

template <Unit unit>
Answer set_with_expiry(Call& call) {
  const Deadline deadline = deadline_of_value(call, 2, {unit, Since::now});
  if (deadline.refused) return deadline.refusal;
  store(call, call.word(1), call.word(3), deadline.expiry);
  return ok();
}

Answer setnx(Call& call) {
  const Seen seen = call.see(call.word(1));
  if (seen.unknown()) return std::nullopt;
  if (seen.present()) return integer(0);
  store(call, call.word(1), call.word(2), {});
  return integer(1);
}

Answer getset(Call& call) {
  Answer previous = get(call);
  if (previous && !is_error(previous->kind)) store(call, call.word(1), call.word(2), {});
  return previous;
}

Answer getdel(Call& call) {
  const auto found = call.find<String>(call.word(1));
  if (!found) return found.refused ? found.refusal : null();
  const Value value = bulk(*found.value);
  call.remove(call.word(1));
  return value;
}

// Changes when a key ends that is there.
void expire(Call& call, Entry& entry, const Expiry& expiry, bool passed) {
  const std::string_view key = call.word(1);
  if (passed) return call.remove(key);
  entry.expiry = expiry;
  call.touch(key);
}

Answer getex(Call& call) {
  const auto options = read_options(call, 2, take_persist);
  if (!options) return syntax_error();
  const auto found = call.find<String>(call.word(1));
  if (!found) return found.refused ? found.refusal : null();
  const Value value = bulk(*found.value);
  Entry& entry = *call.see(call.word(1)).entry;
  if (options->time) {
    const Deadline deadline = deadline_of_value(call, options->time_word, *options->time);
    if (deadline.refused) return deadline.refusal;
    const auto passed = has_passed(call, deadline.expiry);
    if (!passed && call.doubt() == Doubt::unsure) return std::nullopt;
    expire(call, entry, deadline.expiry, passed.value_or(false));
  } else if (options->persist && entry.expiry.kind != Expiry::Kind::never) {
    if (entry.expiry.kind == Expiry::Kind::unknown) call.touch_perhaps(call.word(1));
    expire(call, entry, {}, false);
  }
  return value;
}

Answer mget(Call& call) {
  std::vector<Value> values;
  for (const std::string_view key : call.from(1)) {
    const Seen seen = call.see(key);
    if (seen.unknown()) return std::nullopt;
    values.push_back(string_or_null(std::get_if<String>(&seen.entry->contents)));
  }
  return list(std::move(values));
}

void store_pairs(Call& call) {
  for (std::size_t word = 1; word + 1 < call.count(); word += 2)
    store(call, call.word(word), call.word(word + 1), {});
}

Answer mset(Call& call) {
  if (call.count() % 2 == 0) return wrong_arity(call);
  store_pairs(call);
  return ok();
}

Answer msetnx(Call& call) {
  if (call.count() % 2 == 0) return wrong_arity(call);
  bool sure = true;
  for (std::size_t word = 1; word < call.count(); word += 2) {
    const Seen seen = call.see(call.word(word));
    if (seen.present()) return integer(0);
    sure = sure && !seen.unknown();
  }
  if (!sure) return std::nullopt;
  store_pairs(call);
  return integer(1);
}

Answer append(Call& call) {
  const auto found = call.find<String>(call.word(1));
  if (found.refused) return found.refusal;
  if (found && found.value->size() + call.word(2).size() > longest_string) return std::nullopt;
  String& value = call.made(found, call.word(1));
  value += call.word(2);
  call.touch(call.word(1));
  return count_of(value.size());
}

Answer strlen(Call& call) {
  const auto found = call.find<String>(call.word(1));
  if (found.refused) return found.refusal;
  return count_of(found ? found.value->size() : 0);
}

Answer getrange(Call& call) {
  auto first = call.integer(2);
  auto last = call.integer(3);
  if (!first || !last) return not_an_integer();
  const auto found = call.find<String>(call.word(1));
  if (!found) return found.refused ? found.refusal : bulk({});
  const auto size = static_cast<std::int64_t>(found.value->size());
  if (*first < 0 && *last < 0 && *first > *last) return bulk({});
  if (*first < 0) *first = std::max<std::int64_t>(size + *first, 0);
  if (*last < 0) *last = std::max<std::int64_t>(size + *last, 0);
  *last = std::min(*last, size - 1);
  if (*first > *last) return bulk({});
  return bulk(
      std::string_view(*found.value)
          .substr(static_cast<std::size_t>(*first), static_cast<std::size_t>(*last - *first + 1)));
}

Answer setrange(Call& call) {
  const auto offset = call.integer(2);
  if (!offset) return not_an_integer();
  if (*offset < 0) return error("ERR offset is out of range");
  const std::string_view patch = call.word(3);
  const auto found = call.find<String>(call.word(1));
  if (found.refused) return found.refusal;
  if (patch.empty()) return count_of(found ? found.value->size() : 0);
  const auto begin = static_cast<std::uint64_t>(*offset);
  if (begin > longest_string || begin + patch.size() > longest_string) return std::nullopt;
  String& value = call.made(found, call.word(1));
  if (value.size() < begin + patch.size()) value.resize(begin + patch.size());
  value.replace(begin, patch.size(), patch);
  call.touch(call.word(1));
  return count_of(value.size());
}

constexpr NamedHandler string_handlers[] = {
    {"GET", get},
    {"SET", set},
    {"SETNX", setnx},
    {"SETEX", set_with_expiry<Unit::seconds>},
    {"PSETEX", set_with_expiry<Unit::milliseconds>},
    {"GETSET", getset},
    {"GETDEL", getdel},
    {"GETEX", getex},
    {"MGET", mget},
    {"MSET", mset},
    {"MSETNX", msetnx},
    {"APPEND", append},
    {"STRLEN", strlen},
    {"GETRANGE", getrange},
    {"SUBSTR", getrange},
    {"SETRANGE", setrange},
};

}  // namespace

std::span<const NamedHandler> string_commands() noexcept {
  return string_handlers;
}

}  // namespace understudy::redis::emulation
