// Octets of a recorded connection → session files → table → octets of a live connection.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <thread>

#include "compile/pipeline.hpp"
#include "engine/record.hpp"
#include "engine/serve.hpp"
#include "support.hpp"

using namespace redis_test;

namespace {

class Folder {
 public:
  Folder() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "understudy-redis-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

using Turn = std::pair<std::string, std::string>;  // what the client sent, what the server did

/// Of compiling: that an answer shows the moment of the recording, or what nobody was recorded to
/// do.
bool is_about_the_outside(const std::string& warning) {
  return warning.find("which is another one whenever it is asked") != std::string::npos ||
         warning.find("gave several answers in one and the same state") != std::string::npos;
}
/// That nothing was guessed but what shows the moment of the recording.
void check_that_only_moments_were_guessed(const std::vector<std::string>& warnings) {
  static constexpr std::string_view moments[] = {"LASTSAVE", "PUBSUB CHANNELS", "PUBSUB NUMSUB a b",
                                                 "PUBSUB NUMPAT", "PUBSUB SHARDNUMSUB a"};
  REQUIRE(warnings.size() == std::size(moments));
  for (std::size_t i = 0; i < warnings.size(); ++i)
    CHECK(warnings[i].starts_with("understudy guesses the answer to " + std::string(moments[i]) +
                                  ": it shows the clock or chance"));
}

/// A mock set with one Redis service that is recorded from turns and then served.
class Stage {
 public:
  Stage() {
    std::ofstream(folder_.path() / "understudy.yaml")
        << "understudy: 1\nservices:\n  cache: {protocol: redis, listen: 0}\n";
    service_.name = "cache";
    service_.protocol = "redis";
  }

  Stage& record(const std::vector<Turn>& turns) {
    const auto warn = [this](const std::string&, const std::string& text) {
      warnings.push_back(text);
    };
    if (!recording_) recording_.emplace(folder_.path(), warn);
    engine::RecordedConnection connection(*recording_, service_, redis::protocol());
    for (const auto& [sent, replied] : turns) {
      Relay relay;
      connection.feed(Direction::from_client, as_bytes(sent), relay);
      connection.feed(Direction::from_server, as_bytes(replied), relay);
    }
    connection.feed_eof(Direction::from_client);
    connection.feed_eof(Direction::from_server);
    return *this;
  }

  /// Compiles what was recorded.
  void open() {
    recording_.reset();
    Diagnostics problems;
    static const Protocol* const known[] = {&redis::protocol()};
    const auto table = compile::load(folder_.path(), known, problems);
    for (const Diagnostic& problem : problems)
      if (!is_about_the_outside(problem.what)) FAIL_CHECK(to_string(problem));
    REQUIRE(table);
    served = std::make_shared<engine::ServedService>(
        redis::protocol(), table, 0, Document::object(), engine::Strictness::normal,
        [this](const engine::Incident& incident) { warnings.push_back(incident.summary); });
  }

  [[nodiscard]] std::uint64_t count(Grade grade) const {
    return served->counters().by_grade[static_cast<std::size_t>(grade)].load();
  }

  std::shared_ptr<engine::ServedService> served;
  std::vector<std::string> warnings;

 private:
  Folder folder_;
  store::Service service_;
  std::optional<engine::Recording> recording_;
};

class Client {
 public:
  explicit Client(const Stage& stage) : connection_(stage.served, 7, {}) {
    static_cast<void>(connection_.start());
  }

  /// What the server sends for these octets, to the end of every wait that ends by itself.
  std::string send(std::string_view octets) {
    begin(octets);
    return finish();
  }
  void begin(std::string_view octets) { next_ = connection_.feed(as_bytes(octets)); }
  std::string finish() {
    while (next_ == engine::Next::wait && connection_.wake_at()) {
      std::this_thread::sleep_until(*connection_.wake_at());
      next_ = connection_.wake();
    }
    CHECK(next_ == engine::Next::read);
    std::string sent;
    connection_.output().for_each_slice([&](Bytes slice) { sent += as_text(slice); });
    connection_.output().clear();
    return sent;
  }

 private:
  engine::ServedConnection connection_;
  engine::Next next_ = engine::Next::read;
};

void replay(const Stage& stage, const std::vector<Turn>& turns) {
  Client client(stage);
  for (const auto& [sent, replied] : turns) {
    CAPTURE(sent);
    CHECK(client.send(sent) == replied);
  }
}

// Every captured command of the real server but those that tell what every server tells by itself.
std::vector<Turn> captured_turns(Resp resp) {
  std::vector<Turn> turns;
  for (const CapturedReply& row : captured_replies()) {
    const bool debug = row.command.front() == "DEBUG" || row.command.front() == "EVAL";
    if (debug && resp == Resp::v3) continue;
    turns.emplace_back(wire(row.command), resp == Resp::v2 ? row.resp2 : row.resp3);
  }
  return turns;
}

const std::vector<Turn> conversation = {
    {wire({"GET", "k"}), "$-1\r\n"},
    {wire({"SET", "k", "1"}), "+OK\r\n"},
    {wire({"GET", "k"}), "$1\r\n1\r\n"},
    {wire({"INCR", "k"}), ":2\r\n"},
    {wire({"INCR", "k"}), ":3\r\n"},
    {wire({"GET", "k"}) + wire({"GET", "other"}), "$1\r\n3\r\n$-1\r\n"},
    {wire({"SELECT", "1"}) + wire({"GET", "k"}) + wire({"SELECT", "0"}), "+OK\r\n$-1\r\n+OK\r\n"},
    {wire({"DEL", "k"}), ":1\r\n"},
    {wire({"GET", "k"}), "$-1\r\n"},
};

}  // namespace

TEST_CASE(
    "a recording that is replayed unchanged is answered octet by octet, every answer certain") {
  Stage stage;
  stage.record(conversation);
  stage.open();
  replay(stage, conversation);
  CHECK(stage.warnings.empty());
  CHECK(stage.count(Grade::guess) == 0);
  CHECK(stage.count(Grade::miss) == 0);
}

TEST_CASE("reads that are repeated or left out change nothing") {
  Stage stage;
  stage.record(conversation);
  stage.open();
  Client client(stage);
  CHECK(client.send(wire({"SET", "k", "1"})) == "+OK\r\n");
  CHECK(client.send(wire({"GET", "k"}) + wire({"GET", "k"})) == "$1\r\n1\r\n$1\r\n1\r\n");
  Client other(stage);
  CHECK(other.send(wire({"INCR", "k"})) == ":2\r\n");
  CHECK(client.send(wire({"INCR", "k"})) == ":3\r\n");
  CHECK(other.send(wire({"GET", "k"})) == "$1\r\n3\r\n");
  CHECK(stage.warnings.empty());
}

TEST_CASE("all that a real server was captured saying is served again, in RESP2") {
  const std::vector<Turn> turns = captured_turns(Resp::v2);
  Stage stage;
  stage.record(turns);
  stage.open();
  replay(stage, turns);
  check_that_only_moments_were_guessed(stage.warnings);
}

TEST_CASE("what was recorded over RESP2 is served over RESP3, and the other way round") {
  std::vector<Turn> second;
  std::vector<Turn> third = {{wire({"HELLO", "3"}), "%0\r\n"}};
  for (const CapturedReply& row : captured_replies()) {
    if (row.command.front() == "DEBUG" || row.command.front() == "EVAL") continue;
    second.emplace_back(wire(row.command), row.resp2);
    third.emplace_back(wire(row.command), row.resp3);
  }
  Stage from_second;
  from_second.record(second);
  from_second.open();
  Client client(from_second);
  client.send(wire({"HELLO", "3"}));
  for (std::size_t i = 1; i < third.size(); ++i) {
    CAPTURE(third[i].first);
    CHECK(client.send(third[i].first) == third[i].second);
  }
  check_that_only_moments_were_guessed(from_second.warnings);
  Stage from_third;
  from_third.record(third);
  from_third.open();
  replay(from_third, second);
  check_that_only_moments_were_guessed(from_third.warnings);
}

TEST_CASE("a transaction is answered with the replies that its commands had") {
  const std::vector<Turn> turns = {
      {wire({"MULTI"}) + wire({"SET", "k", "1"}) + wire({"INCR", "k"}) + wire({"LPUSH", "k", "x"}),
       "+OK\r\n+QUEUED\r\n+QUEUED\r\n+QUEUED\r\n"},
      {wire({"EXEC"}), "*3\r\n+OK\r\n:2\r\n-WRONGTYPE no\r\n"},
      {wire({"GET", "k"}), "$1\r\n2\r\n"},
      {wire({"MULTI"}) + wire({"INCR", "k"}) + wire({"DISCARD"}) + wire({"GET", "k"}),
       "+OK\r\n+QUEUED\r\n+OK\r\n$1\r\n2\r\n"},
      {wire({"WATCH", "k"}) + wire({"MULTI"}) + wire({"INCR", "k"}) + wire({"EXEC"}),
       "+OK\r\n+OK\r\n+QUEUED\r\n*1\r\n:3\r\n"},
      {wire({"GET", "k"}), "$1\r\n3\r\n"},
  };
  Stage stage;
  stage.record(turns);
  stage.open();
  replay(stage, turns);
  CHECK(stage.warnings.empty());
}

TEST_CASE("a key that another connection writes while it is watched aborts the transaction") {
  Stage stage;
  stage.record({{wire({"WATCH", "k"}) + wire({"GET", "k"}) + wire({"MULTI"}) +
                     wire({"SET", "k", "1"}) + wire({"EXEC"}),
                 "+OK\r\n$-1\r\n+OK\r\n+QUEUED\r\n*1\r\n+OK\r\n"},
                {wire({"SET", "k", "2"}), "+OK\r\n"}});
  stage.open();
  Client client(stage);
  Client other(stage);
  CHECK(client.send(wire({"WATCH", "k"}) + wire({"GET", "k"})) == "+OK\r\n$-1\r\n");
  CHECK(other.send(wire({"SET", "k", "2"})) == "+OK\r\n");
  CHECK(client.send(wire({"MULTI"}) + wire({"SET", "k", "1"}) + wire({"EXEC"})) ==
        "+OK\r\n+QUEUED\r\n*-1\r\n");
  CHECK(stage.warnings.empty());
}

TEST_CASE("a wait for what is new that was in vain is certain while nothing moves the stream") {
  const std::string read = wire({"XREAD", "BLOCK", "10", "STREAMS", "x", "$"});
  const std::vector<Turn> turns = {{wire({"XADD", "x", "1-1", "a", "b"}), "$3\r\n1-1\r\n"},
                                   {read, "*-1\r\n"}};
  Stage stage;
  stage.record(turns);
  stage.open();
  Client early(stage);
  Client other(stage);
  early.begin(read);
  other.send(turns[0].first);
  CHECK(early.finish() == "*-1\r\n");  // a server would have sent the entry
  CHECK(stage.warnings.size() == 1);
  CHECK(stage.count(Grade::guess) == 1);
  stage.warnings.clear();
  CHECK(early.send(read) == "*-1\r\n");
  CHECK(stage.warnings.empty());
  CHECK(stage.count(Grade::exact) == 2);
}

TEST_CASE(
    "what waited in vain and then got what nobody was recorded to bring is never told as certain") {
  const std::string entry =
      "*1\r\n*2\r\n$1\r\nx\r\n*1\r\n*2\r\n$3\r\n1-1\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n";
  for (const std::string id : {"$", "0"}) {
    CAPTURE(id);
    const std::string read = wire({"XREAD", "BLOCK", "10", "STREAMS", "x", id});
    Stage stage;
    stage.record({{read, "*-1\r\n"}, {read, entry}, {read, "*-1\r\n"}});
    stage.open();
    Client client(stage);
    for (const std::string& recorded : {std::string("*-1\r\n"), entry, std::string("*-1\r\n")}) {
      const std::uint64_t guesses = stage.count(Grade::guess);
      const std::string answer = client.send(read);
      CAPTURE(answer);
      CHECK((answer == recorded || stage.count(Grade::guess) == guesses + 1));
    }
  }
}

TEST_CASE("what was never recorded is a miss that names the nearest request") {
  Stage stage;
  stage.record({{wire({"GET", "user:1"}), "$1\r\na\r\n"}});
  stage.open();
  Client client(stage);
  const std::string answer = client.send(wire({"GET", "user:2"}) + wire({"GET", "user:1"}));
  CHECK(answer.starts_with("-ERR understudy has no answer to GET user:2"));
  CHECK(answer.find("GET user:1") != std::string::npos);
  CHECK(answer.ends_with("\r\n$1\r\na\r\n"));
  CHECK(stage.count(Grade::miss) == 1);
}

TEST_CASE("INFO and the server's version come from the recording") {
  Stage stage;
  stage.record({{wire({"INFO"}), "$39\r\n# Server\r\nredis_version:6.2.7\r\nrole:x\r\n\r\n"},
                {wire({"GET", "k"}), "$-1\r\n"}});
  stage.open();
  Client client(stage);
  CHECK(client.send(wire({"INFO"})) == "$39\r\n# Server\r\nredis_version:6.2.7\r\nrole:x\r\n\r\n");
  CHECK(client.send(wire({"HELLO", "3"})).find("$5\r\n6.2.7\r\n") != std::string::npos);
  CHECK(client.send(wire({"INFO"})).starts_with("=43\r\ntxt:# Server\r\n"));
}

TEST_CASE("a write whose answer was held back counts as a write") {
  Stage stage;
  stage.record({{wire({"CLIENT", "REPLY", "SKIP"}) + wire({"SET", "k", "1"}) + wire({"GET", "k"}),
                 "$1\r\n1\r\n"}});
  stage.open();
  Client client(stage);
  CHECK(client.send(wire({"CLIENT", "REPLY", "SKIP"}) + wire({"SET", "k", "1"}) +
                    wire({"GET", "k"})) == "$1\r\n1\r\n");
  CHECK(client.send(wire({"SET", "k", "1"})) == "+OK\r\n");  // computed
}

TEST_CASE("a command that was recorded without its reply has none where it is not computed") {
  Stage stage;
  stage.record({{wire({"CLIENT", "REPLY", "SKIP"}) + wire({"PFADD", "k", "1"}) + wire({"PING"}),
                 "+PONG\r\n"}});
  stage.open();
  Client client(stage);
  CHECK(client.send(wire({"PFADD", "k", "1"}))
            .starts_with("-ERR understudy: this command was recorded without"));
}
