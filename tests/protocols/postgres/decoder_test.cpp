#include "protocols/postgres/backend.hpp"
#include "protocols/postgres/frontend.hpp"
#include "protocols/postgres/image.hpp"
#include "protocols/postgres/shape.hpp"
#include "support.hpp"
#include "support/cuts.hpp"

namespace understudy::postgres {
namespace {

using namespace test;

FrontendStatus decode(const Buffer& octets, FrontendMessage& message) {
  Frame frame;
  REQUIRE(cut_frame(octets, {}, frame) == FrameStatus::complete);
  return decode_frontend(frame, {}, message);
}

TEST_CASE("a frame is cut off when its last octet is there") {
  const Buffer octets = query("select 1") + sync();
  Frame frame;
  for (std::size_t length = 0; length < octets.size() - sync().size(); ++length)
    CHECK(cut_frame(Bytes(octets).first(length), {}, frame) == FrameStatus::need_more);
  REQUIRE(cut_frame(octets, {}, frame) == FrameStatus::complete);
  CHECK(frame.type == 'Q');
  CHECK(text_of(frame.body) == std::string("select 1\0", 9));
  CHECK(frame.octets == octets.size() - sync().size());
}

TEST_CASE("lengths that can't be are refused before their octets come") {
  Frame frame;
  CHECK(cut_frame(from_hex("5100000003"), {}, frame) == FrameStatus::invalid);
  CHECK(cut_frame(from_hex("51ffffffff"), {}, frame) == FrameStatus::invalid);
  Limits small;
  small.message_octets = 100;
  CHECK(cut_frame(from_hex("5100000065"), small, frame) == FrameStatus::invalid);
  CHECK(cut_frame(from_hex("5100000064"), small, frame) == FrameStatus::need_more);
}

TEST_CASE("each message of a client that lost its tail is malformed") {
  const std::vector<Buffer> messages = {query("select 1"),
                                        parse("a", "select $1", {23, 25}),
                                        bind("p", "s", {"1", std::nullopt, "abc"}, 1, 1),
                                        describe('S', "a"),
                                        execute("p", 5),
                                        close('P', "p"),
                                        message('f', std::string("why\0", 4))};
  for (const Buffer& whole : messages) {
    FrontendMessage decoded;
    CHECK(decode(whole, decoded) == FrontendStatus::ok);
    for (std::size_t length = 5; length < whole.size(); ++length) {
      Buffer cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
      ByteWriter(cut).patch_be(1, static_cast<std::uint32_t>(length - 1));
      CAPTURE(length);
      CHECK(decode(cut, decoded) == FrontendStatus::malformed);
    }
    Buffer longer = whole;
    longer.push_back(0);
    ByteWriter(longer).patch_be(1, static_cast<std::uint32_t>(longer.size() - 1));
    CHECK(decode(longer, decoded) == FrontendStatus::malformed);
  }
}

TEST_CASE("Bind keeps null apart from the empty text") {
  FrontendMessage decoded;
  const Buffer octets =
      bind("portal", "statement", {"", std::nullopt}, 1, 0);  // borrowed by the message
  REQUIRE(decode(octets, decoded) == FrontendStatus::ok);
  const Bind& message = std::get<Bind>(decoded);
  CHECK(message.portal == "portal");
  CHECK(message.statement == "statement");
  REQUIRE(message.parameters.size() == 2);
  CHECK(message.parameters[0] == std::string_view());
  CHECK_FALSE(message.parameters[1].has_value());
  CHECK(format_at(message.parameter_formats, 1) == Format::binary);
  CHECK(format_at(message.result_formats, 7) == Format::text);
}

TEST_CASE("a type octet that no client sends is unknown") {
  FrontendMessage decoded;
  CHECK(decode(message('y', ""), decoded) == FrontendStatus::unknown_type);
}

TEST_CASE("columns survive encoding and decoding, and no truncation of them is taken") {
  const std::vector<Column> columns = {
      {"id", 16385, 1, oid::int4, 4, -1, Format::text},
      {"price", 16385, 3, oid::numeric, -1, 655366, Format::binary}};
  Buffer octets;
  encode_row_description(columns, octets);
  std::vector<Column> decoded;
  CHECK(decode_row_description(Bytes(octets).subspan(5), decoded));
  CHECK(decoded == columns);
  for (std::size_t length = 5; length < octets.size(); ++length)
    CHECK_FALSE(decode_row_description(Bytes(octets).first(length).subspan(5), decoded));
}

TEST_CASE("each message of a server that lost its tail, or has one too many, is malformed") {
  const auto refuses_all_but_whole = [](Bytes whole, auto decode) {
    CHECK(decode(whole));
    understudy::test::for_each_truncation(whole,
                                          [&](Bytes prefix) { CHECK_FALSE(decode(prefix)); });
    Buffer longer(whole.begin(), whole.end());
    longer.push_back(0);
    CHECK_FALSE(decode(longer));
  };
  const auto text = [](std::string_view octets) { return as_bytes(octets); };
  refuses_all_but_whole(text({"SERROR\0C42601\0Mno\0\0", 19}), [](Bytes body) {
    Fields fields;
    return decode_fields(body, fields);
  });
  refuses_all_but_whole(from_hex("0003ffffffff000000000000000161"), [](Bytes body) {
    Cells cells;
    return decode_data_row(body, cells);
  });
  refuses_all_but_whole(text({"TimeZone\0UTC\0", 13}), [](Bytes body) {
    std::string name, value;
    return decode_parameter_status(body, name, value);
  });
  refuses_all_but_whole(text({"SELECT 1\0", 9}), [](Bytes body) {
    std::string tag;
    return decode_command_complete(body, tag);
  });
  refuses_all_but_whole(from_hex("000200000017000003e8"), [](Bytes body) {
    std::vector<Oid> types;
    return decode_parameter_description(body, types);
  });
  refuses_all_but_whole(from_hex("00000200000001"), [](Bytes body) {
    CopyResponse response;
    return decode_copy_response(body, response);
  });
}

TEST_CASE("counts beyond the octets at hand are refused") {
  std::vector<Column> columns;
  CHECK_FALSE(decode_row_description(from_hex("ffff"), columns));
  Cells cells;
  CHECK_FALSE(decode_data_row(from_hex("ffff00000000"), cells));
  CHECK_FALSE(decode_data_row(from_hex("0001000000ff41"), cells));
  std::vector<Oid> types;
  CHECK_FALSE(decode_parameter_description(from_hex("ffff00000017"), types));
  Fields fields;
  CHECK_FALSE(decode_fields(from_hex("534552524f5200"), fields));  // no end
}

TEST_CASE("an image gives back its parts, and no truncation of it is taken") {
  StatementAnswer answer;
  answer.returns_rows = true;
  answer.columns = {{"id", 0, 0, oid::int4, 4, -1, Format::text}};
  answer.rows = {{"1"}, {std::nullopt}};
  answer.tag = "SELECT 2";
  answer.notices = {{{'S', "NOTICE"}, {'M', "hello"}}};
  answer.parameters = {{"TimeZone", "UTC"}};
  const std::string octets = encode_image(answer);
  const auto image = decode_image(as_bytes(octets));
  REQUIRE(image);
  CHECK(image->returns_rows);
  CHECK(image->row_count == 2);
  CHECK(types_of(image->description) == "T");
  CHECK(types_of(image->notices_to_tail) == "NDDC");
  CHECK(types_of(image->statuses) == "S");
  for (std::size_t length = 0; length < octets.size(); ++length)
    CHECK_FALSE(decode_image(as_bytes(octets).first(length)));
}

TEST_CASE("a shape gives back its variants, and no truncation of it is taken") {
  Shape shape;
  shape.partial = true;
  shape.slot_types = {oid::int4, 0};
  shape.variants = {
      {{sql::ValueClass::unknown, sql::ValueClass::string}, ShapeKind::rows, "description"},
      {{sql::ValueClass::number, sql::ValueClass::string}, ShapeKind::no_rows, ""}};
  const std::string octets = encode_shape(shape);
  const auto decoded = decode_shape(as_bytes(octets));
  REQUIRE(decoded);
  CHECK(decoded->partial);
  CHECK_FALSE(decoded->describe_fails);
  CHECK(decoded->slot_types == shape.slot_types);
  CHECK(decoded->variants == shape.variants);
  for (std::size_t length = 0; length < octets.size(); ++length)
    CHECK_FALSE(decode_shape(as_bytes(octets).first(length)));
}

}  // namespace
}  // namespace understudy::postgres
