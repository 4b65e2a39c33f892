#include "emulator_commands.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>
#include <string_view>

#include "protocols/redis/emulator/script_cache.hpp"

namespace differential {
namespace {

// Upper-case words stand for themselves. Then come letters for
//   k… key: ks of a string, kl list, kh hash, km set, kz sorted set, ka any
//   e  element, field or member      v  value          n  integer       i  index
//   f  score       b  bound of scores   x  bound of members   c  small count   d  timeout
//   t  seconds     u  milliseconds      a  seconds since 1970   p  milliseconds since 1970
// `e+` is one to three of them, `e*` some hundreds, and {A|B n|…} up to three of the options.
constexpr std::string_view shapes[] = {
    "GET ks",
    "SET ks v",
    "SET ks v {NX|XX|GET|KEEPTTL|EX t|PX u|EXAT a|PXAT p}",
    "SET ks v {NX|XX|GET|KEEPTTL|EX t|PX u|EXAT a|PXAT p}",
    "SETNX ks v",
    "SETEX ks t v",
    "PSETEX ks u v",
    "GETSET ks v",
    "GETDEL ks",
    "GETEX ks {PERSIST|EX t|PX u|EXAT a|PXAT p}",
    "MGET ka+",
    "MSET ks v",
    "MSET ks v ks v",
    "MSET ks v ks",
    "MSETNX ks v ks v",
    "MSETNX ks v",
    "APPEND ks v",
    "STRLEN ks",
    "GETRANGE ks i i",
    "SUBSTR ks i i",
    "SETRANGE ks i v",
    "INCR ks",
    "DECR ks",
    "INCRBY ks n",
    "DECRBY ks n",
    "INCRBYFLOAT ks f",
    "DEL ka",
    "DEL ka+",
    "UNLINK ka",
    "EXISTS ka+",
    "TOUCH ka+",
    "TYPE ka",
    "EXPIRE ka t",
    "EXPIRE ka t {NX|XX|GT|LT}",
    "PEXPIRE ka u {NX|XX|GT|LT}",
    "EXPIREAT ka a {NX|XX|GT|LT}",
    "PEXPIREAT ka p {NX|XX|GT|LT}",
    "PERSIST ka",
    "TTL ka",
    "PTTL ka",
    "RENAME ka ka",
    "RENAMENX ka ka",
    "COPY ka ka",
    "COPY ka ka {REPLACE}",
    "SCAN 0 COUNT 1000",
    "SCAN 0 MATCH l? COUNT 500",
    "SCAN 0 COUNT 1000 TYPE hash",
    "LPUSH kl e+",
    "RPUSH kl e+",
    "LPUSHX kl e+",
    "RPUSHX kl e+",
    "LPOP kl",
    "LPOP kl c",
    "RPOP kl",
    "RPOP kl c",
    "BLPOP kl kl d",
    "BRPOP kl d",
    "LLEN kl",
    "LRANGE kl i i",
    "LRANGE kl 0 -1",
    "LINDEX kl i",
    "LSET kl i e",
    "LREM kl i e",
    "LTRIM kl i i",
    "LINSERT kl BEFORE e e",
    "LINSERT kl AFTER e e",
    "LINSERT kl e e e",
    "LMOVE kl kl LEFT RIGHT",
    "LMOVE kl kl RIGHT LEFT",
    "LMOVE kl kl LEFT LEFT",
    "LMOVE kl kl RIGHT e",
    "RPOPLPUSH kl kl",
    "BLMOVE kl kl LEFT RIGHT d",
    "BRPOPLPUSH kl kl d",
    "LPOS kl e",
    "LPOS kl e {RANK i|COUNT c|MAXLEN c}",
    "HSET kh e v",
    "HSET kh e v e v",
    "HSET kh e v e",
    "HMSET kh e v",
    "HSETNX kh e v",
    "HSCAN kh 0 COUNT 1000",
    "HGET kh e",
    "HMGET kh e+",
    "HGETALL kh",
    "HKEYS kh",
    "HVALS kh",
    "HLEN kh",
    "HEXISTS kh e",
    "HSTRLEN kh e",
    "HDEL kh e+",
    "HINCRBY kh e n",
    "HINCRBYFLOAT kh e f",
    "SADD km e+",
    "SREM km e+",
    "SMEMBERS km",
    "SSCAN km 0 MATCH [a-d] COUNT 1000",
    "SISMEMBER km e",
    "SMISMEMBER km e+",
    "SCARD km",
    "SMOVE km km e",
    "SINTER km+",
    "SUNION km+",
    "SDIFF km+",
    "SINTERSTORE km km+",
    "SUNIONSTORE km km+",
    "SDIFFSTORE km km+",
    "SINTERCARD c km+",
    "SINTERCARD 2 km km {LIMIT c}",
    "ZADD kz f e",
    "ZADD kz f e f e",
    "ZADD kz {NX|XX|GT|LT|CH|INCR} f e",
    "ZADD kz {NX|XX|GT|LT|CH} f e f e",
    "ZADD kz f e f",
    "ZINCRBY kz f e",
    "ZREM kz e+",
    "ZUNIONSTORE kz 2 kz kz",
    "ZUNIONSTORE kz 2 kz km {AGGREGATE SUM|AGGREGATE MIN|AGGREGATE MAX}",
    "ZUNIONSTORE kz 3 kz kz kz",
    "ZUNIONSTORE kz 2 kz kz WEIGHTS f f",
    "ZINTERSTORE kz 2 kz kz",
    "ZINTERSTORE kz 1 kz",
    "ZDIFFSTORE kz 2 kz km",
    "ZUNION 2 kz kz {WITHSCORES}",
    "ZINTER 2 kz ka {WITHSCORES|AGGREGATE MAX}",
    "ZDIFF 2 kz kz {WITHSCORES}",
    "SORT kl {DESC|ASC|LIMIT c c|ALPHA}",
    "SORT ka ALPHA {DESC|LIMIT c c}",
    "SORT kl ALPHA STORE kl",
    "SORT km BY s* {GET # GET s*|DESC}",
    "SORT kl BY h*->a GET h*->b GET #",
    "SORT kl BY nosort {LIMIT c c}",
    "SORT_RO kz {DESC|ALPHA}",
    "ZSCAN kz 0 COUNT 1000",
    "ZSCAN kz 0 MATCH [a-d] COUNT 1000",
    "ZSCORE kz e",
    "ZMSCORE kz e+",
    "ZCARD kz",
    "ZRANK kz e",
    "ZREVRANK kz e",
    "ZCOUNT kz b b",
    "ZRANGE kz i i",
    "ZRANGE kz i i {WITHSCORES|REV}",
    "ZRANGE kz 0 -1 WITHSCORES",
    "ZRANGE kz b b BYSCORE {REV|WITHSCORES|LIMIT i i}",
    "ZRANGE kz x x BYLEX {REV|LIMIT i i}",
    "ZRANGE kz i i {REV|WITHSCORES|BYLEX|BYSCORE|LIMIT i i}",
    "ZREVRANGE kz i i",
    "ZREVRANGE kz i i {WITHSCORES|LIMIT i i}",
    "ZRANGEBYSCORE kz b b {WITHSCORES|LIMIT i i}",
    "ZREVRANGEBYSCORE kz b b {WITHSCORES|LIMIT i i}",
    "ZPOPMIN kz",
    "ZPOPMIN kz c",
    "ZPOPMAX kz",
    "ZPOPMAX kz c",
    "ZREMRANGEBYRANK kz i i",
    "ZREMRANGEBYSCORE kz b b",
    "ZRANGEBYLEX kz x x {LIMIT i i}",
    "ZREVRANGEBYLEX kz x x {LIMIT i i}",
    "LMPOP c kl+ LEFT",
    "LMPOP 1 kl RIGHT {COUNT c}",
    "BLMPOP d 2 kl kl LEFT {COUNT c}",
    "BZPOPMIN kz kz d",
    "BZPOPMAX kz d",
    "ZMPOP c kz+ MIN",
    "ZMPOP 1 kz MAX {COUNT c}",
    "BZMPOP d 1 kz MIN {COUNT c}",
    "EXPIRETIME ka",
    "PEXPIRETIME ka",
    "MOVE ka 0",
    "MOVE ka 1"};

// Now and then: what is not computed, and what empties everything.
constexpr std::string_view rare_shapes[] = {"FLUSHDB",
                                            "FLUSHALL",
                                            "FLUSHDB ASYNC",
                                            "FLUSHALL SYNC",
                                            "FLUSHDB e",
                                            "FLUSHALL e e",
                                            "SETBIT ks 7 1",
                                            "SETBIT ks 7 0",
                                            "BITFIELD ks SET u4 0 6",
                                            "BITFIELD ks GET u4 0",
                                            "SPOP km",
                                            "SPOP km c",
                                            "PFADD ks e",
                                            "SRANDMEMBER km",
                                            "OBJECT ENCODING ka",
                                            "DBSIZE",
                                            "KEYS *",
                                            "KEYS l?",
                                            "SWAPDB 0 1",
                                            "MGET ka*",
                                            "EXISTS ka*",
                                            "DEL ks*",
                                            "RPUSH kl e*",
                                            "SADD km v*",
                                            "SUNION km*",
                                            "HMGET kh e*",
                                            "ZMSCORE kz e*"};

constexpr std::string_view kinds = "slhmz";
constexpr std::array<std::string_view, 3> numbers_of_keys = {"1", "2", "3"};

std::string key(Random& random, char kind) {
  const bool any = kind == 'a' || random.percent(6);
  const char first = any ? kinds[static_cast<std::size_t>(random.below(5))] : kind;
  return std::string(1, first) + std::string(random.of(numbers_of_keys));
}

template <std::size_t size>
std::string one_of(Random& random, const std::array<const char*, size>& values) {
  return random.of(values);
}

std::string element(Random& random) {
  if (random.percent(3)) return std::string("\0\xff\r\n\x1f", 5);
  if (random.percent(3)) return "";
  return one_of<8>(random, {"a", "b", "c", "d", "10", "9", "B", "aa"});
}

std::string value(Random& random) {
  switch (random.below(12)) {
    case 0:
      return "";
    case 1:
      return std::string("a\0\xfe\x1e\r\n", 6);
    case 2:
      return std::string(static_cast<std::size_t>(random.below(90)), 'x');
    case 3:
      return one_of<9>(random, {"9223372036854775807", "-9223372036854775808", "007", "-0", "+1",
                                " 1", "1 ", "9223372036854775806", "1e3"});
    case 4:
      return one_of<6>(random, {"1.5", "0.1", "-3.25", "10.", "3.0", "100.01"});
    case 5:
      return element(random);
    default:
      return std::to_string(random.below(200) - 50);
  }
}

std::string integer(Random& random) {
  if (random.percent(75)) return std::to_string(random.below(21) - 10);
  return one_of<13>(random, {"9223372036854775807", "-9223372036854775808", "9223372036854775808",
                             "4611686018427387904", "-9223372036854775807", "", "abc", "1.0", "+1",
                             " 1", "01", "-0", "1e2"});
}

std::string index(Random& random) {
  return random.percent(92) ? std::to_string(random.below(13) - 6) : integer(random);
}

std::string count(Random& random) {
  return random.percent(90) ? std::to_string(random.below(5)) : integer(random);
}

std::string score(Random& random) {
  if (random.percent(60)) return std::to_string(random.below(9) - 4);
  if (random.percent(70))
    return one_of<8>(random, {"1.5", "0.1", "-2.25", "3.3", "100.125", "0.3", "1e3", "12345.678"});
  return one_of<20>(random, {"inf",      "-inf",    "+inf", "nan",
                             "1e400",    "-1e-400", "",     "abc",
                             "+2",       ".5",      "5.",   " 1",
                             "1 ",       "0x10",    "1e20", "9007199254740993",
                             "infinity", "-0",      "1e-7", "3.141592653589793"});
}

std::string score_bound(Random& random) {
  if (random.percent(10))
    return one_of<8>(random, {"(", "", "((1", "nan", "(inf", " 2", "a", "(a"});
  if (random.percent(20)) return random.percent(50) ? "-inf" : "+inf";
  return (random.percent(30) ? "(" : "") + score(random);
}

std::string member_bound(Random& random) {
  if (random.percent(30)) return random.percent(50) ? "-" : "+";
  if (random.percent(5)) return element(random);
  return (random.percent(50) ? "(" : "[") + element(random);
}

// An edge value that does not make a key end while the test runs.
std::string odd_time(Random& random) {
  std::string odd = integer(random);
  return odd.size() <= 2 && odd[0] != '-' ? "0" : odd;
}

// Far from each other, so that no two of them are close in time.
std::string seconds(Random& random) {
  return random.percent(85) ? std::to_string(100 + random.below(1'000'000)) : odd_time(random);
}
std::string milliseconds(Random& random) {
  if (random.percent(85)) return std::to_string(100'000 + random.below(1'000'000'000));
  return odd_time(random);
}
std::string moment(Random& random, std::int64_t now) {
  return random.percent(70) ? std::to_string(now + 1000 + random.below(1'000'000))
                            : integer(random);
}

std::string word(Random& random, std::string_view code, std::int64_t now) {
  switch (code[0]) {
    case 'k':
      return key(random, code[1]);
    case 'e':
      return element(random);
    case 'v':
      return value(random);
    case 'n':
      return integer(random);
    case 'i':
      return index(random);
    case 'c':
      return count(random);
    case 'f':
      return score(random);
    case 'b':
      return score_bound(random);
    case 'x':
      return member_bound(random);
    case 't':
      return seconds(random);
    case 'u':
      return milliseconds(random);
    case 'a':
      return moment(random, now / 1000);
    case 'p':
      return moment(random, now);
    case 'd':
      return random.percent(97) ? "0.001" : "-1";
    default:
      return std::string(code);
  }
}

std::string in_some_case(Random& random, std::string_view option) {
  std::string spelled(option);
  if (random.percent(30))
    for (char& letter : spelled) letter = static_cast<char>(std::tolower(letter));
  return spelled;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

void append_word(Random& random, std::string_view code, std::int64_t now, Words& words) {
  const bool several = code.ends_with('+') && code.size() > 1;
  const bool many = code.ends_with('*') && code.size() > 1;
  if (several || many) code.remove_suffix(1);
  for (int left = many      ? 250 + random.below(200)
                  : several ? 1 + random.below(3)
                            : 1;
       left > 0; --left)
    words.push_back(word(random, code, now));
}

void append_options(Random& random, std::string_view text, std::int64_t now, Words& words) {
  const auto options = split(text, '|');
  for (int left = random.percent(70) ? 1 : random.below(4); left > 0; --left) {
    const auto parts = split(random.of(options), ' ');
    words.push_back(in_some_case(random, parts[0]));
    for (std::size_t i = 1; i < parts.size(); ++i) append_word(random, parts[i], now, words);
  }
  if (random.percent(2)) words.push_back("nonsense");
}

// A word too few or too many.
void change_arity(Random& random, Words& words) {
  if (words[0].starts_with("FLUSH") || words[0] == "SWAPDB") return;
  if (random.percent(50) && words.size() > 1)
    words.pop_back();
  else
    words.push_back(element(random));
}

struct Script {
  const char* body;
  char kind;  // of its key
  const char* argument;
};
constexpr std::array<Script, 14> scripts = {{
    {"return redis.call('GET', KEYS[1])", 's', "v"},
    {"local n = redis.call('INCR', KEYS[1]) if n == 1 then redis.call('EXPIRE', KEYS[1], 1000000) "
     "end return n",
     's', "v"},
    {"if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) else return "
     "0 end",
     's', "v"},
    {"redis.call('SET', KEYS[1], ARGV[1]) return redis.call('INCR', KEYS[1])", 's', "v"},
    {"redis.call('RPUSH', KEYS[1], unpack(ARGV)) return redis.call('LRANGE', KEYS[1], 0, -1)", 'l',
     "e"},
    {"local all = {} for i, e in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do all[i] = e .. '!' "
     "end return all",
     'l', "e"},
    {"return #redis.call('HGETALL', KEYS[1])", 'h', "e"},
    {"return redis.call('HSET', KEYS[1], ARGV[1], #ARGV[1])", 'h', "e"},
    {"return {redis.call('SCARD', KEYS[1]), redis.call('EXISTS', KEYS[1]), redis.call('TYPE', "
     "KEYS[1]).ok}",
     'm', "e"},
    {"return redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 1", 'm', "e"},
    {"return redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')", 'z', "e"},
    {"return redis.call('ZADD', KEYS[1], tonumber(ARGV[1]) or 3, 'a')", 'z', "i"},
    {"return redis.pcall('INCR', KEYS[1])", 'a', "v"},
    {"return {tostring(ARGV[1]), string.format('%d', #ARGV[1]), ARGV[2], 1.9, false, 2}", 'a', "v"},
}};

Words random_script(Random& random, std::int64_t now) {
  const Script& script = scripts[static_cast<std::size_t>(random.below(std::size(scripts)))];
  const std::string digest = understudy::redis::emulation::digest_of(script.body);
  const int form = random.below(100);
  if (form < 5) return {"SCRIPT", "LOAD", script.body};
  if (form < 10) return {"SCRIPT", "EXISTS", digest};
  const std::string name = form < 65   ? "EVAL"
                           : form < 80 ? "EVALSHA"
                           : form < 92 ? "EVAL_RO"
                                       : "EVALSHA_RO";
  return {name, name.starts_with("EVALSHA") ? digest : script.body, "1", key(random, script.kind),
          word(random, script.argument, now)};
}

}  // namespace

Words random_command(Random& random, std::int64_t now) {
  std::string_view shape =
      random.below(100) == 0
          ? rare_shapes[static_cast<std::size_t>(random.below(std::size(rare_shapes)))]
          : shapes[static_cast<std::size_t>(random.below(std::size(shapes)))];
  if (random.percent(5)) return random_script(random, now);
  Words words;
  while (!shape.empty()) {
    const char end = shape.starts_with('{') ? '}' : ' ';
    const std::size_t length = std::min(shape.find(end), shape.size());
    if (end == '}')
      append_options(random, shape.substr(1, length - 1), now, words);
    else
      append_word(random, shape.substr(0, length), now, words);
    shape.remove_prefix(std::min(shape.size(), length + 1));
    while (shape.starts_with(' ')) shape.remove_prefix(1);
  }
  if (random.percent(3)) change_arity(random, words);
  return words;
}

std::vector<Words> inspecting_commands() {
  std::vector<Words> commands;
  for (const char kind : kinds)
    for (const std::string_view number : numbers_of_keys) {
      const std::string name = std::string(1, kind) + std::string(number);
      commands.push_back({"TYPE", name});
      commands.push_back({"GET", name});
      commands.push_back({"LRANGE", name, "0", "-1"});
      commands.push_back({"HGETALL", name});
      commands.push_back({"SMEMBERS", name});
      commands.push_back({"ZRANGE", name, "0", "-1", "WITHSCORES"});
    }
  return commands;
}

}  // namespace differential
