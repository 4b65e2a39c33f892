#include "protocols/mysql/auth.hpp"
#include "protocols/mysql/capabilities.hpp"
#include "protocols/mysql/lenenc.hpp"
#include "support.hpp"

namespace understudy::mysql::test {
namespace {

using Texts = std::vector<std::string>;

struct Login {
  std::string database = "shop";
  std::vector<std::pair<std::string, std::string>> attributes;
};

constexpr std::uint32_t capabilities = capability::protocol_41 | capability::secure_connection |
                                       capability::plugin_auth | capability::connect_with_db |
                                       capability::connect_attrs | capability::multi_statements |
                                       capability::multi_results;

Octets login_packet(const Login& login) {
  Octets payload, pairs;
  ByteWriter writer(payload), attributes(pairs);
  writer.le(capabilities, 4);
  writer.le(1 << 24, 4);
  writer.byte(45);
  for (int i = 0; i < 23; ++i) writer.byte(0);
  writer.c_string("app");
  writer.byte(1);
  writer.text("x");
  writer.c_string(login.database);
  writer.c_string(native_password);
  for (const auto& [name, value] : login.attributes) {
    write_lenenc_text(attributes, name);
    write_lenenc_text(attributes, value);
  }
  write_lenenc_text(writer, as_text(pairs));
  return packet(payload, 1);
}

struct Connection {
  explicit Connection(const Login& login = {}, Document settings = Document::object())
      : table(Document{{"version", "5.5.5-10.11.6-MariaDB"}, {"database", "shop"}}),
        served(table, std::move(settings)) {
    served.feed(login_packet(login));
    said = served.take_output();
  }
  /// Types of the answer's packets by their first octet, in hexadecimal.
  const Octets& ask(std::string_view sql) {
    served.feed(command(3, sql));
    return said = served.take_output();
  }
  bool is_ok(std::string_view sql) { return ask(sql).size() > 4 && said[4] == 0; }
  bool is_error(std::string_view sql) { return ask(sql).size() > 4 && said[4] == 0xFF; }
  /// Whether the answer is rows that hold this text.
  bool has_value(std::string_view sql, std::string_view value) {
    const Octets& answer = ask(sql);
    std::string cell(1, static_cast<char>(value.size()));
    cell += value;
    return answer.size() > 4 && answer[4] == 1 &&
           as_text(Bytes(answer)).find(cell) != std::string_view::npos;
  }
  Recorded table;
  Served served;
  Octets said;
};

Texts scopes_of(const Login& login, Document settings = Document::object()) {
  return Connection(login, std::move(settings)).served.scope_calls;
}

TEST_CASE("a login names its scope by an attribute, its database or its program") {
  CHECK(scopes_of({}) == Texts{});
  CHECK(scopes_of({"shop", {{"_client_name", "x"}, {"understudy_scope", "w1"}}}) ==
        Texts{"enter w1"});
  CHECK(scopes_of({"shop?understudy_scope=w1", {}}) == Texts{"enter w1"});
  CHECK(scopes_of({"shop", {{"program_name", "api?understudy_scope=w1"}}}) == Texts{"enter w1"});
}

TEST_CASE("understudy.yaml may say which part of the login is the scope") {
  const Login login = {"shop", {{"program_name", "worker1"}}};
  CHECK(scopes_of(login, {{"options", {{"scope_from", "program_name"}}}}) ==
        Texts{"enter worker1"});
  CHECK(scopes_of(login, {{"options", {{"scope_from", "user"}}}}) == Texts{"enter app"});
  const Connection wrong(login, {{"options", {{"scope_from", "weather"}}}});
  CHECK(wrong.served.scope_calls.empty());
  REQUIRE(wrong.served.notes.size() == 1);
  CHECK(wrong.served.notes[0].find("weather") != std::string::npos);
}

TEST_CASE("the database is told without the scope that it names") {
  Connection connection({"shop?understudy_scope=w1", {}});
  CHECK(connection.said[4] == 0);
  CHECK(connection.has_value("SELECT DATABASE()", "shop"));
  CHECK(connection.has_value("SELECT understudy_scope()", "w1"));
}

TEST_CASE("a login that names a scope for which there is no room is refused") {
  Connection connection({"shop", {{"understudy_scope", "full"}}});
  CHECK(connection.said[4] == 0xFF);
  CHECK(connection.served.closed);
}

TEST_CASE("attributes that are damaged name nothing and harm nothing") {
  Octets octets = login_packet({"shop", {{"understudy_scope", "w1"}}});
  octets[octets.size() - 3] = 200;  // the length of the value
  Connection connection;
  Served served(connection.table);
  served.feed(octets);
  CHECK(served.scope_calls.empty());
  CHECK(!served.closed);
}

TEST_CASE("SET names the scope, and nothing that is undone changes it back") {
  Connection connection({"shop", {{"understudy_scope", "w1"}}});
  CHECK(connection.is_ok("SET @understudy_scope = 'w2'"));
  CHECK(connection.is_ok("set @understudy_scope := \"w3\" ;"));
  CHECK(connection.is_ok("BEGIN"));
  CHECK(connection.is_ok("ROLLBACK"));
  connection.served.feed(command(0x1F, ""));  // COM_RESET_CONNECTION
  CHECK(connection.served.take_output()[4] == 0);
  CHECK(connection.has_value("SELECT understudy_scope()", "w3"));
  CHECK(connection.is_ok("SET @understudy_scope = NULL"));
  CHECK(connection.has_value("SELECT understudy_scope()", ""));
  CHECK(connection.served.scope_calls == Texts{"enter w1", "enter w2", "enter w3", "enter"});
  CHECK(connection.served.missed.empty());
}

TEST_CASE("a SET of the scope stands by itself and names it by a text") {
  Connection connection;
  CHECK(connection.is_error("SET @understudy_scope = 'w1', @a = 1"));
  CHECK(connection.is_error("SET @a = 1, @understudy_scope = 'w1'"));
  CHECK(connection.is_error("SET @understudy_scope = CONCAT('w', 1)"));
  CHECK(connection.is_error("SET @understudy_scope = 'full'"));
  CHECK(connection.served.scope_calls == Texts{"enter full"});
  CHECK(connection.has_value("SELECT understudy_scope()", ""));
}

TEST_CASE("functions reset and drop a scope, in several statements too") {
  Connection connection;
  CHECK(connection.has_value("SELECT understudy_reset()", ""));
  CHECK(connection.has_value("SELECT understudy_reset('w1')", "w1"));
  CHECK(connection.has_value("SELECT UNDERSTUDY_DROP('w1') AS gone", "gone"));
  CHECK(connection.is_ok("SET @understudy_scope = 'w2'; SELECT understudy_reset()"));
  CHECK(connection.is_error("SELECT understudy_reset('full')"));
  CHECK(connection.served.scope_calls ==
        Texts{"reset", "reset w1", "drop w1", "enter w2", "reset", "reset full"});
}

TEST_CASE("a function is prepared and executed with its parameter") {
  Connection connection;
  connection.served.feed(command(0x16, "SELECT understudy_reset(?)"));
  const Octets prepared = connection.served.take_output();
  REQUIRE(prepared.size() > 12);
  CHECK(prepared[4] == 0);
  CHECK(prepared[9] == 1);   // a column
  CHECK(prepared[11] == 1);  // a parameter
  Octets body;
  ByteWriter writer(body);
  writer.le(1, 4);
  writer.byte(0);
  writer.le(1, 4);
  writer.byte(0);
  writer.byte(1);
  writer.le(0xFD, 2);
  write_lenenc_text(writer, "w1");
  connection.served.feed(command(0x17, as_text(Bytes(body))));
  CHECK(connection.served.take_output()[4] == 1);
  CHECK(connection.served.scope_calls == Texts{"reset w1"});
}

}  // namespace
}  // namespace understudy::mysql::test
