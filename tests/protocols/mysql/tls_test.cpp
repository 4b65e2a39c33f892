// The negotiation of TLS: what a server machine and an observer ask of their driver, and what the
// latter changes where only one side has TLS.
#include "protocols/mysql/capabilities.hpp"
#include "protocols/mysql/handshake.hpp"
#include "protocols/mysql/rsa.hpp"
#include "support.hpp"

namespace understudy::mysql::test {
namespace {

constexpr std::uint32_t classic = capability::protocol_41 | capability::secure_connection |
                                  capability::plugin_auth | capability::long_password;

Octets login(std::uint32_t capabilities, std::uint8_t sequence) {
  Octets payload;
  ByteWriter writer(payload);
  writer.le(capabilities, 4);
  writer.le(1 << 24, 4);
  writer.byte(45);
  for (int i = 0; i < 23; ++i) writer.byte(0);
  writer.c_string("app");
  writer.byte(4);
  writer.text("KEY!");
  writer.c_string("caching_sha2_password");
  return packet(payload, sequence);
}

Octets both(Octets first, const Octets& second) {
  return first += second;
}

Octets tls_request(std::uint8_t sequence = 1) {
  const Octets whole = login(classic | capability::ssl, sequence);
  return packet(Bytes(whole).subspan(frame_header, ssl_request_size), sequence);
}

Octets greeting(std::uint32_t capabilities) {
  Greeting greeting;
  greeting.version = "8.0.36";
  greeting.nonce.fill('n');
  greeting.offered.capabilities = capabilities;
  greeting.plugin = "caching_sha2_password";
  Octets payload;
  ByteWriter writer(payload);
  encode_greeting(greeting, writer);
  return packet(payload);
}

/// A connection that is answered in events: "TLS n", "note", "close".
struct Answered {
  explicit Answered(TlsOffer offer) : table(Document{{"version", "8.0.36"}}) {
    ServerContext context;
    context.settings = &settings;
    context.tls = offer;
    machine = protocol().new_server(table, context);
    machine->start();
  }

  std::string talk(Bytes octets) {
    machine->feed(octets);
    std::string events;
    for (;;) {
      const ServerEvent event = machine->next();
      if (const auto* tls = std::get_if<StartTls>(&event))
        return events + "TLS " + std::to_string(tls->octets);
      if (std::holds_alternative<Noted>(event)) events += "note ";
      if (std::holds_alternative<Close>(event)) return events + "close";
      if (std::holds_alternative<NeedBytes>(event)) return events;
    }
  }
  std::string sent() { return payloads(stage::taken(machine->output())); }

  Recorded table;
  Document settings = Document::object();
  std::unique_ptr<ServerMachine> machine;
};

TEST_CASE("a server that offers TLS says so, and begins it when it is asked") {
  Answered plain(TlsOffer::none);
  Answered served(TlsOffer::optional);
  const auto offers = [](Answered& answered) {
    const Octets octets = stage::taken(answered.machine->output());
    return decode_greeting(Bytes(octets).subspan(frame_header))->offered.has(capability::ssl);
  };
  CHECK_FALSE(offers(plain));
  CHECK(offers(served));
  CHECK_EQ(served.talk(both(tls_request(), from_hex("160301"))), "TLS 3");
  served.machine->begin_tls({});
  CHECK_EQ(served.sent(), "");
  CHECK_EQ(served.talk(login(classic | capability::ssl, 2)), "");
  CHECK(served.sent().starts_with("3 "));  // 2 was the login
}

TEST_CASE("a login without TLS is refused where that is required") {
  Answered served(TlsOffer::required);
  (void)served.sent();
  CHECK_EQ(served.talk(login(classic, 1)), "note close");
  CHECK_NE(served.sent().find(to_hex(as_bytes("require_secure_transport"))), std::string::npos);
}

/// An observer in the midst of a login, whose greeting was relayed.
struct Watched {
  explicit Watched(const TlsRelay& tls, std::uint32_t offered = classic | capability::ssl)
      : observer(protocol().new_observer({})) {
    observer->use(tls);
    shown = server(greeting(offered));
  }
  std::string client(Bytes octets) { return fed(Direction::from_client, octets); }
  std::string server(Bytes octets) { return fed(Direction::from_server, octets); }
  std::string begin_tls(Direction with, std::string_view problem = {}) {
    Relay relay;
    observer->begin_tls(with, problem, relay);
    return told(relay);
  }

  std::unique_ptr<Observer> observer;
  std::string shown;

 private:
  std::string fed(Direction from, Bytes octets) {
    Relay relay;
    observer->feed(from, octets, {++tick, {}}, relay);
    return told(relay);
  }
  /// Payloads behind their sequence ids.
  static std::string told(Relay& relay) {
    const Octets to_client = stage::taken(relay.to_client);
    const Octets to_server = stage::taken(relay.to_server);
    return (to_client.empty() ? "" : "C " + payloads(to_client)) +
           (to_server.empty() ? "" : "S " + payloads(to_server)) +
           (relay.client_tls ? "client TLS " + std::to_string(relay.octets_of_tls) : "") +
           (relay.server_tls ? "server TLS" : "");
  }
  std::uint64_t tick = 0;
};

const Octets ok_payload = from_hex("00000002000000");

std::string to(const char* whom, const Octets& octets) {
  return whom + (" " + payloads(octets));
}

TEST_CASE("with TLS on the client's side only its sequence ids are one ahead") {
  Watched watched({.offered_to_client = true}, classic);
  CHECK_EQ(watched.shown, to("C", greeting(classic | capability::ssl)));
  CHECK_EQ(watched.client(both(tls_request(), from_hex("1603"))), "client TLS 2");
  CHECK_EQ(watched.begin_tls(Direction::from_client), "");
  CHECK_EQ(watched.client(login(classic | capability::ssl, 2)), to("S", login(classic, 1)));
  CHECK_EQ(watched.server(both(packet(from_hex("0103"), 2), packet(ok_payload, 3))),
           to("C", both(packet(from_hex("0103"), 3), packet(ok_payload, 4))));
  CHECK_EQ(watched.client(command(3, "DO 1")), to("S", command(3, "DO 1")));
  CHECK_EQ(watched.server(packet(ok_payload, 1)), to("C", packet(ok_payload, 1)));
  CHECK_EQ(watched.observer->sync(), Sync::in_sync);
}

TEST_CASE("with TLS on the server's side only the client's are one behind") {
  Watched watched({.wanted_of_server = true});
  CHECK_EQ(watched.shown, to("C", greeting(classic)));
  const Octets response = login(classic, 1);
  CHECK_EQ(watched.client(Bytes(response).first(20)), "");
  CHECK_EQ(watched.client(Bytes(response).subspan(20)), to("S", tls_request()) + "server TLS");
  CHECK_EQ(watched.begin_tls(Direction::from_server), to("S", login(classic | capability::ssl, 2)));
  CHECK_EQ(watched.server(both(packet(from_hex("0103"), 3), packet(ok_payload, 4))),
           to("C", both(packet(from_hex("0103"), 2), packet(ok_payload, 3))));
  CHECK_EQ(watched.client(command(3, "DO 1")), to("S", command(3, "DO 1")));
}

TEST_CASE("with TLS on both sides nothing is shifted, and a whole password passes") {
  Watched watched({.offered_to_client = true, .wanted_of_server = true});
  CHECK_EQ(watched.client(tls_request()), "client TLS 0");
  CHECK_EQ(watched.client(login(classic | capability::ssl, 2)),
           to("S", tls_request()) + "server TLS");
  CHECK_EQ(watched.begin_tls(Direction::from_server), to("S", login(classic | capability::ssl, 2)));
  CHECK_EQ(watched.server(packet(from_hex("0104"), 3)), to("C", packet(from_hex("0104"), 3)));
  const Octets password = packet(as_bytes(std::string_view("secret\0", 7)), 4);
  CHECK_EQ(watched.client(password), to("S", password));
  CHECK_EQ(watched.server(packet(ok_payload, 5)), to("C", packet(ok_payload, 5)));
}

TEST_CASE("a whole password within the client's TLS is encrypted for a server without") {
  Watched watched({.offered_to_client = true}, classic);
  (void)watched.client(tls_request());
  (void)watched.client(login(classic | capability::ssl, 2));
  CHECK_EQ(watched.server(packet(from_hex("0104"), 2)), to("C", packet(from_hex("0104"), 3)));
  CHECK_EQ(watched.client(packet(as_bytes(std::string_view("secret\0", 7)), 4)),
           to("S", packet(from_hex("02"), 3)));
  const std::string key = "\1" + RsaKey::own().public_key();
  const std::string sent = watched.server(packet(as_bytes(key), 4));
  CHECK(sent.starts_with("S 5 "));
  CHECK_EQ(sent.size(), 4 + 2 * 256 + 1);
  CHECK_EQ(watched.server(packet(ok_payload, 6)), to("C", packet(ok_payload, 5)));
}

TEST_CASE("a whole password of a plain client is decrypted for a server with TLS") {
  Watched watched({.wanted_of_server = true});
  (void)watched.client(login(classic, 1));
  (void)watched.begin_tls(Direction::from_server);
  CHECK_EQ(watched.server(packet(from_hex("0104"), 3)), to("C", packet(from_hex("0104"), 2)));
  const std::string key = "\1" + RsaKey::own().public_key();
  CHECK_EQ(watched.client(packet(from_hex("02"), 3)), to("C", packet(as_bytes(key), 4)));
  Nonce nonce;
  nonce.fill('n');
  const std::string_view password("secret\0", 7);
  const auto encrypted = encrypt_password(password, nonce, RsaKey::own().public_key());
  REQUIRE(encrypted);
  CHECK_EQ(watched.client(packet(as_bytes(*encrypted), 5)), to("S", packet(as_bytes(password), 4)));
  CHECK_EQ(watched.server(packet(ok_payload, 5)), to("C", packet(ok_payload, 6)));
}

TEST_CASE("where the server has no TLS, or a bad one, the client is told why") {
  Watched without({.wanted_of_server = true}, classic);
  CHECK(without.shown.starts_with("C 0 ffea07"));
  CHECK_NE(without.shown.find(to_hex(as_bytes("offers no TLS"))), std::string::npos);
  CHECK_EQ(without.observer->sync(), Sync::lost);
  Watched unknown({.wanted_of_server = true});
  (void)unknown.client(login(classic, 1));
  CHECK(unknown.begin_tls(Direction::from_server, "self-signed").starts_with("C 2 ffea07"));
  CHECK_EQ(unknown.observer->sync(), Sync::lost);
}

}  // namespace
}  // namespace understudy::mysql::test
