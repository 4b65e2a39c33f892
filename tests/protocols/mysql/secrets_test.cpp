// Passwords of statements and of answers: replaced alike when recording, compiling and serving.
#include "protocols/mysql/answer_secrets.hpp"
#include "protocols/mysql/handshake.hpp"
#include "protocols/mysql/lenenc.hpp"
#include "support.hpp"
#include "support/json.hpp"
#include "understudy/document_text.hpp"

namespace understudy::mysql::test {
namespace {

const Secrets secrets{Secrets::Key{5}};
constexpr sql::Mode mode{sql::Dialect::mysql, true, false};
const std::string hash = "*472B002AB65A4D643AD7DD8EE979EB6A96B52B1D";

Octets login_packet() {
  Octets payload;
  ByteWriter writer(payload);
  writer.le(classic, 4);
  writer.le(1 << 24, 4);
  writer.byte(45);
  for (int i = 0; i < 23; ++i) writer.byte(0);
  writer.c_string("app");
  writer.byte(1);
  writer.text("x");
  writer.c_string("shop");
  writer.c_string("mysql_native_password");
  return packet(payload, 1);
}

/// What a statement becomes, and its answer, which was `results`.
Results hidden(std::string_view statement, Results results) {
  AnswerSecrets answers;
  answers.use(secrets);
  const auto found = sql::secrets_in(statement, mode, secrets);
  answers.note(found);
  answers.hide(std::string(statement), found, mode, results);
  return results;
}

Results one_cell(Column column, std::string_view cell) {
  ResultSet set;
  set.columns = {std::move(column)};
  set.rows.push_back(Document::array({cell}));
  Results results;
  results.list.emplace_back(std::move(set));
  return results;
}

std::string cell_of(const Results& results) {
  return octets_of(std::get<ResultSet>(results.list.front()).rows[0][0]);
}

}  // namespace

TEST_CASE("an error of syntax repeats no secret, cut off or whole") {
  const std::string statement = "CREATE USER a IDENTIFIED BY 'hunter2' FOO";
  const auto message = [&](const std::string& near) {
    Results results;
    results.list.emplace_back(
        ErrorPacket{1064, "42000", "You have an error near '" + near + "' at line 1"});
    return std::get<ErrorPacket>(hidden(statement, results).list.front()).message;
  };
  CHECK_EQ(message("'hunter2' FOO").find("hunter2"), std::string::npos);
  CHECK_EQ(message("CREATE USER a IDENTIFIED BY 'hunt"),
           "You have an error near 'CREATE USER a IDENTIFIED BY '' at line 1");
  // An account may be called like its password.
  Results refused;
  refused.list.emplace_back(ErrorPacket{1396, "HY000", "Operation failed for 'hunter2'@'%'"});
  CHECK_EQ(std::get<ErrorPacket>(hidden(statement, refused).list.front()).message,
           "Operation failed for 'hunter2'@'%'");
}

TEST_CASE("what the server keeps of passwords is replaced, what applications keep is not") {
  const Column computed{.name = "Grants for a@%"};
  const std::string grant = "GRANT USAGE ON *.* TO `a`@`%` IDENTIFIED BY PASSWORD '";
  CHECK_EQ(cell_of(hidden("SHOW GRANTS", one_cell(computed, grant + hash + "'"))),
           grant + secrets.placeholder(hash) + "'");
  CHECK_EQ(cell_of(hidden("SELECT PASSWORD('hunter2')", one_cell(computed, hash))),
           secrets.placeholder(hash));
  const Column stored{.schema = "mysql", .org_table = "user", .name = "authentication_string"};
  CHECK_EQ(cell_of(hidden("SELECT * FROM mysql.user", one_cell(stored, "ZIgUREUg5"))),
           secrets.placeholder("ZIgUREUg5"));
  const Column priv{.schema = "mysql", .org_table = "global_priv", .name = "priv"};
  CHECK_EQ(cell_of(hidden("SELECT * FROM mysql.global_priv",
                          one_cell(priv, "{\"a\":\"" + hash + "\"}"))),
           "{\"a\":\"" + secrets.placeholder(hash) + "\"}");
  const Column own{.schema = "shop", .org_table = "member", .name = "password"};
  CHECK_EQ(cell_of(hidden("SELECT password FROM member", one_cell(own, hash))), hash);
}

TEST_CASE("a column is called as its expression is spelled") {
  const std::string statement = "SELECT PASSWORD('hunter2')";
  const Results recorded = hidden(statement, one_cell({.name = "PASSWORD('hunter2')"}, hash));
  std::vector<Column> columns = std::get<ResultSet>(recorded.list.front()).columns;
  CHECK_EQ(columns[0].name, "PASSWORD('" + secrets.placeholder("hunter2") + "')");
  restore_names(sql::secrets_in(statement, mode, secrets), columns);
  CHECK_EQ(columns[0].name, "PASSWORD('hunter2')");
}

TEST_CASE("a statement with a password is found by that password only") {
  const std::string recorded =
      "CREATE USER worker@localhost IDENTIFIED BY '" + secrets.placeholder("hunter2") + "'";
  const Recorded table(recording({{{{"sql", recorded}}, {{"affected", 0}}, {}, {}}}), secrets);
  for (const std::string_view password : {"hunter3", "hunter2"}) {
    Served served(table, Document::object(), secrets);
    served.feed(login_packet());
    (void)served.take_output();
    served.feed(
        command(3, "CREATE USER worker@localhost IDENTIFIED BY '" + std::string(password) + "'"));
    CHECK_EQ(served.missed.size(), password == "hunter2" ? 0 : 1);
    for (const std::string& miss : served.missed) CHECK_EQ(miss.find(password), std::string::npos);
    CHECK(served.unproven.empty());
  }
}

TEST_CASE("a recording that kept no password answers any, and not for certain") {
  const Recorded table(recording({{{{"sql", "CREATE USER worker@localhost IDENTIFIED BY '***'"},
                                    {"variables", {{"@localhost", "NULL"}}}},
                                   {{"affected", 0}},
                                   {},
                                   {}}}),
                       secrets);
  Served served(table, Document::object(), secrets);
  served.feed(login_packet());
  (void)served.take_output();
  served.feed(command(3, "CREATE USER worker@localhost IDENTIFIED BY 'hunter2'"));
  CHECK(served.missed.empty());
  CHECK_EQ(served.unproven.size(), 1);
}

}  // namespace understudy::mysql::test
