#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

#include "net/choose.hpp"
#include "net/server.hpp"
#include "peer.hpp"
#include "understudy/receive_buffer.hpp"

using namespace understudy;
using namespace std::chrono_literals;
using net::Next;
using test::Peer;

namespace {

/// Answers lines: `big N` with N octets borrowed from a constant, `quit` with `bye` and the end,
/// anything else with itself, behind its name.
class Lines final : public net::Served {
 public:
  explicit Lines(std::string name) : name_(std::move(name)) {}

  Next start() override {
    if (name_ == "greeter") output_.copy(as_bytes("hello\n"));
    return name_ == "refuser" ? Next::close : Next::read;
  }
  Next feed(Bytes chunk) override {
    received_.append(chunk);
    for (;;) {
      const std::string_view pending = as_text(received_.pending());
      const std::size_t end = pending.find('\n');
      if (end == std::string_view::npos) return Next::read;
      const std::string line(pending.substr(0, end));
      received_.consume(end + 1);
      if (line == "quit") {
        output_.copy(as_bytes("bye\n"));
        return Next::close;
      }
      answer(line);
    }
  }
  Next feed_eof() override {
    output_.copy(as_bytes(received_.pending().empty() ? "eof\n" : "cut\n"));
    return Next::read;
  }
  bool is_awaiting_rest() const noexcept override { return !received_.pending().empty(); }
  Output& output() noexcept override { return output_; }

 private:
  void answer(const std::string& line) {
    static const std::string big(64 * 1024 * 1024, 'x');
    if (line.starts_with("big ")) {
      output_.copy(as_bytes("<"));
      output_.borrow(as_bytes(big).first(std::stoul(line.substr(4))));
      output_.copy(as_bytes(">"));
    } else {
      output_.copy(as_bytes(name_ + ":" + line + "\n"));
    }
  }

  std::string name_;
  ReceiveBuffer received_;
  Output output_;
};

/// One service per name; several are told apart by the first octet of the client.
class LinesPort final : public net::ServedPort {
 public:
  explicit LinesPort(std::vector<std::string> names) : names_(std::move(names)) {}

  bool shared() const noexcept override { return names_.size() > 1; }
  std::size_t choose(Bytes first) const noexcept override {
    for (std::size_t i = 0; i < names_.size(); ++i) {
      const std::string_view name = names_[i];
      if (as_text(first).starts_with(name)) return i;
      if (name.starts_with(as_text(first))) return undecided;
    }
    return nobody;
  }
  std::unique_ptr<net::Served> open(std::size_t service) const override {
    return std::make_unique<Lines>(names_[service]);
  }
  void note(const std::string& text) const override {
    const std::lock_guard lock(mutex_);
    notes_ += text + "\n";
  }
  std::chrono::milliseconds patience() const noexcept override { return patience_; }
  void set_patience(std::chrono::milliseconds patience) { patience_ = patience; }
  std::string notes() const {
    const std::lock_guard lock(mutex_);
    return notes_;
  }

 private:
  std::vector<std::string> names_;
  std::chrono::milliseconds patience_ = 30s;
  mutable std::mutex mutex_;
  mutable std::string notes_;
};

std::shared_ptr<LinesPort> port_of(std::vector<std::string> names) {
  return std::make_shared<LinesPort>(std::move(names));
}

struct Running {
  explicit Running(std::shared_ptr<LinesPort> offered, unsigned threads = 1)
      : server(threads), port(std::move(offered)) {
    std::string problem;
    const auto bound = server.listen(store::Endpoint{}, port, problem);
    REQUIRE_MESSAGE(bound, problem);
    at = *bound;
    server.start();
  }
  [[nodiscard]] Peer connect() const { return Peer::connect(at.port); }

  net::Server server;
  std::shared_ptr<LinesPort> port;
  store::Endpoint at;
};

}  // namespace

TEST_CASE("a request is answered and the connection stays usable") {
  Running running(port_of({"a"}));
  Peer client = running.connect();
  REQUIRE(client.send("one\n"));
  CHECK(client.receive(6) == "a:one\n");
  REQUIRE(client.send("two\n"));
  CHECK(client.receive(6) == "a:two\n");
}

TEST_CASE("pipelined requests and requests in pieces are answered in order") {
  Running running(port_of({"a"}));
  Peer client = running.connect();
  REQUIRE(client.send("1\n2\n3\n4"));
  CHECK(client.receive(12) == "a:1\na:2\na:3\n");
  REQUIRE(client.send("4"));
  std::this_thread::sleep_for(10ms);
  REQUIRE(client.send("\n"));
  CHECK(client.receive(5) == "a:44\n");
}

TEST_CASE("a server that speaks first greets before anything is read") {
  Running running(port_of({"greeter"}));
  Peer client = running.connect();
  CHECK(client.receive(6) == "hello\n");
}

TEST_CASE("a connection that the machine refuses is closed") {
  Running running(port_of({"refuser"}));
  Peer client = running.connect();
  CHECK(client.end() == Peer::End::closed);
}

TEST_CASE("a client that half-closes gets its answers before the end") {
  Running running(port_of({"a"}));
  Peer client = running.connect();
  REQUIRE(client.send("last\n"));
  client.finish();
  std::string rest;
  CHECK(client.end(rest) == Peer::End::closed);
  CHECK(rest == "a:last\neof\n");
}

TEST_CASE("a client that stops in the middle of a message is told and let go") {
  Running running(port_of({"a"}));
  Peer client = running.connect();
  REQUIRE(client.send("half a mess"));
  client.finish();
  std::string rest;
  CHECK(client.end(rest) == Peer::End::closed);
  CHECK(rest == "cut\n");
}

TEST_CASE(
    "a client that begins a message and does not go on is let go, at first and behind another") {
  const auto port = port_of({"a"});
  port->set_patience(50ms);
  Running running(port);
  Peer idle = running.connect();
  for (const char* const begun : {"half", "one\nhalf"}) {
    Peer client = running.connect();
    REQUIRE(client.send(begun));
    std::string rest;
    CHECK(client.end(rest) == Peer::End::closed);
    CHECK(rest == (std::string(begun) == "half" ? "" : "a:one\n"));
  }
  REQUIRE(idle.send("still here\n"));
  CHECK(idle.receive(13) == "a:still here\n");
}

TEST_CASE("a client that goes on sending is not let go for its unfinished messages") {
  const auto port = port_of({"a"});
  port->set_patience(100ms);
  Running running(port);
  Peer client = running.connect();
  REQUIRE(client.send("0"));
  for (int i = 0; i < 10; ++i) {
    std::this_thread::sleep_for(25ms);
    REQUIRE(client.send("\n0"));
    CHECK(client.receive(4) == "a:0\n");
  }
}

TEST_CASE("the last words arrive although the client keeps sending") {
  Running running(port_of({"a"}));
  Peer client = running.connect();
  REQUIRE(client.send("quit\n" + std::string(100000, 'x')));
  std::string rest;
  CHECK(client.end(rest) == Peer::End::closed);
  CHECK(rest == "bye\n");
}

TEST_CASE("a client that resets does not disturb the others") {
  Running running(port_of({"a"}));
  Peer staying = running.connect();
  Peer leaving = running.connect();
  REQUIRE(leaving.send("big 60000000\n"));
  CHECK(leaving.receive(1) == "<");
  leaving.reset();
  REQUIRE(staying.send("here\n"));
  CHECK(staying.receive(7) == "a:here\n");
}

TEST_CASE("a big answer reaches a reader that is slow, whole and in order") {
  Running running(port_of({"a"}));
  Peer slow = running.connect();
  REQUIRE(slow.send("big 20000000\nafter\n"));
  std::this_thread::sleep_for(50ms);  // the socket's buffers are full by now
  Peer other = running.connect();
  REQUIRE(other.send("meanwhile\n"));
  CHECK(other.receive(12) == "a:meanwhile\n");
  const std::string received = slow.receive(20000002);
  REQUIRE(received.size() == 20000002);
  CHECK(received.front() == '<');
  CHECK(received.back() == '>');
  CHECK(received.find_first_not_of('x', 1) == 20000001);
  CHECK(slow.receive(8) == "a:after\n");
}

TEST_CASE("a client that does not read is not served on") {
  Running running(port_of({"a"}));
  Peer deaf = running.connect();
  REQUIRE(deaf.send("big 60000000\n"));
  // The server stops reading, so what the client sends next is stuck in the sockets' buffers.
  const std::string flood(64 * 1024 * 1024, 'y');
  CHECK_FALSE(deaf.send(flood));
}

TEST_CASE("services on one port are told apart by the first octets") {
  const auto port = port_of({"apple", "banana"});
  Running running(port);
  Peer banana = running.connect();
  REQUIRE(banana.send("ban"));
  std::this_thread::sleep_for(10ms);
  REQUIRE(banana.send("ana split\n"));
  CHECK(banana.receive(20) == "banana:banana split\n");
  Peer apple = running.connect();
  REQUIRE(apple.send("apple pie\n"));
  CHECK(apple.receive(16) == "apple:apple pie\n");
}

TEST_CASE("a client that speaks none of a port's protocols is closed and noted") {
  const auto port = port_of({"apple", "banana"});
  Running running(port);
  Peer stranger = running.connect();
  REQUIRE(stranger.send("\x16\x03zebra"));
  CHECK(stranger.end() != Peer::End::silent);
  CHECK(port->notes().find("\\x16\\x03zebra") != std::string::npos);
}

TEST_CASE("a client that connects to a shared port and says nothing leaves no trace") {
  const auto port = port_of({"apple", "banana"});
  Running running(port);
  {
    Peer silent = running.connect();
    silent.finish();
    CHECK(silent.end() == Peer::End::closed);
  }
  CHECK(port->notes().empty());
}

TEST_CASE("a port that is taken is refused with the reason") {
  Running running(port_of({"a"}));
  for (const unsigned threads : {1U, 2U}) {
    net::Server second(threads);
    std::string problem;
    CHECK_FALSE(second.listen(running.at, port_of({"b"}), problem));
    CHECK(problem == "Address already in use");
  }
}

TEST_CASE("a host name that leads nowhere is refused with the reason") {
  net::Server server(1);
  std::string problem;
  CHECK_FALSE(server.listen({"no-such-host.invalid", 0}, port_of({"a"}), problem));
  CHECK(problem.find("no-such-host.invalid") != std::string::npos);
}

TEST_CASE("several threads share a port and all of them answer") {
  Running running(port_of({"a"}), 3);
  for (int i = 0; i < 50; ++i) {
    Peer client = running.connect();
    REQUIRE(client.send("x\n"));
    CHECK(client.receive(4) == "a:x\n");
  }
}

TEST_CASE("stopping closes idle connections at once and accepts no more") {
  Running running(port_of({"a"}));
  Peer idle = running.connect();
  REQUIRE(idle.send("x\n"));
  REQUIRE(idle.receive(4) == "a:x\n");
  const auto began = std::chrono::steady_clock::now();
  running.server.stop(5s);
  CHECK(std::chrono::steady_clock::now() - began < 1s);
  CHECK(idle.end() == Peer::End::closed);
  CHECK_FALSE(running.connect().connected());
}

TEST_CASE("stopping lets an answer in flight arrive whole") {
  Running running(port_of({"a"}));
  Peer slow = running.connect();
  REQUIRE(slow.send("big 20000000\n"));
  REQUIRE(slow.receive(1) == "<");
  std::string rest;
  std::thread reader([&] {
    std::this_thread::sleep_for(50ms);
    CHECK(slow.end(rest) == Peer::End::closed);
  });
  running.server.stop(5s);
  reader.join();
  CHECK(rest.size() == 20000001);
}

TEST_CASE("stopping lets a half-received request be finished and answered") {
  Running running(port_of({"a"}));
  Peer client = running.connect();
  REQUIRE(client.send("sl"));
  std::this_thread::sleep_for(20ms);
  std::string rest;
  std::thread writer([&] {
    std::this_thread::sleep_for(50ms);
    client.send("ow\n");
    CHECK(client.end(rest) == Peer::End::closed);
  });
  running.server.stop(5s);
  writer.join();
  CHECK(rest == "a:slow\n");
}

TEST_CASE("stopping is over when the grace is, whatever the clients do") {
  Running running(port_of({"a"}));
  Peer deaf = running.connect();
  REQUIRE(deaf.send("big 60000000\n"));
  Peer half = running.connect();
  REQUIRE(half.send("never en"));
  REQUIRE(deaf.receive(1) == "<");
  const auto began = std::chrono::steady_clock::now();
  running.server.stop(100ms);
  CHECK(std::chrono::steady_clock::now() - began < 2s);
}

TEST_CASE("new connections are answered by the replacement, old ones as before") {
  Running running(port_of({"old"}));
  Peer before = running.connect();
  REQUIRE(before.send("x\n"));
  REQUIRE(before.receive(6) == "old:x\n");
  running.server.replace(running.at, port_of({"new"}));
  Peer after = running.connect();
  REQUIRE(after.send("x\n"));
  CHECK(after.receive(6) == "new:x\n");
  REQUIRE(before.send("y\n"));
  CHECK(before.receive(6) == "old:y\n");
}

TEST_CASE("a port that is closed refuses, and its connections are served on") {
  Running running(port_of({"a"}));
  Peer before = running.connect();
  REQUIRE(before.send("x\n"));
  REQUIRE(before.receive(4) == "a:x\n");
  running.server.close(running.at);
  for (int i = 0; i < 100 && running.connect().connected(); ++i) std::this_thread::sleep_for(10ms);
  CHECK_FALSE(running.connect().connected());
  REQUIRE(before.send("y\n"));
  CHECK(before.receive(4) == "a:y\n");
}

TEST_CASE("a server that was never started can be thrown away") {
  net::Server server(2);
  std::string problem;
  CHECK(server.listen(store::Endpoint{}, port_of({"a"}), problem));
}
