// What scripts are answered: their commands are computed one by one.
#include <doctest/doctest.h>

#include "emulator_support.hpp"
#include "support/json.hpp"

namespace {

using namespace redis_test;

std::string eval(Emulated& redis, const std::string& body, const Words& keys = {},
                 const Words& arguments = {}) {
  Words words = {"EVAL", body, std::to_string(keys.size())};
  words.insert(words.end(), keys.begin(), keys.end());
  words.insert(words.end(), arguments.begin(), arguments.end());
  return redis.say(words);
}

TEST_CASE("what a script returns becomes a reply as in Redis") {
  Emulated redis = empty_server();
  CHECK(eval(redis, "return 0") == ":0|");
  CHECK(eval(redis, "return 3.99") == ":3|");
  CHECK(eval(redis, "return -3.99") == ":-3|");
  CHECK(eval(redis, "return 'text'") == "$4|text|");
  CHECK(eval(redis, "return true") == ":1|");
  CHECK(eval(redis, "return false") == "_|");
  CHECK(eval(redis, "return nil") == "_|");
  CHECK(eval(redis, "return") == "_|");
  CHECK(eval(redis, "return {1, 'two', {3}, nil, 5}") == "*3|:1|$3|two|*1|:3|");
  CHECK(eval(redis, "return {}") == "*0|");
  CHECK(eval(redis, "return redis.status_reply('FINE')") == "+FINE|");
  CHECK(eval(redis, "return {KEYS[1], ARGV[2], #ARGV}", {"k"}, {"a", "b"}) == "*3|$1|k|$1|b|:2|");
  CHECK(eval(redis, "return redis.sha1hex('')") == "$40|da39a3ee5e6b4b0d3255bfef95601890afd80709|");
}

TEST_CASE("a script's commands see and change the keys") {
  Emulated redis = empty_server();
  CHECK(eval(redis, "return redis.call('GET', KEYS[1])", {"k"}) == "_|");
  CHECK(eval(redis,
             "if redis.call('GET', KEYS[1]) == false then return redis.call('SET', KEYS[1], "
             "ARGV[1]) end",
             {"k"}, {"5"}) == "+OK|");
  CHECK(redis.writes == std::vector<std::string>{std::string("0\x1f") + "k"});
  CHECK(eval(redis, "return redis.call('INCRBY', KEYS[1], ARGV[1]) + 1", {"k"}, {"2"}) == ":8|");
  CHECK(redis.say("GET k") == "$1|7|");
  CHECK(eval(redis, "redis.call('HSET', 'h', 'f', 1, 'g', 2) return redis.call('HGETALL', 'h')") ==
        "*4|$1|f|$1|1|$1|g|$1|2|");
  CHECK(eval(redis,
             "for i = 1, 5 do redis.call('RPUSH', 'l', i) end return redis.call('LRANGE', 'l', 0, "
             "-1)") == "*5|$1|1|$1|2|$1|3|$1|4|$1|5|");
  CHECK(eval(redis, "redis.call('ZADD', 'z', 1.5, 'm') return redis.call('ZSCORE', 'z', 'm')") ==
        "$3|1.5|");
  CHECK(eval(redis, "return redis.call('SET', 'k', 'v').ok") == "$2|OK|");
}

TEST_CASE("a script that is not sure has no answer and has changed nothing") {
  Emulated redis = empty_server();
  CHECK(redis.say("SET k v") == "+OK|");
  CHECK(redis.say("RPUSH l a") == ":1|");
  CHECK(redis.say("HSET h f 1") == ":1|");
  CHECK(eval(redis,
             "redis.call('RPUSH', 'l', 'b') redis.call('HSET', 'h', 'f', 2) "
             "redis.call('DEL', 'h') redis.call('EXPIRE', 'k', 10) return made") == "");
  CHECK(redis.say("LRANGE l 0 -1") == "*1|$1|a|");
  CHECK(redis.say("HGETALL h") == "%1|$1|f|$1|1|");
  CHECK(redis.say("TTL k") == ":-1|");
  for (const char* body :
       {"return math.random(10)",
        "return redis.call('TIME')",
        "return cjson.encode({})",
        "return undefined",
        "made = 1",
        "return redis.call('INCR', 'k')",
        "return redis.pcall('INCR', 'k')",
        "error('no')",
        "return redis.error_reply('no')",
        "return {err = 'no'}",
        "while true do end",
        "return os.time()",
        "not lua",
        "local t = {} while true do t[#t + 1] = string.rep('x', 100000) .. #t end",
        "pcall(redis.call, 'TIME') return 1",
        "return redis.call('GET')",
        "return loadstring('return 1')()",
        "local function f() return f() + 1 end return f()",
        "redis.call('FLUSHALL') return 1",
        "return 1e300",
        "#!lua name=x\nreturn 1"}) {
    CAPTURE(body);
    CHECK(eval(redis, std::string("redis.call('SET', 'k', 'other') ") + body) == "");
    CHECK(redis.say("GET k") == "$1|v|");
  }
  CHECK(redis.say({"EVAL_RO", "return redis.call('SET', 'k', 'w')", "0"}) == "");
  CHECK(redis.say({"EVAL_RO", "return redis.call('GET', 'k')", "0"}) == "$1|v|");
  CHECK(redis.say({"EVAL", "return 1", "2", "k"}) == "");
}

TEST_CASE("a digest stands for its script while that is loaded, as far as this is known") {
  const std::string digest = "e0e1f9fabfc9d4800c877a703b823ac0578ff8db";  // of return 1
  Emulated redis = empty_server();
  CHECK(redis.say({"EVALSHA", digest, "0"}) == "");
  CHECK(redis.say({"SCRIPT", "EXISTS", digest}) == "");
  CHECK(eval(redis, "return 1") == ":1|");
  CHECK(redis.say({"EVALSHA", digest, "0"}) == ":1|");
  CHECK(redis.say({"EVALSHA", "E0E1F9FABFC9D4800C877A703B823AC0578FF8DB", "0"}) == ":1|");
  CHECK(redis.say({"SCRIPT", "EXISTS", digest}) == "*1|:1|");
  redis.hear("SCRIPT FLUSH", "+OK|");
  CHECK(redis.say({"EVALSHA", digest, "0"}) == "-NOSCRIPT No matching script. Please use EVAL.|");
  CHECK(redis.say({"SCRIPT", "LOAD", "return 1"}) == "$40|" + digest + "|");
  CHECK(redis.say({"EVALSHA", digest, "0"}) == ":1|");
}

TEST_CASE("what recordings show of scripts is known from the beginning") {
  const std::string digest = "e0e1f9fabfc9d4800c877a703b823ac0578ff8db";
  Emulated recording;
  recording->begin_recording();
  recording.hear("EVALSHA " + digest + " 0", "-NOSCRIPT No matching script. Please use EVAL.|");
  Emulated first(recording->knowledge());
  CHECK(first.say({"EVALSHA", digest, "0"}) == "-NOSCRIPT No matching script. Please use EVAL.|");
  CHECK(eval(first, "return 1") == ":1|");
  CHECK(first.say({"EVALSHA", digest, "0"}) == ":1|");
}

TEST_CASE("a script that a recording contradicts is not computed, others are") {
  Emulated recording;
  recording->begin_recording();
  recording.hear("FLUSHALL", "+OK|");
  recording->follow(canonical(Words{"EVAL", "return 2", "0"}),
                    as_bytes(image_of({"EVAL", "return 2", "0"}, ":3\r\n")), noon, true);
  Emulated redis(recording->knowledge());
  CHECK(eval(redis, "return 2") == "");
  CHECK(eval(redis, "return 1") == ":1|");
}

}  // namespace
