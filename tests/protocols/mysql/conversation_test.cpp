// When an answer is complete, against packets of MariaDB 10.11 and MySQL 5.6.
#include "protocols/mysql/conversation.hpp"
#include "support.hpp"
#include "support/json.hpp"

namespace understudy::mysql::test {
namespace {

using Progress = Response::Progress;

struct Fed {
  Progress progress = Progress::more;
  std::size_t packets = 0;
};

// Feeds packets given in hexadecimal until one completes the response.
Fed feed(Response& response, const std::vector<const char*>& packets) {
  Fed fed;
  for (const char* hex : packets) {
    fed.progress = response.feed(from_hex(hex));
    ++fed.packets;
    if (fed.progress != Progress::more) break;
  }
  return fed;
}

Response begun(Reply reply, std::uint32_t capabilities = 0, Encoding encoding = Encoding::text) {
  Response response;
  response.begin(reply, {{capabilities, 0}, 45, encoding}, {});
  return response;
}

constexpr const char* column_a = "036465660000000161000c3f0001000000038100000000";

TEST_CASE("a result set without DEPRECATE_EOF ends with its second EOF") {
  Response response = begun(Reply::results);
  const Fed fed = feed(response, {"01", column_a, "fe00000200", "0131", "fe00000200"});
  CHECK_EQ(fed.progress, Progress::complete);
  CHECK_EQ(fed.packets, 5);
  CHECK_EQ(std::get<ResultSet>(response.results().list.at(0)).rows, json_document("[[1]]"));
}

TEST_CASE("a result set with DEPRECATE_EOF ends with an OK") {
  Response response = begun(Reply::results, capability::deprecate_eof);
  const Fed fed = feed(response, {"01", column_a, "0131", "fe000002000000"});
  CHECK_EQ(fed.progress, Progress::complete);
  CHECK_EQ(response.final_status(), status::autocommit);
}

TEST_CASE("several results go on while the server says so, and an error ends them") {
  Response response = begun(Reply::results);
  const Fed fed =
      feed(response,
           {"01", column_a, "fe00000a00", "0131", "fe00000a00", "0000000a000000",
            "ff7a042334325330325461626c6520276d782e6e6f737563682720646f65736e2774206578697374"});
  CHECK_EQ(fed.progress, Progress::complete);
  CHECK_EQ(fed.packets, 7);
  REQUIRE_EQ(response.results().list.size(), 3);
  CHECK(std::holds_alternative<OkPacket>(response.results().list[1]));
  CHECK_EQ(std::get<ErrorPacket>(response.results().list[2]).code, 1146);
  CHECK(response.failed());
}

TEST_CASE("an error may stand amid rows") {
  Response response = begun(Reply::results);
  const Fed fed =
      feed(response,
           {"01", column_a, "fe00000200", "0131",
            "ff2505233730313030517565727920657865637574696f6e2077617320696e746572727570746564"});
  CHECK_EQ(fed.progress, Progress::complete);
  const auto& set = std::get<ResultSet>(response.results().list.at(0));
  CHECK_EQ(set.rows.size(), 1);
  CHECK_EQ(set.error->code, 1317);
}

TEST_CASE("a prepared statement is answered by its parameters and columns") {
  const std::vector<const char*> packets = {
      "000100000002000200000000",
      "03646566000000013f000c3f0000000000068000000000",
      "03646566000000013f000c3f0000000000068000000000",
      "fe00000200",
      "03646566026d780274310274310269640269640c3f000b000000030342000000",
      "03646566026d78027431027431016101610c2d00c8000000fd0000000000",
      "fe00000200"};
  Response response = begun(Reply::prepared);
  const Fed fed = feed(response, packets);
  CHECK_EQ(fed.progress, Progress::complete);
  CHECK_EQ(fed.packets, 7);
  CHECK_EQ(response.prepared().parameters, 2);
  REQUIRE_EQ(response.prepared().columns.size(), 2);
  CHECK_EQ(response.prepared().columns[1].length, 50);

  Response deprecated = begun(Reply::prepared, capability::deprecate_eof);
  CHECK_EQ(feed(deprecated, {packets[0], packets[1], packets[2], packets[4], packets[5]}).packets,
           5);
}

TEST_CASE("a prepared statement without parameters and columns is one packet") {
  Response response = begun(Reply::prepared);
  CHECK_EQ(feed(response, {"000100000000000000000000"}).progress, Progress::complete);
}

TEST_CASE("a cursor leaves its rows to COM_STMT_FETCH") {
  Response response = begun(Reply::results, 0, Encoding::binary);
  const Fed fed = feed(
      response,
      {"01", "03646566026d780274310274310269640269640c3f000b000000030100000000", "fe00006200"});
  CHECK_EQ(fed.progress, Progress::complete);
  CHECK(response.cursor_open());
  const std::vector<Column> columns = std::get<ResultSet>(response.results().list.at(0)).columns;
  Response fetch;
  fetch.begin(Reply::rows, {{}, 45, Encoding::binary}, {}, &columns);
  CHECK_EQ(feed(fetch, {"000001000000", "fe00004200"}).packets, 2);
  CHECK(fetch.cursor_open());
  fetch.begin(Reply::rows, {{}, 45, Encoding::binary}, {}, &columns);
  CHECK_EQ(feed(fetch, {"000002000000", "fe00008200"}).packets, 2);
  CHECK_FALSE(fetch.cursor_open());
  CHECK_EQ(std::get<ResultSet>(fetch.results().list.at(0)).rows, json_document("[[2]]"));
}

TEST_CASE("a file that the server asks for is part of the answer") {
  Response response = begun(Reply::results);
  CHECK_EQ(response.feed(from_hex("fb2f6e6f2f73756368")), Progress::wants_file);
  CHECK_EQ(*response.results().infile, "/no/such");
  CHECK_EQ(response.feed(from_hex("00010002000000")), Progress::complete);
}

TEST_CASE("MariaDB leaves out definitions that the client has cached") {
  Column column;
  REQUIRE(decode_column(from_hex(column_a), {}, column));
  const std::vector<Column> known = {column};
  Response response;
  response.begin(
      Reply::results,
      {{capability::deprecate_eof, mariadb_capability::cache_metadata}, 45, Encoding::binary}, {},
      &known);
  CHECK_EQ(feed(response, {"0100", "000001000000", "fe000002000000"}).packets, 3);
  CHECK_EQ(std::get<ResultSet>(response.results().list.at(0)).rows, json_document("[[1]]"));
}

TEST_CASE("an error may end a preparation and a list of fields after they began") {
  const char* error =
      "ff2505233730313030517565727920657865637574696f6e2077617320696e746572727570746564";
  Response prepare = begun(Reply::prepared);
  CHECK_EQ(feed(prepare, {"000100000001000000000000", error}).progress, Progress::complete);
  REQUIRE_EQ(prepare.results().list.size(), 1);
  CHECK_EQ(std::get<ErrorPacket>(prepare.results().list[0]).code, 1317);
  Response fields = begun(Reply::columns);
  CHECK_EQ(feed(fields, {error}).progress, Progress::complete);
  REQUIRE_EQ(fields.results().list.size(), 1);
  CHECK_EQ(std::get<ErrorPacket>(fields.results().list[0]).code, 1317);
}

TEST_CASE("malformed answers are told as such") {
  for (const char* hex : {"", "ff", "00", "0001", "fd", "fc01"}) {
    Response response = begun(Reply::results);
    INFO(hex);
    CHECK_EQ(response.feed(from_hex(hex)), Progress::malformed);
  }
  Response response = begun(Reply::results);
  CHECK_EQ(feed(response, {"01", column_a, "fe00000200", "05"}).progress, Progress::malformed);
}

}  // namespace
}  // namespace understudy::mysql::test
