// What the emulator computes. That real servers answer the same is shown by
// tests/differential/emulator_main.cpp.
#include <set>
#include <sstream>

#include <doctest/doctest.h>

#include "emulator_support.hpp"
#include "protocols/redis/emulator/keyspace.hpp"
#include "support/json.hpp"

namespace {

using namespace redis_test;
using namespace std::chrono_literals;

const std::string wrong_kind =
    "-WRONGTYPE Operation against a key holding the wrong kind of value|";

TEST_CASE("a key of which nothing is known has no answer") {
  Emulated redis;
  for (const char* command :
       {"GET k", "EXISTS k", "TTL k", "INCR k", "DEL k", "SETNX k v", "LPUSH k a", "LLEN k",
        "HGETALL k", "HSET k f v", "SADD k m", "SMEMBERS k", "ZADD k 1 m", "ZSCORE k m", "MGET k j",
        "RENAME k j", "SUNIONSTORE d k", "GETSET k v", "APPEND k v"}) {
    CAPTURE(command);
    CHECK(redis.say(command) == "");
  }
}

TEST_CASE("a command that is not computed, or spelled in another way, has no answer") {
  Emulated redis = empty_server();
  for (const char* command :
       {"XADD s * f v", "RANDOMKEY", "NOSUCHCOMMAND k", "GET", "GET a b", "ZRANDMEMBER z"}) {
    CAPTURE(command);
    CHECK(redis.say(command) == "");
  }
}

TEST_CASE("what is written is known") {
  Emulated redis;
  CHECK(redis.say("SET k 1") == "+OK|");
  CHECK(redis.writes == std::vector<std::string>{"0\x1fk"});
  CHECK(redis.say("GET k") == "$1|1|");
  CHECK(redis.writes.empty());
  CHECK(redis.say("INCRBY k 41") == ":42|");
  CHECK(redis.say("TTL k") == ":-1|");
  CHECK(redis.say("APPEND k 7") == ":3|");
  CHECK(redis.say("GETRANGE k -2 -1") == "$2|27|");
  CHECK(redis.say("MGET k k") == "*2|$3|427|$3|427|");
  CHECK(redis.say("DEL k") == ":1|");
  CHECK(redis.say("GET k") == "_|");
  CHECK(redis->compute(canonical({"GET", "k"}, 1), noon) == std::nullopt);
}

TEST_CASE("strings") {
  Emulated redis = empty_server();
  CHECK(redis.say("SET k v XX") == "_|");
  CHECK(redis.writes.empty());
  CHECK(redis.say("SET k v NX GET") == "_|");
  CHECK(redis.say("SET k w GET") == "$1|v|");
  CHECK(redis.say("SETNX k x") == ":0|");
  CHECK(redis.say("MSETNX j 1 k 2") == ":0|");
  CHECK(redis.say("GETDEL k") == "$1|w|");
  CHECK(redis.say("SETRANGE k 2 x") == ":3|");
  CHECK(redis.say("GET k") == std::string("$3|\0\0x|", 7));
  CHECK(redis.say("SET k 9223372036854775807") == "+OK|");
  CHECK(redis.say("INCR k") == "-ERR increment or decrement would overflow|");
  CHECK(redis.say("SET k 1.0") == "+OK|");
  CHECK(redis.say("INCR k") == "-ERR value is not an integer or out of range|");
  CHECK(redis.say("SET k v EX 0") == "-ERR invalid expire time in 'set' command|");
  CHECK(redis.say("SET k v EX 1 PX 1") == "-ERR syntax error|");
}

TEST_CASE("fractions are added where every server gets the same") {
  Emulated redis = empty_server();
  CHECK(redis.say("INCRBYFLOAT k 0.1") == "$3|0.1|");
  CHECK(redis.say("INCRBYFLOAT k 0.2") == "$3|0.3|");
  CHECK(redis.say("INCRBYFLOAT k -0.3") == "$1|0|");
  CHECK(redis.say("INCRBYFLOAT k 1000000.25") == "$10|1000000.25|");
  CHECK(redis.say("HINCRBYFLOAT h f -2.50") == "$4|-2.5|");
  CHECK(redis.say("INCRBYFLOAT k 123456789.1") == "");  // 124456789.34999999999854481 on x86
  for (const char* odd : {"1e3", "nan", "inf", "+1", ".5", "5.", "-0", "x"}) {
    CAPTURE(odd);
    CHECK(redis.say(Words{"INCRBYFLOAT", "k", odd}) == "");
  }
}

TEST_CASE("lists") {
  Emulated redis = empty_server();
  CHECK(redis.say("RPUSH q a b c") == ":3|");
  CHECK(redis.say("LPUSH q z") == ":4|");
  CHECK(redis.say("LRANGE q 0 -1") == "*4|$1|z|$1|a|$1|b|$1|c|");
  CHECK(redis.say("LMOVE q done RIGHT LEFT") == "$1|c|");
  CHECK(redis.writes == std::vector<std::string>{"0\x1f"
                                                 "done",
                                                 "0\x1fq"});
  CHECK(redis.say("BLPOP other q 0") == "*2|$1|q|$1|z|");
  CHECK(redis.say("LPOP q 5") == "*2|$1|a|$1|b|");
  CHECK(redis.say("EXISTS q") == ":0|");
  CHECK(redis.say("BLPOP q 0") == "_|");  // nothing yet
  CHECK(redis.say("LPOP q") == "_|");
  CHECK(redis.say("LSET q 0 a") == "-ERR no such key|");
  CHECK(redis.say("LSET done 1 a") == "-ERR index out of range|");
  CHECK(redis.say("LPOS done c COUNT 0") == "*1|:0|");
  CHECK(redis.say("GET done") == wrong_kind);
}

TEST_CASE("hashes keep the order in which fields came") {
  Emulated redis = empty_server();
  CHECK(redis.say("HSET h b 1 a 2 b 3") == ":2|");
  CHECK(redis.say("HGETALL h") == "%2|$1|b|$1|3|$1|a|$1|2|");
  CHECK(redis.say("HINCRBY h a 5") == ":7|");
  CHECK(redis.say("HMGET h a x") == "*2|$1|7|_|");
  CHECK(redis.say("HSET h f 1 odd") == "-ERR wrong number of arguments for 'hset' command|");
  CHECK(redis.say("HSET h c x") == ":1|");
  CHECK(redis.say("HINCRBY h c 1") == "-ERR hash value is not an integer|");
  CHECK(redis.say("HDEL h a b c") == ":3|");
  CHECK(redis.say("TYPE h") == "+none|");
}

TEST_CASE("sets") {
  Emulated redis = empty_server();
  CHECK(redis.say("SADD s a b a") == ":2|");
  CHECK(redis.say("SADD s a") == ":0|");
  CHECK(redis.writes.empty());
  CHECK(redis.say("SADD t b c") == ":2|");
  CHECK(redis.say("SINTER s t") == "~1|$1|b|");
  CHECK(redis.say("SDIFFSTORE d s t") == ":1|");
  CHECK(redis.say("SMEMBERS d") == "~1|$1|a|");
  CHECK(redis.say("SMOVE d t a") == ":1|");
  CHECK(redis.say("EXISTS d") == ":0|");
  CHECK(redis.say("SINTERCARD 2 s t LIMIT 1") == ":1|");
  CHECK(redis.say("SMISMEMBER t a x") == "*2|:1|:0|");
}

TEST_CASE("sorted sets") {
  Emulated redis = empty_server();
  CHECK(redis.say("ZADD z 2 b 1 a 2 aa") == ":3|");
  CHECK(redis.say("ZRANGE z 0 -1 WITHSCORES") == "*3|*2|$1|a|,1|*2|$2|aa|,2|*2|$1|b|,2|");
  CHECK(redis.say("ZADD z GT CH 1 b 3 aa") == ":1|");
  CHECK(redis.say("ZREVRANGEBYSCORE z +inf (2 LIMIT 0 1") == "*1|$2|aa|");
  CHECK(redis.say("ZINCRBY z -0.5 a") == ",0.5|");
  CHECK(redis.say("ZADD z NX INCR 1 a") == "_|");
  CHECK(redis.say("ZRANK z b") == ":1|");
  CHECK(redis.say("ZPOPMIN z") == "*2|$1|a|,0.5|");
  CHECK(redis.say("ZPOPMAX z 5") == "*2|*2|$2|aa|,3|*2|$1|b|,2|");
  CHECK(redis.say("ZCARD z") == ":0|");
  CHECK(redis.say("ZADD z nan a") == "-ERR value is not a valid float|");
}

TEST_CASE("a double is spelled as the recorded server spelled others, or not at all") {
  Emulated redis = empty_server();
  CHECK(redis.say("ZADD z 0.1 a 1.5 b") == ":2|");
  CHECK(redis.say("ZSCORE z b") == ",1.5|");
  CHECK(redis.say("ZSCORE z a") == "");
  CHECK(redis.say("ZPOPMIN z") == "");
  redis.hear("ZSCORE z a", ",0.10000000000000001|");
  CHECK(redis.say("ZPOPMIN z") == "*2|$1|a|,0.10000000000000001|");

  Emulated later(Document{{"doubles", "shortest"}});
  CHECK(later.say("DEL z") == "");
  CHECK(later.say("FLUSHDB") == "+OK|");
  CHECK(later.say("ZADD z 0.1 a 1e-9 b") == ":2|");
  CHECK(later.say("ZSCORE z a") == ",0.1|");
  CHECK(later.say("ZSCORE z b") == "");
}

TEST_CASE("what was recorded over RESP2 is answered in either version") {
  Emulated redis = empty_server();
  redis.hear("HSET h f 1", ":1|");
  const auto computed = redis->compute(canonical({"HGETALL", "h"}), noon);
  REQUIRE(computed);
  CHECK(as_text(octets_for(as_bytes(computed->image), Resp::v2).value()) ==
        "*2\r\n$1\r\nf\r\n$1\r\n1\r\n");
  CHECK(as_text(octets_for(as_bytes(computed->image), Resp::v3).value()) ==
        "%1\r\n$1\r\nf\r\n$1\r\n1\r\n");
}

TEST_CASE("a flush tells that all keys of a database are absent") {
  Emulated redis;
  CHECK(redis.say("FLUSHDB") == "+OK|");
  CHECK(redis.writes == std::vector<std::string>{"0"});
  CHECK(redis.say("EXISTS a b") == ":0|");
  CHECK(redis->compute(canonical({"GET", "k"}, 3), noon) == std::nullopt);
  CHECK(redis.say("FLUSHALL") == "+OK|");
  CHECK(redis.writes == std::vector<std::string>{""});
  CHECK(redis->compute(canonical({"GET", "k"}, 3), noon).has_value());
  redis.hear("EVAL … 0", "+OK|");  // may have written anything
  CHECK(redis.say("EXISTS a b") == "");
}

// -- time

TEST_CASE("a key whose time has come is absent") {
  Emulated redis = empty_server();
  CHECK(redis.say("SET k v PX 1500") == "+OK|");
  CHECK(redis.say("PTTL k") == ":1500|");
  CHECK(redis.say("TTL k") == ":2|");
  redis.now = noon + 1001ms;
  CHECK(redis.say("TTL k") == ":0|");
  CHECK(redis.say("GET k") == "$1|v|");
  redis.now = noon + 1500ms;
  CHECK(redis.say("GET k") == "$1|v|");
  redis.now = noon + 1501ms;
  CHECK(redis.say("GET k") == "_|");
  CHECK(redis.say("TTL k") == ":-2|");
  CHECK(redis.say("SETNX k w") == ":1|");
  CHECK(redis.say("TTL k") == ":-1|");
}

TEST_CASE("ends of keys change and move along") {
  Emulated redis = empty_server();
  CHECK(redis.say("SET k v") == "+OK|");
  CHECK(redis.say("EXPIRE k 10 XX") == ":0|");
  CHECK(redis.say("EXPIRE k 10 NX") == ":1|");
  CHECK(redis.say("EXPIRE k 5 GT") == ":0|");
  CHECK(redis.say("EXPIRE k 5 LT") == ":1|");
  CHECK(redis.say("RENAME k j") == "+OK|");
  CHECK(redis.say("TTL j") == ":5|");
  CHECK(redis.say("SET j w KEEPTTL") == "+OK|");
  CHECK(redis.say("TTL j") == ":5|");
  CHECK(redis.say("PERSIST j") == ":1|");
  CHECK(redis.say("TTL j") == ":-1|");
  CHECK(redis.say("EXPIRE j -1") == ":1|");
  CHECK(redis.say("EXISTS j") == ":0|");
  CHECK(redis.say("EXPIRE j 1 NX XX") ==
        "-ERR NX and XX, GT or LT options at the same time are not compatible|");
}

TEST_CASE("without a clock a key that may have ended has no answer") {
  Emulated redis = empty_server();
  redis.now = {};
  CHECK(redis.say("SET k v EX 10") == "+OK|");
  CHECK(redis.say("GET k") == "");
  CHECK(redis.say("SET j v") == "+OK|");
  CHECK(redis.say("EXPIRE j 10") == ":1|");
  CHECK(redis.say("GET j") == "");
  CHECK(redis.say("SET k w") == "+OK|");
  CHECK(redis.say("GET k") == "$1|w|");
}

// -- damaged input

TEST_CASE("whatever comes, nothing is thrown") {
  std::uint64_t state = 7;
  const auto below = [&](std::uint64_t count) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<std::size_t>((state >> 33) % count);
  };
  const std::vector<Words> commands = {{"SET", "k", "v", "EX", "10"},
                                       {"LPUSH", "k", "a", "b"},
                                       {"HGETALL", "k"},
                                       {"ZRANGE", "k", "0", "-1"},
                                       {"SINTERCARD", "2", "a", "b"},
                                       {"MSET", "a", "1", "b", "2"},
                                       {"ZADD", "k", "1", "a"},
                                       {"EVALSHA", "x", "1", "k"},
                                       {"COPY", "a", "b"},
                                       {"GET", "k"},
                                       {"EXPIRE", "k", "1"},
                                       {"FLUSHALL"}};
  const std::vector<std::string> replies = {"+OK\r\n", ":1\r\n",   "*2\r\n$1\r\na\r\n$1\r\nb\r\n",
                                            "_\r\n",   "-ERR\r\n", "%1\r\n+a\r\n*0\r\n"};
  const auto damage = [&](std::string octets) {
    if (below(3) > 0) return octets;
    for (std::size_t left = below(4); left > 0 && !octets.empty(); --left) {
      const std::size_t at = below(octets.size());
      if (below(3) == 0)
        octets.erase(at, 1 + below(3));
      else
        octets[at] = static_cast<char>(below(256));
    }
    return octets;
  };
  Emulated recording;
  Emulated serving;
  std::size_t answered = 0;
  for (int i = 0; i < 20'000; ++i) {
    if (i % 500 == 0) recording->begin_recording();
    const std::string request = damage(canonical(commands[below(commands.size())]));
    const std::string image = damage(std::string(1, '\0') + replies[below(replies.size())]);
    const bool in_order = below(2) == 0;
    recording->follow(request, as_bytes(image), {}, in_order);
    if (serving->compute(request, noon))
      ++answered;
    else
      serving->follow(request, as_bytes(image), noon, in_order);
    if (i % 50 == 0) {
      serving->forget(damage(request));
      const Document knowledge = recording->knowledge();
      CHECK(Emulated(knowledge)->knowledge()["pinned"] == knowledge["pinned"]);
    }
  }
  CHECK(answered > 1000);
}

TEST_CASE("octets that are no canonical request are never answered") {
  Emulated redis = empty_server();
  const std::string whole = canonical({"SET", "key", "value"});
  CHECK(redis->compute(whole, noon).has_value());
  for (std::size_t length = 0; length < whole.size(); ++length)
    CHECK(redis->compute(whole.substr(0, length), noon) == std::nullopt);
}

TEST_CASE("knowledge that is damaged gives what can be read of it") {
  for (const char* text :
       {"[]", "1", R"({"seeds": 1, "pinned": 2})", R"({"seeds": [1, {}, {"db": -1, "key": "k"}]})",
        R"({"seeds": [{"db": 0, "key": "k", "hash": ["odd"]}]})",
        R"({"seeds": [{"db": 0, "key": "k", "list": []}]})",
        R"({"seeds": [{"db": 0, "key": "k", "sorted_set": ["m", "nan"]}]})",
        R"({"seeds": [{"db": 0, "key": 3, "string": "v"}], "doubles": 4})"}) {
    CAPTURE(text);
    Emulated redis(json_document(text));
    CHECK(redis.say("EXISTS k") == "");
  }
}

}  // namespace

TEST_CASE("what is wrong with a command comes before what it is about") {
  Emulated redis = empty_server();
  CHECK(redis.say("LPOP q 1 more") == "-ERR wrong number of arguments for 'lpop' command|");
  CHECK(redis.say("SET q 1") == "+OK|");
  CHECK(redis.say("RPOP q 1 more") == "-ERR wrong number of arguments for 'rpop' command|");
  CHECK(redis.say("BLPOP q abc") == "-ERR timeout is not a float or out of range|");
  CHECK(redis.say("BLPOP q -1") == "-ERR timeout is negative|");
  CHECK(redis.say("BZPOPMIN q 1") ==
        "-WRONGTYPE Operation against a key holding the wrong kind of value|");
  CHECK(redis.say("LMPOP 0 q LEFT") == "-ERR numkeys should be greater than 0|");
  CHECK(redis.say("LMPOP 2 q LEFT") == "-ERR syntax error|");
  CHECK(redis.say("BLMPOP x 1 q LEFT COUNT 0") == "-ERR count should be greater than 0|");
}

TEST_CASE("a command that is not answered has changed nothing") {
  Emulated redis = empty_server();
  CHECK(redis.say("ZINCRBY board -0 ann") == "");  // large sets forget the sign of zero
  CHECK(redis.say("EXISTS board") == ":0|");
  CHECK(redis.say("LPUSH board x") == ":1|");
  CHECK(redis.say("ZADD z 1 a") == ":1|");
  CHECK(redis.say("ZINCRBY z 0.0000001 b") == "");  // 1e-07 or 9.9999999999999995e-08
  CHECK(redis.say("ZCARD z") == ":1|");
}

TEST_CASE("pops of several keys, and those that would wait") {
  Emulated redis = empty_server();
  CHECK(redis.say("RPUSH l a b c") == ":3|");
  CHECK(redis.say("LMPOP 2 none l RIGHT COUNT 2") == "*2|$1|l|*2|$1|c|$1|b|");
  CHECK(redis.say("BLMPOP 0 1 l LEFT") == "*2|$1|l|*1|$1|a|");
  CHECK(redis.say("BLMPOP 0 1 l LEFT") == "_|");
  CHECK(redis.writes.empty());
  CHECK(redis.say("ZADD z 1 a 2 b 3 c") == ":3|");
  CHECK(redis.say("BZPOPMAX none z 0") == "*3|$1|z|$1|c|,3|");
  CHECK(redis.say("ZMPOP 1 z MIN COUNT 9") == "*2|$1|z|*2|*2|$1|a|,1|*2|$1|b|,2|");
  CHECK(redis.say("BZMPOP 0 1 z MAX") == "_|");
  CHECK(redis.say("BRPOPLPUSH l m 0") == "_|");
}

TEST_CASE("keys move between databases") {
  Emulated redis = empty_server();
  const auto in = [&](std::uint32_t db, const Words& words) {
    const auto computed = redis->compute(canonical(words, db), redis.now);
    return computed ? std::string(as_text(octets_for(as_bytes(computed->image), Resp::v3).value()))
                    : std::string();
  };
  CHECK(redis.say("SET k v PXAT 1700000009000") == "+OK|");
  CHECK(redis.say("MOVE k 0") == "-ERR source and destination objects are the same|");
  CHECK(redis.say("MOVE k 3") == ":1|");
  CHECK(redis.say("MOVE k 3") == ":0|");
  CHECK(in(3, {"PEXPIRETIME", "k"}) == ":1700000009000\r\n");
  CHECK(redis.say("SWAPDB 0 3") == "+OK|");
  CHECK(redis.say("GET k") == "$1|v|");
  CHECK(redis.say("EXPIRETIME k") == ":1700000009|");
  CHECK(in(3, {"GET", "k"}) == "_\r\n");
  CHECK(redis->next_end() == std::chrono::milliseconds(1'700'000'009'000));
}

TEST_CASE("SCAN shows all keys of a database, page by page, as its options say") {
  Emulated redis = empty_server();
  CHECK(redis.say("SCAN 0") == "*2|$1|0|*0|");
  CHECK(redis.say("MSET user:2 b user:1 a other c") == "+OK|");
  CHECK(redis.say("RPUSH list e") == ":1|");
  CHECK(redis.say("SCAN 0 MATCH other") == "*2|$1|0|*1|$5|other|");
  CHECK(redis.say("SCAN 0 TYPE LIST COUNT 100") == "*2|$1|0|*1|$4|list|");
  CHECK(redis.say("SCAN 0 COUNT 0") == "-ERR syntax error|");
  CHECK(redis.say("SCAN 0 COUNT x") == "-ERR value is not an integer or out of range|");
  CHECK(redis.say("SCAN 0 MATCH") == "-ERR syntax error|");
  CHECK(redis.say("SCAN 17") == "");  // a cursor of the recorded server's

  // *2, $n, cursor, *n and, for each key, $n and the key
  const auto parts_of = [](const std::string& reply) {
    std::vector<std::string> parts;
    std::istringstream lines(reply);
    for (std::string part; std::getline(lines, part, '|');) parts.push_back(part);
    return parts;
  };
  std::multiset<std::string> seen;
  std::string cursor = "0";
  int pages = 0;
  do {
    const auto parts = parts_of(redis.say("SCAN " + cursor + " COUNT 1"));
    REQUIRE(parts.size() >= 4);
    cursor = parts[2];
    for (std::size_t i = 5; i < parts.size(); i += 2) seen.insert(parts[i]);
    if (++pages == 1) CHECK(redis.say("SET another d") == "+OK|");
  } while (cursor != "0" && pages < 10);
  CHECK(pages >= 4);
  for (const char* key : {"user:1", "user:2", "other", "list"}) CHECK(seen.count(key) == 1);
}

TEST_CASE("sorted sets are united, intersected and subtracted with weights") {
  Emulated redis = empty_server();
  CHECK(redis.say("ZADD a 1 x 2 y") == ":2|");
  CHECK(redis.say("ZADD b 10 y 20 z") == ":2|");
  CHECK(redis.say("SADD s x z") == ":2|");
  CHECK(redis.say("ZUNIONSTORE d 2 a b") == ":3|");
  CHECK(redis.say("ZRANGE d 0 -1 WITHSCORES") == "*3|*2|$1|x|,1|*2|$1|y|,12|*2|$1|z|,20|");
  CHECK(redis.say("ZINTERSTORE d 2 a b WEIGHTS 2 0.5 AGGREGATE MAX") == ":1|");
  CHECK(redis.say("ZRANGE d 0 -1 WITHSCORES") == "*1|*2|$1|y|,5|");
  CHECK(redis.say("ZUNION 2 b s") == "*3|$1|x|$1|y|$1|z|");
  CHECK(redis.say("ZDIFF 2 b s WITHSCORES") == "*1|*2|$1|y|,10|");
  CHECK(redis.say("ZDIFFSTORE d 2 a a") == ":0|");
  CHECK(redis.say("EXISTS d") == ":0|");
  CHECK(redis.say("ZINTERSTORE d 3 a b") == "-ERR syntax error|");
  CHECK(redis.say("ZADD c 0.1 x") == ":1|");
  CHECK(redis.say("ZUNIONSTORE d 3 a b c") == "");
}

TEST_CASE("SORT sorts by number, text and what other keys hold") {
  Emulated redis = empty_server();
  CHECK(redis.say("RPUSH l 10 9 1.5 9") == ":4|");
  CHECK(redis.say("SORT l") == "*4|$3|1.5|$1|9|$1|9|$2|10|");
  CHECK(redis.say("SORT l DESC LIMIT 1 2") == "*2|$1|9|$1|9|");
  CHECK(redis.say("SADD s b a c") == ":3|");
  CHECK(redis.say("SORT s") == "-ERR One or more scores can't be converted into double|");
  CHECK(redis.say("SORT s ALPHA") == "*3|$1|a|$1|b|$1|c|");
  CHECK(redis.say("SORT s BY nosort") == "");
  CHECK(redis.say("MSET w_a 3 w_b 1 w_c 2") == "+OK|");
  CHECK(redis.say("SORT s BY w_* GET # GET w_*") == "*6|$1|b|$1|1|$1|c|$1|2|$1|a|$1|3|");
  CHECK(redis.say("HSET h_a n 1") == ":1|");
  CHECK(redis.say("SORT s ALPHA GET h_*->n") == "*3|$1|1|_|_|");
  CHECK(redis.say("SORT s ALPHA DESC STORE d") == ":3|");
  CHECK(redis.say("LRANGE d 0 -1") == "*3|$1|c|$1|b|$1|a|");
  CHECK(redis.say("SORT s BY x_* ALPHA") == "");  // all alike
  CHECK(redis.say("SADD s B") == ":1|");
  CHECK(redis.say("SORT s ALPHA") == "");  // by the server's locale
  CHECK(redis.say("SORT none STORE d") == ":0|");
  CHECK(redis.say("EXISTS d") == ":0|");
}

TEST_CASE("what is up to the server is chosen by chance, or as it was recorded") {
  Emulated redis = empty_server();
  CHECK(redis.say("SPOP s") == "_|");
  CHECK(redis.say("SRANDMEMBER s 3") == "*0|");
  CHECK(redis.say("SADD s a b c") == ":3|");
  const std::string one = redis.say("SRANDMEMBER s");
  CHECK((one == "$1|a|" || one == "$1|b|" || one == "$1|c|"));
  CHECK(redis.say("SRANDMEMBER s 9").starts_with("*3|"));
  CHECK(redis.say("SRANDMEMBER s -5").starts_with("*5|"));
  redis.hear("SPOP s", "$1|b|");
  CHECK(redis.say("SMEMBERS s") == "~2|$1|a|$1|c|");
  redis.hear("SPOP s 1", "~1|$1|a|");
  CHECK(redis.say("SPOP s") == "$1|c|");
  CHECK(redis.say("EXISTS s") == ":0|");
}

TEST_CASE("HSCAN, SSCAN and ZSCAN show small collections whole, others page by page") {
  Emulated redis = empty_server();
  CHECK(redis.say("HSCAN h 0") == "*2|$1|0|*0|");
  CHECK(redis.say("HSET h f 1 g 2") == ":2|");
  CHECK(redis.say("HSCAN h 0 COUNT 1") == "*2|$1|0|*4|$1|f|$1|1|$1|g|$1|2|");
  CHECK(redis.say("HSCAN h 0 MATCH g*") == "*2|$1|0|*2|$1|g|$1|2|");
  CHECK(redis.say("ZADD z 2 b 1 a") == ":2|");
  CHECK(redis.say("ZSCAN z 0") == "*2|$1|0|*4|$1|a|$1|1|$1|b|$1|2|");
  CHECK(redis.say("ZADD z 1.5 c") == ":1|");
  CHECK(redis.say("ZSCAN z 0 MATCH c") == "*2|$1|0|*2|$1|c|$3|1.5|");
  CHECK(redis.say("ZADD z 0.1 d") == ":1|");
  CHECK(redis.say("ZSCAN z 0") == "");
  CHECK(redis.say("SADD s a b c d") == ":4|");
  CHECK(redis.say("SSCAN s 0").starts_with("*2|$1|0|*4|"));
  CHECK(redis.say("SSCAN s 0 COUNT 3").find("|*3|") != std::string::npos);
  CHECK(redis.say("SSCAN h 0") ==
        "-WRONGTYPE Operation against a key holding the wrong kind of value|");
  CHECK(redis.say("SSCAN s 0 TYPE set") == "-ERR syntax error|");
}

TEST_CASE("all keys of a database are told where all are known and none may have ended") {
  Emulated redis = empty_server();
  CHECK(redis.say("DBSIZE") == ":0|");
  CHECK(redis.say("MSET user:2 b user:1 a other c") == "+OK|");
  CHECK(redis.say("DBSIZE") == ":3|");
  CHECK(redis.say("KEYS user:*") == "*2|$6|user:1|$6|user:2|");
  CHECK(redis.say("KEYS [^u]*") == "*1|$5|other|");
  CHECK(redis.say("EXPIRE other 10") == ":1|");
  CHECK(redis.say("DBSIZE") == "");
}

TEST_CASE("what has ended is told once, and is gone") {
  Emulated redis = empty_server();
  CHECK(redis.say("SET otp 123456 PX 60") == "+OK|");
  CHECK(redis.say("SET otp 123457 PX 50") == "+OK|");
  CHECK(redis.say("HSET h f v") == ":1|");
  CHECK(redis->next_end() == noon + std::chrono::milliseconds(50));
  CHECK(redis->end_due(noon + std::chrono::milliseconds(50)).empty());
  redis.now = noon + std::chrono::milliseconds(51);
  CHECK(redis.say("GET otp") == "_|");
  CHECK(redis.say("TTL otp") == ":-2|");
  CHECK(redis->end_due(*redis.now) == std::vector<KeyPath>{{"0", "otp"}});
  CHECK(redis->end_due(*redis.now).empty());
  CHECK(redis->next_end() == std::nullopt);
  CHECK(redis.say("SETNX otp 9") == ":1|");
  CHECK(redis.say("TTL otp") == ":-1|");
}

TEST_CASE("the end of a key is known where its value is not") {
  Emulated redis;  // of which nothing is known
  redis.hear("XADD s 1-1 f v", "$3|1-1|");
  redis.hear("EXPIRE s 10", ":1|");
  CHECK(redis->next_end() == noon + std::chrono::seconds(10));
  redis.hear("XADD s 1-2 f v", "$3|1-2|");  // keeps it
  CHECK(redis->end_due(noon + std::chrono::seconds(11)) == std::vector<KeyPath>{{"0", "s"}});
}

TEST_CASE("who watches a key sees it change, end, and be flushed") {
  using Watch = std::shared_ptr<const Emulator::Watch>;
  Emulated redis = empty_server();
  CHECK(redis.say("SET k v") == "+OK|");
  CHECK(redis.say("SET brief v PX 60") == "+OK|");
  const Watch kept = redis->watch({"0", "k"}), brief = redis->watch({"0", "brief"}),
              none = redis->watch({"0", "none"}), elsewhere = redis->watch({"1", "k"});
  CHECK(redis.say("GET k") == "$1|v|");
  CHECK(redis.say("DEL other") == ":0|");
  CHECK_FALSE(kept->touched);
  CHECK(redis->end_due(noon + std::chrono::seconds(1)).size() == 1);
  CHECK(brief->touched);
  CHECK(brief->certain);
  CHECK(redis.say("FLUSHALL") == "+OK|");
  CHECK(kept->touched);
  CHECK_FALSE(none->touched);  // it was not there before either
  const Watch made = redis->watch({"0", "none"});
  CHECK(redis.say("SET none v") == "+OK|");
  CHECK(redis.say("DEL none") == ":1|");
  CHECK(made->touched);
  CHECK_FALSE(elsewhere->touched);
  const Watch swapped = redis->watch({"1", "k"});
  CHECK(redis.say("SET k v") == "+OK|");
  CHECK(redis.say("SWAPDB 0 1") == "+OK|");
  CHECK(swapped->touched);
}

TEST_CASE("keys that were only asked for are not kept") {
  emulation::Keyspace keys;
  CHECK(keys.find({0, "asked"}) == nullptr);
  CHECK(keys.look({0, "asked"}).unknown());
  keys.empty();
  CHECK(keys.look({0, "asked"}).absent());
  keys.at({0, "made"}).contents = emulation::String("v");
  keys.settle({0, "made"});
  keys.at({0, "made"}) = {emulation::Absent{}, {}};
  keys.settle({0, "made"});
  CHECK(keys.find({0, "made"}) == nullptr);
  // Where not all is known, what is gone is remembered, but not for ever.
  emulation::Keyspace unknown;
  for (int i = 0; i < 20'000; ++i) {
    const emulation::KeyName name{0, std::to_string(i)};
    unknown.at(name) = {emulation::Absent{}, {}};
    unknown.settle(name);
  }
  CHECK(unknown.look({0, "19999"}).absent());
  CHECK(unknown.look({0, "0"}).unknown());
}
