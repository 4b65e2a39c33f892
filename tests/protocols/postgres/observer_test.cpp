// What a server says against the protocol's rules is never recorded as something that it did not
// mean.
#include "support.hpp"

namespace understudy::postgres {
namespace {

using namespace test;

/// The fields of an error or a notice, "Cxxxxx" each.
Buffer fields(char type, const std::vector<std::string>& parts) {
  std::string body;
  for (const std::string& part : parts) body += part + '\0';
  return message(type, body + '\0');
}

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

Buffer ready(char status = 'I') {
  return message('Z', std::string(1, status));
}

/// A connection that asks `asked` and is answered `said`, without what comes before and behind.
Seen conversation(const Buffer& asked, const Buffer& said) {
  return observe({{Direction::from_client, startup_message({{"user", "ann"}})},
                  {Direction::from_server, ready()},
                  {Direction::from_client, asked},
                  {Direction::from_server, said}});
}

/// What was observed is for the analyser as the observer meant it.
void check_sound(const Seen& seen) {
  const FakeTable table(seen.exchanges);
  for (const Problem& problem : table.problems) FAIL_CHECK(problem.path << ": " << problem.what);
}

const std::vector<std::string> error = {"SERROR", "C23505", "Mno"};

TEST_CASE("an answer that the protocol allows is recorded") {
  const Seen seen =
      conversation(query("select 1; select 2"),
                   columns({"x"}) + row({"1"}) + tag("SELECT 1") + fields('E', error) + ready());
  CHECK(seen.sync == Sync::in_sync);
  CHECK(seen.exchanges.size() == 2);
  check_sound(seen);
}

TEST_CASE("a request to cancel is relayed with what follows it, and nothing is lost by it") {
  Buffer cancel;
  ByteWriter writer(cancel);
  writer.be(std::uint32_t{16});
  writer.be(std::uint32_t{80877102});
  writer.be(std::uint32_t{7});
  writer.be(std::uint32_t{8});
  for (const Buffer& behind : {Buffer(), message('X', "")}) {
    const Seen seen = observe({{Direction::from_client, cancel + behind}});
    CHECK(seen.to_server == cancel + behind);
    CHECK(seen.sync == Sync::in_sync);
    CHECK(seen.exchanges.empty());
  }
}

TEST_CASE("an answer that the protocol does not allow is lost from view, and not recorded") {
  const std::string invalid = "\xff";
  const std::vector<Buffer> answers = {
      fields('E', {}),                                // no field at all
      fields('E', {"SERROR", "C23505"}),              // no message
      fields('E', {"SERROR", "Mno"}),                 // no code
      fields('E', {"C23505", "Mno"}),                 // no severity
      fields('N', {"SNOTICE", "C00000"}),             // a notice without message
      tag(""),                                        // no command has an empty tag
      tag(invalid),                                   // nor one that is no text
      message('S', invalid + '\0' + "on" + '\0'),     // a setting whose name is no text
      row({"1"}) + tag("SELECT 1"),                   // rows before any description
      columns({"x", "y"}) + row({"1"}) + tag("X 1"),  // a cell too few
      columns({"x"}) + row({"1", "2"}) + tag("X 1"),  // and one too many
  };
  for (std::size_t i = 0; i < answers.size(); ++i) {
    CAPTURE(i);
    const Seen seen = conversation(query("a"), answers[i] + ready());
    CHECK(seen.sync == Sync::lost);
    CHECK(seen.warnings.size() == 1);
    CHECK(seen.exchanges.empty());
  }
}

TEST_CASE("a COPY that is refused early is recorded with all that the client sent") {
  const Buffer welcome = message('G', std::string("\0\0\1\0\0", 5));
  const auto from_client = [](const Buffer& octets) {
    return Chunk{Direction::from_client, octets};
  };
  const auto from_server = [](const Buffer& octets) {
    return Chunk{Direction::from_server, octets};
  };
  const Seen seen =
      observe({from_client(startup_message({{"user", "ann"}})), from_server(ready()),
               from_client(query("copy t from stdin")), from_server(welcome),
               from_client(message('d', "x\n")), from_server(fields('E', error) + ready()),
               from_client(message('d', "1\n") + message('d', "2\n\\.\n")),
               from_client(message('c', "") + query("select 1")),
               from_server(columns({"x"}) + row({"1"}) + tag("SELECT 1") + ready())});
  CHECK(seen.sync == Sync::in_sync);
  REQUIRE(seen.exchanges.size() == 2);
  CHECK(seen.exchanges[0].request["copy"] == "x\n1\n2\n");
  CHECK(seen.exchanges[0].answer["error"]["code"] == "23505");
  CHECK(seen.exchanges[1].request["sql"] == "select 1");
  check_sound(seen);
}

TEST_CASE("fields of later versions are kept, and those that are no letters ignored") {
  const Seen seen = conversation(
      query("a"), fields('E', {"SERROR", "C23505", "Mno", "Zlater", "\xe9what"}) + ready());
  REQUIRE(seen.exchanges.size() == 1);
  CHECK(seen.exchanges[0].answer["error"]["Z"] == "later");
  CHECK(seen.exchanges[0].answer["error"].size() == 4);
  check_sound(seen);
}

TEST_CASE("rows that do not fit the columns that the statement had before are not recorded") {
  const Buffer first =
      parse("", "select * from t") + bind("", "") + describe('P', "") + execute("");
  const Buffer again = parse("", "select * from t") + bind("", "") + execute("") + sync();
  const Buffer said = message('1', "") + message('2', "") + columns({"x"}) + row({"1"}) +
                      tag("SELECT 1") + message('1', "") + message('2', "") + row({"1", "2"}) +
                      tag("SELECT 1") + ready();
  const Seen seen = conversation(first + again, said);
  CHECK(seen.sync == Sync::in_sync);
  CHECK(seen.exchanges.size() == 1);
  REQUIRE(seen.warnings.size() == 1);
  CHECK(seen.warnings[0].find("never described") != std::string::npos);
  check_sound(seen);
}

TEST_CASE("a cursor that was opened anew for another query gives no rows to the first one") {
  const Buffer asked =
      query("begin; declare c cursor for select 1; fetch 1 from c; fetch 1 from c");
  const Buffer said = tag("BEGIN") + tag("DECLARE CURSOR") + columns({"x"}) + row({"1"}) +
                      tag("FETCH 1") + columns({"y", "z"}) + row({"1", "2"}) + tag("FETCH 1") +
                      ready('T') + fields('N', {"SWARNING", "C01000", "Mbye"});
  const Seen seen = conversation(asked, said);
  CHECK(seen.sync == Sync::in_sync);
  REQUIRE(seen.exchanges.size() == 2);
  CHECK(seen.exchanges[1].answer["rows"] == Document::array({Document::array({"1"})}));
  CHECK(seen.exchanges[1].answer["partial"] == true);
  CHECK(seen.exchanges[1].answer["steps"].size() == 2);
  CHECK(seen.warnings.empty());
  check_sound(seen);
}

}  // namespace
}  // namespace understudy::postgres
