#include <doctest/doctest.h>

#include "support.hpp"

using namespace understudy;
using redis_test::Live;
using Texts = std::vector<std::string>;

TEST_CASE("UNDERSTUDY enters, tells, resets and drops a scope") {
  Live live;
  CHECK(live.ask({"UNDERSTUDY", "SCOPE"}) == "$0\r\n\r\n");
  CHECK(live.ask({"understudy", "scope", "w1"}) == "+OK\r\n");
  CHECK(live.ask({"UNDERSTUDY", "SCOPE"}) == "$2\r\nw1\r\n");
  CHECK(live.ask({"UNDERSTUDY", "RESET"}) == "+OK\r\n");
  CHECK(live.ask({"UNDERSTUDY", "RESET", "w2"}) == "+OK\r\n");
  CHECK(live.ask({"UNDERSTUDY", "DROP", "w2"}) == "+OK\r\n");
  CHECK(live.send("UNDERSTUDY RESET w3\r\nPING\r\n") == "+OK\r\n+PONG\r\n");
  CHECK(live.scope_calls == Texts{"enter w1", "reset", "reset w2", "drop w2", "reset w3"});
  CHECK(live.ask({"UNDERSTUDY"}).starts_with("-ERR understudy: expected"));
  CHECK(live.ask({"UNDERSTUDY", "SING"}).starts_with("-ERR understudy: expected"));
  CHECK(live.ask({"UNDERSTUDY", "RESET", "a", "b"}).starts_with("-ERR understudy: expected"));
}

TEST_CASE("a refusal is an error and leaves the scope") {
  Live live;
  live.ask({"UNDERSTUDY", "SCOPE", "w1"});
  CHECK(live.ask({"UNDERSTUDY", "SCOPE", "full"}).starts_with("-ERR understudy: no room"));
  CHECK(live.ask({"UNDERSTUDY", "SCOPE"}) == "$2\r\nw1\r\n");
  CHECK(live.ask({"CLIENT", "SETNAME", "api?understudy_scope=full"}).starts_with("-ERR"));
  CHECK(live.ask({"CLIENT", "GETNAME"}) == "$-1\r\n");
  CHECK(live.ask({"PING"}) == "+PONG\r\n");
}

TEST_CASE("a client's name names the scope") {
  Live live;
  CHECK(live.ask({"CLIENT", "SETNAME", "api"}) == "+OK\r\n");
  CHECK(live.scope_calls.empty());
  CHECK(live.ask({"CLIENT", "SETNAME", "api?understudy_scope=w1"}) == "+OK\r\n");
  CHECK(live.ask({"CLIENT", "GETNAME"}) == "$23\r\napi?understudy_scope=w1\r\n");
  CHECK(live.ask({"CLIENT", "SETNAME", "api"}) == "+OK\r\n");  // names none: stays where it is
  CHECK(live.ask({"HELLO", "3", "SETNAME", "api?understudy_scope=w2"}).starts_with("%7\r\n"));
  CHECK(live.ask({"RESET"}) == "+RESET\r\n");
  CHECK(live.ask({"UNDERSTUDY", "SCOPE"}) == "$2\r\nw2\r\n");
  CHECK(live.scope_calls == Texts{"enter w1", "enter w2"});
}

TEST_CASE("understudy.yaml may say that the whole name is the scope") {
  Live live;
  live.settings = {{"options", {{"scope_from", "client_name"}}}};
  CHECK(live.ask({"CLIENT", "SETNAME", "w1"}) == "+OK\r\n");
  CHECK(live.scope_calls == Texts{"enter w1"});
  Live wrong;
  wrong.settings = {{"options", {{"scope_from", "weather"}}}};
  wrong.ask({"CLIENT", "SETNAME", "w1"});
  CHECK(wrong.scope_calls.empty());
  CHECK(wrong.events.front() == "note: scope_from: weather is unknown, expected client_name");
}

TEST_CASE("a transaction can't be about scopes, but may name its client") {
  Live live;
  live.ask({"MULTI"});
  CHECK(live.ask({"UNDERSTUDY", "RESET"}) == "-ERR Command not allowed inside a transaction\r\n");
  CHECK(live.ask({"EXEC"}).starts_with("-EXECABORT"));
  live.ask({"MULTI"});
  CHECK(live.ask({"CLIENT", "SETNAME", "?understudy_scope=w1"}) == "+QUEUED\r\n");
  CHECK(live.ask({"PING"}) == "+QUEUED\r\n");
  CHECK(live.ask({"EXEC"}) == "*2\r\n+OK\r\n+PONG\r\n");
  CHECK(live.scope_calls == Texts{"enter w1"});
}

TEST_CASE("who is not logged in has no scope") {
  Live live;
  live.settings = {{"auth", {{"user", "ann"}, {"password", "secret"}}}};
  CHECK(live.ask({"UNDERSTUDY", "RESET"}).starts_with("-NOAUTH"));
  CHECK(live.ask({"CLIENT", "SETNAME", "?understudy_scope=w1"}).starts_with("-NOAUTH"));
  CHECK(live.scope_calls.empty());
  CHECK(live.ask({"HELLO", "2", "AUTH", "ann", "secret", "SETNAME", "?understudy_scope=w1"})
            .starts_with("*14"));
  CHECK(live.scope_calls == Texts{"enter w1"});
}
