// Passwords in statements, in what is bound to them and in answers: replaced before anything is
// written, and the statements are known again all the same.
#include "protocols/postgres/transaction.hpp"
#include "support.hpp"
#include "understudy/document_text.hpp"

namespace understudy::postgres {
namespace {

using namespace test;

const std::string password = "s3cret-of-ann";
const std::string placeholder = Secrets().placeholder(password);

Buffer columns(const std::vector<std::string>& names) {
  std::vector<Column> described;
  for (const std::string& name : names) described.push_back({.name = name});
  Buffer out;
  encode_row_description(described, out);
  return out;
}

Buffer row(const std::vector<std::string>& cells) {
  Buffer out;
  FrameWriter writer(out, 'D');
  writer.be(static_cast<std::uint16_t>(cells.size()));
  for (const std::string& cell : cells) encode_cell(cell, writer);
  writer.finish();
  return out;
}

Buffer tag(std::string_view text) {
  return message('C', std::string(text) + '\0');
}

Buffer error(std::string_view code, const std::string& text, const std::string& context = "") {
  Fields fields = make_fields("ERROR", code, text);
  if (!context.empty()) fields.emplace_back('W', context);
  Buffer out;
  encode_fields('E', fields, out);
  return out;
}

const Buffer ready = message('Z', "I");

/// What is recorded of a client that asks `asked` and is answered `said`.
std::vector<Exchange> recorded(const Buffer& asked, const Buffer& said) {
  const Seen seen = observe({{Direction::from_client, startup_message({{"user", "ann"}})},
                             {Direction::from_server, ready},
                             {Direction::from_client, asked},
                             {Direction::from_server, said}});
  CHECK(seen.sync == Sync::in_sync);
  return seen.exchanges;
}

std::string spelled(const std::vector<Exchange>& exchanges) {
  std::string text;
  for (const Exchange& exchange : exchanges)
    text += json_text(exchange.request) + json_text(exchange.answer);
  return text;
}

/// What the mock of the recording says to a client, without its greeting; which of its requests
/// were missed is counted.
Buffer served(FakeTable& table, const Buffer& asked, std::size_t& missed) {
  Live live(table);
  live.talk(startup_message({{"user", "ann"}}));
  Buffer said = live.talk(asked);
  missed = live.missed.size();
  for (const std::string& canonical : live.missed)
    CHECK(canonical.find(password) == std::string::npos);
  return said;
}

/// The same bytes with another password.
Buffer with_other_password(const Buffer& octets) {
  std::string text = text_of(octets);
  for (std::size_t at = text.find(password); at != std::string::npos; at = text.find(password, at))
    text.replace(at, password.size(), "S3CRET-of-bob");
  return {text.begin(), text.end()};
}

/// Recorded without the password, answered again to the same octets, a miss with another password.
void check_hidden(const Buffer& asked, const Buffer& said) {
  const auto exchanges = recorded(asked, said);
  REQUIRE_FALSE(exchanges.empty());
  const std::string text = spelled(exchanges);
  CAPTURE(text);
  CHECK(text.find(password) == std::string::npos);
  CHECK(text.find(placeholder) != std::string::npos);
  FakeTable table(exchanges);
  CHECK(table.problems.empty());
  std::size_t missed = 0;
  CHECK(types_of(served(table, asked, missed)) == types_of(said));
  CHECK(missed == 0);
  (void)served(table, with_other_password(asked), missed);
  CHECK(missed > 0);
}

TEST_CASE("a statement with a password is recorded without it and found again") {
  for (const std::string& sql :
       {"CREATE ROLE clerk LOGIN PASSWORD '" + password + "'",
        "ALTER USER clerk ENCRYPTED PASSWORD $$" + password + "$$ VALID UNTIL 'infinity'",
        "CREATE USER MAPPING FOR a SERVER s OPTIONS (user 'x', password '" + password + "')",
        "CREATE SUBSCRIPTION s CONNECTION 'host=db password=" + password + "' PUBLICATION p",
        "DO $$ BEGIN EXECUTE format('ALTER ROLE a PASSWORD %L', '" + password + "'); END $$"}) {
    CAPTURE(sql);
    check_hidden(query(sql), tag("X") + ready);
    check_hidden(parse("", sql) + bind("", "") + describe('P', "") + execute("") + sync(),
                 message('1', "") + message('2', "") + message('n', "") + tag("X") + ready);
  }
  check_hidden(query("SELECT 1; ALTER ROLE a PASSWORD '" + password + "'; SELECT 2"),
               columns({"x"}) + row({"1"}) + tag("SELECT 1") + tag("ALTER ROLE") + columns({"x"}) +
                   row({"2"}) + tag("SELECT 1") + ready);
}

TEST_CASE("a password that is bound is recorded without it and found again") {
  const Buffer answer =
      message('1', "") + message('2', "") + columns({"id"}) + row({"7"}) + tag("SELECT 1") + ready;
  for (const std::uint16_t format : {std::uint16_t{0}, std::uint16_t{1}})
    check_hidden(parse("", "SELECT id FROM person WHERE hash = crypt($1, hash)", {oid::text}) +
                     bind("", "", {password}, format) + describe('P', "") + execute("") + sync(),
                 answer);
  check_hidden(
      parse("", "SELECT id FROM dblink($1, 'select id from t') AS t(id int)", {oid::text}) +
          bind("", "", {"host=db password=" + password}) + describe('P', "") + execute("") + sync(),
      answer);
  check_hidden(query("PREPARE p(text) AS SELECT id FROM person WHERE hash = crypt($1, hash)") +
                   query("EXECUTE p('" + password + "')"),
               tag("PREPARE") + ready + columns({"id"}) + row({"7"}) + tag("SELECT 1") + ready);
}

TEST_CASE("an error that quotes a password is recorded without it") {
  CHECK(spelled(recorded(query("ALTER ROLE a PASSWORD s3cret-of-ann"),
                         error("42601", "syntax error at or near \"s3cret\"") + ready))
            .find("s3cret") == std::string::npos);
  check_hidden(query("ALTER ROLE a PASSWORD '" + password),
               error("42601", "unterminated string at or near \"'" + password + "\"") + ready);
  check_hidden(query("DO $$ BEGIN ALTER ROLE a PASSWORD '" + password + "'; END $$"),
               error("42704", "role \"a\" does not exist",
                     "SQL statement \"ALTER ROLE a PASSWORD '" + password +
                         "'\"\nPL/pgSQL function inline_code_block line 1 at SQL statement") +
                   ready);
  // Which function it calls, and what that does with its argument, nobody knows.
  const auto exchanges =
      recorded(query("SELECT make_clerk()"),
               error("42710", "role \"a\" already exists",
                     "SQL statement \"CREATE ROLE a PASSWORD '" + password +
                         "'\"\nPL/pgSQL function make_clerk() line 1 at EXECUTE") +
                   ready);
  CHECK(spelled(exchanges).find(password) == std::string::npos);
  CHECK(spelled(exchanges).find("make_clerk() line 1") != std::string::npos);
  // A short password is a word of other meanings too.
  CHECK(spelled(recorded(query("CREATE ROLE app PASSWORD 'app'"),
                         error("42710", "role \"app\" already exists") + ready))
            .find("role \\\"app\\\" already") != std::string::npos);
}

TEST_CASE("passwords that the catalogue tells are recorded without them") {
  const std::string scram = "SCRAM-SHA-256$4096:c2FsdHNhbHRzYWx0$c3RvcmVk:c2VydmVy";
  const std::string md5 = "md5" + std::string(32, 'a');
  const auto answer = [](const std::string& sql, const std::vector<std::string>& names,
                         const std::vector<std::string>& cells) {
    return spelled(recorded(query(sql), columns(names) + row(cells) + tag("SELECT 1") + ready));
  };
  CHECK(answer("SELECT rolpassword FROM pg_authid", {"rolpassword"}, {scram}).find("c3RvcmVk") ==
        std::string::npos);
  CHECK(answer("SELECT secret FROM my_roles", {"secret"}, {scram}).find("c3RvcmVk") ==
        std::string::npos);
  CHECK(answer("SELECT usename, passwd FROM pg_shadow", {"usename", "passwd"}, {"ann", md5})
            .find(md5) == std::string::npos);
  CHECK(answer("SELECT etag FROM file", {"etag"}, {md5}).find(md5) != std::string::npos);
  CHECK(answer("SELECT umoptions FROM pg_user_mapping", {"umoptions"},
               {"{user=x,password=" + password + "}"})
            .find(password) == std::string::npos);
  CHECK(answer("SELECT * FROM information_schema.user_mapping_options",
               {"option_name", "option_value"}, {"password", password})
            .find(password) == std::string::npos);
  CHECK(answer("SELECT query FROM pg_stat_activity", {"query"},
               {"ALTER ROLE a PASSWORD '" + password + "'"})
            .find(password) == std::string::npos);
  CHECK(answer("SELECT prosrc FROM pg_proc", {"prosrc"},
               {"BEGIN CREATE ROLE a PASSWORD '" + password + "'; END"})
            .find(password) == std::string::npos);
}

TEST_CASE("of a file that holds a secret none comes into the table") {
  const std::string sql = "ALTER ROLE a PASSWORD '" + password + "'";
  const Exchange written{{{"sql", sql}}, {{"tag", "ALTER ROLE"}}, {}, {}};
  FakeTable table({written});
  std::size_t missed = 0;
  CHECK(types_of(served(table, query(sql), missed)) == "CZ");
  CHECK(missed == 0);
  const auto analyser = protocol().new_analyser();
  std::vector<Problem> problems;
  CHECK(analyser->identify({{"sql", sql}}, problems).canonical.find(password) == std::string::npos);
}

}  // namespace
}  // namespace understudy::postgres
