#include <doctest/doctest.h>

#include "support.hpp"

using namespace redis_test;
using Events = std::vector<std::string>;

TEST_CASE("a command that is recorded is answered by its image") {
  Live live;
  live.replies["GET k"] = "$1\r\nv\r\n";
  CHECK(live.ask({"get", "k"}) == "$1\r\nv\r\n");
  CHECK(live.events == Events{"GET k"});
}

TEST_CASE("a miss is one error line that names the command, and the connection stays usable") {
  Live live;
  CHECK(live.ask({"GET", "k"}) ==
        "-ERR understudy has no answer to GET k; nearest:  GET other; record it\r\n");
  CHECK(live.ask({"PING"}) == "+PONG\r\n");
  CHECK_FALSE(live.closed);
}

TEST_CASE("all complete commands of a chunk are answered in order") {
  Live live;
  live.replies["GET a"] = "$1\r\n1\r\n";
  live.replies["GET b"] = "$1\r\n2\r\n";
  const std::string commands =
      wire({"GET", "a"}) + wire({"PING"}) + "GET b\r\n" + "\r\n*0\r\n*-1\r\n" + "*2\r\n$3";
  CHECK(live.send(commands) == "$1\r\n1\r\n+PONG\r\n$1\r\n2\r\n");
  CHECK(live.send("\r\nGET\r\n$1\r\na\r\n") == "$1\r\n1\r\n");
}

TEST_CASE("commands that arrive octet by octet are answered alike") {
  Live live;
  live.replies["SET k \"a b\""] = "+OK\r\n";
  const std::string commands =
      wire({"SET", "k", "a b"}) + "SET k \"a b\"\n" + wire({"ECHO", std::string("\0\r\n", 3)});
  std::string sent;
  for (const char octet : commands) sent += live.send({&octet, 1});
  CHECK(sent == std::string("+OK\r\n+OK\r\n$3\r\n\0\r\n\r\n", 19));
}

TEST_CASE("a large image is sent whole") {
  Live live;
  const std::string value(100'000, 'x');
  live.replies["GET k"] = "$100000\r\n" + value + "\r\n";
  live.replies["GET s"] = "$1\r\ns\r\n";
  const std::string sent = live.send(wire({"GET", "s"}) + wire({"GET", "k"}) + wire({"GET", "s"}));
  CHECK(sent == "$1\r\ns\r\n$100000\r\n" + value + "\r\n$1\r\ns\r\n");
}

TEST_CASE("a database other than 0 is part of every request") {
  Live live;
  CHECK(live.ask({"SELECT", "3"}) == "+OK\r\n");
  live.replies["GET k (db 3)"] = "$1\r\nv\r\n";
  CHECK(live.ask({"GET", "k"}) == "$1\r\nv\r\n");
  CHECK(live.ask({"SELECT", "99"}) == "-ERR DB index is out of range\r\n");
  CHECK(live.ask({"SELECT", "x"}) == "-ERR invalid DB index\r\n");
  CHECK(live.ask({"GET", "k"}) == "$1\r\nv\r\n");
}

TEST_CASE("HELLO negotiates as the server does") {
  Live live;
  const std::string body =
      "$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$6\r\n7.0.15\r\n$5\r\nproto\r\n";
  const std::string rest =
      "$2\r\nid\r\n:7\r\n$4\r\nmode\r\n$10\r\nstandalone\r\n$4\r\nrole\r\n$6\r\nmaster\r\n$"
      "7\r\nmodules\r\n*0\r\n";
  CHECK(live.ask({"HELLO"}) == "*14\r\n" + body + ":2\r\n" + rest);
  CHECK(live.ask({"HELLO", "3"}) == "%7\r\n" + body + ":3\r\n" + rest);
  CHECK(live.ask({"HELLO"}) == "%7\r\n" + body + ":3\r\n" + rest);
  CHECK(live.ask({"HELLO", "4"}) == "-NOPROTO unsupported protocol version\r\n");
  CHECK(live.ask({"HELLO", "x"}) == "-ERR Protocol version is not an integer or out of range\r\n");
  CHECK(live.ask({"HELLO", "3", "FOO"}) == "-ERR Syntax error in HELLO option 'FOO'\r\n");
  CHECK(live.ask({"CLIENT", "GETNAME"}) == "_\r\n");
  CHECK(live.ask({"HELLO", "2", "SETNAME", "me"}) == "*14\r\n" + body + ":2\r\n" + rest);
  CHECK(live.ask({"CLIENT", "GETNAME"}) == "$2\r\nme\r\n");
}

TEST_CASE("any password is right where none is asked for") {
  Live live;
  CHECK(live.ask({"AUTH", "whatever"}) == "+OK\r\n");
  CHECK(live.ask({"AUTH", "user", "whatever"}) == "+OK\r\n");
}

TEST_CASE("a password that the settings ask for is checked") {
  Live live;
  live.settings = {{"auth", {{"user", "app"}, {"password", "s3cret"}}}};
  live.replies["GET k"] = "$-1\r\n";
  CHECK(live.ask({"GET", "k"}) == "-NOAUTH Authentication required.\r\n");
  CHECK(live.ask({"PING"}) == "-NOAUTH Authentication required.\r\n");
  CHECK(live.ask({"MULTI"}) == "-NOAUTH Authentication required.\r\n");
  CHECK(live.ask({"HELLO", "3"})
            .starts_with("-NOAUTH HELLO must be called with the client already authenticated"));
  const std::string wrong = "-WRONGPASS invalid username-password pair or user is disabled.\r\n";
  CHECK(live.ask({"AUTH", "app", "no"}) == wrong);
  CHECK(live.ask({"AUTH", "s3cret"}) == wrong);
  CHECK(live.ask({"HELLO", "3", "AUTH", "default", "zz"}) == wrong);
  CHECK(live.ask({"AUTH", "app", "s3cret"}) == "+OK\r\n");
  CHECK(live.ask({"GET", "k"}) == "$-1\r\n");
  CHECK(live.ask({"RESET"}) == "+RESET\r\n");
  CHECK(live.ask({"GET", "k"}) == "-NOAUTH Authentication required.\r\n");
}

TEST_CASE("who has not logged in may not send much") {
  Live live;
  live.settings = {{"auth", {{"password", "s3cret"}}}};
  CHECK(live.send("*11\r\n") == "-ERR Protocol error: unauthenticated multibulk length\r\n");
  CHECK(live.closed);
  Live other;
  other.settings = live.settings;
  CHECK(other.send("*2\r\n$3\r\nGET\r\n$16385\r\n") ==
        "-ERR Protocol error: unauthenticated bulk length\r\n");
  CHECK(other.closed);
}

TEST_CASE("a malformed command is answered as the server does, then the connection is closed") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"SET a \"b\r\n", "-ERR Protocol error: unbalanced quotes in request\r\n"},
      {"*abc\r\n", "-ERR Protocol error: invalid multibulk length\r\n"},
      {"*2147483648\r\n", "-ERR Protocol error: invalid multibulk length\r\n"},
      {"*1\r\n+PING\r\n", "-ERR Protocol error: expected '$', got '+'\r\n"},
      {"*1\r\n$-5\r\n", "-ERR Protocol error: invalid bulk length\r\n"},
      {"*1\r\n$536870913\r\n", "-ERR Protocol error: invalid bulk length\r\n"},
      {"*" + std::string(70'000, '1'), "-ERR Protocol error: too big mbulk count string\r\n"},
      {"*1\r\n$" + std::string(70'000, '1'), "-ERR Protocol error: too big bulk count string\r\n"},
      {std::string(70'000, 'x'), "-ERR Protocol error: too big inline request\r\n"},
  };
  for (const auto& [sent, expected] : cases) {
    CAPTURE(sent.substr(0, 40));
    Live live;
    CHECK(live.send(sent) == expected);
    CHECK(live.closed);
  }
}

TEST_CASE("a browser is turned away without a word") {
  for (const std::string sent :
       {"GET / HTTP/1.1\r\nHost: example\r\n\r\n", "POST / HTTP/1.1\r\n\r\n"}) {
    Live live;
    CHECK(live.send(sent).empty());
    CHECK(live.closed);
  }
}

TEST_CASE("QUIT is answered, then the connection is closed") {
  Live live;
  CHECK(live.send(wire({"QUIT"}) + wire({"PING"})) == "+OK\r\n");
  CHECK(live.closed);
}

TEST_CASE("the end of the stream closes the connection") {
  Live live;
  CHECK(live.send("*2\r\n$3\r\nGET").empty());
  CHECK(live.end().empty());
  CHECK(live.closed);
}

TEST_CASE(
    "an unknown subcommand and a wrong number of arguments are answered in the server's words") {
  Live live;
  CHECK(live.ask({"CLIENT", "NOPE"}) == "-ERR unknown subcommand 'NOPE'. Try CLIENT HELP.\r\n");
  CHECK(live.ask({"CONFIG", "NOPE"}) == "-ERR unknown subcommand 'NOPE'. Try CONFIG HELP.\r\n");
  CHECK(live.ask({"GET"}) == "-ERR wrong number of arguments for 'get' command\r\n");
  CHECK(live.ask({"CONFIG", "GET"}) ==
        "-ERR wrong number of arguments for 'config|get' command\r\n");
  CHECK(live.ask({"CONFIG"}) == "-ERR wrong number of arguments for 'config' command\r\n");
  CHECK(live.ask({"PING", "a", "b"}) == "-ERR wrong number of arguments for 'ping' command\r\n");
}

TEST_CASE("an unknown command is asked of the table, for a module may know it") {
  Live live;
  live.replies["JSON.GET doc"] = "$2\r\n{}\r\n";
  CHECK(live.ask({"json.get", "doc"}) == "$2\r\n{}\r\n");
  CHECK(live.ask({"JSON.SET", "doc"}).starts_with("-ERR understudy has no answer to JSON.SET doc"));
}

TEST_CASE("a command of a later version is unknown to the recorded one") {
  Live live;
  CHECK(live.ask({"HEXPIRE", "h", "10", "FIELDS", "1", "f"}) ==
        "-ERR unknown command 'HEXPIRE', with args beginning with: 'h' '10' 'FIELDS' '1' 'f' \r\n");
  CHECK(live.ask({"CLIENT", "SETINFO", "LIB-NAME", "x"}) ==
        "-ERR unknown subcommand 'SETINFO'. Try CLIENT HELP.\r\n");
  Live later;
  later.facts.profile_document = {{"version", "7.2.6"}};
  CHECK(later.ask({"CLIENT", "SETINFO", "LIB-NAME", "x"}) == "+OK\r\n");
}

TEST_CASE("MULTI queues, EXEC asks for each command and assembles the array") {
  Live live;
  live.replies["SET k v"] = "+OK\r\n";
  live.replies["GET k"] = "$1\r\nv\r\n";
  CHECK(live.ask({"MULTI"}) == "+OK\r\n");
  CHECK(live.send(wire({"SET", "k", "v"}) + wire({"GET", "k"}) + wire({"PING"})) ==
        "+QUEUED\r\n+QUEUED\r\n+QUEUED\r\n");
  live.events.clear();
  CHECK(live.ask({"EXEC"}) == "*3\r\n+OK\r\n$1\r\nv\r\n+PONG\r\n");
  CHECK(live.events == Events{"<begin>", "SET k v", "GET k", "PING", "<commit>"});
  CHECK(live.ask({"GET", "k"}) == "$1\r\nv\r\n");
}

TEST_CASE("transactions fail as the server's do") {
  Live live;
  CHECK(live.ask({"EXEC"}) == "-ERR EXEC without MULTI\r\n");
  CHECK(live.ask({"DISCARD"}) == "-ERR DISCARD without MULTI\r\n");
  CHECK(live.ask({"MULTI"}) == "+OK\r\n");
  CHECK(live.ask({"MULTI"}) == "-ERR MULTI calls can not be nested\r\n");
  CHECK(live.ask({"WATCH", "k"}) == "-ERR WATCH inside MULTI is not allowed\r\n");
  CHECK(live.ask({"EXEC"}) == "*0\r\n");
  CHECK(live.ask({"MULTI"}) == "+OK\r\n");
  CHECK(live.ask({"NOPE"}) == "-ERR unknown command 'NOPE', with args beginning with: \r\n");
  CHECK(live.ask({"GET", "k"}) == "+QUEUED\r\n");
  CHECK(live.ask({"EXEC"}) == "-EXECABORT Transaction discarded because of previous errors.\r\n");
  CHECK(live.ask({"MULTI"}) == "+OK\r\n");
  CHECK(live.ask({"GET"}) == "-ERR wrong number of arguments for 'get' command\r\n");
  CHECK(live.ask({"EXEC"}) == "-EXECABORT Transaction discarded because of previous errors.\r\n");
  CHECK(live.ask({"MULTI"}) == "+OK\r\n");
  CHECK(live.ask({"SYNC"}) == "-ERR Command not allowed inside a transaction\r\n");
  CHECK(live.ask({"DISCARD"}) == "+OK\r\n");
  CHECK(live.ask({"EXEC"}) == "-ERR EXEC without MULTI\r\n");
}

TEST_CASE("a command of a transaction that no recording answers is an error inside the array") {
  Live live;
  live.replies["GET a"] = "$1\r\n1\r\n";
  live.send(wire({"MULTI"}) + wire({"GET", "a"}) + wire({"GET", "b"}));
  CHECK(live.ask({"EXEC"}) ==
        "*2\r\n$1\r\n1\r\n-ERR understudy has no answer to GET b; nearest:  GET other; record "
        "it\r\n");
}

TEST_CASE("a database selected inside a transaction holds from there on") {
  Live live;
  live.replies["GET k (db 2)"] = "$1\r\n2\r\n";
  live.replies["GET k"] = "$1\r\n0\r\n";
  live.send(wire({"MULTI"}) + wire({"GET", "k"}) + wire({"SELECT", "2"}) + wire({"GET", "k"}));
  CHECK(live.ask({"EXEC"}) == "*3\r\n$1\r\n0\r\n+OK\r\n$1\r\n2\r\n");
  CHECK(live.ask({"GET", "k"}) == "$1\r\n2\r\n");
}

TEST_CASE("watched keys are told one by one, and a conflict makes EXEC null") {
  Live live;
  CHECK(live.ask({"WATCH", "a", "b"}) == "+OK\r\n");
  CHECK(live.events == Events{"<watch 0\x1f"
                              "a>",
                              "<watch 0\x1f"
                              "b>"});
  live.conflict = true;
  live.send(wire({"MULTI"}) + wire({"GET", "a"}));
  CHECK(live.ask({"EXEC"}) == "*-1\r\n");
  CHECK(live.ask({"EXEC"}) == "-ERR EXEC without MULTI\r\n");
  live.ask({"HELLO", "3"});
  live.send(wire({"MULTI"}) + wire({"GET", "a"}));
  CHECK(live.ask({"EXEC"}) == "_\r\n");
}

TEST_CASE("UNWATCH, DISCARD, an aborted EXEC and RESET forget what was watched") {
  Live live;
  const auto forgets = [&](const std::string& octets) {
    live.ask({"WATCH", "k"});
    live.events.clear();
    live.send(octets);
    return live.events.back();
  };
  CHECK(forgets(wire({"UNWATCH"})) == "<unwatch>");
  CHECK(forgets(wire({"MULTI"}) + wire({"DISCARD"})) == "<unwatch>");
  CHECK(forgets(wire({"MULTI"}) + wire({"NOPE"}) + wire({"EXEC"})) == "<unwatch>");
  CHECK(forgets(wire({"RESET"})) == "<reset>");
  live.events.clear();
  CHECK(live.ask({"UNWATCH"}) == "+OK\r\n");
  CHECK(live.events == Events{"UNWATCH"});
}

TEST_CASE("RESET forgets the database, the version, the transaction and the name") {
  Live live;
  live.replies["GET k"] = "$1\r\n0\r\n";
  live.send(wire({"HELLO", "3", "SETNAME", "me"}) + wire({"SELECT", "2"}) + wire({"MULTI"}) +
            wire({"GET", "k"}));
  CHECK(live.ask({"RESET"}) == "+RESET\r\n");
  CHECK(live.ask({"CLIENT", "GETNAME"}) == "$-1\r\n");
  CHECK(live.ask({"GET", "k"}) == "$1\r\n0\r\n");
}

TEST_CASE("subscribing is acknowledged channel by channel with the running count") {
  Live live;
  CHECK(live.ask({"SUBSCRIBE", "a", "b"}) ==
        "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n*3\r\n$9\r\nsubscribe\r\n$1\r\nb\r\n:2\r\n");
  CHECK(live.ask({"PING"}) == "*2\r\n$4\r\npong\r\n$0\r\n\r\n");
  CHECK(live.ask({"PING", "x"}) == "*2\r\n$4\r\npong\r\n$1\r\nx\r\n");
  CHECK(live.ask({"GET", "k"}) ==
        "-ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET "
        "are allowed in "
        "this context\r\n");
  CHECK(live.ask({"PSUBSCRIBE", "p*"}) == "*3\r\n$10\r\npsubscribe\r\n$2\r\np*\r\n:3\r\n");
  CHECK(live.ask({"SSUBSCRIBE", "s1"}) == "*3\r\n$10\r\nssubscribe\r\n$2\r\ns1\r\n:1\r\n");
  CHECK(live.ask({"UNSUBSCRIBE", "a"}) == "*3\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n:2\r\n");
  CHECK(live.ask({"UNSUBSCRIBE"}) == "*3\r\n$11\r\nunsubscribe\r\n$1\r\nb\r\n:1\r\n");
  CHECK(live.ask({"UNSUBSCRIBE"}) == "*3\r\n$11\r\nunsubscribe\r\n$-1\r\n:1\r\n");
  CHECK(live.ask({"PUNSUBSCRIBE"}) == "*3\r\n$12\r\npunsubscribe\r\n$2\r\np*\r\n:0\r\n");
  CHECK(live.ask({"SUNSUBSCRIBE"}) == "*3\r\n$12\r\nsunsubscribe\r\n$2\r\ns1\r\n:0\r\n");
  CHECK(live.ask({"PING"}) == "+PONG\r\n");
}

TEST_CASE("in RESP3 acknowledgements are pushes and every command stays legal") {
  Live live;
  live.replies["GET k"] = "$1\r\n3\r\n";
  live.ask({"HELLO", "3"});
  CHECK(live.ask({"SUBSCRIBE", "a"}) == ">3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n");
  CHECK(live.ask({"GET", "k"}) == "$1\r\n3\r\n");
  CHECK(live.ask({"PING"}) == "+PONG\r\n");
  CHECK(live.ask({"UNSUBSCRIBE", "a"}) == ">3\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n:0\r\n");
  CHECK(live.ask({"UNSUBSCRIBE"}) == ">3\r\n$11\r\nunsubscribe\r\n_\r\n:0\r\n");
}

TEST_CASE("CLIENT REPLY holds replies back, but not what the commands do") {
  Live live;
  live.replies["SET k v"] = "+OK\r\n";
  live.replies["GET k"] = "$1\r\n1\r\n";
  CHECK(live.send(wire({"CLIENT", "REPLY", "SKIP"}) + wire({"SET", "k", "v"}) +
                  wire({"GET", "k"})) == "$1\r\n1\r\n");
  CHECK(live.send(wire({"CLIENT", "REPLY", "OFF"}) + wire({"GET", "k"}) + wire({"PING"}) +
                  wire({"NOPE"}))
            .empty());
  CHECK(live.ask({"CLIENT", "REPLY", "ON"}) == "+OK\r\n");
  CHECK(live.ask({"GET", "k"}) == "$1\r\n1\r\n");
  CHECK(live.ask({"CLIENT", "REPLY", "MAYBE"}) == "-ERR syntax error\r\n");
  CHECK(live.events.front() == "CLIENT");
  CHECK(live.events[1] == "SET k v");
}

TEST_CASE("CLIENT commands tell and set this connection") {
  Live live;
  CHECK(live.ask({"CLIENT", "ID"}) == ":7\r\n");
  CHECK(live.ask({"CLIENT", "GETNAME"}) == "$-1\r\n");
  CHECK(live.ask({"CLIENT", "SETNAME", "a b"}) ==
        "-ERR Client names cannot contain spaces, newlines or special characters.\r\n");
  CHECK(live.ask({"CLIENT", "SETNAME", "worker"}) == "+OK\r\n");
  CHECK(live.ask({"CLIENT", "GETNAME"}) == "$6\r\nworker\r\n");
  CHECK(live.ask({"CLIENT", "NO-EVICT", "on"}) == "+OK\r\n");
  CHECK(live.ask({"CLIENT", "NO-EVICT", "perhaps"}) == "-ERR syntax error\r\n");
  CHECK(live.ask({"CLIENT", "LIST", "ID", "99999"}) == "$0\r\n\r\n");
  const std::string list = live.ask({"CLIENT", "LIST"});
  CHECK(list.find("id=7 ") != std::string::npos);
  CHECK(list.find(" name=worker ") != std::string::npos);
  CHECK(list.find(" cmd=client|list ") != std::string::npos);
  CHECK(list.find("lib-name") == std::string::npos);
  live.ask({"HELLO", "3"});
  CHECK(live.ask({"CLIENT", "LIST", "ID", "99999"}) == "=4\r\ntxt:\r\n");
  CHECK(live.ask({"CLIENT", "INFO"}).find(" resp=3\n") != std::string::npos);
}

TEST_CASE("a client that wants to cache is told to keep nothing") {
  Live live;
  live.replies["GET k"] = "$1\r\n1\r\n";
  live.ask({"HELLO", "3"});
  CHECK(live.ask({"CLIENT", "TRACKING", "ON"}) == "+OK\r\n");
  CHECK(live.ask({"CLIENT", "TRACKINGINFO"}) ==
        "%3\r\n$5\r\nflags\r\n~1\r\n$2\r\non\r\n$8\r\nredirect\r\n:0\r\n$8\r\nprefixes\r\n*0\r\n");
  CHECK(live.ask({"GET", "k"}) == "$1\r\n1\r\n>2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n");
  CHECK(live.ask({"CLIENT", "CACHING", "YES"}) ==
        "-ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.\r\n");
  live.send(wire({"MULTI"}) + wire({"GET", "k"}));
  CHECK(live.ask({"EXEC"}) == "*1\r\n$1\r\n1\r\n>2\r\n$10\r\ninvalidate\r\n_\r\n");
  CHECK(live.ask({"CLIENT", "TRACKING", "OFF"}) == "+OK\r\n");
  CHECK(live.ask({"GET", "k"}) == "$1\r\n1\r\n");
}

TEST_CASE("INFO is the recorded one, or one with what clients look for") {
  Live live;
  live.facts.shapes["INFO server"] = std::string(1, '\0') + "$2\r\nok\r\n";
  CHECK(live.ask({"INFO", "SERVER"}) == "$2\r\nok\r\n");
  const std::string small = live.ask({"INFO"});
  CHECK(small.find("redis_version:7.0.15\r\n") != std::string::npos);
  CHECK(small.find("loading:0\r\n") != std::string::npos);
  CHECK(live.ask({"INFO", "replication"}).find("redis_version") == std::string::npos);
  live.ask({"HELLO", "3"});
  CHECK(live.ask({"INFO"}).starts_with("="));
}

TEST_CASE("COMMAND and CONFIG GET are answered where the recording has no answer") {
  Live live;
  CHECK(live.ask({"COMMAND", "COUNT"}) == ":240\r\n");
  CHECK(live.ask({"COMMAND", "DOCS"}) == "*0\r\n");
  CHECK(live.ask({"COMMAND", "GETKEYS", "MSET", "a", "1", "b", "2"}) ==
        "*2\r\n$1\r\na\r\n$1\r\nb\r\n");
  CHECK(live.ask({"COMMAND", "GETKEYS", "ECHO", "x"}) ==
        "-ERR The command has no key arguments\r\n");
  CHECK(live.ask({"COMMAND", "INFO", "get", "nope"})
            .starts_with("*2\r\n*10\r\n$3\r\nget\r\n:2\r\n*2\r\n"));
  CHECK(live.ask({"CONFIG", "GET", "save"}) == "*2\r\n$4\r\nsave\r\n$0\r\n\r\n");
  CHECK(live.ask({"CONFIG", "GET", "nosuch"}) == "*0\r\n");
  live.replies["CONFIG GET save"] = "*2\r\n$4\r\nsave\r\n$6\r\n3600 1\r\n";
  CHECK(live.ask({"CONFIG", "GET", "save"}) == "*2\r\n$4\r\nsave\r\n$6\r\n3600 1\r\n");
}

TEST_CASE("a live secret is compared without its octets") {
  Live live;
  live.ask({"CONFIG", "SET", "requirepass", "hunter2"});
  live.ask({"ACL", "SETUSER", "bob", ">hunter2"});
  for (const std::string& event : live.events) CHECK(event.find("hunter2") == std::string::npos);
  CHECK(live.events.front().starts_with("CONFIG SET requirepass redacted:"));
}

TEST_CASE("what is not offered is refused by name") {
  Live live;
  CHECK(live.ask({"MONITOR"}) == "-ERR understudy: MONITOR is not offered\r\n");
  CHECK(live.ask({"PSYNC", "?", "-1"}) == "-ERR understudy: PSYNC is not offered\r\n");
}

TEST_CASE("a client of another protocol is turned away by its first octets") {
  for (const std::string_view opening :
       {std::string_view("\x16\x03\x01\x02"), std::string_view("\0\0\0\x08\x04\xd2\x16\x2f", 8)}) {
    Live live;
    CHECK(live.send(opening).empty());
    CHECK(live.closed);
    REQUIRE(live.events.size() == 1);
    CHECK(live.events[0].find("this service speaks RESP") != std::string::npos);
  }
}

TEST_CASE("whether a client is turned away does not depend on how its octets are cut") {
  const std::string octets = "PING\r\n" + std::string("\0\0\0\nPING\r\n", 10);
  Live whole;
  const std::string sent = whole.send(octets);
  CHECK(sent == "+PONG\r\n");
  CHECK(whole.closed);
  Live pieces;
  std::string in_pieces;
  for (std::size_t i = 0; i < octets.size() && !pieces.closed; ++i)
    in_pieces += pieces.send(octets.substr(i, 1));
  CHECK(in_pieces == sent);
  CHECK(pieces.events == whole.events);
}

TEST_CASE("a client that goes away in the middle of a command is told of, any other is not") {
  const std::string command = wire({"PING"});
  for (std::size_t length = 0; length <= command.size(); ++length) {
    CAPTURE(length);
    Live live;
    live.send(command.substr(0, length));
    live.events.clear();
    live.end();
    CHECK(live.closed);
    const bool whole = length == 0 || length == command.size();
    CHECK(live.events.size() == (whole ? 0 : 1));
  }
}

TEST_CASE("what asks for other servers is refused with a reason") {
  Live live;
  for (const Words& words :
       {Words{"CLUSTER", "SLOTS"}, Words{"SENTINEL", "masters"}, Words{"ROLE"}})
    CHECK(live.ask(words).find("is not served: recorded addresses are those of real servers") !=
          std::string::npos);
  live.replies["CLUSTER KEYSLOT k"] = ":7629\r\n";
  CHECK(live.ask({"CLUSTER", "KEYSLOT", "k"}) == ":7629\r\n");
  Live clustered;
  clustered.facts.profile_document["mode"] = "cluster";
  CHECK(clustered.ask({"HELLO"}).find("standalone") != std::string::npos);
  CHECK(clustered.ask({"GET", "k"}).find("-MOVED and -ASK are not served") != std::string::npos);
}

TEST_CASE("a command that waits says how long, and answers null where nothing came") {
  Live live;
  CHECK(live.ask({"BLPOP", "q", "1.5"}).starts_with("-ERR understudy"));
  live.ask({"BRPOPLPUSH", "q", "r", "0"});
  live.ask({"BLMPOP", "2", "1", "q", "LEFT"});
  live.ask({"XREAD", "COUNT", "1", "BLOCK", "700", "STREAMS", "s", "0"});
  live.ask({"XREADGROUP", "GROUP", "BLOCK", "9", "BLOCK", "8", "STREAMS", "s", ">"});
  live.ask({"XREAD", "BLOCK", "0", "STREAMS", "s", "t", "0", "$"});
  live.ask({"XREAD", "STREAMS", "s", "0"});
  live.ask({"BLPOP", "q", "soon"});
  CHECK(live.events == Events{"BLPOP q 1.5 (waits 1500)", "BRPOPLPUSH q r 0 (waits 0)",
                              "BLMPOP 2 1 q LEFT (waits 2000)",
                              "XREAD COUNT 1 BLOCK 700 STREAMS s 0 (waits 700)",
                              "XREADGROUP GROUP BLOCK 9 BLOCK 8 STREAMS s > (waits 8)",
                              "XREAD BLOCK 0 STREAMS s t 0 $ (waits 0, for what is new)",
                              "XREAD STREAMS s 0", "BLPOP q soon"});
}

TEST_CASE("nothing waits in a transaction") {
  Live live;
  live.replies["BLPOP q 0"] = "*-1\r\n";
  CHECK(live.ask({"MULTI"}) == "+OK\r\n");
  CHECK(live.ask({"BLPOP", "q", "0"}) == "+QUEUED\r\n");
  CHECK(live.ask({"EXEC"}) == "*1\r\n*-1\r\n");
  CHECK(live.events.at(3) == "BLPOP q 0");
}

TEST_CASE("WAIT takes its time where too few replicas have it") {
  Live live;
  live.replies["WAIT 1 500"] = ":0\r\n";
  live.replies["WAIT 1 600"] = ":1\r\n";
  CHECK(live.ask({"WAIT", "1", "500"}) == ":0\r\n");
  CHECK(live.ask({"WAIT", "1", "600"}) == ":1\r\n");
  CHECK(live.ask({"WAIT", "2", "30"}) == ":0\r\n");  // of a mock that recorded none
  CHECK(live.ask({"WAIT", "0", "30"}) == ":0\r\n");
  CHECK(live.events ==
        Events{"WAIT 1 500", "pause 500", "WAIT 1 600", "WAIT 2 30", "pause 30", "WAIT 0 30"});
}

TEST_CASE("who subscribes is told of before its acknowledgement is sent, and hears what is said") {
  Live live;
  CHECK(live.ask({"SUBSCRIBE", "a", "b"}).starts_with("*3\r\n$9\r\nsubscribe\r\n"));
  live.ask({"PSUBSCRIBE", "n*"});
  live.ask({"UNSUBSCRIBE", "a"});
  CHECK(live.events == Events{"SUBSCRIBE", "listen 0 a", "listen 0 b", "SUBSCRIBE", "listen 1 n*",
                              "UNSUBSCRIBE", "ignore 0 a"});
  CHECK(live.hear({0, "b", "b", "hi"}) == "*3\r\n$7\r\nmessage\r\n$1\r\nb\r\n$2\r\nhi\r\n");
  CHECK(live.hear({1, "n*", "news", "hi"}) ==
        "*4\r\n$8\r\npmessage\r\n$2\r\nn*\r\n$4\r\nnews\r\n$2\r\nhi\r\n");
  live.events.clear();
  live.ask({"RESET"});
  CHECK(live.events == Events{"<reset>", "ignore 0 b", "ignore 1 n*"});
}

TEST_CASE("who publishes hears itself: before the answer, since 7.2 behind it") {
  const std::string push = ">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nm\r\n";
  for (const std::string version : {"7.0.15", "7.2.4"}) {
    Live live;
    live.facts.profile_document["version"] = version;
    live.receivers = 2;
    live.ask({"HELLO", "3"});
    live.ask({"SUBSCRIBE", "c"});
    CHECK(live.ask({"PUBLISH", "c", "m"}) ==
          (version == "7.0.15" ? push + ":2\r\n" : ":2\r\n" + push));
  }
  Live alone;
  alone.replies["PUBLISH c m"] = ":1\r\n";
  CHECK(alone.ask({"PUBLISH", "c", "m"}) == ":1\r\n");  // what became of it is the engine's
}

TEST_CASE("whatever happens to a connection, at whatever step, it is told and goes on") {
  const auto make = [] {
    auto live = std::make_unique<Live>();
    live->replies = {{"GET k", "$1\r\nv\r\n"}, {"SET k v", "+OK\r\n"}, {"INCR n", ":1\r\n"}};
    live->begin();
    return live;
  };
  std::vector<test::Octets> sent;
  for (const Words& words : {Words{"HELLO", "3"}, Words{"SET", "k", "v"}, Words{"GET", "k"},
                             Words{"MULTI"}, Words{"INCR", "n"}, Words{"EXEC"},
                             Words{"SUBSCRIBE", "c"}, Words{"GET", "other"}, Words{"PING"}}) {
    const std::string octets = wire(words);
    sent.emplace_back(octets.begin(), octets.end());
  }
  test::check_server_mishaps(make, sent);
}
