#include <doctest/doctest.h>

#include <set>

#include "protocols/redis/redact.hpp"
#include "support.hpp"
#include "understudy/document_text.hpp"

using namespace redis_test;

namespace {

Document request_of(const Words& words, std::uint32_t db = 0) {
  return request_document({words, db});
}

}  // namespace

TEST_CASE("different requests have different canonical octets") {
  const std::vector<std::pair<Words, std::uint32_t>> requests = {
      {{"GET", "a"}, 0},
      {{"GET", "b"}, 0},
      {{"GET", "a"}, 1},
      {{"GET", "a", ""}, 0},
      {{"GET", "", "a"}, 0},
      {{"GET", "ab"}, 0},
      {{"GET", "a", "b"}, 0},
      {{"CONFIG", "GET", "x"}, 0},
      {{"CONFIG GET", "x"}, 0},
      {{"CONFIG", "GET x"}, 0},
      {{"CONFIG GET x"}, 0},
      {{"CONFIG", "GET", "X"}, 0},
      {{std::string("GET\0a", 5)}, 0},
      {{"?", "GET", "a"}, 0},
      {{"GET"}, 0},
      {{""}, 0},
      {{" "}, 0},
      {{"CONFIG", ""}, 0},
      {{"CONFIG"}, 0},
      {{"GET", std::string(127, 'x')}, 0},
      {{"GET", std::string(128, 'x')}, 0}};
  std::set<std::string> seen;
  for (const auto& [words, db] : requests) seen.insert(canonical(words, db));
  CHECK(seen.size() == requests.size());
}

TEST_CASE("the case of a name does not matter, that of an argument does") {
  CHECK(canonical({"get", "k"}) == canonical({"GET", "k"}));
  CHECK(canonical({"config", "get", "k"}) == canonical({"CONFIG", "Get", "k"}));
  CHECK(canonical({"GET", "k"}) != canonical({"GET", "K"}));
}

TEST_CASE("the case of an option does not matter where nothing but options can stand") {
  CHECK(canonical({"SET", "k", "v", "ex", "10", "Nx"}) ==
        canonical({"set", "k", "v", "EX", "10", "NX"}));
  CHECK(canonical({"SET", "k", "ex"}) != canonical({"SET", "k", "EX"}));
  CHECK(canonical({"SCAN", "0", "match", "a*", "count", "9"}) ==
        canonical({"SCAN", "0", "MATCH", "a*", "COUNT", "9"}));
  CHECK(canonical({"SCAN", "0", "MATCH", "a"}) != canonical({"SCAN", "0", "MATCH", "A"}));
  CHECK(canonical({"ZADD", "z", "NX", "1", "m"}) != canonical({"ZADD", "z", "nx", "1", "m"}));
  CHECK(canonical({"ZRANGE", "z", "(a", "[b", "bylex"}) ==
        canonical({"ZRANGE", "z", "(a", "[b", "BYLEX"}));
  CHECK(canonical({"ZRANGE", "z", "[A", "+"}) != canonical({"ZRANGE", "z", "[a", "+"}));
}

TEST_CASE("canonical octets tell the request that they were made of") {
  for (const Words& words : std::vector<Words>{{"SET", "k", std::string(300, 'v')},
                                               {"CONFIG", "GET", "x"},
                                               {"PING"},
                                               {"CONFIG GET", "x"},
                                               {"?"},
                                               {"?", "x"},
                                               {""},
                                               {"SET", "k", std::string("\0\xff", 2)}}) {
    const CommandLine line = read_canonical(canonical(words, 5));
    CHECK(line.words == words);
    CHECK(line.db == (words[0] == "CONFIG" || words[0] == "PING" ? 0 : 5));
  }
  CHECK(pattern_of(canonical({"client", "list"})) == "CLIENT LIST");
}

TEST_CASE("canonical octets that are none are read without harm") {
  const std::string sound = canonical({"SET", "k", "value"});
  for (std::size_t length = 0; length < sound.size(); ++length)
    CHECK(read_canonical(sound.substr(0, length)).words.size() <= 3);
}

TEST_CASE("a request document names the command in upper case and leaves database 0 out") {
  CHECK(json_text(request_of({"get", "k"})) == R"({"command":["GET","k"]})");
  CHECK(json_text(request_of({"config", "get", "x"}, 2)) ==
        R"({"command":["CONFIG","GET","x"],"db":2})");
  const Document binary = request_of({"SET", "k", std::string("\xff\0", 2)});
  CHECK(binary["command"][2].is_binary());
}

TEST_CASE("a request document reads back as the request") {
  for (const Words& words :
       std::vector<Words>{{"SET", "k", std::string("\xff\0", 2)}, {"CONFIG", "GET", "x"}}) {
    std::vector<Problem> problems;
    const CommandLine line = read_request(request_of(words, 3), problems);
    CHECK(problems.empty());
    CHECK(line.words == words);
    CHECK(line.db == 3);
  }
}

TEST_CASE("numbers that a person wrote without quotes are their digits") {
  std::vector<Problem> problems;
  CHECK(read_request({{"command", {"EXPIRE", "k", 10}}}, problems).words ==
        Words{"EXPIRE", "k", "10"});
  CHECK(read_request({{"command", {"INCRBY", "k", -3}}}, problems).words ==
        Words{"INCRBY", "k", "-3"});
  CHECK(problems.empty());
}

TEST_CASE("every flaw of a request document is told with its place") {
  const auto paths = [](const Document& request) {
    std::vector<Problem> problems;
    CHECK(read_request(request, problems).words.empty());
    Words found;
    for (const Problem& problem : problems) found.push_back(problem.path);
    return found;
  };
  CHECK(paths(Document::object()) == Words{"/request"});
  CHECK(paths({{"command", "GET k"}}) == Words{"/request"});
  CHECK(paths({{"command", Document::array()}}) == Words{"/request"});
  CHECK(paths({{"command", {"SET", nullptr, 1.5}}, {"db", -1}, {"dbs", 1}}) ==
        Words{"/request/command/1", "/request/command/2", "/request/db", "/request/dbs"});
}

TEST_CASE("a line is read as redis-cli reads it") {
  const Protocol& redis = understudy::redis::protocol();
  CHECK(json_text(redis.request_from_text("set k \"a b\"")) == R"({"command":["SET","k","a b"]})");
  CHECK(redis.summarise(redis.request_from_text("set k 'a b'")) == "SET k \"a b\"");
  CHECK(redis.summarise(redis.describe(canonical({"GET", "k"}, 4))) == "GET k (db 4)");
  CHECK(redis.summarise(request_of({"SET", "k", std::string("\x01\xff\"\n", 4)})) ==
        "SET k \"\\x01\\xff\\\"\\n\"");
  CHECK(redis.summarise(request_of({"SET", "k", std::string(1000, 'x')})) ==
        "SET k " + std::string(60, 'x') + "…(1000 octets)");
  CHECK(redis.summarise(request_of({"SET", "", "\xc3\xbc"})) == "SET \"\" \xc3\xbc");
}

TEST_CASE("a connection that begins with a command is recognised") {
  const auto recognised = [](std::string_view first) {
    return understudy::redis::protocol().recognise(as_bytes(first));
  };
  CHECK(recognised("*") == Recognition::need_more);
  CHECK(recognised("*1\r\n") == Recognition::yes);
  CHECK(recognised("*x") == Recognition::no);
  CHECK(recognised("PI") == Recognition::need_more);
  CHECK(recognised("PING\r\n") == Recognition::yes);
  CHECK(recognised("ping\n") == Recognition::yes);
  CHECK(recognised("GET key\r\n") == Recognition::yes);
  CHECK(recognised("GET / HTTP/1.1\r\n") == Recognition::no);
  CHECK(recognised("GET /path") == Recognition::need_more);
  CHECK(recognised("POST / HTTP/1.1\r\n") == Recognition::no);
  CHECK(recognised(std::string_view("\x16\x03\x01", 3)) == Recognition::no);
  CHECK(recognised(std::string_view("\0\0\0\x08", 4)) == Recognition::no);
}

TEST_CASE("secrets are replaced among arguments") {
  const auto redacted_words = [](const std::string& name, Words words) {
    redact_arguments(name, SecretReplacement(Secrets(), true), words);
    return words;
  };
  CHECK(redacted_words("AUTH", {"AUTH", "me", "pw"}) == Words{"AUTH", "<redacted>", "<redacted>"});
  CHECK(redacted_words("HELLO", {"HELLO", "3", "auth", "me", "pw", "SETNAME", "x"}) ==
        Words{"HELLO", "3", "auth", "<redacted>", "<redacted>", "SETNAME", "x"});
  CHECK(redacted_words("CONFIG SET", {"CONFIG", "SET", "maxmemory", "1", "RequirePass", "pw"}) ==
        Words{"CONFIG", "SET", "maxmemory", "1", "RequirePass", "<redacted>"});
  CHECK(redacted_words("ACL SETUSER",
                       {"ACL", "SETUSER", "bob", "on", ">pw", "<pw", "#ab", "!ab", "~*"}) ==
        Words{"ACL", "SETUSER", "bob", "on", "><redacted>", "<<redacted>", "#<redacted>",
              "!<redacted>", "~*"});
  CHECK(redacted_words("MIGRATE", {"MIGRATE", "h", "1", "", "0", "9", "AUTH2", "me", "pw", "KEYS",
                                   "AUTH", "k"}) == Words{"MIGRATE", "h", "1", "", "0", "9",
                                                          "AUTH2", "<redacted>", "<redacted>",
                                                          "KEYS", "AUTH", "k"});
  CHECK(redacted_words("SET", {"SET", "requirepass", "pw"}) == Words{"SET", "requirepass", "pw"});
}

TEST_CASE("placeholders tell secrets apart, and what a recording masked stays so") {
  const Secrets secrets(Secrets::Key{1});
  Words words = {"ACL", "SETUSER", "bob", ">one", ">two", ">one", "><redacted>"};
  redact_arguments("ACL SETUSER", SecretReplacement(secrets), words);
  CHECK(words == Words{"ACL", "SETUSER", "bob", ">" + secrets.placeholder("one"),
                       ">" + secrets.placeholder("two"), ">" + secrets.placeholder("one"),
                       "><redacted>"});
  Words again = words;
  redact_arguments("ACL SETUSER", SecretReplacement(secrets), again);
  CHECK(again == words);
}

TEST_CASE("what matches a pattern of the user is replaced in arguments and replies") {
  const Secrets secrets = Secrets(Secrets::Key{1}).with({.values = {"ACME-[0-9]+"}});
  const std::string hidden = secrets.placeholder("ACME-12");
  Words words = {"SET", "user:ACME-12", "a ACME-12"};
  redact_patterns(secrets, words);
  CHECK(words == Words{"SET", "user:" + hidden, "a " + hidden});
  Value reply = Value::aggregate(Kind::array, {Value::of(Kind::bulk_string, "ACME-12")});
  redact_patterns(secrets, reply);
  CHECK(reply.items.front().text == hidden);
}

TEST_CASE("every word keeps its case, however many there are") {
  for (const Words& begin :
       {Words{"MGET"}, Words{"DEL"}, Words{"RPUSH", "list"}, Words{"GEOPOS", "g"}}) {
    Words words = begin;
    for (int i = 0; i < 700; ++i) words.push_back("key:" + std::to_string(i));
    CHECK(read_canonical(canonical(words)).words == words);
  }
  CHECK(read_canonical(canonical({"SET", "k", "v", "ex", "9"})).words ==
        Words{"SET", "k", "v", "EX", "9"});
  Words scan = {"SCAN", "0"};
  for (int i = 0; i < 150; ++i) scan.insert(scan.end(), {"match", "a" + std::to_string(i)});
  const Words read = read_canonical(canonical(scan)).words;
  CHECK(read[300] == "MATCH");
  CHECK(read[301] == "a149");
}

TEST_CASE("what is said of the server is one request in all databases") {
  for (const Words& words :
       {Words{"CONFIG", "GET", "maxmemory"}, Words{"PUBLISH", "c", "m"}, Words{"FLUSHALL"},
        Words{"SCRIPT", "EXISTS", "ab"}, Words{"TIME"}, Words{"SWAPDB", "0", "1"}})
    CHECK(canonical(words, 3) == canonical(words, 0));
  for (const Words& words : {Words{"DBSIZE"}, Words{"FLUSHDB"}, Words{"KEYS", "*"},
                             Words{"EVAL", "return 1", "0"}, Words{"GET", "k"}, Words{"JSON.GET"}})
    CHECK(canonical(words, 3) != canonical(words, 0));
}

TEST_CASE("a user is part of a request where it matters who asks") {
  const std::string of_ann = canonical({"GET", "k"}, 2, "ann");
  CHECK(of_ann != canonical({"GET", "k"}, 2));
  CHECK(of_ann != canonical({"GET", "k"}, 2, "bob"));
  const CommandLine line = read_canonical(of_ann);
  CHECK(line.user == "ann");
  CHECK(line.db == 2);
  CHECK(line.words == Words{"GET", "k"});
  std::vector<Problem> problems;
  CHECK(read_request(request_document(line), problems).user == "ann");
  CHECK(problems.empty());
}
