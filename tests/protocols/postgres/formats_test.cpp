// Values in another format than the recorded one: turned into it, or refused.
#include "support.hpp"

namespace understudy::postgres {
namespace {

using namespace test;

/// What a client gets that asks for the one cell of `answer` in a format (0 text, 1 binary): its
/// octets, else the code of the error.
std::string asked(const char* answer, std::uint16_t format) {
  FakeTable table({test::exchange({{"sql", "SELECT v"}}, Document::parse(answer))});
  REQUIRE(table.problems.empty());
  Live live(table);
  live.talk(startup_message({{"user", "ann"}}));
  const Buffer said =
      live.talk(parse("", "SELECT v") + bind("", "", {}, 0, format) + execute("") + sync());
  Cells cells;
  if (decode_data_row(body_of(said, 'D'), cells)) return std::string(cells.at(0).value());
  return std::string(field(error_of(said), 'C'));
}

Document answer(Document column, Document cell) {
  column["name"] = "v";
  return {{"columns", {std::move(column)}}, {"rows", {{std::move(cell)}}}, {"tag", "SELECT 1"}};
}

TEST_CASE("the label of an enum is the same in both formats") {
  const std::string label = answer({{"type", 20001}, {"length", 4}}, "teal").dump();
  CHECK(asked(label.c_str(), 0) == "teal");
  CHECK(asked(label.c_str(), 1) == "teal");
  const std::string number = answer({{"type", 20001}, {"length", 4}}, "1234").dump();
  CHECK(asked(number.c_str(), 1) == "0A000");
}

TEST_CASE("octets of a type that nothing here knows are never given in the other format") {
  for (const int type :
       {20001, 4451, 3904, 600}) {  // a user's type, a multirange, a range, a point
    CAPTURE(type);
    const std::string text = answer({{"type", type}}, "{[1,2)}").dump();
    CHECK(asked(text.c_str(), 0) == "{[1,2)}");
    CHECK(asked(text.c_str(), 1) == "0A000");
  }
}

TEST_CASE("a value kept in binary is given so, and as text where that can be made of it") {
  FakeTable table(
      {test::exchange({{"sql", "SELECT v"}},
                      {{"columns",
                        {{{"name", "r"}, {"type", "record"}, {"format", "binary"}},
                         {{"name", "u"}, {"type", 20002}, {"format", "binary"}}}},
                       {"rows",
                        {{Document::binary({0, 0, 0, 1, 0, 0, 0, 0x17, 0, 0, 0, 4, 0, 0, 0, 7}),
                          Document::binary({1, 'T', 'o', 'p'})}}},
                       {"tag", "SELECT 1"}})});
  REQUIRE(table.problems.empty());
  Live live(table);
  live.talk(startup_message({{"user", "ann"}}));
  const auto fetch = [&](const std::vector<std::uint16_t>& formats) {
    Buffer out;
    FrameWriter writer(out, 'B');
    writer.c_string("");
    writer.c_string("");
    writer.be(std::uint16_t{0});
    writer.be(std::uint16_t{0});
    writer.be(static_cast<std::uint16_t>(formats.size()));
    for (const std::uint16_t format : formats) writer.be(format);
    writer.finish();
    return live.talk(parse("", "SELECT v") + out + execute("") + sync());
  };
  Cells cells;
  const Buffer binary = fetch({1, 1}), mixed = fetch({0, 1});
  REQUIRE(decode_data_row(body_of(binary, 'D'), cells));
  CHECK(cells[0]->size() == 16);
  CHECK(*cells[1] == "\1Top");
  REQUIRE(decode_data_row(body_of(mixed, 'D'), cells));
  CHECK(*cells[0] == "(7)");
  CHECK(field(error_of(fetch({0, 0})), 'C') == "0A000");
}

TEST_CASE("a parameter whose binary form is not known is the request that was recorded so") {
  const std::string point("\x3f\xf8\0\0\0\0\0\0\xc0\0\0\0\0\0\0\0", 16);  // (1.5,-2)
  const std::string range("\x02\0\0\0\4\0\0\0\1", 9);
  for (const auto& [type, octets] : {std::pair<Oid, std::string>{600, point},
                                     {3904, range},
                                     {20003, std::string("\0\0\0\7", 4)}}) {
    CAPTURE(type);
    Document request = {{"sql", "SELECT $1"}};
    request["types"] = Document::array({type});
    request["params"] = Document::array({Document::binary({octets.begin(), octets.end()})});
    FakeTable table(std::vector{test::exchange(request, Document{{"tag", "SELECT 0"}})});
    REQUIRE(table.problems.empty());
    Live live(table);
    live.talk(startup_message({{"user", "ann"}}));
    CHECK(types_of(live.talk(parse("", "SELECT $1", {type}) + bind("", "", {octets}, 1) +
                             execute("") + sync())) == "12CZ");
    CHECK(live.missed.empty());
    live.talk(parse("", "SELECT $1", {type}) + bind("", "", {octets + "x"}, 1) + execute("") +
              sync());
    CHECK(live.missed.size() == 1);
  }
}

}  // namespace
}  // namespace understudy::postgres
