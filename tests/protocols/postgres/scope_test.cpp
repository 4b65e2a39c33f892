#include "protocols/postgres/startup.hpp"
#include "support.hpp"

namespace understudy::postgres {
namespace {

using namespace test;
using Texts = std::vector<std::string>;
using Login = std::vector<std::pair<std::string, std::string>>;

struct Connection {
  explicit Connection(const Login& login, Document settings = Document::object())
      : table({}), live((table.settings = std::move(settings), table)) {
    said = live.talk(startup_message(login));
  }
  /// The one value of a query's answer; its error code where it has one.
  std::string value(std::string_view sql) {
    said = live.talk(query(sql));
    if (types_of(said).find('E') != std::string::npos) return error();
    const Bytes row = body_of(said, 'D');
    return row.size() < 6 ? std::string() : std::string(as_text(row.subspan(6)));
  }
  std::string error() {
    Fields fields;
    CHECK(decode_fields(body_of(said, 'E'), fields));
    return std::string(field(fields, 'C'));
  }
  std::string tag(std::string_view sql) {
    said = live.talk(query(sql));
    const Bytes body = body_of(said, 'C');
    return body.empty() ? error() : std::string(as_text(body.first(body.size() - 1)));
  }
  FakeTable table;
  Live live;
  Buffer said;
};

Texts scopes_of(const Login& login, Document settings = Document::object()) {
  return Connection(login, std::move(settings)).live.scope_calls;
}

TEST_CASE("a login names its scope by an option, its database or its application") {
  CHECK(scopes_of({{"user", "ann"}, {"database", "shop"}}) == Texts{});
  CHECK(scopes_of({{"user", "ann"}, {"options", "-c understudy.scope=w1"}}) == Texts{"enter w1"});
  CHECK(scopes_of({{"user", "ann"}, {"options", "--understudy.scope=w1"}}) == Texts{"enter w1"});
  CHECK(scopes_of({{"user", "ann"}, {"understudy.scope", "w1"}}) == Texts{"enter w1"});
  CHECK(scopes_of({{"user", "ann"}, {"database", "shop?understudy_scope=w1"}}) ==
        Texts{"enter w1"});
  CHECK(scopes_of({{"user", "ann"}, {"application_name", "api?understudy_scope=w1"}}) ==
        Texts{"enter w1"});
  CHECK(scopes_of({{"user", "ann"}, {"database", "a?b=c"}}) == Texts{});
}

TEST_CASE("understudy.yaml may say which part of the login is the scope") {
  const Login login = {{"user", "ann"}, {"database", "shop_1"}, {"application_name", "worker 1"}};
  const auto from = [](const char* what) { return Document{{"options", {{"scope_from", what}}}}; };
  CHECK(scopes_of(login, from("database")) == Texts{"enter shop_1"});
  CHECK(scopes_of(login, from("user")) == Texts{"enter ann"});
  CHECK(scopes_of(login, from("application_name")) == Texts{"enter worker 1"});
  Connection connection(login, from("weather"));
  CHECK(connection.live.scope_calls.empty());
  REQUIRE(connection.live.notes.size() == 1);
  CHECK(connection.live.notes[0].find("weather") != std::string::npos);
}

TEST_CASE("names are told without the scope that they name") {
  Connection connection(Login{{"user", "ann"},
                         {"database", "shop?understudy_scope=w1"},
                         {"application_name", "api?understudy_scope=w2"}});
  CHECK(types_of(connection.said).ends_with("KZ"));
  CHECK(connection.value("SHOW application_name") == "api");
  CHECK(connection.value("SELECT current_database()") == "shop");
  CHECK(connection.value("SHOW understudy.scope") == "w1");
  CHECK(connection.value("SELECT understudy_scope()") == "w1");
}

TEST_CASE("a login that names a scope for which there is no room is refused") {
  Connection connection(Login{{"user", "ann"}, {"options", "-c understudy.scope=full"}});
  CHECK(types_of(connection.said) == "RE");
  CHECK(connection.error() == "UX404");
  CHECK(connection.live.closed);
}

TEST_CASE("SET names the scope, and nothing that is undone changes it back") {
  Connection connection(Login{{"user", "ann"}, {"options", "-c understudy.scope=w1"}});
  CHECK(connection.tag("SET understudy.scope = 'w2'") == "SET");
  CHECK(connection.tag("SET understudy.scope TO w3") == "SET");
  CHECK(connection.value("SHOW understudy.scope") == "w3");
  CHECK(connection.tag("BEGIN") == "BEGIN");
  CHECK(connection.tag("SET understudy.scope = 'w4'") == "SET");
  CHECK(connection.tag("ROLLBACK") == "ROLLBACK");
  CHECK(connection.tag("RESET ALL") == "RESET");
  CHECK(connection.tag("DISCARD ALL") == "DISCARD ALL");
  CHECK(connection.value("SHOW understudy.scope") == "w4");
  CHECK(connection.value("SELECT set_config('understudy.scope', 'w5', false)") == "w5");
  CHECK(connection.tag("RESET understudy.scope") == "RESET");
  CHECK(connection.tag("SET understudy.scope = ''") == "SET");
  CHECK(connection.value("SELECT understudy_scope()") == "");
  CHECK(connection.live.scope_calls ==
        Texts{"enter w1", "enter w2", "enter w3", "enter w4", "enter w5", "enter w1", "enter"});
  CHECK(connection.live.missed.empty());
}

TEST_CASE("a refusal is an error of the statement and leaves the scope") {
  Connection connection(Login{{"user", "ann"}});
  CHECK(connection.tag("SET understudy.scope = 'w1'") == "SET");
  CHECK(connection.tag("SET understudy.scope = 'full'") == "UX404");
  CHECK(types_of(connection.said) == "EZ");
  CHECK(connection.value("SHOW understudy.scope") == "w1");
}

TEST_CASE("functions reset and drop a scope, in either protocol") {
  Connection connection(Login{{"user", "ann"}});
  CHECK(connection.value("SELECT understudy_reset()") == "");
  CHECK(connection.value("select understudy_reset('w1');") == "w1");
  CHECK(types_of(connection.said) == "TDCZ");
  CHECK(connection.value("SELECT understudy_drop('w1') AS gone") == "w1");
  CHECK(connection.value("SELECT understudy_drop('full')") == "UX404");
  const Buffer said =
      connection.live.talk(parse("", "SELECT understudy_reset($1)") + describe('S', "") +
                           bind("", "", {"w2"}) + describe('P', "") + execute("") + sync());
  CHECK(types_of(said) == "1tT2TDCZ");
  CHECK(as_text(body_of(said, 'D')).ends_with("w2"));
  CHECK(connection.live.scope_calls ==
        Texts{"reset", "reset w1", "drop w1", "drop full", "reset w2"});
  CHECK(connection.live.missed.empty());
}

}  // namespace
}  // namespace understudy::postgres
