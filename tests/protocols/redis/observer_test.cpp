#include <doctest/doctest.h>

#include "support.hpp"
#include "understudy/document_text.hpp"

using namespace redis_test;
using Lines = std::vector<std::string>;

namespace {

// A relayed connection, watched. What it tells is kept as lines: `request → answer`, `! warning`,
// `facts …`.
class Watched : public test::ObserverStage {
 public:
  explicit Watched(std::size_t piece = 0)
      : ObserverStage(redis::protocol()), piece_(piece == 0 ? test::in_one_piece : piece) {}

  Watched& client(std::string_view octets) { return fed(Direction::from_client, octets); }
  Watched& server(std::string_view octets) { return fed(Direction::from_server, octets); }
  Watched& ask(const std::vector<std::string>& words) { return client(wire(words)); }

  /// Since it was asked last: what was warned of, then the exchanges.
  Lines told() {
    Lines lines;
    for (; warned_ < warnings.size(); ++warned_) lines.push_back("! " + warnings[warned_]);
    for (; told_ < exchanges.size(); ++told_)
      lines.push_back(redis::protocol().summarise(exchanges[told_].request) + " → " +
                      json_text(exchanges[told_].answer));
    return lines;
  }
  void server_closes() { eof(Direction::from_server); }

  std::string relayed;

 private:
  Watched& fed(Direction from, std::string_view octets) {
    feed(from, as_bytes(octets), piece_);
    relayed += octets;
    return *this;
  }

  std::size_t piece_, told_ = 0, warned_ = 0;
};

}  // namespace

TEST_CASE("a command and its reply are an exchange") {
  Watched watched;
  watched.ask({"set", "k", "v"}).server("+OK\r\n").ask({"GET", "k"}).server("$1\r\nv\r\n");
  CHECK(watched.told() == Lines{R"(SET k v → {"status":"OK"})", R"(GET k → "v")"});
  CHECK(watched.exchanges[1].began.tick == 3);
  CHECK(watched.exchanges[1].ended.tick == 4);
}

TEST_CASE("pipelined commands are paired in order, in whatever pieces they come") {
  for (const std::size_t piece : {0, 1, 2, 7}) {
    Watched watched(piece);
    const std::string commands =
        wire({"GET", "a"}) + "GET b\r\n\r\n*0\r\n" + wire({"MGET", "a", "b"});
    const std::string replies = "$1\r\n1\r\n$-1\r\n*2\r\n$1\r\n1\r\n$-1\r\n";
    watched.client(commands).server(replies);
    CHECK(watched.told() == Lines{R"(GET a → "1")", "GET b → null", R"(MGET a b → ["1",null])"});
    CHECK(watched.relayed == commands + replies);
  }
}

TEST_CASE("every reply type is spelled so that it can be told from the others") {
  Watched watched;
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"+OK\r\n", R"({"status":"OK"})"},
      {"-WRONGTYPE no\r\n", R"({"error":"WRONGTYPE no"})"},
      {":42\r\n", "42"},
      {"$2\r\n42\r\n", R"("42")"},
      {"$0\r\n\r\n", R"("")"},
      {"$-1\r\n", "null"},
      {"*-1\r\n", R"({"null":"array"})"},
      {"_\r\n", "null"},
      {"*2\r\n:1\r\n*0\r\n", "[1,[]]"},
      {"#t\r\n", "true"},
      {",1.5\r\n", "1.5"},
      {",3\r\n", "3.0"},
      {",inf\r\n", R"({"double":"inf"})"},
      {",0.10000000000000001\r\n", R"({"double":"0.10000000000000001"})"},
      {"(123456789012345678901\r\n", R"({"big_number":"123456789012345678901"})"},
      {"!7\r\nERR bad\r\n", R"({"bulk_error":"ERR bad"})"},
      {"=6\r\ntxt:hi\r\n", R"({"verbatim":"hi"})"},
      {"=6\r\nmkd:hi\r\n", R"({"verbatim":"hi","format":"mkd"})"},
      {"%1\r\n$1\r\na\r\n:1\r\n", R"({"map":{"a":1}})"},
      {"%1\r\n:1\r\n:2\r\n", R"({"map":[[1,2]]})"},
      {"~1\r\n:1\r\n", R"({"set":[1]})"},
      {"|1\r\n+a\r\n:1\r\n:2\r\n", R"({"attributes":[[{"status":"a"},1]],"reply":2})"},
  };
  for (const auto& [octets, expected] : cases) {
    watched.ask({"EVAL", "s", "0"}).server(octets);
    CHECK(watched.told() == Lines{"EVAL s 0 → " + expected});
  }
}

TEST_CASE("what RESP2 flattened is told in its RESP3 shape") {
  Watched watched;
  watched.ask({"HGETALL", "h"}).server("*2\r\n$1\r\nf\r\n$1\r\nv\r\n");
  watched.ask({"ZRANGE", "z", "0", "-1", "withscores"}).server("*2\r\n$1\r\nm\r\n$3\r\n1.5\r\n");
  watched.ask({"BLPOP", "l", "1"}).server("*-1\r\n");
  CHECK(watched.told() == Lines{R"(HGETALL h → {"map":{"f":"v"}})",
                                R"(ZRANGE z 0 -1 withscores → [["m",1.5]])", "BLPOP l 1 → null"});
}

TEST_CASE("what is the connection's own business is not recorded, but is learned from") {
  Watched watched;
  watched.ask({"HELLO", "3", "AUTH", "me", "secret", "SETNAME", "shop"});
  watched.server(
      "%3\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$5\r\n7.2.6\r\n$4\r\nmode\r\n$"
      "10\r\nstandalone\r\n");
  watched.ask({"CLIENT", "SETINFO", "LIB-NAME", "ioredis"}).server("+OK\r\n");
  watched.ask({"PING"}).server("+PONG\r\n").ask({"ECHO", "x"}).server("$1\r\nx\r\n");
  CHECK(watched.told().empty());
  watched.ask({"GET", "k"}).server("_\r\n");
  CHECK(watched.told() == Lines{"GET k (user me) → null"});
  CHECK(
      json_text(watched.facts.back()) ==
      R"({"authenticated":true,"version":"7.2.6","mode":"standalone","client":"shop","library":"ioredis","resp":3})");
}

TEST_CASE("INFO is told without what differs from call to call") {
  Watched watched;
  const std::string info =
      "# Server\r\nredis_version:7.0.15\r\nrun_id:0123456789abcdef0123456789abcdef01234567\r\n"
      "uptime_in_seconds:77\r\nmaxmemory:1024\r\n# Memory\r\nused_memory_human:1.02M\r\n"
      "db0:keys=12,expires=3,avg_ttl=0\r\nno line\n";
  watched.ask({"INFO"}).server("$" + std::to_string(info.size()) + "\r\n" + info + "\r\n");
  CHECK(watched.told().size() == 1);
  CHECK(watched.exchanges[0].answer["verbatim"] ==
        "# Server\r\nredis_version:7.0.15\r\nrun_id:0000000000000000000000000000000000000000\r\n"
        "uptime_in_seconds:0\r\nmaxmemory:1024\r\n# Memory\r\nused_memory_human:0M\r\n"
        "no line\n");
  CHECK(watched.facts.back()["version"] == "7.0.15");
}

TEST_CASE("secrets never leave the observer") {
  Watched watched;
  watched.ask({"AUTH", "hunter2"})
      .server("+OK\r\n")
      .ask({"AUTH", "hunter2"})
      .server("-WRONGPASS no\r\n");
  watched.ask({"CONFIG", "SET", "requirepass", "hunter2"}).server("+OK\r\n");
  watched.ask({"CONFIG", "GET", "requirepass"})
      .server("*2\r\n$11\r\nrequirepass\r\n$7\r\nhunter2\r\n");
  watched.ask({"ACL", "SETUSER", "bob", ">hunter2"}).server("+OK\r\n");
  watched.ask({"ACL", "LIST"}).server("*1\r\n$23\r\nuser bob on #hunter2 ~*\r\n");
  watched.ask({"MULTI"})
      .server("+OK\r\n")
      .ask({"CONFIG", "SET", "masterauth", "hunter2"})
      .server("+QUEUED\r\n");
  watched.ask({"EXEC"}).server("*1\r\n+OK\r\n");
  const Lines lines = watched.told();
  CHECK(lines.size() == 7);
  for (const std::string& line : lines) CHECK(line.find("hunter2") == std::string::npos);
  for (const Exchange& exchange : watched.exchanges) {
    CHECK(json_text(exchange.request).find("hunter2") == std::string::npos);
    CHECK(json_text(exchange.answer).find("hunter2") == std::string::npos);
  }
}

TEST_CASE("the database that is selected is part of the requests that follow") {
  Watched watched;
  watched.client(wire({"SELECT", "2"}) + wire({"GET", "k"}) + wire({"SELECT", "99"}) +
                 wire({"GET", "k"}));
  watched.server("+OK\r\n$-1\r\n-ERR DB index is out of range\r\n$-1\r\n");
  CHECK(watched.told() == Lines{"GET k (db 2) → null", "GET k (db 2) → null"});
}

TEST_CASE("the commands of a transaction get their replies out of EXEC's array") {
  Watched watched;
  watched.client(wire({"MULTI"}) + wire({"SET", "k", "v"}) + wire({"SELECT", "1"}) +
                 wire({"HGETALL", "h"}));
  watched.server("+OK\r\n+QUEUED\r\n+QUEUED\r\n+QUEUED\r\n");
  CHECK(watched.told().empty());
  watched.ask({"EXEC"}).server("*3\r\n+OK\r\n+OK\r\n*2\r\n$1\r\nf\r\n$1\r\nv\r\n");
  CHECK(watched.told() == Lines{R"(MULTI → {"status":"OK"})", R"(SET k v → {"status":"OK"})",
                                R"(HGETALL h (db 1) → {"map":{"f":"v"}})",
                                R"(EXEC → {"executed":3})"});
  for (const Exchange& exchange : watched.exchanges) {
    CHECK(exchange.began.tick == 3);
    CHECK(exchange.ended.tick == 4);
  }
}

TEST_CASE("a transaction that a watched key aborted did nothing") {
  Watched watched;
  watched.ask({"WATCH", "k"}).server("+OK\r\n");
  watched.client(wire({"MULTI"}) + wire({"SET", "k", "v"}) + wire({"EXEC"}) + wire({"GET", "k"}));
  watched.server("+OK\r\n+QUEUED\r\n*-1\r\n$-1\r\n");
  CHECK(watched.told() == Lines{R"(WATCH k → {"status":"OK"})", R"(MULTI → {"status":"OK"})",
                                "EXEC → null", "GET k → null"});
}

TEST_CASE("a refused and a discarded transaction are told as such") {
  Watched watched;
  watched.client(wire({"MULTI"}) + wire({"NOPE"}) + wire({"SET", "k", "v"}) + wire({"EXEC"}));
  watched.server("+OK\r\n-ERR unknown command\r\n+QUEUED\r\n-EXECABORT no\r\n");
  CHECK(watched.told() == Lines{R"(NOPE → {"error":"ERR unknown command"})",
                                R"(MULTI → {"status":"OK"})",
                                R"(EXEC → {"error":"EXECABORT no"})"});
  watched.client(wire({"MULTI"}) + wire({"SET", "k", "v"}) + wire({"DISCARD"}) +
                 wire({"GET", "k"}));
  watched.server("+OK\r\n+QUEUED\r\n+OK\r\n$-1\r\n");
  CHECK(watched.told() ==
        Lines{R"(MULTI → {"status":"OK"})", R"(DISCARD → {"status":"OK"})", "GET k → null"});
}

TEST_CASE("messages to a subscriber are no replies") {
  Watched watched;
  watched.ask({"SUBSCRIBE", "a", "b"}).server("*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n");
  watched.server(
      "*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nm\r\n*3\r\n$9\r\nsubscribe\r\n$1\r\nb\r\n:2\r\n");
  watched.ask({"PING"}).server(
      "*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nm\r\n*2\r\n$4\r\npong\r\n$0\r\n\r\n");
  watched.ask({"UNSUBSCRIBE"});
  watched.server(
      "*3\r\n$11\r\nunsubscribe\r\n$1\r\nb\r\n:1\r\n*3\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n:0\r\n");
  watched.ask({"UNSUBSCRIBE"}).server("*3\r\n$11\r\nunsubscribe\r\n$-1\r\n:0\r\n");
  watched.ask({"GET", "k"}).server("$1\r\nv\r\n");
  CHECK(watched.told() ==
        Lines{"! pub/sub messages and other pushes are relayed, not recorded", R"(GET k → "v")"});
  CHECK(watched.sync() == Sync::in_sync);
}

TEST_CASE("pushes of RESP3 are no replies") {
  Watched watched;
  watched.ask({"HELLO", "3"}).server("%0\r\n").ask({"SUBSCRIBE", "a"});
  watched.server(">3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n").ask({"GET", "k"});
  watched.server(
      ">2\r\n$10\r\ninvalidate\r\n_\r\n$1\r\nv\r\n>3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nm\r\n");
  watched.ask({"GET", "l"}).server("_\r\n");
  CHECK(watched.told() == Lines{"! pub/sub messages and other pushes are relayed, not recorded",
                                R"(GET k → "v")", "GET l → null"});
}

TEST_CASE("commands without replies are recorded as such") {
  Watched watched;
  watched.client(wire({"CLIENT", "REPLY", "SKIP"}) + wire({"SET", "k", "1"}) + wire({"GET", "k"}));
  watched.server("$1\r\n1\r\n");
  watched.client(wire({"CLIENT", "REPLY", "OFF"}) + wire({"SET", "k", "2"}) + wire({"PING"}));
  watched.client(wire({"CLIENT", "REPLY", "ON"}) + wire({"GET", "k"})).server("+OK\r\n$1\r\n2\r\n");
  CHECK(watched.told() ==
        Lines{"! commands under CLIENT REPLY OFF or SKIP are recorded without their answers",
              R"(SET k 1 → {"unanswered":true})", R"(GET k → "1")",
              R"(SET k 2 → {"unanswered":true})", R"(GET k → "2")"});
}

TEST_CASE("MONITOR and replication turn the connection opaque") {
  Watched watched;
  watched.ask({"GET", "k"})
      .server("$-1\r\n")
      .ask({"MONITOR"})
      .server("+OK\r\n+1.5 [0 a] \"GET\" \"k\"\r\n");
  CHECK(watched.sync() == Sync::opaque);
  CHECK(watched.told().size() == 2);
  watched.ask({"GET", "k"}).server("$-1\r\n");
  CHECK(watched.told().empty());
}

TEST_CASE("what makes no sense is relayed, named once, and never guessed at again") {
  const std::vector<std::pair<std::string, std::string>> cases = {{"*x\r\n", ""},
                                                                  {wire({"GET", "k"}), "what?\r\n"},
                                                                  {"", "+unasked\r\n"},
                                                                  {"\"unbalanced\n", ""}};
  for (const auto& [from_client, from_server] : cases) {
    Watched watched;
    watched.client(from_client).server(from_server);
    CHECK(watched.sync() == Sync::lost);
    CHECK(watched.told().size() == 1);
    watched.relayed.clear();
    watched.ask({"GET", "k"}).server("$-1\r\n");
    CHECK(watched.told().empty());
    CHECK(watched.relayed == wire({"GET", "k"}) + "$-1\r\n");
  }
}

TEST_CASE("commands that the server left unanswered are named") {
  Watched watched;
  watched.client(wire({"GET", "k"}) + wire({"QUIT"}));
  watched.server_closes();
  CHECK(watched.told() == Lines{"! the server closed the connection with 1 command(s) unanswered; "
                                "they are not recorded"});
}

TEST_CASE("octets that are not text stay octets") {
  Watched watched;
  watched.ask({"SET", "k", std::string("\xff\0", 2)}).server("+OK\r\n").ask({"GET", "k"});
  watched.server(std::string("$2\r\n\xff\0\r\n", 8));
  CHECK(watched.told().size() == 2);
  CHECK(watched.exchanges[0].request["command"][2].is_binary());
  CHECK(octets_of(watched.exchanges[1].answer) == std::string("\xff\0", 2));
}

TEST_CASE("answers that send the client to other servers are warned of") {
  const auto warnings = [](const Words& words, std::string_view reply) {
    Watched watched;
    watched.ask(words).server(reply);
    Lines lines = watched.told();
    std::erase_if(lines, [](const std::string& line) { return !line.starts_with("! "); });
    return lines.size();
  };
  CHECK(warnings({"CLUSTER", "SLOTS"}, "*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n$1\r\nh\r\n:1\r\n") == 1);
  CHECK(warnings({"CLUSTER", "SHARDS"}, "*0\r\n") == 1);
  CHECK(warnings({"SENTINEL", "get-master-addr-by-name", "m"}, "*2\r\n$1\r\nh\r\n$1\r\n1\r\n") ==
        1);
  CHECK(warnings({"GET", "k"}, "-MOVED 3999 10.0.0.7:6381\r\n") == 1);
  CHECK(warnings({"GET", "k"}, "-ASK 3999 10.0.0.7:6381\r\n") == 1);
  CHECK(warnings({"ROLE"}, "*3\r\n$5\r\nslave\r\n$1\r\nh\r\n:1\r\n") == 1);
  CHECK(warnings({"INFO", "replication"},
                 "$42\r\nrole:master\r\nslave0:ip=10.0.0.7,port=6380\r\n\r\n") == 1);
  CHECK(warnings({"HELLO"}, "*2\r\n$4\r\nmode\r\n$7\r\ncluster\r\n") == 1);
  CHECK(warnings({"ROLE"}, "*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n") == 0);
  CHECK(warnings({"CLUSTER", "SLOTS"}, "-ERR This instance has cluster support disabled\r\n") == 0);
  CHECK(warnings({"HELLO"}, "*2\r\n$4\r\nmode\r\n$10\r\nstandalone\r\n") == 0);
}

TEST_CASE("who asks is told where it is not the default user, and of what database") {
  Watched watched;
  watched.ask({"AUTH", "guest", "pw"}).server("+OK\r\n").ask({"SELECT", "2"}).server("+OK\r\n");
  watched.ask({"GET", "k"}).server("-NOPERM no\r\n").ask({"CONFIG", "GET", "x"}).server("*0\r\n");
  watched.ask({"AUTH", "pw"}).server("+OK\r\n").ask({"GET", "k"}).server("$-1\r\n");
  CHECK(watched.told() == Lines{R"(GET k (db 2) (user guest) → {"error":"NOPERM no"})",
                                R"(CONFIG GET x (user guest) → {"map":{}})",
                                "GET k (db 2) → null"});
  CHECK(watched.facts.back()["authenticated"] == true);
}

TEST_CASE("whatever happens to a connection, at whatever step, what was told stands") {
  const auto octets = [](std::string_view text) { return test::Octets(text.begin(), text.end()); };
  const auto client = [&](std::string_view text) {
    return test::Chunk{Direction::from_client, octets(text)};
  };
  const auto server = [&](std::string_view text) {
    return test::Chunk{Direction::from_server, octets(text)};
  };
  test::check_observer_mishaps(
      redis::protocol(),
      {client(wire({"SET", "k", "v"}) + wire({"GET", "k"})), server("+OK\r\n$1\r"),
       server("\nv\r\n"), client(wire({"MULTI"}) + wire({"INCR", "n"}) + wire({"EXEC"})),
       server("+OK\r\n+QUEUED\r\n*1\r\n"), server(":1\r\n"), client(wire({"SUBSCRIBE", "c"})),
       server("*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n"),
       server("*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nx\r\n"), client(wire({"UNSUBSCRIBE"})),
       server("*3\r\n$11\r\nunsubscribe\r\n$1\r\nc\r\n:0\r\n"),
       client(wire({"CLIENT", "REPLY", "SKIP"}) + wire({"SET", "q", "1"}) + wire({"PING"})),
       server("+PONG\r\n")});
}
