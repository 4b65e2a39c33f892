#include <doctest/doctest.h>

#include "protocols/redis/effects.hpp"
#include "protocols/redis/keys.hpp"
#include "support.hpp"

using namespace redis_test;

namespace {

struct Said {
  std::vector<std::string> words;
  std::vector<std::string_view> views;
  ResolvedCommand resolved;

  explicit Said(std::string_view line) {
    REQUIRE(split_line(line, words));
    views.assign(words.begin(), words.end());
    resolve(views, resolved);
  }
};

std::string joined(const std::vector<KeyPath>& paths) {
  std::string out;
  for (const KeyPath& path : paths) {
    if (!out.empty()) out += ' ';
    if (path.empty()) out += '*';
    for (std::size_t i = 0; i < path.size(); ++i) out += (i > 0 ? "/" : "") + path[i];
  }
  return out;
}

std::string keys(std::string_view line) {
  const Said said(line);
  std::string out;
  for (const KeyUse& use : keys_of(*said.resolved.command, said.views))
    out += (out.empty() ? "" : " ") + std::string(use.key) +
           (use.access == KeyAccess::write ? "!" : "");
  return out;
}

// "reads > writes"
std::string effects(std::string_view line, std::uint32_t db = 0) {
  const Said said(line);
  const Effects found = effects_of(said.resolved, said.views, db);
  CHECK((found.effect == Effect::write) == !found.writes.empty());
  return joined(found.reads) + " > " + joined(found.writes);
}

Value reply(std::string_view octets) {
  return decode_value(as_bytes(octets), {}).value();
}

bool changed(std::string_view line, std::string_view octets) {
  const Said said(line);
  Value value = reply(octets);
  return has_changed(said.resolved, said.views, value);
}

bool blind(std::string_view line, std::string_view octets) {
  const Said said(line);
  return answers_blindly(said.resolved, said.views, reply(octets));
}

}  // namespace

TEST_CASE("keys are found where the key specifications say") {
  CHECK(keys("GET k") == "k");
  CHECK(keys("SET k v") == "k!");
  CHECK(keys("MSET a 1 b 2") == "a! b!");
  CHECK(keys("DEL a b c") == "a! b! c!");
  CHECK(keys("RENAME a b") == "a! b!");
  CHECK(keys("BITOP AND d a b") == "d! a b");
  CHECK(keys("BLPOP a b 0") == "a! b!");
  CHECK(keys("OBJECT ENCODING k") == "k");
  CHECK(keys("XGROUP CREATE s g $") == "s!");
  CHECK(keys("LMOVE a b LEFT LEFT") == "a! b!");
  CHECK(keys("ZUNIONSTORE d 2 a b WEIGHTS 1 2") == "d! a b");
  CHECK(keys("ZINTER 2 a b WITHSCORES") == "a b");
  CHECK(keys("LMPOP 2 a b LEFT") == "a! b!");
  CHECK(keys("BLMPOP 0 2 a b LEFT") == "a! b!");
  CHECK(keys("EVAL \"return 1\" 2 a b c") == "a! b!");
  CHECK(keys("EVAL_RO \"return 1\" 1 a c") == "a");
  CHECK(keys("EVAL \"return 1\" 0") == "");
  CHECK(keys("EVAL \"return 1\" 9 a") == "");
  CHECK(keys("EVAL \"return 1\" x a") == "");
  CHECK(keys("XREAD COUNT 1 STREAMS a b 0 0") == "a b");
  CHECK(keys("XREADGROUP GROUP g STREAMS STREAMS a b > >") == "a b");
  CHECK(keys("SORT l BY w_* GET # STORE d") == "l d!");
  CHECK(keys("SORT l STORE a STORE b") == "l b!");
  CHECK(keys("GEORADIUS g 1 2 3 km STORE d") == "g d!");
  CHECK(keys("MIGRATE h 1 k 0 9") == "k!");
  CHECK(keys("MIGRATE h 1 \"\" 0 9 KEYS a b") == "a! b!");
  CHECK(keys("PUBLISH ch m") == "");
}

TEST_CASE("a read depends on its keys, a write on them as well and changes them") {
  CHECK(effects("GET k") == "0/k > ");
  CHECK(effects("GET k", 3) == "3/k > ");
  CHECK(effects("INCR k") == "0/k > 0/k");
  CHECK(effects("SINTERSTORE d a b") == "0/d 0/a 0/b > 0/d");
  CHECK(effects("XREADGROUP GROUP g c STREAMS s >") == "0/s > 0/s");
  CHECK(effects("GEORADIUS g 1 2 3 km") == "0/g > ");
  CHECK(effects("SORT l") == "0/l > ");
  CHECK(effects("SORT l BY w_*") == "0 > ");
  CHECK(effects("SORT l BY w_* STORE d") == "0 0/d > 0/d");
  CHECK(effects("MGET a a b") == "0/a 0/b > ");
}

TEST_CASE("what asks for or changes whole databases depends on all keys of them") {
  CHECK(effects("DBSIZE", 2) == "2 > ");
  CHECK(effects("SCAN 0") == "0 > ");
  CHECK(effects("KEYS *") == "0 > ");
  CHECK(effects("RANDOMKEY") == "0 > ");
  CHECK(effects("FLUSHDB") == "0 > 0");
  CHECK(effects("FLUSHALL") == "* > *");
  CHECK(effects("SWAPDB 0 1") == "0 1 > 0 1");
  CHECK(effects("MOVE k 1") == "0/k 1/k > 0/k 1/k");
  CHECK(effects("COPY a b DB 4") == "0/a 0/b 4/b > 0/b 4/b");
}

TEST_CASE("what a command with too few words would be about lies within its words") {
  for (const Command& command : all_commands()) {
    std::string line(command.name);
    for (int words = 0; words < 4; ++words, line += " 1") {
      CAPTURE(line);
      const Said said(line);
      if (said.resolved.command != nullptr)
        for (const KeyUse& use : keys_of(*said.resolved.command, said.views))
          CHECK(use.key.size() <= line.size());
      static_cast<void>(effects_of(said.resolved, said.views, 0));
      const auto analyser = redis::protocol().new_analyser();
      std::vector<Problem> problems;
      const Exchange refused{
          {{"command", said.words}}, {{"error", "ERR wrong number of arguments"}}, {}, {}};
      static_cast<void>(analyser->analyse({}, refused, problems));
    }
  }
}

TEST_CASE("a script without keys and an unknown command may have touched anything") {
  CHECK(effects("EVAL \"return 1\" 0") == "* > *");
  CHECK(effects("EVAL_RO \"return 1\" 0") == "* > ");
  CHECK(effects("FCALL f 0") == "* > *");
  CHECK(effects("FUNCTION LOAD x") == "* > *");
  CHECK(effects("JSON.SET doc $ 1") == "* > *");
  const Said unknown("JSON.SET doc $ 1");
  CHECK_FALSE(effects_of(unknown.resolved, unknown.views, 0).understood);
}

TEST_CASE("a script by its digest depends on having been loaded") {
  CHECK(effects("EVALSHA AB12 1 k") == "0/k server/SCRIPT/ab12 > 0/k");
  CHECK(effects("SCRIPT EXISTS ab12 cd") == "server/SCRIPT/ab12 server/SCRIPT/cd > ");
  CHECK(effects("SCRIPT FLUSH") == "server/SCRIPT > server/SCRIPT");
  Effects loaded;
  add_loaded_script(reply("$4\r\nab12\r\n"), loaded);
  CHECK(joined(loaded.writes) == "server/SCRIPT/ab12");
}

TEST_CASE("facts of the server depend on what sets them") {
  CHECK(effects("CONFIG GET x") == "server/CONFIG > ");
  CHECK(effects("CONFIG SET x 1") == "server/CONFIG > server/CONFIG");
  CHECK(effects("TIME") == " > ");
  CHECK(effects("PUBLISH c m") == " > ");
}

TEST_CASE("a write that failed or found nothing to do changed nothing") {
  CHECK_FALSE(changed("INCR k", "-ERR value is not an integer or out of range\r\n"));
  CHECK_FALSE(changed("SET k v NX", "_\r\n"));
  CHECK(changed("SET k v NX", "+OK\r\n"));
  CHECK_FALSE(changed("SET k v NX GET", "$1\r\nx\r\n"));
  CHECK(changed("SET k v NX GET", "_\r\n"));
  CHECK_FALSE(changed("SET k v XX GET", "_\r\n"));
  CHECK(changed("SET k v GET", "_\r\n"));
  CHECK_FALSE(changed("DEL k", ":0\r\n"));
  CHECK(changed("DEL k", ":1\r\n"));
  CHECK_FALSE(changed("EXPIRE k 10", ":0\r\n"));
  CHECK_FALSE(changed("LINSERT l BEFORE a b", ":-1\r\n"));
  CHECK(changed("HSET h f v", ":0\r\n"));
  CHECK(changed("ZADD z 1 m", ":0\r\n"));
  CHECK_FALSE(changed("ZADD z CH 1 m", ":0\r\n"));
  CHECK_FALSE(changed("ZADD z NX 1 m", ":0\r\n"));
  CHECK_FALSE(changed("LPOP l", "_\r\n"));
  CHECK_FALSE(changed("SPOP s 3", "~0\r\n"));
  CHECK(changed("BLPOP l 1", "*2\r\n+l\r\n+x\r\n"));
  CHECK_FALSE(changed("BLPOP l 1", "_\r\n"));
  CHECK_FALSE(changed("GETEX k", "$1\r\nv\r\n"));
  CHECK(changed("GETEX k EX 10", "$1\r\nv\r\n"));
  CHECK(changed("EVAL \"return nil\" 1 k", "_\r\n"));
}

TEST_CASE("only a write that says OK to everybody is answered blindly") {
  CHECK(blind("SET k v", "+OK\r\n"));
  CHECK(blind("SET k v EX 10", "+OK\r\n"));
  CHECK(blind("MSET a 1", "+OK\r\n"));
  CHECK_FALSE(blind("SET k v NX", "+OK\r\n"));
  CHECK_FALSE(blind("SET k v GET", "$1\r\nx\r\n"));
  CHECK_FALSE(blind("SET k v", "-OOM command not allowed\r\n"));
  CHECK_FALSE(blind("HMSET h f v", "+OK\r\n"));
}

TEST_CASE("an error is blind to what is stored only where the server looks at nothing before it") {
  CHECK(blind("GET", "-ERR wrong number of arguments for 'get' command\r\n"));
  CHECK(blind("HSET h f", "-ERR wrong number of arguments for 'hset' command\r\n"));
  CHECK(blind("NOSUCH a", "-ERR unknown command 'NOSUCH', with args beginning with: 'a' \r\n"));
  // Of a list it would be WRONGTYPE, and where nothing is there, an answer.
  CHECK_FALSE(blind("BITCOUNT k 0", "-ERR syntax error\r\n"));
  CHECK_FALSE(blind("HSCAN k 0 WHAT", "-ERR syntax error\r\n"));
  // A script says what it likes.
  CHECK_FALSE(blind("EVAL \"…\" 1 k", "-ERR wrong number of arguments\r\n"));
}

TEST_CASE("a command with too few words for its keys is not read beyond its end") {
  for (const Command& command : all_commands()) {
    std::vector<std::string_view> views;
    for (std::string_view rest = command.name; !rest.empty();) {
      const std::size_t end = std::min(rest.find(' '), rest.size());
      views.push_back(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    for (int more = 0; more < 4; ++more) {
      ResolvedCommand resolved;
      resolve(views, resolved);
      Effects found = effects_of(resolved, views, 0);
      const Value told = reply(":1\r\n");
      static_cast<void>(has_changed(resolved, views, told));
      static_cast<void>(answers_blindly(resolved, views, told));
      if (!command.accepts(views.size()) && resolved.command == &command) {
        CHECK_FALSE(found.understood);
      }
      views.push_back("x");
    }
  }
}
