#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "net/recorder.hpp"
#include "peer.hpp"

using namespace understudy;
using namespace std::chrono_literals;
using test::Listener;
using test::Peer;

namespace {

/// What the recorder was shown, in order: `>` from the client, `<` from the server, `.` its end.
struct Seen {
  std::string log;
  std::vector<std::string> warnings;
};

/// Forwards everything, but answers "tls?" itself with "no", as an observer does with a TLS offer.
class Watching final : public net::Recorded {
 public:
  explicit Watching(Seen& seen) : seen_(seen) {}
  void feed(Direction from, Bytes chunk, Relay& relay) override {
    const bool client = from == Direction::from_client;
    if (chunk.size() < 1000) seen_.log += (client ? ">" : "<") + std::string(as_text(chunk));
    if (client && as_text(chunk) == "tls?") return relay.to_client.copy(as_bytes("no"));
    (client ? relay.to_server : relay.to_client).copy(chunk);
  }
  void feed_eof(Direction from) override {
    seen_.log += from == Direction::from_client ? ">." : "<.";
  }

 private:
  Seen& seen_;
};

class WatchedPort final : public net::RecordedPort {
 public:
  WatchedPort(std::vector<std::uint16_t> upstreams, Seen& seen)
      : upstreams_(std::move(upstreams)), seen_(seen) {}
  bool shared() const noexcept override { return upstreams_.size() > 1; }
  std::size_t choose(Bytes first) const noexcept override {
    const std::size_t chosen = static_cast<std::size_t>(first.front() - '0');
    return chosen < upstreams_.size() ? chosen : nobody;
  }
  void note(const std::string& text) const override { seen_.warnings.push_back(text); }
  store::Endpoint upstream(std::size_t service) const override {
    return {"127.0.0.1", upstreams_[service]};
  }
  std::unique_ptr<net::Recorded> open(std::size_t) const override {
    return std::make_unique<Watching>(seen_);
  }
  void warn(std::size_t service, const std::string& text) const override {
    seen_.warnings.push_back(std::to_string(service) + ": " + text);
  }

 private:
  std::vector<std::uint16_t> upstreams_;
  Seen& seen_;
};

/// A recorder on its own thread until it is stopped; `seen` may be read after that.
class Relaying {
 public:
  explicit Relaying(std::vector<std::uint16_t> upstreams) {
    std::string problem;
    const auto bound = recorder_.listen(
        store::Endpoint{}, std::make_shared<WatchedPort>(std::move(upstreams), seen_), problem);
    REQUIRE_MESSAGE(bound, problem);
    port_ = bound->port;
    thread_ = std::thread([this] {
      while (!stopping_) recorder_.run_for(10ms);
      recorder_.stop(200ms);
    });
  }
  ~Relaying() { stop(); }
  [[nodiscard]] Peer connect() const { return Peer::connect(port_); }
  const Seen& stop() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
    return seen_;
  }

 private:
  Seen seen_;
  net::Recorder recorder_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace

TEST_CASE("both directions are relayed and shown in order") {
  Listener upstream;
  Relaying relaying({upstream.port()});
  Peer client = relaying.connect();
  Peer server = upstream.accept();
  REQUIRE(client.send("ask"));
  CHECK(server.receive(3) == "ask");
  REQUIRE(server.send("tell"));
  CHECK(client.receive(4) == "tell");
  client.close();
  CHECK(server.end() == Peer::End::closed);
  server.close();
  CHECK(relaying.stop().log == ">ask<tell>.<.");
}

TEST_CASE("a server that speaks first is heard") {
  Listener upstream;
  Relaying relaying({upstream.port()});
  Peer client = relaying.connect();
  Peer server = upstream.accept();
  REQUIRE(server.send("welcome"));
  CHECK(client.receive(7) == "welcome");
}

TEST_CASE("what the recorder answers itself never reaches the server") {
  Listener upstream;
  Relaying relaying({upstream.port()});
  Peer client = relaying.connect();
  Peer server = upstream.accept();
  REQUIRE(client.send("tls?"));
  CHECK(client.receive(2) == "no");
  REQUIRE(client.send("plain"));
  CHECK(server.receive(5) == "plain");
}

TEST_CASE("a half-close of the client is passed on and the answer still arrives") {
  Listener upstream;
  Relaying relaying({upstream.port()});
  Peer client = relaying.connect();
  Peer server = upstream.accept();
  REQUIRE(client.send("last"));
  client.finish();
  std::string asked;
  CHECK(server.end(asked) == Peer::End::closed);
  CHECK(asked == "last");
  REQUIRE(server.send("answer"));
  server.close();
  std::string answered;
  CHECK(client.end(answered) == Peer::End::closed);
  CHECK(answered == "answer");
  client.close();
  CHECK(relaying.stop().log == ">last>.<answer<.");
}

TEST_CASE("a half-close of the server is passed on and the client may go on") {
  Listener upstream;
  Relaying relaying({upstream.port()});
  Peer client = relaying.connect();
  Peer server = upstream.accept();
  server.finish();
  CHECK(client.end() == Peer::End::closed);
  REQUIRE(client.send("thanks"));
  CHECK(server.receive(6) == "thanks");
}

TEST_CASE("a reset of one side reaches the other as a reset") {
  Listener upstream;
  Relaying relaying({upstream.port()});
  {
    Peer client = relaying.connect();
    Peer server = upstream.accept();
    REQUIRE(client.send("x"));
    REQUIRE(server.receive(1) == "x");
    client.reset();
    CHECK(server.end() == Peer::End::reset);
  }
  Peer client = relaying.connect();
  Peer server = upstream.accept();
  REQUIRE(client.send("x"));
  REQUIRE(server.receive(1) == "x");
  server.reset();
  CHECK(client.end() == Peer::End::reset);
}

TEST_CASE("an upstream that is down is named and the client's connection closed") {
  Listener upstream;
  const std::uint16_t port = upstream.port();
  upstream.close();
  Relaying relaying({port});
  Peer client = relaying.connect();
  CHECK(client.end() == Peer::End::closed);
  const Seen& seen = relaying.stop();
  REQUIRE(seen.warnings.size() == 1);
  CHECK(seen.warnings[0] == "0: the upstream 127.0.0.1:" + std::to_string(port) +
                                " can't be reached (Connection refused); the client's connection "
                                "was closed");
}

TEST_CASE("a big answer waits for a slow reader, whole and in order") {
  Listener upstream;
  Relaying relaying({upstream.port()});
  Peer client = relaying.connect();
  Peer server = upstream.accept();
  std::string big(20000000, 'x');
  for (std::size_t i = 0; i < big.size(); i += 1000)
    big[i] = static_cast<char>('a' + i / 1000 % 26);
  std::thread sender([&] {
    server.send(big);
    server.close();
  });
  std::this_thread::sleep_for(100ms);
  std::string received;
  CHECK(client.end(received) == Peer::End::closed);
  sender.join();
  CHECK(received == big);
}

TEST_CASE("a reader that is stuck in one direction does not hold up the other") {
  Listener upstream;
  Relaying relaying({upstream.port()});
  Peer client = relaying.connect();
  Peer server = upstream.accept();
  std::thread sender([&] { server.send(std::string(20000000, 'x')); });
  std::this_thread::sleep_for(50ms);
  REQUIRE(client.send("stop"));
  CHECK(server.receive(4) == "stop");
  CHECK(client.receive(20000000).size() == 20000000);
  sender.join();
}

TEST_CASE("services on one port are relayed to their own upstream") {
  Listener zero, one;
  Relaying relaying({zero.port(), one.port()});
  Peer client = relaying.connect();
  REQUIRE(client.send("1 hello"));
  Peer server = one.accept();
  CHECK(server.receive(7) == "1 hello");
  Peer stranger = relaying.connect();
  REQUIRE(stranger.send("9"));
  CHECK(stranger.end() != Peer::End::silent);
  CHECK(relaying.stop().warnings.size() == 1);
}

TEST_CASE("stopping ends connections that stand when the grace is over") {
  Listener upstream;
  Relaying relaying({upstream.port()});
  Peer client = relaying.connect();
  Peer server = upstream.accept();
  REQUIRE(client.send("x"));
  REQUIRE(server.receive(1) == "x");
  relaying.stop();
  CHECK(client.end() != Peer::End::silent);
  CHECK(server.end() != Peer::End::silent);
}
