// What the emulator learns of requests and their answers, and what it takes for the beginning.
#include <doctest/doctest.h>

#include "emulator_support.hpp"

namespace {

using namespace redis_test;

TEST_CASE("without a clock a key that has ended is no disagreement") {
  Emulated redis;
  redis->begin_recording();
  redis.now = {};
  redis.hear("SET lock me EX 10 NX", "+OK|");
  redis.hear("SET lock you EX 10 NX", "_|");
  redis.hear("SET lock you EX 10 NX", "+OK|");
  redis.hear("GET lock", "$3|you|");
  redis.hear("GET lock", "_|");
  CHECK(redis->knowledge()["pinned"].empty());
  CHECK(redis.say("SETNX lock he") == ":1|");
}

TEST_CASE("replies tell what is there") {
  Emulated redis;
  redis.hear("GET k", "$1|v|");
  CHECK(redis.say("STRLEN k") == ":1|");
  CHECK(redis.say("TTL k") == "");  // whether it ends is not known
  redis.hear("TTL k", ":-1|");
  CHECK(redis.say("TTL k") == ":-1|");
  redis.hear("LRANGE q 0 -1", "*2|$1|a|$1|b|");
  CHECK(redis.say("LPOP q") == "$1|a|");
  redis.hear("HGETALL h", "%1|$1|f|$1|v|");
  CHECK(redis.say("HGET h f") == "$1|v|");
  redis.hear("SMEMBERS s", "~1|$1|m|");
  CHECK(redis.say("SCARD s") == ":1|");
  redis.hear("ZRANGE z 0 -1 WITHSCORES", "*1|*2|$1|m|,2|");
  CHECK(redis.say("ZSCORE z m") == ",2|");
  redis.hear("INCR n", ":8|");
  CHECK(redis.say("INCR n") == ":9|");
  redis.hear("INCR m", ":1|");
  CHECK(redis.say("INCR m") == ":2|");
  redis.hear("RPUSH new a b", ":2|");
  CHECK(redis.say("LINDEX new 1") == "$1|b|");
  redis.hear("RPUSH longer a b", ":3|");
  CHECK(redis.say("LINDEX longer 1") == "");
  redis.hear("MGET x y", "*2|$1|1|_|");
  CHECK(redis.say("GET x") == "$1|1|");
  CHECK(redis.say("GET y") == "");  // may be of another kind
  redis.hear("SADD unknown m", ":1|");
  CHECK(redis.say("SISMEMBER unknown m") == "");
}

TEST_CASE("replies tell that nothing is there") {
  for (const auto& [command, reply] :
       std::vector<std::pair<std::string, std::string>>{{"GET k", "_|"},
                                                        {"EXISTS k", ":0|"},
                                                        {"TYPE k", "+none|"},
                                                        {"LLEN k", ":0|"},
                                                        {"TTL k", ":-2|"},
                                                        {"DEL k", ":1|"},
                                                        {"DEL k", ":0|"},
                                                        {"EXPIRE k 1", ":0|"},
                                                        {"HGETALL k", "%0|"},
                                                        {"SCARD k", ":0|"},
                                                        {"GETDEL k", "$1|v|"},
                                                        {"LPOP k", "_|"},
                                                        {"RENAME k j", "+OK|"},
                                                        {"BLPOP j k 1", "_|"},
                                                        {"BLMOVE k j LEFT LEFT 1", "_|"}}) {
    CAPTURE(command);
    Emulated redis;
    CHECK(redis.say("EXISTS k") == "");
    redis.hear(command, reply);
    CHECK(redis.say("EXISTS k") == ":0|");
  }
}

TEST_CASE("what a request may have changed is forgotten") {
  Emulated redis = empty_server();
  CHECK(redis.say("SET k v") == "+OK|");
  CHECK(redis.say("SET j v") == "+OK|");
  redis->forget(canonical({"GET", "k"}));
  CHECK(redis.say("GET k") == "$1|v|");
  redis->forget(canonical({"SETBIT", "k", "1", "1"}));
  CHECK(redis.say("GET k") == "");
  CHECK(redis.say("GET j") == "$1|v|");
  redis.hear("EVALSHA abc 1 j", "_|");
  CHECK(redis.say("GET j") == "");
  CHECK(redis.say("GET other") == "_|");
  redis->follow(canonical({"SET", "other", "v"}), as_bytes(silent_image()), noon, true);
  CHECK(redis.say("GET other") == "");
  redis->forget(canonical({"NOSUCHCOMMAND"}));
  CHECK(redis.say("GET third") == "");
}

TEST_CASE("the order of sets and hashes is no disagreement") {
  Emulated redis = empty_server();
  redis->begin_recording();
  redis.hear("FLUSHALL", "+OK|");
  redis.hear("SADD s a b", ":2|");
  redis.hear("SMEMBERS s", "~2|$1|b|$1|a|");
  redis.hear("HSET h f 1 g 2", ":2|");
  redis.hear("HGETALL h", "%2|$1|g|$1|2|$1|f|$1|1|");
  redis.hear("HKEYS h", "*2|$1|g|$1|f|");
  CHECK(redis->knowledge()["pinned"].empty());
  CHECK(redis.say("SMEMBERS s") == "~2|$1|a|$1|b|");
}

TEST_CASE("a command that is answered in another way is pinned") {
  Emulated redis;
  redis->begin_recording();
  redis.hear("SET k 1", "+OK|");
  redis.hear("INCR k", ":3|");
  CHECK(redis->knowledge()["pinned"] == Document::array({"INCR"}));
  CHECK(redis.say("GET k") == "");
  CHECK(redis.say("SET k 1") == "+OK|");
  CHECK(redis.say("INCR k") == "");
  CHECK(redis.say("INCRBY k 1") == ":2|");

  Emulated serving(redis->knowledge());
  CHECK(serving.say("SET k 1") == "+OK|");
  CHECK(serving.say("INCR k") == "");
  serving.hear("INCRBY k 1", ":7|");  // serving, nothing is pinned
  CHECK(serving.say("GET k") == "");
  CHECK(serving.say("SET k 1") == "+OK|");
  CHECK(serving.say("INCRBY k 1") == ":2|");
}

TEST_CASE("a refusal pins, another order does not") {
  Emulated redis;
  redis->begin_recording();
  redis.hear("SET k 1", "+OK|");
  redis.hear("GET k", "$1|2|", false);
  CHECK(redis->knowledge()["pinned"].empty());
  CHECK(redis.say("GET k") == "");
  redis.hear("SET k 1", "-OOM command not allowed when used memory > 'maxmemory'.|");
  CHECK(redis->knowledge()["pinned"] == Document::array({"SET"}));
}

TEST_CASE("of writes at the same time nobody knows which came last") {
  Emulated redis = empty_server();
  redis.hear("SET k 1", "+OK|");
  redis.hear("SET k 2", "+OK|", false);
  CHECK(redis.say("GET k") == "");
  redis.hear("DEL n", ":0|");
  redis.hear("INCR n", ":1|", false);
  redis.hear("INCR n", ":2|", false);
  CHECK(redis.say("GET n") == "$1|2|");
  redis.hear("GET other", "$1|x|", false);  // may be what was there before
  CHECK(redis.say("GET other") == "");
}

// -- seeds

TEST_CASE("a recording tells what was there at its beginning") {
  Emulated redis;
  redis->begin_recording();
  redis.hear("GET k", "$1|v|");
  redis.hear("SET k w", "+OK|");
  redis.hear("GET k", "$1|w|");
  redis.hear("INCR n", ":8|");
  redis.hear("SET new 1 NX", "+OK|");
  redis.hear("SET blind 1", "+OK|");
  redis.hear("GET blind", "$1|1|");
  redis->reset();
  CHECK(redis.say("GET k") == "$1|v|");
  Emulated serving(redis->knowledge());
  CHECK(serving.say("GET k") == "$1|v|");
  CHECK(serving.say("GET n") == "$1|7|");
  CHECK(serving.say("EXISTS new") == ":0|");
  CHECK(serving.say("GET blind") == "");
  CHECK(serving.say("SET k x") == "+OK|");
  serving->reset();
  CHECK(serving.say("GET k") == "$1|v|");
}

TEST_CASE("recordings that differ about a key leave it unknown") {
  Emulated redis;
  redis->begin_recording();
  redis.hear("GET same", "$1|v|");
  redis.hear("GET other", "$1|v|");
  redis->begin_recording();
  CHECK(redis.say("GET same") == "");  // a recording begins unknown
  redis.hear("GET same", "$1|v|");
  redis.hear("GET other", "$1|w|");
  redis.hear("LLEN second", ":0|");
  Emulated serving(redis->knowledge());
  CHECK(serving.say("GET same") == "$1|v|");
  CHECK(serving.say("GET other") == "");
  CHECK(serving.say("LLEN second") == ":0|");
}

TEST_CASE("what ends, or changes from outside, is no seed") {
  Emulated redis;
  redis->begin_recording();
  redis.now = {};
  redis.hear("TTL session", ":30|");
  redis.hear("GET session", "$1|v|");
  redis.hear("GET outside", "$1|1|");
  redis.hear("GET outside", "$1|2|");
  redis.hear("GET ended", "$1|1|");
  redis.hear("GET ended", "_|");
  Emulated serving(redis->knowledge());
  for (const char* command : {"GET session", "GET outside", "GET ended"})
    CHECK(serving.say(command) == "");
  CHECK(redis->knowledge()["pinned"].empty());
}

TEST_CASE("seeds of all kinds survive as a document") {
  const std::string odd("\xff\x1e\0", 3);
  Emulated redis;
  redis->begin_recording();
  redis->follow(canonical({"GET", odd}), as_bytes(image_of({"GET", odd}, "$2\r\n\xfe\x1f\r\n")), {},
                true);
  redis.hear("LRANGE q 0 -1", "*2|$1|a|$1|a|");
  redis.hear("HGETALL h", "%1|$1|f|$1|v|");
  redis.hear("SMEMBERS s", "~1|$1|m|");
  redis.hear("ZRANGE z 0 -1 WITHSCORES", "*2|*2|$1|a|,-inf|*2|$1|b|,1.5|");
  redis.hear("TTL q", ":-1|");
  const Document knowledge = Document::from_cbor(Document::to_cbor(redis->knowledge()));
  Emulated serving(knowledge);
  CHECK(serving.say({"GET", odd}) == "$2|\xfe\x1f|");
  CHECK(serving.say("LRANGE q 0 -1") == "*2|$1|a|$1|a|");
  CHECK(serving.say("TTL q") == ":-1|");
  CHECK(serving.say("HGET h f") == "$1|v|");
  CHECK(serving.say("TTL h") == "");
  CHECK(serving.say("SMEMBERS s") == "~1|$1|m|");
  CHECK(serving.say("ZRANGE z 0 -1 WITHSCORES") == "*2|*2|$1|a|,-inf|*2|$1|b|,1.5|");
  CHECK(serving->knowledge() == knowledge);
}

TEST_CASE("while serving, what is followed has taken effect, and what is contradicted is unknown") {
  Emulated redis = empty_server();
  redis.hear("SET k 1", "+OK|");
  redis.hear("INCR k", ":2|");
  redis.hear("SADD s b a", ":2|");
  redis.hear("SUNIONSTORE t s", ":2|");
  CHECK(redis.say("GET k") == "$1|2|");
  CHECK(redis.say("SCARD t") == ":2|");
  redis.hear("INCR k", ":7|");
  CHECK(redis.say("GET k") == "");
  redis.hear("SUNIONSTORE t s", "-OOM command not allowed|");
  CHECK(redis.say("SCARD t") == "");
  CHECK(redis.say("SCARD s") == "");
}

}  // namespace

TEST_CASE(
    "a server that is empty at the beginning is known to be, and so are all keys of a small one") {
  Emulated recording;
  recording->begin_recording();
  recording.now = {};
  recording.hear("DBSIZE", ":0|");
  recording.hear("HSET user:1 name ann seen 4711", ":2|");
  Emulated redis(recording->knowledge());
  CHECK(redis.say("HSET user:1 name ann seen 4712") == ":2|");
  CHECK(redis.say("HGETALL user:1") == "%2|$4|name|$3|ann|$4|seen|$4|4712|");
  CHECK(redis.say("SADD online u1") == ":1|");

  Emulated small;
  small->begin_recording();
  small.now = {};
  small.hear("KEYS *", "*3|$1|a|$1|b|$1|c|");
  small.hear("GET a", "$1|1|");
  Emulated known(small->knowledge());
  CHECK(known.say("INCR a") == ":2|");
  CHECK(known.say("EXISTS b") == "");  // it is there, but not known
  CHECK(known.say("INCR d") == ":1|");
  CHECK(known.say("DBSIZE") == "");
}

TEST_CASE("what was written before all keys were told says nothing of the beginning") {
  Emulated recording;
  recording->begin_recording();
  recording.now = {};
  recording.hear("DEL k", ":1|");
  recording.hear("DBSIZE", ":0|");
  Emulated redis(recording->knowledge());
  CHECK(redis.say("EXISTS k") == "");
  CHECK(redis.say("EXISTS other") == "");
}

TEST_CASE("recordings that began with other keys leave those unknown") {
  Emulated recording;
  recording.now = {};
  recording->begin_recording();
  recording.hear("DBSIZE", ":0|");
  recording->begin_recording();
  recording.hear("GET k", "$1|v|");
  Emulated redis(recording->knowledge());
  CHECK(redis.say("GET k") == "");
  CHECK(redis.say("GET other") == "_|");
}

TEST_CASE("a refusal that is about who asks, or when, does not pin a command") {
  for (const std::string reply :
       {"-NOAUTH Authentication required.|", "-NOPERM this user has no permissions|",
        "-LOADING Redis is loading the dataset in memory|"}) {
    Emulated recording;
    recording->begin_recording();
    recording.now = {};
    recording.hear("GET x", reply);
    CHECK(recording->knowledge()["pinned"].empty());
  }
  Emulated full;
  full->begin_recording();
  full.now = {};
  full.hear("SET x v", "-OOM command not allowed when used memory > 'maxmemory'.|");
  CHECK(full->knowledge()["pinned"].size() == 1);
}

TEST_CASE("a command with too few words did nothing") {
  Emulated redis = empty_server();
  CHECK(redis.say("SET k v") == "+OK|");
  redis.hear("EXPIRE k", "-ERR wrong number of arguments for 'expire' command|");
  redis.hear("NOSUCH k", "-ERR unknown command 'NOSUCH', with args beginning with: 'k' |");
  CHECK(redis.say("GET k") == "$1|v|");
  redis.hear("NOSUCH k", "-ERR of a module|");  // which may have written before
  CHECK(redis.say("GET k") == "");
}

TEST_CASE("nothing is computed for a user who is not allowed everything") {
  Emulated redis = empty_server();
  CHECK(redis.say("SET k v") == "+OK|");
  CHECK(redis->compute(canonical({"GET", "k"}, 0, "guest"), noon) == std::nullopt);
  redis->follow(canonical({"SET", "k", "w"}, 0, "guest"),
                as_bytes(image_of({"SET", "k", "w"}, "+OK\r\n")), noon, true);
  CHECK(redis.say("GET k") == "$1|w|");
}
