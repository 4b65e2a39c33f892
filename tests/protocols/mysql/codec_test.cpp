// Packets, column definitions, rows and responses, against what real servers sent.
#include <bit>

#include "protocols/mysql/auth.hpp"
#include "protocols/mysql/charset.hpp"
#include "protocols/mysql/commands.hpp"
#include "protocols/mysql/handshake.hpp"
#include "protocols/mysql/lenenc.hpp"
#include "protocols/mysql/parameters.hpp"
#include "protocols/mysql/responses.hpp"
#include "protocols/mysql/rows.hpp"
#include "support.hpp"
#include "support/cuts.hpp"

namespace understudy::mysql::test {
namespace {

Octets encoded(auto&& write) {
  Octets octets;
  ByteWriter writer(octets);
  write(writer);
  return octets;
}

TEST_CASE("a packet of 2^24-1 octets or more is split and rejoined") {
  for (const std::size_t size :
       {0UL, 1UL, 0xFFFFFEUL, 0xFFFFFFUL, 0x1000000UL, 2 * 0xFFFFFFUL, 0x2000000UL}) {
    INFO(size);
    Octets payload(size);
    for (std::size_t i = 0; i < size; i += 4093) payload[i] = static_cast<std::uint8_t>(i);
    const Octets wire = packet(payload, 3);
    FrameReader reader(std::size_t{1} << 30);
    reader.feed(wire);
    Packet read;
    REQUIRE_EQ(reader.next(read), FrameStatus::packet);
    CHECK_EQ(read.first, 3);
    CHECK_EQ(read.last, 3 + size / 0xFFFFFF);
    CHECK(std::ranges::equal(read.payload, payload));
    CHECK_EQ(reader.next(read), FrameStatus::need_bytes);
    CHECK(reader.idle());
  }
}

TEST_CASE("a packet is complete only with its last octet, however it comes") {
  const Octets wire = packet(as_bytes("select 1"));
  Packet read;
  understudy::test::for_each_truncation(wire, [&](Bytes prefix) {
    FrameReader reader(1024);
    reader.feed(prefix);
    CHECK_EQ(reader.next(read), FrameStatus::need_bytes);
  });
  FrameReader pieces(1024);
  understudy::test::for_each_piece(wire, 1, [&](Bytes piece) {
    REQUIRE_EQ(pieces.next(read), FrameStatus::need_bytes);
    pieces.feed(piece);
  });
  REQUIRE_EQ(pieces.next(read), FrameStatus::packet);
  CHECK_EQ(as_text(read.payload), "select 1");
}

TEST_CASE("a packet beyond the cap is refused by its header alone") {
  FrameReader reader(100);
  reader.feed(from_hex("65000000"));
  Packet read;
  CHECK_EQ(reader.next(read), FrameStatus::too_large);
}

TEST_CASE("frames of one packet carry consecutive sequence ids") {
  Octets wire = packet(Octets(0xFFFFFF + 5));
  wire[4 + 0xFFFFFF + 3] = 9;
  FrameReader reader(std::size_t{1} << 30);
  reader.feed(wire);
  Packet read;
  CHECK_EQ(reader.next(read), FrameStatus::out_of_order);
}

TEST_CASE("length-encoded integers have the shortest of four forms") {
  const std::pair<std::uint64_t, const char*> cases[] = {{0, "00"},
                                                         {250, "fa"},
                                                         {251, "fcfb00"},
                                                         {65535, "fcffff"},
                                                         {65536, "fd000001"},
                                                         {0xFFFFFF, "fdffffff"},
                                                         {0x1000000, "fe0000000100000000"}};
  for (const auto& [value, hex] : cases) {
    CHECK_EQ(to_hex(encoded([&](ByteWriter& w) { write_lenenc(w, value); })), hex);
    const Octets wire = from_hex(hex);
    ByteReader reader(wire);
    CHECK_EQ(read_lenenc(reader), value);
    CHECK(reader.complete());
  }
}

TEST_CASE("column definitions of MariaDB 10.11 are decoded and encoded alike") {
  for (const char* hex : {"036465660000000161000c3f0001000000038100000000",
                          "03646566026d780274310274310269640269640c3f000b000000030342000000",
                          "03646566026d78027431027431016101610c2d00c8000000fd0000000000",
                          "036465660000000163000c2d0000000000fd0100270000"}) {
    const Octets wire = from_hex(hex);
    Column column;
    REQUIRE(decode_column(wire, {}, column));
    CHECK_EQ(to_hex(encoded([&](ByteWriter& w) { encode_column(column, {}, w); })), hex);
    for (std::size_t length = 0; length < wire.size(); ++length) {
      Column broken;
      CHECK_FALSE(decode_column(Bytes(wire).first(length), {}, broken));
    }
  }
}

TEST_CASE("OK packets of real servers are decoded") {
  const auto decode = [](const char* hex, std::uint32_t capabilities) {
    OkPacket ok;
    CHECK(decode_ok(from_hex(hex), {capabilities, 0}, ok));
    return ok;
  };
  CHECK_EQ(decode("00000002000000", 0).status, 2);
  CHECK_EQ(decode("00011503000000", 0).insert_id, 0x15);
  const char* update =
      "0001000300000028526f7773206d6174636865643a203120204368616e6765643a203120205761726e696e67733a"
      "2030";
  CHECK_EQ(decode(update, 0).info, "Rows matched: 1  Changed: 1  Warnings: 0");
  CHECK_EQ(decode(update, capability::session_track).info,
           "Rows matched: 1  Changed: 1  Warnings: 0");
  CHECK_EQ(decode("00000002400000000701050474657374", capability::session_track).info, "");
}

TEST_CASE("answers that were cut off are no answers") {
  OkPacket ok;
  CHECK(decode_ok(from_hex("00fcfb001503000000"), {}, ok));
  understudy::test::for_each_truncation(from_hex("00fcfb001503000000"), [&](Bytes prefix) {
    CHECK_FALSE(decode_ok(prefix, {}, ok));
  });
  ErrorPacket error;
  understudy::test::for_each_truncation(
      from_hex("ff2904"), [&](Bytes prefix) { CHECK_FALSE(decode_error(prefix, error)); });
  EofPacket eof;
  CHECK(decode_eof(from_hex("fe00000200"), eof));
  understudy::test::for_each_truncation(
      from_hex("fe00000200"), [&](Bytes prefix) { CHECK_FALSE(decode_eof(prefix, eof)); });
}

TEST_CASE("commands that were cut off or claim more than they hold are refused") {
  // Statement 1 with a BIGINT 7, a NULL and a string "abc".
  const Octets body = from_hex(
      "01000000"
      "00"
      "01000000"
      "02"
      "01"
      "080006"
      "00fd00"
      "0700000000000000"
      "03616263");
  Binding binding;
  Execution execution;
  REQUIRE(decode_execution(body, 3, {}, binding, execution));
  REQUIRE_EQ(execution.parameters.size(), 3);
  understudy::test::for_each_truncation(body, [&](Bytes prefix) {
    Binding fresh;
    CHECK_FALSE(decode_execution(prefix, 3, {}, fresh, execution));
  });
  CHECK_FALSE(decode_execution(body, 1000, {}, binding, execution));
  const Negotiated attributes{capability::query_attributes, 0};
  const Octets query = from_hex(
      "01"
      "01"
      "00"
      "01"
      "0800"
      "0161"
      "0700000000000000"
      "53");
  CHECK_EQ(query_text(query, attributes), "S");
  understudy::test::for_each_truncation(Bytes(query).first(query.size() - 1), [&](Bytes prefix) {
    CHECK_FALSE(query_text(prefix, attributes));
  });
  CHECK_FALSE(query_text(from_hex("feffffffffffffffff0153"), attributes));
  CHECK_FALSE(append_long_data(from_hex("010000000300"), 3, 100, binding));
  CHECK_FALSE(append_long_data(from_hex("0100000000006162"), 3, 1, binding));
}

TEST_CASE("an error is decoded with and without SQLSTATE") {
  ErrorPacket error;
  REQUIRE(decode_error(from_hex("ff290423343230303051756572792077617320656d707479"), error));
  CHECK_EQ(error.code, 1065);
  CHECK_EQ(error.state, "42000");
  CHECK_EQ(error.message, "Query was empty");
  CHECK_EQ(to_hex(encoded([&](ByteWriter& w) { encode_error(error, w); })),
           "ff290423343230303051756572792077617320656d707479");
  const std::string early = "\xFF\x10\x04Too many connections";
  REQUIRE(decode_error(as_bytes(early), error));
  CHECK_EQ(error.state, "");
  CHECK_EQ(error.message, "Too many connections");
}

TEST_CASE("a row is told from its end even where it begins with 0xFE") {
  Octets large_row = {0xFE};
  large_row.resize(0xFFFFFF + 10);
  CHECK_FALSE(is_rows_end(large_row, {}));
  CHECK_FALSE(is_rows_end(large_row, {capability::deprecate_eof, 0}));
  CHECK(is_rows_end(from_hex("fe00000200"), {}));
  CHECK(is_rows_end(from_hex("fe000002000000"), {capability::deprecate_eof, 0}));
}

// The value of a binary row with one column, as text.
std::string binary_cell(Column column, const std::string& hex) {
  std::vector<Cell> cells;
  std::vector<std::string> store;
  const Octets row = from_hex("0000" + hex);
  if (!decode_binary_row(row, {&column, 1}, cells, store)) return "malformed";
  const std::string text(cells[0].value_or("NULL"));
  Octets again;
  ByteWriter writer(again);
  if (!encode_binary_row({&column, 1}, cells, writer)) return "not encoded";
  return to_hex(again) == "0000" + hex ? text : text + " but " + to_hex(again);
}

Column of_type(FieldType type, std::uint8_t decimals = 0, std::uint16_t flags = 0) {
  Column column;
  column.type = type;
  column.decimals = decimals;
  column.flags = flags;
  column.charset = binary_collation;
  return column;
}

TEST_CASE("binary values have the text of the text protocol, and back") {
  CHECK_EQ(binary_cell(of_type(FieldType::tiny), "80"), "-128");
  CHECK_EQ(binary_cell(of_type(FieldType::tiny, 0, column_flag::unsigned_), "80"), "128");
  CHECK_EQ(binary_cell(of_type(FieldType::int24), "ffffffff"), "-1");
  CHECK_EQ(binary_cell(of_type(FieldType::longlong, 0, column_flag::unsigned_), "ffffffffffffffff"),
           "18446744073709551615");
  CHECK_EQ(binary_cell(of_type(FieldType::year, 0, column_flag::unsigned_), "cf07"), "1999");
  CHECK_EQ(binary_cell(of_type(FieldType::time, 1), "0c00000000000a0b0c20a10700"), "10:11:12.5");
  CHECK_EQ(binary_cell(of_type(FieldType::time), "080122000000163b3b"), "-838:59:59");
  CHECK_EQ(binary_cell(of_type(FieldType::time), "00"), "00:00:00");
  CHECK_EQ(binary_cell(of_type(FieldType::date), "04e8070229"), "2024-02-41");
  CHECK_EQ(binary_cell(of_type(FieldType::date), "00"), "0000-00-00");
  CHECK_EQ(binary_cell(of_type(FieldType::datetime), "07e80702030d0e0f"), "2024-02-03 13:14:15");
  CHECK_EQ(binary_cell(of_type(FieldType::datetime), "04e8070203"), "2024-02-03 00:00:00");
  CHECK_EQ(binary_cell(of_type(FieldType::datetime, 6), "0be80702030d0e0f0c000000"),
           "2024-02-03 13:14:15.000012");
  CHECK_EQ(binary_cell(of_type(FieldType::double_, 31), "000000000000f83f"), "1.5");
  CHECK_EQ(binary_cell(of_type(FieldType::float_, 31), "d00f4940"), "3.14159");
  CHECK_EQ(binary_cell(of_type(FieldType::float_, 31), "0000804b"), "16777216");
  CHECK_EQ(binary_cell(of_type(FieldType::newdecimal, 2), "0531322e3530"), "12.50");
  CHECK_EQ(binary_cell(of_type(FieldType::datetime), "05e807020300"), "malformed");
}

TEST_CASE("floating point is printed as MariaDB 10.11 prints it") {
  const std::pair<double, const char*> doubles[] = {
      {1e15, "1e15"},
      {1e14, "100000000000000"},
      {123456789012345678.0, "1.2345678901234568e17"},
      {1e-10, "0.0000000001"},
      {1e-15, "0.000000000000001"},
      {1.5e-16, "1.5e-16"},
      {0.1, "0.1"},
      {999999999999999.9, "999999999999999.9"},
      {1.7976931348623157e308, "1.7976931348623157e308"},
      {5e-324, "5e-324"},
      {0.0, "0"},
      {123456789.0, "123456789"},
      {-1.5e-7, "-0.00000015"}};
  for (const auto& [value, text] : doubles) CHECK_EQ(double_text(value, floating_decimals), text);
  const std::pair<float, const char*> floats[] = {
      {1e15F, "1e15"},         {16777216.0F, "16777200"}, {3.14159265F, "3.14159"},
      {1234567.0F, "1234570"}, {1e10F, "10000000000"},    {99999.95F, "100000"},
      {1e-5F, "0.00001"},      {3.4e38F, "3.4e38"}};
  for (const auto& [value, text] : floats) CHECK_EQ(float_text(value, floating_decimals), text);
  CHECK_EQ(double_text(1.5, 3), "1.500");
}

TEST_CASE("truncated and overlong rows are refused at every length") {
  const Octets text = from_hex("0131fb026162");
  std::vector<Cell> cells;
  REQUIRE(decode_text_row(text, 3, cells));
  CHECK_EQ(cells[0], "1");
  CHECK_FALSE(cells[1].has_value());
  CHECK_EQ(cells[2], "ab");
  for (std::size_t length = 0; length < text.size(); ++length)
    CHECK_FALSE(decode_text_row(Bytes(text).first(length), 3, cells));
  CHECK_FALSE(decode_text_row(text, 2, cells));
}

TEST_CASE("the greeting of a server is decoded and encoded alike") {
  const auto runs = read_capture("pymysql.txt");
  FrameReader reader(1024);
  reader.feed(runs[0].octets);
  Packet read;
  REQUIRE_EQ(reader.next(read), FrameStatus::packet);
  const auto greeting = decode_greeting(read.payload);
  REQUIRE(greeting);
  CHECK_EQ(greeting->version, "5.5.5-10.11.19-MariaDB-0+deb12u1");
  CHECK_EQ(greeting->plugin, native_password);
  CHECK_NE(greeting->offered.mariadb, 0);
  CHECK_EQ(to_hex(encoded([&](ByteWriter& w) { encode_greeting(*greeting, w); })),
           to_hex(read.payload));
  // The last octet only ends the plugin's name, and old servers leave it out.
  understudy::test::for_each_truncation(read.payload, [&](Bytes prefix) {
    const auto cut = decode_greeting(prefix);
    CHECK((!cut || cut->plugin.size() <= greeting->plugin.size()));
    if (prefix.size() < 32) CHECK_FALSE(cut);
  });
}

TEST_CASE("a handshake response is decoded whole or not at all") {
  const auto runs = read_capture("pymysql.txt");
  FrameReader reader(4096);
  reader.feed(runs[1].octets);
  Packet read;
  REQUIRE_EQ(reader.next(read), FrameStatus::packet);
  const Negotiated offered{0xFFFFFFFF & ~capability::ssl, 0};
  const auto response = decode_handshake_response(read.payload, offered);
  REQUIRE(response);
  CHECK_EQ(response->user, "understudy");
  CHECK_EQ(response->database, "understudy");
  CHECK_EQ(response->plugin, native_password);
  CHECK_EQ(response->answer.size(), 20);
  for (std::size_t length = 0; length < 40; ++length)
    CHECK_FALSE(decode_handshake_response(read.payload.first(length), offered));
}

TEST_CASE("answers of both password plugins are verified") {
  Nonce nonce{};
  for (std::size_t i = 0; i < nonce.size(); ++i) nonce[i] = static_cast<std::uint8_t>(i + 40);
  for (const std::string_view plugin : {native_password, caching_sha2_password}) {
    const std::string answer = plugin == native_password ? native_scramble("secret", nonce)
                                                         : sha2_scramble("secret", nonce);
    CHECK(verify_answer(plugin, "secret", nonce, answer));
    CHECK_FALSE(verify_answer(plugin, "Secret", nonce, answer));
    CHECK_FALSE(verify_answer(plugin, "secret", nonce, answer.substr(1)));
    CHECK_FALSE(verify_answer(plugin, "secret", nonce, ""));
    CHECK(verify_answer(plugin, "", nonce, ""));
  }
}

TEST_CASE("text is converted between character sets") {
  const Charset& latin1 = *charset_of(8);
  CHECK_EQ(to_utf8(latin1, "na\xEFve \x80"), "naïve €");
  CHECK_EQ(from_utf8(latin1, "naïve €"), "na\xEFve \x80");
  CHECK_EQ(from_utf8(latin1, "鏡"), "?");
  CHECK_EQ(from_utf8(*charset_of(33), "a😀"), "a?");
  CHECK_EQ(charset_of(224)->name, "utf8mb4");
  CHECK_EQ(charset_of(2304)->name, "utf8mb4");
  CHECK_EQ(charset_of(100), nullptr);
  CHECK_EQ(to_utf8(*charset_named("GBK"), "\xC4\xE3"), "你");
  CHECK_FALSE(to_utf8(*charset_named("hp8"), "\xC4"));
}

}  // namespace
}  // namespace understudy::mysql::test
