// https://redis.io/docs/latest/commands/?group=generic
#include "protocols/redis/effects.hpp"
#include "protocols/redis/emulator/deadline.hpp"

namespace understudy::redis::emulation {

namespace {

bool all_known(Call& call, std::size_t first) {
  for (const std::string_view key : call.from(first))
    if (call.see(key).unknown()) return false;
  return true;
}

Answer del(Call& call) {
  if (!all_known(call, 1)) return std::nullopt;
  std::int64_t removed = 0;
  for (const std::string_view key : call.from(1)) {
    if (call.see(key).absent()) continue;
    call.remove(key);
    ++removed;
  }
  return integer(removed);
}

Answer exists(Call& call) {
  if (!all_known(call, 1)) return std::nullopt;
  std::int64_t there = 0;
  for (const std::string_view key : call.from(1)) there += call.see(key).present() ? 1 : 0;
  return integer(there);
}

Answer type(Call& call) {
  const auto name = type_of(call.see(call.word(1)));
  return name ? status(*name) : Answer();
}

struct ExpireOptions {
  bool nx = false, xx = false, gt = false, lt = false;
  [[nodiscard]] bool any() const noexcept { return nx || xx || gt || lt; }
};

// The error; nothing where an option is none, which the server would quote as it was spelled.
std::optional<Value> contradiction(const ExpireOptions& options) {
  if (options.nx && (options.xx || options.gt || options.lt))
    return error("ERR NX and XX, GT or LT options at the same time are not compatible");
  if (options.gt && options.lt)
    return error("ERR GT and LT options at the same time are not compatible");
  return std::nullopt;
}

std::optional<ExpireOptions> read_options(const Call& call) {
  ExpireOptions options;
  for (std::size_t word = 3; word < call.count(); ++word) {
    if (call.says(word, "NX"))
      options.nx = true;
    else if (call.says(word, "XX"))
      options.xx = true;
    else if (call.says(word, "GT"))
      options.gt = true;
    else if (call.says(word, "LT"))
      options.lt = true;
    else
      return std::nullopt;
  }
  return options;
}

// Whether the options let a key have a new end; nothing where that is not sure.
std::optional<bool> allows(const ExpireOptions& options, const Expiry& current,
                           const Expiry& proposed) {
  if (!options.any()) return true;
  if (current.kind == Expiry::Kind::unknown) return std::nullopt;
  const bool ends = current.ends();
  if (options.nx && ends) return false;
  if ((options.xx || options.gt) && !ends) return false;
  if (!ends || !(options.gt || options.lt)) return true;
  if (current.kind != Expiry::Kind::at || proposed.kind != Expiry::Kind::at) return std::nullopt;
  return options.gt ? proposed.at > current.at : proposed.at < current.at;
}

template <Unit unit, Since since>
Answer expire(Call& call) {
  const auto options = read_options(call);
  if (!options) return std::nullopt;
  if (auto problem = contradiction(*options)) return problem;
  const Deadline deadline = deadline_of_key(call, 2, {unit, since});
  if (deadline.refused) return deadline.refusal;
  const Seen seen = call.see(call.word(1));
  if (!seen.present()) return seen.unknown() ? Answer() : integer(0);
  const auto allowed = allows(*options, seen.entry->expiry, deadline.expiry);
  if (!allowed) return std::nullopt;
  if (!*allowed) return integer(0);
  const auto passed = has_passed(call, deadline.expiry);
  if (!passed && call.doubt() == Doubt::unsure) return std::nullopt;
  if (passed.value_or(false)) {
    call.remove(call.word(1));
  } else {
    seen.entry->expiry = deadline.expiry;
    call.touch(call.word(1));
  }
  return integer(1);
}

Answer persist(Call& call) {
  const Seen seen = call.see(call.word(1));
  if (!seen.present()) return seen.unknown() ? Answer() : integer(0);
  if (seen.entry->expiry.kind == Expiry::Kind::unknown) return std::nullopt;
  if (!seen.entry->expiry.ends()) return integer(0);
  seen.entry->expiry = {};
  call.touch(call.word(1));
  return integer(1);
}

template <Unit unit>
Answer ttl(Call& call) {
  const Seen seen = call.see(call.word(1));
  if (!seen.present()) return seen.unknown() ? Answer() : integer(-2);
  const Expiry& expiry = seen.entry->expiry;
  if (expiry.kind == Expiry::Kind::never) return integer(-1);
  if (expiry.kind != Expiry::Kind::at || !call.now()) return std::nullopt;
  const std::int64_t left = expiry.at - *call.now();
  return integer(unit == Unit::seconds ? (left + 500) / 1000 : left);
}

template <Unit unit>
Answer expiretime(Call& call) {
  const Seen seen = call.see(call.word(1));
  if (!seen.present()) return seen.unknown() ? Answer() : integer(-2);
  const Expiry& expiry = seen.entry->expiry;
  if (expiry.kind == Expiry::Kind::never) return integer(-1);
  if (expiry.kind != Expiry::Kind::at) return std::nullopt;
  if (unit == Unit::milliseconds) return integer(expiry.at);
  return integer(expiry.at / 1000 + (expiry.at % 1000 >= 500 ? 1 : 0));
}

Answer rename(Call& call) {
  const std::string_view from = call.word(1);
  const std::string_view to = call.word(2);
  const Seen source = call.see(from);
  if (source.unknown()) return std::nullopt;
  if (source.absent()) return error("ERR no such key");
  if (from == to) return ok();
  call.replace(to, *source.entry);
  call.remove(from);
  return ok();
}

Answer renamenx(Call& call) {
  const Seen source = call.see(call.word(1));
  if (source.unknown()) return std::nullopt;
  if (source.absent()) return error("ERR no such key");
  const Seen target = call.see(call.word(2));
  if (target.unknown()) return std::nullopt;
  if (target.present()) return integer(0);
  static_cast<void>(rename(call));
  return integer(1);
}

// Within a database: the number of databases, which DB depends on, is a setting.
Answer copy(Call& call) {
  bool replaces = false;
  for (std::size_t word = 3; word < call.count(); ++word) {
    if (!call.says(word, "REPLACE")) return std::nullopt;
    replaces = true;
  }
  if (call.word(1) == call.word(2)) return error("ERR source and destination objects are the same");
  const Seen source = call.see(call.word(1));
  if (!source.present()) return source.unknown() ? Answer() : integer(0);
  const Seen target = call.see(call.word(2));
  if (!replaces && !target.absent()) return target.unknown() ? Answer() : integer(0);
  call.replace(call.word(2), *source.entry);
  return integer(1);
}

// As many databases as every server has by default; more are a setting.
constexpr std::int64_t sure_databases = 16;

std::optional<std::uint32_t> sure_database(const Call& call, std::size_t word) {
  const auto number = call.integer(word);
  if (!number || *number < 0 || *number >= sure_databases) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

Answer move(Call& call) {
  const auto db = sure_database(call, 2);
  if (!db) return std::nullopt;
  if (*db == call.database()) return error("ERR source and destination objects are the same");
  const Seen source = call.see(call.word(1));
  if (!source.present()) return source.unknown() ? Answer() : integer(0);
  Call there = call.in(*db);
  const Seen target = there.see(call.word(1));
  if (!target.absent()) return target.unknown() ? Answer() : integer(0);
  call.replace_in(*db, call.word(1), *source.entry);
  call.remove(call.word(1));
  return integer(1);
}

Answer swapdb(Call& call) {
  const auto one = sure_database(call, 1);
  const auto other = sure_database(call, 2);
  if (!one || !other) return std::nullopt;
  if (*one != *other) call.swap_databases(*one, *other);
  return ok();
}

// Keys that have ended count until the server has noticed: it is sure only where none may have.
Answer dbsize(Call& call) {
  if (call.keys().next_end()) return std::nullopt;
  const auto segments = call.keys().segments(call.database());
  return segments ? count_of(segments->size()) : Answer();
}

bool says_how_to_flush(const Call& call) {
  return call.count() == 1 ||
         (call.count() == 2 && (call.says(1, "ASYNC") || call.says(1, "SYNC")));
}

Answer flushdb(Call& call) {
  if (!says_how_to_flush(call)) return syntax_error();
  call.flush_database();
  return ok();
}

Answer flushall(Call& call) {
  if (!says_how_to_flush(call)) return syntax_error();
  call.flush_all();
  return ok();
}

constexpr NamedHandler key_handlers[] = {
    {"DEL", del},
    {"UNLINK", del},
    {"EXISTS", exists},
    {"TOUCH", exists},
    {"TYPE", type},
    {"EXPIRE", expire<Unit::seconds, Since::now>},
    {"PEXPIRE", expire<Unit::milliseconds, Since::now>},
    {"EXPIREAT", expire<Unit::seconds, Since::epoch>},
    {"PEXPIREAT", expire<Unit::milliseconds, Since::epoch>},
    {"PERSIST", persist},
    {"TTL", ttl<Unit::seconds>},
    {"PTTL", ttl<Unit::milliseconds>},
    {"EXPIRETIME", expiretime<Unit::seconds>},
    {"PEXPIRETIME", expiretime<Unit::milliseconds>},
    {"MOVE", move},
    {"SWAPDB", swapdb},
    {"DBSIZE", dbsize},
    {"RENAME", rename},
    {"RENAMENX", renamenx},
    {"COPY", copy},
    {"FLUSHDB", flushdb},
    {"FLUSHALL", flushall},
};

}  // namespace

std::span<const NamedHandler> key_commands() noexcept {
  return key_handlers;
}

}  // namespace understudy::redis::emulation
