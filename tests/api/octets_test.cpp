#include <doctest/doctest.h>

#include "understudy/byte_reader.hpp"
#include "understudy/byte_writer.hpp"
#include "understudy/document.hpp"
#include "understudy/output.hpp"
#include "understudy/receive_buffer.hpp"

using namespace understudy;

namespace {

std::string gathered(const Output& output) {
  std::string all;
  output.for_each_slice([&](Bytes slice) { all += as_text(slice); });
  return all;
}

}  // namespace

TEST_CASE("what a writer writes a reader reads") {
  std::vector<std::uint8_t> buffer;
  ByteWriter writer(buffer);
  writer.be(std::uint16_t{0x1234});
  writer.be(std::uint64_t{0xFEDCBA9876543210});
  writer.le(0x030201, 3);
  writer.c_string("name");
  writer.text("rest");
  ByteReader reader(buffer);
  CHECK(reader.be<std::uint16_t>() == 0x1234);
  CHECK(reader.be<std::uint64_t>() == 0xFEDCBA9876543210);
  CHECK(reader.le(3) == 0x030201);
  CHECK(as_text(reader.until(0)) == "name");
  CHECK(as_text(reader.rest()) == "rest");
  CHECK(reader.complete());
}

TEST_CASE("a short read fails for good and gives nothing") {
  const std::vector<std::uint8_t> buffer = {1, 2, 3};
  ByteReader reader(buffer);
  CHECK(reader.be<std::uint32_t>() == 0);
  CHECK(reader.failed());
  CHECK(reader.take(1).empty());
  CHECK(reader.until(3).empty());
  CHECK_FALSE(reader.complete());
}

TEST_CASE("left-over octets and a missing delimiter are noticed") {
  const std::vector<std::uint8_t> buffer = {'a', 0, 'b'};
  ByteReader reader(buffer);
  CHECK(as_text(reader.until(0)) == "a");
  CHECK_FALSE(reader.complete());
  CHECK(reader.until(0).empty());
  CHECK(reader.failed());
}

TEST_CASE("a length written first is patched afterwards") {
  std::vector<std::uint8_t> buffer;
  ByteWriter writer(buffer);
  writer.be(std::uint32_t{0});
  writer.le(0, 3);
  writer.patch_be(0, std::uint32_t{7});
  writer.patch_le(4, 0xAABBCC, 3);
  CHECK(buffer == std::vector<std::uint8_t>{0, 0, 0, 7, 0xCC, 0xBB, 0xAA});
}

TEST_CASE("borrowed slices keep their place between copied octets") {
  const std::string large(Output::borrow_threshold, 'L');
  Output output;
  output.copy(as_bytes("a"));
  output.borrow(as_bytes(large));
  output.borrow(as_bytes("small"));
  output.borrow(as_bytes(large));
  CHECK(gathered(output) == "a" + large + "small" + large);
  CHECK(output.size() == 6 + 2 * large.size());
  output.clear();
  CHECK(output.empty());
}

TEST_CASE("a receive buffer gives back what was appended and not consumed") {
  ReceiveBuffer buffer;
  std::string expected;
  for (int i = 0; i < 2000; ++i) {
    const std::string chunk(100, static_cast<char>('a' + i % 26));
    buffer.append(as_bytes(chunk));
    expected += chunk;
    buffer.consume(97);
    expected.erase(0, 97);
    REQUIRE(as_text(buffer.pending()) == expected);
  }
}

TEST_CASE("text is well-formed UTF-8 without NUL, everything else is binary") {
  CHECK(is_text("plain, \xC3\xA4, \xE2\x82\xAC, \xF0\x9F\x98\x80"));
  for (const std::string& bad :
       {std::string("\0", 1), std::string("\xC0\x80"), std::string("\xED\xA0\x80"),
        std::string("\xF4\x90\x80\x80"), std::string("\xE2\x82"), std::string("\xFF")})
    CHECK_FALSE(is_text(bad));
  CHECK(document_of("a").is_string());
  CHECK(document_of("\xFF").is_binary());
  CHECK(octets_of(document_of("\xFF\0x")) == "\xFF");
  CHECK(octets_of(Document(7)).empty());
}
