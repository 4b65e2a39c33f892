// What commands are told to leave in keys.
#include <doctest/doctest.h>

#include "protocols/redis/analyser.hpp"
#include "protocols/redis/reply_document.hpp"
#include "support.hpp"

using namespace redis_test;

namespace {

struct Exchanged {
  std::string_view line;
  std::string_view reply = "+OK\r\n";
};

Exchange exchange_of(const Exchanged& said) {
  std::vector<std::string> words;
  REQUIRE(split_line(said.line, words));
  Document command = Document::array();
  for (const std::string& word : words) command.push_back(word);
  const auto value = decode_value(as_bytes(said.reply), {});
  return {{{"command", command}}, reply_document(value.value()), {}, {}};
}

std::string joined(const KeyPath& path) {
  std::string out;
  for (const std::string& segment : path) out += (out.empty() ? "" : "/") + segment;
  return path.empty() ? "*" : out;
}

/// The last of several exchanges, as it is analysed after all of them were learned from:
/// "history | contents > writes", with a `=` behind what is determined, `==` where it always is.
std::string told(const std::vector<Exchanged>& recording) {
  RedisAnalyser analyser;
  std::vector<Problem> problems;
  for (const Exchanged& said : recording) analyser.learn({}, exchange_of(said));
  const Analysis analysis = analyser.analyse({}, exchange_of(recording.back()), problems);
  REQUIRE(problems.empty());
  std::string out;
  const auto add = [&](const std::vector<KeyPath>& paths) {
    for (const KeyPath& path : paths) {
      out += (out.empty() || out.ends_with(' ') ? "" : " ") + joined(path);
      for (const Determined& each : analysis.determined)
        if (each.path == path && &paths == &analysis.writes)
          out += each.whatever_answered ? "==" : "=";
    }
  };
  add(analysis.reads);
  out += " | ";
  add(analysis.contents);
  out += " > ";
  add(analysis.writes);
  return out;
}

std::string content(const Exchanged& said) {
  RedisAnalyser analyser;
  std::vector<Problem> problems;
  analyser.learn({}, exchange_of(said));
  const Analysis analysis = analyser.analyse({}, exchange_of(said), problems);
  REQUIRE(analysis.determined.size() == 1);
  return analysis.determined[0].content;
}

}  // namespace

TEST_CASE("a command that writes a whole key determines it, whatever was there") {
  CHECK(told({{"SET k v"}}) == " |  > 0/k==");
  CHECK(told({{"SETEX k 9 v"}}) == " |  > 0/k==");
  CHECK(told({{"MSET a 1 b 2"}}) == " |  > 0/a== 0/b==");
  CHECK(told({{"DEL a b", ":1\r\n"}}) == " | 0/a 0/b > 0/a== 0/b==");
  CHECK(told({{"DEL a", ":0\r\n"}}) == " | 0/a > 0/a==");
  CHECK(told({{"FLUSHDB"}}) == " |  > 0==");
  CHECK(told({{"FLUSHALL"}}) == " |  > *==");
}

TEST_CASE("where a reply tells whether it was written, it is known by that reply only") {
  CHECK(told({{"SET k v NX"}}) == " | 0/k > 0/k=");
  CHECK(told({{"SET k v NX", "_\r\n"}}) == " | 0/k > 0/k");
  CHECK(told({{"SET k v GET", "$1\r\nx\r\n"}}) == " | 0/k > 0/k=");
  CHECK(told({{"SETNX k v", ":0\r\n"}}) == " | 0/k > 0/k");
  CHECK(told({{"GETDEL k", "$1\r\nx\r\n"}}) == " | 0/k > 0/k=");
  CHECK(told({{"SET k v KEEPTTL"}}) == " |  > 0/k");
  CHECK(told({{"GETSET k v", "-WRONGTYPE no\r\n"}}) == " | 0/k > 0/k");
  CHECK(told({{"RPUSH l a b", ":2\r\n"}}) == " | 0/l > 0/l=");
  CHECK(told({{"RPUSH l a b", ":3\r\n"}}) == " | 0/l > 0/l");
}

TEST_CASE("what is there is the same exactly where the contents are") {
  CHECK(content({"SET k v"}) == content({"SET j v"}));
  CHECK(content({"SET k v"}) == content({"SET k v NX"}));
  CHECK(content({"SET k v"}) != content({"SET k w"}));
  CHECK(content({"SET k v"}) != content({"SET k v EX 9"}));
  CHECK(content({"SET k v EX 9"}) == content({"SETEX k 9 v"}));
  CHECK(content({"SET k v EX 9"}) != content({"PSETEX k 9 v"}));
  CHECK(content({"SET k \"a b\""}) != content({"SET k a"}));
  CHECK(content({"DEL k", ":1\r\n"}) == content({"UNLINK k", ":1\r\n"}));
  CHECK(content({"LPUSH l b a", ":2\r\n"}) == content({"RPUSH l a b", ":2\r\n"}));
  CHECK(content({"LPUSH l a b", ":2\r\n"}) != content({"RPUSH l a b", ":2\r\n"}));
  CHECK(content({"HSET h f 5", ":1\r\n"}) == content({"HINCRBY h f 2", ":5\r\n"}));
  CHECK(content({"ZADD z 5 m", ":1\r\n"}) == content({"ZINCRBY z 2 m", ",5\r\n"}));
  CHECK(content({"ZADD z 1.50 m", ":1\r\n"}) == content({"ZADD z 1.5 m", ":1\r\n"}));
  CHECK(content({"SREM s m", ":1\r\n"}) == content({"SREM s m", ":0\r\n"}));
}

TEST_CASE("a command about members depends on these and writes these") {
  CHECK(told({{"HGET h f", "_\r\n"}}) == " | 0/h/kind 0/h/expiry 0/h/member/f > ");
  CHECK(told({{"HMGET h f g", "*2\r\n_\r\n_\r\n"}}) ==
        " | 0/h/kind 0/h/expiry 0/h/member/f 0/h/member/g > ");
  CHECK(told({{"HGETALL h", "%0\r\n"}}) == " | 0/h > ");
  CHECK(told({{"HSET h f 1 g 2", ":2\r\n"}}) ==
        " | 0/h/kind 0/h/expiry 0/h/member/f 0/h/member/g > 0/h/member/f== 0/h/member/g==");
  CHECK(told({{"HSETNX h f 1", ":0\r\n"}}) == " | 0/h/kind 0/h/expiry 0/h/member/f > 0/h/member/f");
  CHECK(told({{"HDEL h f", ":0\r\n"}}) == " | 0/h/kind 0/h/expiry 0/h/member/f > 0/h/member/f==");
  CHECK(told({{"SADD s a b", ":1\r\n"}}) ==
        " | 0/s/kind 0/s/expiry 0/s/member/a 0/s/member/b > 0/s/member/a== 0/s/member/b==");
  CHECK(told({{"ZADD z CH 1 a 2 b", ":1\r\n"}}) ==
        " | 0/z/kind 0/z/expiry 0/z/member/a 0/z/member/b > 0/z/member/a== 0/z/member/b==");
  CHECK(told({{"ZADD z GT 1 a", ":0\r\n"}}) ==
        " | 0/z/kind 0/z/expiry 0/z/member/a > 0/z/member/a");
  CHECK(told({{"HINCRBY h f 2", ":5\r\n"}}) ==
        " | 0/h/kind 0/h/expiry 0/h/member/f > 0/h/member/f=");
  CHECK(told({{"SPOP s", "$1\r\na\r\n"}}) == " | 0/s > 0/s");
}

TEST_CASE("a string that is counted or edited, and when a key expires, lie below the key") {
  CHECK(told({{"INCR k", ":3\r\n"}}) == " | 0/k > 0/k/value=");
  CHECK(told({{"APPEND k x", ":3\r\n"}}) == " | 0/k > 0/k/value");
  CHECK(told({{"GET k", "$1\r\nx\r\n"}, {"EXPIRE k 60", ":1\r\n"}}) == " | 0/k > 0/k/expiry=");
  CHECK(told({{"GET k", "$1\r\nx\r\n"}, {"EXPIRE k 60", ":0\r\n"}}) == " | 0/k > 0/k");
  CHECK(told({{"GET k", "$1\r\nx\r\n"}, {"EXPIRE k 60 NX", ":1\r\n"}}) == "0/k |  > 0/k");
  CHECK(told({{"GET k", "$1\r\nx\r\n"}, {"EXPIRE k -1", ":1\r\n"}}) == "0/k |  > 0/k");
  CHECK(told({{"TTL k", ":3\r\n"}}) == "0/k |  > ");
}

TEST_CASE("a key that holds several kinds of value is one whole") {
  CHECK(told({{"SET h v"}, {"HSET h f 1", ":1\r\n"}}) == " | 0/h > 0/h");
  CHECK(told({{"HSET h f 1", "-WRONGTYPE no\r\n"}}) == " | 0/h > 0/h");
  CHECK(told({{"RENAME a h"}, {"HGET h f", "_\r\n"}}) == " | 0/h > ");
  CHECK(told({{"EVAL \"return 1\" 1 h", ":1\r\n"}, {"HGET h f", "_\r\n"}}) == " | 0/h > ");
  CHECK(told({{"EVAL \"return 1\" 0", ":1\r\n"}, {"HGET h f", "_\r\n"}}) == " | 0/h > ");
  CHECK(told({{"EXPIRE h 9", ":1\r\n"}, {"DEL h", ":1\r\n"}, {"HGET h f", "_\r\n"}}) ==
        " | 0/h/kind 0/h/expiry 0/h/member/f > ");
  CHECK(told({{"SET h v"}, {"INCR h", ":1\r\n"}, {"GET h", "$1\r\n1\r\n"}}) == " | 0/h > ");
}

TEST_CASE("no name of a key or member reaches into another key") {
  CHECK(key_path(0,
                 "a\x1fmember\x1f"
                 "b") != KeyPath{"0", "a", "member", "b"});
  CHECK(join(key_path(0,
                      "a\x1f"
                      "b")) != join({"0", "a", "b"}));
  CHECK(segment_of("a\x1f") != segment_of("a\x1e"));
  CHECK(segment_of("a\x1e"
                   "1") != segment_of("a\x1f"));
  CHECK(told({{"SET \"a\\x1fb\" v"}}).find('\x1f') == std::string::npos);
}
