#include "protocols/postgres/answer.hpp"
#include "protocols/postgres/image.hpp"
#include "protocols/postgres/request.hpp"
#include "support.hpp"
#include "support/json.hpp"

namespace understudy::postgres {
namespace {

std::string round_trip(const StatementAnswer& answer) {
  std::vector<Problem> problems;
  const Document document = document_of_answer(answer);
  const StatementAnswer again = answer_of_document(json_document(json_text(document)), problems);
  CHECK(problems.empty());
  CHECK(encode_image(again) == encode_image(answer));
  return json_text(document);
}

TEST_CASE("rows are spelled with integers and booleans as such and all else as text") {
  StatementAnswer answer;
  answer.returns_rows = true;
  answer.columns = {{"id", 0, 0, oid::int4, 4, -1, Format::text},
                    {"ok", 0, 0, oid::boolean, 1, -1, Format::text},
                    {"price", 16385, 3, oid::numeric, -1, 655366, Format::text},
                    {"note", 0, 0, oid::text, -1, -1, Format::text}};
  answer.rows = {{"7", "t", "1.50", ""}, {"-7", "f", std::nullopt, std::nullopt}};
  answer.tag = "SELECT 2";
  CHECK(
      round_trip(answer) ==
      R"({"columns":[{"name":"id","type":"int4"},{"name":"ok","type":"bool"},)"
      R"({"name":"price","type":"numeric","modifier":655366,"table":16385,"attribute":3},{"name":"note","type":"text"}],)"
      R"("rows":[[7,true,"1.50",""],[-7,false,null,null]],"tag":"SELECT 2"})");
}

TEST_CASE("types that are not built in keep their number and length") {
  StatementAnswer answer;
  answer.returns_rows = true;
  answer.columns = {{"mood", 0, 0, 16400, 4, -1, Format::text}};
  answer.rows = {{"happy"}};
  answer.tag = "SELECT 1";
  CHECK(
      round_trip(answer) ==
      R"({"columns":[{"name":"mood","type":16400,"length":4}],"rows":[["happy"]],"tag":"SELECT 1"})");
}

TEST_CASE("errors keep all their fields in the order of the wire") {
  StatementAnswer answer;
  answer.error = Fields{{'S', "ERROR"},
                        {'V', "ERROR"},
                        {'C', "23505"},
                        {'M', "duplicate key"},
                        {'D', "Key (id)=(1)"},
                        {'s', "public"},
                        {'t', "f"},
                        {'n', "f_pkey"},
                        {'F', "nbtinsert.c"},
                        {'L', "664"},
                        {'R', "_bt_check_unique"}};
  CHECK(
      round_trip(answer) ==
      R"j({"error":{"severity":"ERROR","code":"23505","message":"duplicate key","detail":"Key (id)=(1)","schema":"public",)j"
      R"("table":"f","constraint":"f_pkey","file":"nbtinsert.c","line":664,"routine":"_bt_check_unique"}})");
}

TEST_CASE("a person may write an answer shortly") {
  std::vector<Problem> problems;
  const StatementAnswer rows =
      answer_of_document(json_document(R"({"columns":["name"],"rows":[["x"],[1.5]]})"), problems);
  CHECK(problems.empty());
  CHECK(rows.tag == "SELECT 2");
  CHECK(rows.columns[0].type == oid::text);
  CHECK(rows.rows[1][0] == "1.5");
  const StatementAnswer error = answer_of_document(
      json_document(R"({"error":{"code":"40001","message":"retry"}})"), problems);
  CHECK(problems.empty());
  CHECK(field(*error.error, 'S') == "ERROR");
  CHECK(field(*error.error, 'V') == "ERROR");
}

TEST_CASE("every flaw of a written answer is named with its place") {
  std::vector<Problem> problems;
  (void)answer_of_document(
      json_document(
          R"({"columns":[{"name":"a","type":"integer"}],"rows":[[1,2],[[1]],7],"tags":"x"})"),
      problems);
  std::vector<std::string> paths;
  for (const Problem& problem : problems) paths.push_back(problem.path);
  CHECK(paths == std::vector<std::string>{"/answer/columns/0/type", "/answer/tags",
                                          "/answer/rows/0", "/answer/rows/1/0", "/answer/rows/2"});
  problems.clear();
  (void)answer_of_document(Document("text"), problems);
  (void)answer_of_document(Document::object(), problems);
  CHECK(problems.size() == 2);
}

TEST_CASE("a request is spelled with typed values") {
  StatementRequest request;
  request.sql = "SELECT $1, $2, $3";
  request.parameters = {"7", "abc", std::nullopt};
  request.types = {oid::int4, oid::text, oid::unspecified};
  const Document document = document_of_request(request);
  CHECK(json_text(document) ==
        R"({"sql":"SELECT $1, $2, $3","params":[7,"abc",null],"types":["int4","text",0]})");
  std::vector<Problem> problems;
  const StatementRequest again = request_of_document(document, problems);
  CHECK(problems.empty());
  CHECK(again.parameters == request.parameters);
  CHECK(again.types == request.types);
}

Identity identity_of(const char* json) {
  std::vector<Problem> problems;
  const auto analyser = protocol().new_analyser();
  const Identity identity = analyser->identify(json_document(json), problems);
  CHECK(problems.empty());
  return identity;
}

TEST_CASE("a literal and a bound parameter of the same value are one request") {
  const auto canonical = [](const char* json) { return identity_of(json).canonical; };
  const std::string literal = canonical(R"({"sql":"select * from t where id = 7"})");
  CHECK(literal ==
        canonical(R"({"sql":"SELECT *  FROM t WHERE id = $1","params":[7],"types":["int4"]})"));
  CHECK(literal == canonical(R"({"sql":"select * from t where id = $1","params":["7"]})"));
  CHECK(literal != canonical(R"({"sql":"select * from t where id = $1","params":[8]})"));
  CHECK(canonical(R"({"sql":"select * from t where a = true"})") ==
        canonical(R"({"sql":"select * from t where a = $1","params":["t"],"types":["bool"]})"));
}

TEST_CASE("rows that were not all fetched and a mere description are requests of their own") {
  const auto canonical = [](const char* json) { return identity_of(json).canonical; };
  CHECK(canonical(R"({"sql":"select * from t"})") !=
        canonical(R"({"sql":"select * from t","partial":true})"));
  CHECK(canonical(R"({"sql":"select * from t"})") !=
        canonical(R"({"sql":"select * from t","describe":true})"));
  CHECK(canonical(R"({"sql":"copy t from stdin","copy":"a\n"})") !=
        canonical(R"({"sql":"copy t from stdin","copy":"b\n"})"));
}

}  // namespace
}  // namespace understudy::postgres
