#include <doctest/doctest.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <mutex>
#include <sstream>
#include <thread>

#include "net/authority.hpp"
#include "net/recorder.hpp"
#include "net/server.hpp"
#include "secure_client.hpp"
#include "store/support.hpp"
#include "understudy/receive_buffer.hpp"

using namespace understudy;
using namespace std::chrono_literals;
using net::Authority;
using net::Next;
using store::TemporaryFolder;
using test::Listener;
using test::Peer;
using test::SecureClient;

namespace {

std::string text_of_file(const std::filesystem::path& file) {
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

/// Answers each line with itself; "tls" begins TLS, "bye" ends.
class Echo final : public net::Served {
 public:
  Next start() override { return Next::read; }
  void begin_tls(const TlsSession& session) override {
    received_.clear();
    end_point_ = session.end_point;
  }
  Next feed(Bytes chunk) override {
    received_.append(chunk);
    for (;;) {
      const std::string_view pending = as_text(received_.pending());
      const std::size_t end = pending.find('\n');
      if (end == std::string_view::npos) return Next::read;
      const std::string line(pending.substr(0, end + 1));
      received_.consume(end + 1);
      if (line == "big\n")
        output_.copy(as_bytes(std::string(5'000'000, 'x')));
      else if (line == "size of end point\n")
        output_.copy(as_bytes(std::to_string(end_point_.size()) + "\n"));
      else
        output_.copy(as_bytes(line));
      if (line == "tls\n") return Next::start_tls;
      if (line == "bye\n") return Next::close;
    }
  }
  std::size_t octets_of_tls() const noexcept override { return received_.pending().size(); }
  Next feed_eof() override { return Next::close; }
  Output& output() noexcept override { return output_; }

 private:
  ReceiveBuffer received_;
  std::string end_point_;
  Output output_;
};

class EchoPort final : public net::ServedPort {
 public:
  explicit EchoPort(std::shared_ptr<const net::TlsServer> tls) : tls_(std::move(tls)) {}
  bool shared() const noexcept override { return false; }
  std::size_t choose(Bytes) const noexcept override { return 0; }
  std::unique_ptr<net::Served> open(std::size_t) const override { return std::make_unique<Echo>(); }
  std::shared_ptr<const net::TlsServer> tls() const noexcept override { return tls_; }
  std::chrono::milliseconds patience() const noexcept override { return 200ms; }
  void note(const std::string& text) const override {
    const std::lock_guard lock(mutex_);
    notes_ += text + "\n";
  }
  std::string notes() const {
    const std::lock_guard lock(mutex_);
    return notes_;
  }

 private:
  std::shared_ptr<const net::TlsServer> tls_;
  mutable std::mutex mutex_;
  mutable std::string notes_;
};

/// A server with an authority of its own.
struct Secured {
  explicit Secured(store::TlsSettings settings = {}) : server(1) {
    std::string problem;
    REQUIRE(Authority::make(folder.path(), problem) != nullptr);
    settings.authority = folder.path();
    port = std::make_shared<EchoPort>(
        net::TlsServer::make(settings, {"http/1.1"}, {"db.test"}, problem));
    REQUIRE_MESSAGE(port->tls(), problem);
    const auto bound = server.listen(store::Endpoint{}, port, problem);
    REQUIRE_MESSAGE(bound, problem);
    at = *bound;
    server.start();
  }
  [[nodiscard]] SecureClient connect(SecureClient::Options options = {}) const {
    return SecureClient(Peer::connect(at.port), options);
  }
  [[nodiscard]] std::filesystem::path authority() const {
    return Authority::certificate_file(folder.path());
  }

  TemporaryFolder folder;
  net::Server server;
  std::shared_ptr<EchoPort> port;
  store::Endpoint at;
};

}  // namespace

TEST_CASE("an authority is made once, its key for its owner only") {
  const TemporaryFolder folder;
  std::string problem;
  CHECK(Authority::load(folder.path() / "ca", problem) == nullptr);
  CHECK(problem.empty());
  const auto made = Authority::make(folder.path() / "ca", problem);
  REQUIRE_MESSAGE(made, problem);
  struct stat status {};
  REQUIRE(stat(Authority::key_file(folder.path() / "ca").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  const std::string before = text_of_file(Authority::certificate_file(folder.path() / "ca"));
  CHECK(Authority::load(folder.path() / "ca", problem)->name() == made->name());
  CHECK(Authority::make(folder.path() / "ca", problem) == nullptr);
  CHECK(problem.find("ca.key") != std::string::npos);
  CHECK(text_of_file(Authority::certificate_file(folder.path() / "ca")) == before);
}

TEST_CASE("an authority that is broken is named, one that exists is taken over") {
  const TemporaryFolder folder;
  std::string problem;
  REQUIRE(Authority::make(folder.path() / "a", problem) != nullptr);
  REQUIRE(Authority::make(folder.path() / "b", problem) != nullptr);
  const auto certificate = Authority::certificate_file(folder.path() / "a");
  CHECK(Authority::take(folder.path() / "c", certificate, Authority::key_file(folder.path() / "b"),
                        problem) == nullptr);
  CHECK(problem.find("is not the key of") != std::string::npos);
  problem.clear();
  CHECK(Authority::take(folder.path() / "c", certificate, Authority::key_file(folder.path() / "a"),
                        problem) != nullptr);
  std::ofstream(Authority::key_file(folder.path() / "a")) << "no key";
  problem.clear();
  CHECK(Authority::load(folder.path() / "a", problem) == nullptr);
  CHECK(problem.find("ca.key is no PEM private key") != std::string::npos);
}

TEST_CASE("settings that need a certificate say so where there is none") {
  const TemporaryFolder folder;
  const auto make = [&](std::optional<TlsOffer> offer, const char* certificate = "") {
    store::TlsSettings settings;
    settings.offer = offer;
    settings.authority = folder.path();
    settings.certificate = settings.key = certificate;
    std::string problem;
    CHECK(net::TlsServer::make(settings, {}, {}, problem) == nullptr);
    return problem;
  };
  CHECK(make(std::nullopt) == "");
  CHECK(make(TlsOffer::none, "/none") == "");
  CHECK(make(TlsOffer::optional).find("understudy ca") != std::string::npos);
  CHECK(make(TlsOffer::optional, "/none").find("/none can't be used") != std::string::npos);
}

TEST_CASE("a port speaks TLS and plain text, as the client begins") {
  const Secured secured;
  Peer plain = Peer::connect(secured.at.port);
  REQUIRE(plain.send("one\n"));
  CHECK(plain.receive(4) == "one\n");
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    SecureClient client = secured.connect({.authority = secured.authority(), .version = version});
    REQUIRE(client.handshake());
    REQUIRE(client.send("two\n"));
    CHECK(client.receive(4) == "two\n");
    REQUIRE(client.send("size of end point\n"));
    CHECK(client.receive(3) == "32\n");
    REQUIRE(client.send("bye\n"));
    CHECK(client.receive(4) == "bye\n");
    CHECK(client.was_closed());
  }
  SecureClient old = secured.connect({.version = TLS1_1_VERSION});
  CHECK_FALSE(old.handshake());
}

TEST_CASE("TLS begins where the protocol says, also with a ClientHello that came along") {
  const Secured secured;
  for (const bool at_once : {false, true}) {
    SecureClient client = secured.connect({.authority = secured.authority()});
    REQUIRE(client.peer().send("tls\n" + (at_once ? client.take_output() : std::string())));
    CHECK(client.peer().receive(4) == "tls\n");
    REQUIRE(client.handshake());
    REQUIRE(client.send("within\n"));
    CHECK(client.receive(7) == "within\n");
  }
}

TEST_CASE("certificates are for the name that the client asks for, and for the service's own") {
  const Secured secured;
  for (const char* const name : {"localhost", "shop.example", "db.test"}) {
    SecureClient client = secured.connect({.authority = secured.authority(), .name = name});
    CHECK(client.handshake());
    CHECK(client.certificate_is_for("localhost"));
    CHECK(client.certificate_is_for("db.test"));
    CHECK_FALSE(client.certificate_is_for("other.example"));
  }
  const TemporaryFolder other;
  std::string problem;
  REQUIRE(Authority::make(other.path(), problem) != nullptr);
  SecureClient stranger = secured.connect({.authority = Authority::certificate_file(other.path())});
  CHECK_FALSE(stranger.handshake());
}

TEST_CASE("a protocol that is not spoken is refused in the handshake") {
  const Secured secured;
  SecureClient both = secured.connect({.alpn = std::string("\2h2\10http/1.1")});
  REQUIRE(both.handshake());
  CHECK(both.alpn() == "http/1.1");
  SecureClient newer = secured.connect({.alpn = std::string("\2h2")});
  CHECK_FALSE(newer.handshake());
}

TEST_CASE("a big answer arrives whole through TLS") {
  const Secured secured;
  SecureClient client = secured.connect();
  REQUIRE(client.handshake());
  REQUIRE(client.send("big\n"));
  const std::string big = client.receive(5'000'000);
  CHECK(big.size() == 5'000'000);
  CHECK(big.find_first_not_of('x') == std::string::npos);
  REQUIRE(client.send("after\n"));
  CHECK(client.receive(6) == "after\n");
}

TEST_CASE("a client that begins a handshake and does not go on is let go and noted") {
  const Secured secured;
  Peer client = Peer::connect(secured.at.port);
  REQUIRE(client.send("\x16\x03"));
  CHECK(client.end() != Peer::End::silent);
  CHECK(secured.port->notes().find("takes too long") != std::string::npos);
}

TEST_CASE("stopping ends idle TLS connections") {
  Secured secured;
  SecureClient client = secured.connect();
  REQUIRE(client.handshake());
  REQUIRE(client.send("one\n"));
  CHECK(client.receive(4) == "one\n");
  const auto begun = std::chrono::steady_clock::now();
  secured.server.stop(5s);
  CHECK(std::chrono::steady_clock::now() - begun < 2s);
  CHECK(client.was_closed());
}

namespace {

/// Relays everything; "tls\n" of the client begins TLS on both sides.
class Passing final : public net::Recorded {
 public:
  void begin_tls(Direction, std::string_view problem, Relay& relay) override {
    if (!problem.empty()) relay.to_client.copy(as_bytes("refused\n"));
  }
  void feed(Direction from, Bytes chunk, Relay& relay) override {
    const bool client = from == Direction::from_client;
    (client ? relay.to_server : relay.to_client).copy(chunk);
    const bool agreed = !client && as_text(chunk) == "tls\n";
    relay.server_tls = agreed;
  }
  void feed_eof(Direction) override {}
};

class PassingPort final : public net::RecordedPort {
 public:
  PassingPort(std::uint16_t upstream, std::shared_ptr<const net::TlsServer> offered,
              std::shared_ptr<const net::TlsClient> wanted, bool at_once)
      : upstream_(upstream),
        offered_(std::move(offered)),
        wanted_(std::move(wanted)),
        at_once_(at_once) {}
  bool shared() const noexcept override { return false; }
  std::size_t choose(Bytes) const noexcept override { return 0; }
  std::shared_ptr<const net::TlsServer> tls() const noexcept override { return offered_; }
  std::shared_ptr<const net::TlsClient> upstream_tls(std::size_t) const override { return wanted_; }
  bool upstream_tls_at_once(std::size_t) const override { return at_once_; }
  store::Endpoint upstream(std::size_t) const override { return {"127.0.0.1", upstream_}; }
  std::unique_ptr<net::Recorded> open(std::size_t) const override {
    return std::make_unique<Passing>();
  }
  void note(const std::string& text) const override { warnings += text + "\n"; }
  void warn(std::size_t, const std::string& text) const override { note(text); }

  mutable std::string warnings;  // read when the recorder has stopped

 private:
  std::uint16_t upstream_;
  std::shared_ptr<const net::TlsServer> offered_;
  std::shared_ptr<const net::TlsClient> wanted_;
  bool at_once_;
};

struct RelayedTls {
  RelayedTls(const Secured& upstream, const std::filesystem::path& believed, bool at_once) {
    std::string problem;
    store::TlsSettings settings;
    settings.authority = upstream.folder.path();
    TlsUpstream wanted;
    wanted.authorities = believed;
    port = std::make_shared<PassingPort>(
        upstream.at.port, net::TlsServer::make(settings, {}, {}, problem),
        net::TlsClient::make(wanted, "127.0.0.1", {"http/1.1"}, problem), at_once);
    const auto bound = recorder.listen(store::Endpoint{}, port, problem);
    REQUIRE_MESSAGE(bound, problem);
    at = *bound;
    thread = std::thread([this] {
      while (!stopping) recorder.run_for(10ms);
      recorder.stop(200ms);
    });
  }
  ~RelayedTls() { stop(); }
  const std::string& stop() {
    stopping = true;
    if (thread.joinable()) thread.join();
    return port->warnings;
  }

  std::shared_ptr<PassingPort> port;
  net::Recorder recorder;
  store::Endpoint at;
  std::atomic<bool> stopping{false};
  std::thread thread;
};

}  // namespace

TEST_CASE("each side of a relay speaks TLS by itself") {
  const Secured upstream;
  RelayedTls relayed(upstream, upstream.authority(), true);
  Peer plain = Peer::connect(relayed.at.port);
  REQUIRE(plain.send("one\n"));
  CHECK(plain.receive(4) == "one\n");
  SecureClient client(Peer::connect(relayed.at.port), {.authority = upstream.authority()});
  REQUIRE(client.handshake());
  REQUIRE(client.send("big\n"));
  CHECK(client.receive(5'000'000).size() == 5'000'000);
  REQUIRE(client.send("bye\n"));
  CHECK(client.receive(4) == "bye\n");
  CHECK(client.was_closed());
  CHECK(relayed.stop() == "");
}

TEST_CASE("TLS with an upstream begins where the protocol says") {
  const Secured upstream;
  RelayedTls relayed(upstream, upstream.authority(), false);
  Peer client = Peer::connect(relayed.at.port);
  REQUIRE(client.send("tls\n"));
  CHECK(client.receive(4) == "tls\n");
  std::this_thread::sleep_for(100ms);
  REQUIRE(client.send("within\n"));
  CHECK(client.receive(7) == "within\n");
  CHECK(relayed.stop() == "");
}

TEST_CASE("an upstream that can't show a certificate of a known authority is not spoken to") {
  const Secured upstream;
  const TemporaryFolder other;
  std::string problem;
  REQUIRE(Authority::make(other.path(), problem) != nullptr);
  for (const bool at_once : {true, false}) {
    RelayedTls relayed(upstream, Authority::certificate_file(other.path()), at_once);
    Peer client = Peer::connect(relayed.at.port);
    REQUIRE(client.send("tls\n"));
    std::string rest;
    CHECK(client.end(rest) == Peer::End::closed);
    CHECK(rest == (at_once ? "" : "tls\nrefused\n"));
    client.close();
    CHECK(relayed.stop().find("certificate") != std::string::npos);
  }
}
