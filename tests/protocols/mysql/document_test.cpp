// The spelling of columns, parameters and answers in session files: lossless and short.
#include "protocols/mysql/columns.hpp"
#include "protocols/mysql/image.hpp"
#include "protocols/mysql/parameters.hpp"
#include "protocols/mysql/result.hpp"
#include "support.hpp"
#include "support/json.hpp"

namespace understudy::mysql::test {
namespace {

const ColumnContext in_shop = {"shop", true};

Column read(const Document& document) {
  std::vector<Problem> problems;
  const Column column = column_from_document(document, in_shop, "/answer/columns/0", problems);
  CHECK(problems.empty());
  return column;
}

TEST_CASE("every column of a real recording is spelled without loss") {
  for (const char* name : {"pymysql.txt", "mysql2.txt", "mysql2_execute.txt"}) {
    const Learned learned = observe(read_capture(name));
    std::size_t count = 0;
    for (const Exchange& exchange : learned.exchanges) {
      if (!exchange.answer.is_object() || !exchange.answer.contains("columns")) continue;
      for (const Document& document : exchange.answer["columns"]) {
        const ColumnContext context = {"understudy", true};
        std::vector<Problem> problems;
        const Column column = column_from_document(document, context, "", problems);
        CHECK(problems.empty());
        CHECK_EQ(column_document(column, context), document);
        ++count;
      }
    }
    CHECK_GT(count, 100);
  }
}

TEST_CASE("arbitrary columns survive their spelling") {
  std::uint32_t random = 1;
  const auto next = [&] { return random = random * 1664525U + 1013904223U; };
  for (int round = 0; round < 20000; ++round) {
    Column column;
    const std::uint8_t types[] = {0,  1,  2,  3,  4,   5,   6,   7,   8,   9,   10,  11,
                                  12, 13, 15, 16, 245, 246, 247, 249, 252, 253, 254, 255};
    column.type = static_cast<FieldType>(types[next() % sizeof types]);
    column.name = "n";
    if (next() % 2 == 0)
      column.schema = "shop", column.table = "t", column.org_table = next() % 2 == 0 ? "t" : "";
    column.charset = static_cast<std::uint16_t>(next() % 3 == 0 ? 63 : next() % 3 == 0 ? 8 : 0);
    column.length = next() % 4 == 0 ? 0xFFFFFFFF : next() % 70000;
    column.flags = static_cast<std::uint16_t>(next() >> 8);
    column.decimals = static_cast<std::uint8_t>(next() >> 8);
    const Document document = column_document(column, in_shop);
    INFO(json_text(document));
    REQUIRE(read(document) == column);
  }
}

TEST_CASE("a column is spelled as a person would") {
  Column column = read({{"name", "id"},
                        {"type", "int unsigned"},
                        {"table", "products"},
                        {"flags", {"primary_key", "auto_increment"}}});
  CHECK_EQ(column.length, 10);
  CHECK_EQ(column.flags, 0x4223);
  CHECK_EQ(column.schema, "shop");
  CHECK_EQ(column.org_name, "id");
  column = read({{"name", "price"}, {"type", "decimal(10,2)"}, {"table", "products"}});
  CHECK_EQ(column.length, 12);
  CHECK_EQ(column.decimals, 2);
  column = read({{"name", "d"}, {"type", "datetime(6)"}, {"table", "products"}});
  CHECK_EQ(column.length, 26);
  CHECK_EQ(read("n").type, FieldType::var_string);
}

TEST_CASE("what is wrong in an answer is told with its place") {
  std::vector<Problem> problems;
  const Document answer = json_document(
      R"({"columns": [{"name": "a", "type": "integral"}, "b"], "rows": [[1, 2], [1]],
                                              "status": ["odd"], "warnings": "many"})");
  (void)answer_from_document(answer, in_shop, problems);
  std::vector<std::string> places;
  for (const Problem& problem : problems) places.push_back(problem.path);
  CHECK_EQ(places, std::vector<std::string>{"/answer/columns/0/type", "/answer/rows/1",
                                            "/answer/warnings", "/answer/status"});
}

TEST_CASE("questions about the statement before are told apart, whatever their case") {
  const auto analyser = protocol().new_analyser();
  std::vector<Problem> problems;
  const auto identity_of = [&](const char* question) {
    const Document before = {{"sql", "insert ignore into t values (?)"}, {"params", {1}}};
    return analyser->identify({{"sql", question}, {"after", before}}, problems).canonical;
  };
  CHECK_EQ(identity_of("SHOW WARNINGS"), identity_of("show warnings"));
  CHECK_NE(identity_of("SHOW WARNINGS"), identity_of("SHOW ERRORS"));
  CHECK_NE(identity_of("SHOW WARNINGS"), identity_of("SHOW COUNT(*) WARNINGS"));
  CHECK_NE(identity_of("SHOW VARIABLES LIKE 'a'"), identity_of("SHOW VARIABLES LIKE 'b'"));
  CHECK(problems.empty());
}

TEST_CASE("keys that nobody reads and numbers out of range are told with their place") {
  std::vector<Problem> problems;
  for (const char* answer :
       {R"({"affected": 1, "insertid": 2})", R"({"columns": ["a"], "row": [[1]], "rows": []})",
        R"({"error": {"code": 70000, "message": "x", "sate": "HY000"}})", R"({"affected": -1})"})
    (void)answer_from_document(json_document(answer), in_shop, problems);
  const auto analyser = protocol().new_analyser();
  (void)analyser->identify({{"sql", "select ?"}, {"parms", {1}}, {"params", {1}}}, problems);
  std::vector<std::string> places;
  for (const Problem& problem : problems) places.push_back(problem.path);
  CHECK_EQ(places,
           std::vector<std::string>{"/answer/insertid", "/answer/row", "/answer/error/sate",
                                    "/answer/error/code", "/answer/affected", "/request/parms"});
}

TEST_CASE("cells keep what they are") {
  Column number;
  number.type = FieldType::longlong;
  CHECK_EQ(cell_document(number, "-7"), Document(-7));
  CHECK_EQ(cell_document(number, "18446744073709551615"), Document(18446744073709551615ULL));
  CHECK_EQ(cell_document(number, "007"), Document("007"));
  Column text;
  CHECK_EQ(cell_document(text, "7"), Document("7"));
  CHECK(cell_document(text, std::string_view("\0\xFF", 2)).is_binary());
  for (const std::string value : {"-7", "18446744073709551615", "007", "", "x"}) {
    CHECK_EQ(cell_text(cell_document(number, value)), value);
    CHECK_EQ(cell_text(cell_document(text, value)), value);
  }
}

TEST_CASE("parameters are spelled with types only where their values do not tell them") {
  std::vector<Parameter> parameters(4);
  parameters[0] = {sql::ValueClass::number, "5", false, FieldType::longlong};
  parameters[1] = {sql::ValueClass::number, "1.5", true, FieldType::double_};
  set_string(parameters[2], FieldType::var_string, "x");
  Document request = Document::object();
  write_parameters(parameters, request);
  CHECK_EQ(request, json_document(R"({"params": [5, 1.5, "x", null]})"));
  parameters[0] = {sql::ValueClass::number, "5.00", false, FieldType::newdecimal};
  set_string(parameters[2], FieldType::blob, "x");
  request = Document::object();
  write_parameters(parameters, request);
  CHECK_EQ(request["types"], json_document(R"(["decimal", "double", "blob", "null"])"));
  std::vector<Problem> problems;
  const auto again = parameters_from_document(request, problems);
  CHECK(problems.empty());
  REQUIRE_EQ(again.size(), 4);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK_EQ(again[i].value_class, parameters[i].value_class);
    CHECK_EQ(again[i].text, parameters[i].text);
    CHECK_EQ(again[i].any_spelling, parameters[i].any_spelling);
  }
}

TEST_CASE("a damaged image is refused at every length") {
  Results results;
  ResultSet set;
  set.columns = {read({{"name", "a"}, {"type", "int"}})};
  set.rows = json_document("[[1], [null]]");
  results.list.emplace_back(set);
  results.list.emplace_back(OkPacket{.affected = 3});
  const std::string image = encode_image(results, 45);
  std::vector<Entry> entries;
  REQUIRE(decode_image(as_bytes(image), entries));
  REQUIRE_EQ(entries.size(), 2);
  RowsEntry rows;
  REQUIRE(decode_entry(entries[0].body, rows));
  CHECK_EQ(rows.rows, 2);
  CHECK_EQ(rows.columns, 1);
  for (std::size_t length = 0; length < image.size(); ++length)
    CHECK_FALSE(decode_image(as_bytes(image).first(length), entries));
}

TEST_CASE("the counts of an UPDATE follow from its text") {
  Results results;
  results.list.emplace_back(
      OkPacket{.affected = 3, .info = "Rows matched: 3  Changed: 1  Warnings: 0"});
  const std::string image = encode_image(results, 45);
  std::vector<Entry> entries;
  REQUIRE(decode_image(as_bytes(image), entries));
  OkEntry ok;
  REQUIRE(decode_entry(entries[0].body, ok));
  CHECK_EQ(ok.matched, 3);
  CHECK_EQ(ok.changed, 1);
}

}  // namespace
}  // namespace understudy::mysql::test
