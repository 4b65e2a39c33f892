// The negotiation of TLS: what a server machine and an observer ask of their driver, and when.
#include "protocols/postgres/scram.hpp"
#include "support.hpp"

namespace understudy::postgres {
namespace {

using namespace test;

const Buffer ssl_request = from_hex("0000000804d2162f");
const std::vector<Exchange> nothing;

Buffer startup() {
  return startup_message({{"user", "ann"}});
}

/// A served connection whose port offers TLS.
struct Offered {
  Offered(FakeTable& table, TlsOffer offer) {
    ServerContext context;
    context.settings = &table.settings;
    context.tls = offer;
    machine = protocol().new_server(table, context);
    machine->start();
  }

  /// What it sends, then "+TLS n" where it wants TLS of which n octets were there already.
  std::string talk(Bytes octets) {
    machine->feed(octets);
    std::string events;
    for (;;) {
      const ServerEvent event = machine->next();
      if (const auto* tls = std::get_if<StartTls>(&event)) {
        events = "+TLS " + std::to_string(tls->octets);
        break;
      }
      if (std::holds_alternative<Close>(event)) events = "+close";
      if (std::holds_alternative<Close>(event) || std::holds_alternative<NeedBytes>(event)) break;
    }
    std::string sent;
    machine->output().for_each_slice([&](Bytes slice) { sent += as_text(slice); });
    machine->output().clear();
    return sent + events;
  }

  std::unique_ptr<ServerMachine> machine;
};

TEST_CASE("TLS that is offered begins behind S, with what came along") {
  FakeTable table(nothing);
  Offered served(table, TlsOffer::optional);
  CHECK(served.talk(from_hex("0000000804d21630")) == "N");
  CHECK(served.talk(ssl_request + from_hex("160301")) == "S+TLS 3");
  served.machine->begin_tls({});
  CHECK(served.talk(startup()).starts_with(std::string("R\0\0\0\x08\0\0\0\0S", 10)));
  Offered plain(table, TlsOffer::optional);
  CHECK(plain.talk(startup()).starts_with("R"));
}

TEST_CASE("within TLS there is no other one") {
  FakeTable table(nothing);
  Offered served(table, TlsOffer::required);
  served.machine->begin_tls({});
  CHECK(served.talk(ssl_request) == "N");
  CHECK(served.talk(startup()).starts_with("R"));
}

TEST_CASE("a client without TLS is told where that is required") {
  FakeTable table(nothing);
  Offered served(table, TlsOffer::required);
  const std::string refusal = served.talk(startup());
  CHECK(refusal.starts_with("E"));
  CHECK(refusal.find("C28000") != std::string::npos);
  CHECK(refusal.find("sslmode=require") != std::string::npos);
  CHECK(refusal.ends_with("+close"));
}

TEST_CASE("channel binding is offered within TLS, to a server whose certificate is known") {
  FakeTable table(nothing);
  table.settings = {{"auth", {{"password", "pencil"}}}};
  Offered plain(table, TlsOffer::optional);
  CHECK(plain.talk(startup()).find("SCRAM-SHA-256-PLUS") == std::string::npos);
  Offered served(table, TlsOffer::optional);
  served.machine->begin_tls({"hash of the certificate"});
  CHECK(served.talk(startup()).find(std::string("SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0", 34)) !=
        std::string::npos);
}

TEST_CASE("a SCRAM client that takes binding for not offered is under attack, or lies") {
  constexpr std::string_view entropy = "0123456789abcdefghijklmnopqrstuv";
  const auto first = [&](std::string_view message, std::string end_point, bool binds) {
    return ScramServer("x", as_bytes(entropy), std::move(end_point))
        .first(message, binds)
        .has_value();
  };
  CHECK(first("y,,n=,r=abc", "", false));
  CHECK(first("n,,n=,r=abc", "hash", false));
  CHECK_FALSE(first("y,,n=,r=abc", "hash", false));
  CHECK(first("p=tls-server-end-point,,n=,r=abc", "hash", true));
  CHECK_FALSE(first("p=tls-unique,,n=,r=abc", "hash", true));
  CHECK_FALSE(first("p=tls-server-end-point,,n=,r=abc", "hash", false));
}

/// What an observer put out: "S:" to the server, "C:" to the client, and which TLS it asked for.
struct Watched {
  explicit Watched(const TlsRelay& tls) : observer(protocol().new_observer({})) {
    observer->use(tls);
  }
  std::string client(Bytes octets) { return fed(Direction::from_client, octets); }
  std::string server(Bytes octets) { return fed(Direction::from_server, octets); }
  std::string begin_tls(Direction with, std::string_view problem = {}) {
    Relay relay;
    observer->begin_tls(with, problem, relay);
    return told(relay);
  }

  std::unique_ptr<Observer> observer;

 private:
  std::string fed(Direction from, Bytes octets) {
    Relay relay;
    observer->feed(from, octets, {++tick, {}}, relay);
    return told(relay);
  }
  static std::string told(const Relay& relay) {
    const auto text = [](const char* to, const Output& output) {
      std::string octets;
      output.for_each_slice([&](Bytes slice) { octets += as_text(slice); });
      return octets.empty() ? "" : to + octets;
    };
    return text("C:", relay.to_client) + text("S:", relay.to_server) +
           (relay.client_tls ? "+client TLS " + std::to_string(relay.octets_of_tls) : "") +
           (relay.server_tls ? "+server TLS" : "");
  }
  std::uint64_t tick = 0;
};

std::string text(const Buffer& octets) {
  return std::string(as_text(octets));
}

Buffer authentication(std::uint32_t code, std::string_view data = {}) {
  Buffer out;
  encode_authentication(code, as_bytes(data), out);
  return out;
}

const std::string mechanisms("SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0", 34);

TEST_CASE("a recorded client has TLS with the recorder alone") {
  Watched watched({.offered_to_client = true});
  CHECK(watched.client(ssl_request + from_hex("1603")) == "C:S+client TLS 2");
  CHECK(watched.begin_tls(Direction::from_client).empty());
  CHECK(watched.client(startup()) == "S:" + text(startup()));
  CHECK(watched.server(authentication(10, mechanisms)) ==
        "C:" + text(authentication(10, mechanisms)));
}

TEST_CASE("a recorded server is asked for TLS before it hears anything else") {
  Watched watched({.wanted_of_server = true});
  CHECK(watched.client(ssl_request) == "C:N");
  const Buffer login = startup();
  const Bytes begin = Bytes(login).first(7), rest = Bytes(login).subspan(7);
  CHECK(watched.client(begin).empty());
  CHECK(watched.client(rest) == "S:" + text(ssl_request));
  CHECK(watched.client(query("too early")).empty());
  CHECK(watched.server(as_bytes("S")) == "+server TLS");
  CHECK(watched.begin_tls(Direction::from_server) == "S:" + text(login + query("too early")));
  CHECK(watched.observer->sync() == Sync::in_sync);
}

TEST_CASE("so is one whose request is to be cancelled") {
  Watched watched({.wanted_of_server = true});
  const Buffer cancel = from_hex("0000001004d2162e0000000100000002");
  CHECK(watched.client(cancel) == "S:" + text(ssl_request));
  CHECK(watched.server(as_bytes("S")) == "+server TLS");
  CHECK(watched.begin_tls(Direction::from_server) == "S:" + text(cancel));
}

TEST_CASE("where the server has no TLS, or a bad one, the client is told why") {
  Watched without({.wanted_of_server = true});
  (void)without.client(startup());
  const std::string refusal = without.server(as_bytes("N"));
  CHECK(refusal.starts_with("C:E"));
  CHECK(refusal.find("offers no TLS") != std::string::npos);
  CHECK(without.observer->sync() == Sync::lost);

  Watched unknown({.wanted_of_server = true});
  (void)unknown.client(startup());
  (void)unknown.server(as_bytes("S"));
  CHECK(unknown.begin_tls(Direction::from_server, "self-signed").find("self-signed") !=
        std::string::npos);
  CHECK(unknown.observer->sync() == Sync::lost);
}

TEST_CASE("a plain client of a server with TLS is not offered channel binding") {
  Watched watched({.server_has_it = true});
  CHECK(watched.client(startup()) == "S:" + text(startup()));
  const std::string_view plain("SCRAM-SHA-256\0\0", 15);
  const Buffer offered = authentication(10, mechanisms);
  CHECK(watched.server(Bytes(offered).first(9)).empty());
  CHECK(watched.server(Bytes(offered).subspan(9)) == "C:" + text(authentication(10, plain)));
  const Buffer answer = message('p', "what the client says");
  CHECK(watched.client(answer) == "S:" + text(answer));
  const Buffer settled = authentication(12, "v=x") + authentication(0) + message('S', "a\0b\0");
  CHECK(watched.server(settled) == "C:" + text(settled));
  CHECK(watched.client(query("1")) == "S:" + text(query("1")));
}

TEST_CASE("one with TLS is asked for its password, with which the recorder answers") {
  Watched watched({.client_has_it = true, .server_has_it = true});
  (void)watched.client(startup());
  CHECK(watched.server(authentication(10, mechanisms)) == "C:" + text(authentication(3)));
  const std::string begun = watched.client(message('p', std::string_view("pencil\0", 7)));
  const std::size_t bare = begun.find("n,,n=,r=");
  REQUIRE(bare != std::string::npos);
  CHECK(begun.starts_with("S:p"));
  CHECK(begun.find("pencil") == std::string::npos);

  ScramServer server("pencil", as_bytes("0123456789abcdefghijklmnopqrstuv"), "hash");
  const auto first = server.first(begun.substr(bare));
  REQUIRE(first);
  const std::string continued = watched.server(authentication(11, *first));
  CHECK(continued.starts_with("S:p"));
  const auto final = server.final(continued.substr(7));
  REQUIRE(final);
  CHECK(watched.server(authentication(12, *final)).empty());
  CHECK(watched.server(authentication(0)) == "C:" + text(authentication(0)));
  CHECK(watched.client(query("1")) == "S:" + text(query("1")));
}

TEST_CASE("a SCRAM client proves what it knows, and answers no nonsense") {
  ScramClient client("pencil", as_bytes("nonce"));
  CHECK(client.first() == "n,,n=,r=bm9uY2U=");
  CHECK_FALSE(client.final("r=other,s=QSXCR+Q6sek8bf92,i=4096"));
  CHECK_FALSE(client.final("r=bm9uY2U=,s=QSXCR+Q6sek8bf92,i=4096"));
  CHECK_FALSE(client.final("r=bm9uY2U=x,s=QSXCR+Q6sek8bf92,i=2000000000"));
  CHECK_FALSE(client.final("nonsense"));
  // python3: hashlib.pbkdf2_hmac and hmac over the messages above
  CHECK(client.final("r=bm9uY2U=x,s=QSXCR+Q6sek8bf92,i=4096") ==
        "c=biws,r=bm9uY2U=x,p=XG3TnF1Y4LwhtX69BIn159pWVRXwQn/VYZphj1lBc58=");
}

}  // namespace
}  // namespace understudy::postgres
