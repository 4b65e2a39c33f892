// What one connection says and others hear: LISTEN, NOTIFY, pg_notify() and CancelRequest.
#include "support.hpp"
#include "support/json.hpp"

namespace understudy::postgres {
namespace {

using namespace test;

Exchange statement(const char* request, const char* answer) {
  return exchange(json_document(request), json_document(answer));
}

const char* const a_void =
    R"({"columns":[{"name":"pg_notify","type":"void"}],"rows":[[""]],"tag":"SELECT 1"})";

std::vector<Exchange> recorded() {
  return {
      statement(R"j({"sql":"SELECT pg_notify('jobs', $1)","params":["7"],"types":["text"]})j",
                a_void),
      statement(R"j({"sql":"SELECT pg_notify('jobs', json_build_object('id', 1)::text)"})j",
                a_void),
      statement(R"j({"sql":"SELECT pg_notify('jobs', 'x') FROM item WHERE id = 0"})j",
                R"({"columns":[{"name":"pg_notify","type":"void"}],"rows":[],"tag":"SELECT 0"})"),
      statement(
          R"j({"sql":"SELECT pg_sleep(5)"})j",
          R"({"columns":[{"name":"pg_sleep","type":"void"}],"rows":[[""]],"tag":"SELECT 1"})"),
      statement(
          R"({"sql":"SELECT nope"})",
          R"({"error":{"severity":"ERROR","code":"42703","message":"column \"nope\" does not exist"}})"),
  };
}

/// A connection of the user `ann`, number 1.
struct Connection {
  Connection() : table(recorded()), live(table) {
    greeting = live.talk(startup_message({{"user", "ann"}, {"database", "shop"}}));
  }
  std::string types(std::initializer_list<const char*> statements) {
    std::string all;
    for (const char* each : statements) all += types_of(live.talk(query(each)));
    return all;
  }
  /// Channels and payloads, in order.
  [[nodiscard]] std::string said() const {
    std::string text;
    for (const Message& each : live.said)
      text += each.topic.substr(each.topic.find('\0') + 1) + "=" + each.text + " ";
    return text;
  }
  [[nodiscard]] std::string listened() const {
    std::string text;
    for (const Listen& each : live.listens)
      text += (each.on ? "+" : "-") + each.name.substr(each.name.find('\0') + 1);
    return text;
  }
  FakeTable table;
  Live live;
  Buffer greeting;
};

understudy::Delivery delivery(const char* channel, const char* payload) {
  const std::string topic = std::string("shop") + '\0' + channel;
  return {0, topic, topic, payload, 42};
}

TEST_CASE("LISTEN and NOTIFY count at once, or when their transaction is committed") {
  const auto after = [](std::initializer_list<const char*> statements) {
    Connection connection;
    (void)connection.types(statements);
    return connection.listened() + " " + connection.said();
  };
  CHECK(after({"LISTEN jobs", "NOTIFY jobs", "NOTIFY other, 'one'"}) == "+jobs jobs= other=one ");
  CHECK(after({"LISTEN \"Jobs\"", "UNLISTEN \"Jobs\"", "UNLISTEN \"Jobs\""}) == "+Jobs-Jobs ");
  CHECK(after({"LISTEN a", "LISTEN b", "UNLISTEN *"}) == "+a+b-a-b ");
  CHECK(after({"LISTEN a", "DISCARD ALL"}) == "+a-a ");
  CHECK(after({"BEGIN", "LISTEN a", "NOTIFY a, '1'"}) == " ");
  CHECK(after({"BEGIN", "NOTIFY a, '1'", "NOTIFY a, '2'", "NOTIFY a, '1'", "COMMIT"}) ==
        " a=1 a=2 ");
  CHECK(after({"BEGIN", "LISTEN a", "NOTIFY a, '1'", "ROLLBACK", "NOTIFY a, '2'"}) == " a=2 ");
  CHECK(after({"BEGIN", "NOTIFY a, '1'", "SAVEPOINT s", "NOTIFY a, '2'", "ROLLBACK TO s",
               "NOTIFY a, '3'", "COMMIT"}) == " a=1 a=3 ");
  CHECK(after({"BEGIN", "NOTIFY a", "SELECT nope", "COMMIT"}) == " ");
  CHECK(after({"NOTIFY a; SELECT nope"}) == " ");
  CHECK(after({"NOTIFY a, 'it''s'; NOTIFY b"}) == " a=it's b= ");
}

TEST_CASE("pg_notify says what NOTIFY says, for as many rows as call it") {
  Connection connection;
  (void)connection.live.talk(parse("", "SELECT pg_notify('jobs', $1)") + bind("", "", {"7"}) +
                             execute("") + sync());
  CHECK(connection.said() == "jobs=7 ");
  (void)connection.types({"SELECT pg_notify('jobs', 'x') FROM item WHERE id = 0"});
  CHECK(connection.said() == "jobs=7 ");
  CHECK(connection.live.notes.empty());
  (void)connection.types({"SELECT pg_notify('jobs', json_build_object('id', 1)::text)"});
  CHECK(connection.said() == "jobs=7 ");
  CHECK(connection.live.notes.size() == 1);
}

TEST_CASE(
    "what is heard is sent between transactions, what the connection itself says before it is "
    "ready") {
  Connection connection;
  CHECK(connection.types({"LISTEN jobs", "NOTIFY jobs, 'own'"}) == "CZCAZ");
  const Buffer heard = connection.live.hear(delivery("jobs", "7"));
  CHECK(types_of(heard) == "A");
  CHECK(text_of(body_of(heard, 'A')) == std::string("\0\0\0\x2Ajobs\0007\0", 11));
  CHECK(connection.types({"BEGIN"}) == "CZ");
  CHECK(types_of(connection.live.hear(delivery("jobs", "8"))).empty());
  CHECK(connection.types({"NOTIFY jobs, '9'"}) == "CZ");
  CHECK(connection.types({"COMMIT"}) == "CAAZ");
}

TEST_CASE("a CancelRequest ends a sleep of the connection whose key it has") {
  Connection connection;
  const Bytes key = body_of(connection.greeting, 'K');
  connection.live.talk_to_pause(query("SELECT pg_sleep(5)"));
  REQUIRE(connection.live.listens.size() == 1);

  FakeTable table(recorded());
  Live other(table);
  Buffer request = {0, 0, 0, static_cast<std::uint8_t>(8 + key.size()), 4, 210, 22, 46};
  request.insert(request.end(), key.begin(), key.end());
  CHECK(other.talk(request).empty());
  CHECK(other.closed);
  REQUIRE(other.said.size() == 1);
  CHECK(other.said[0].topic == connection.live.listens[0].name);

  const Buffer cancelled = connection.live.hear({1, other.said[0].topic, other.said[0].topic, {}});
  CHECK(connection.live.awoken);
  CHECK(types_of(cancelled) == "EZ");
  CHECK(field(error_of(cancelled), 'C') == "57014");
  REQUIRE(connection.live.listens.size() == 2);
  CHECK_FALSE(connection.live.listens[1].on);
  CHECK(connection.types({"SELECT nope"}) == "EZ");
}

}  // namespace
}  // namespace understudy::postgres
