#include "protocols/postgres/transcode.hpp"

#include "support.hpp"

namespace understudy::postgres {
namespace {

using test::Buffer;
using test::from_hex;

struct Captured {
  Oid type = 0;
  std::string text;
  Buffer binary;
};

std::vector<Captured> captured_values() {
  std::ifstream file("tests/protocols/postgres/captures/types.txt");
  std::vector<Captured> values;
  Captured value;
  std::string text, binary;
  while (file >> value.type >> text >> binary) {
    value.text = test::text_of(from_hex(text));
    value.binary = from_hex(binary);
    values.push_back(value);
  }
  return values;
}

TEST_CASE("every captured value has in text what the server printed") {
  const auto values = captured_values();
  REQUIRE(values.size() > 140);
  for (const Captured& value : values) {
    std::string text;
    CAPTURE(value.type);
    CAPTURE(value.text);
    CHECK(binary_to_text(value.type, value.binary, text));
    CHECK(text == value.text);
  }
}

TEST_CASE("every captured value has in binary what the server sent") {
  for (const Captured& value : captured_values()) {
    Buffer binary;
    CAPTURE(value.type);
    CAPTURE(value.text);
    CHECK(text_to_binary(value.type, value.text, binary));
    CHECK(binary == value.binary);
  }
}

TEST_CASE(
    "a truncated binary value is refused or is another value, and leaves the text as it was") {
  for (const Captured& value : captured_values()) {
    for (std::size_t length = 0; length < value.binary.size(); ++length) {
      std::string text = "kept";
      const Bytes cut = Bytes(value.binary).first(length);
      if (!binary_to_text(value.type, cut, text))
        CHECK(text == "kept");
      else
        CHECK((text.starts_with("kept") && text != "kept" + value.text));
    }
  }
}

TEST_CASE("a truncated text never crashes and leaves the octets as they were where it is refused") {
  std::size_t refused = 0;
  for (const Captured& value : captured_values()) {
    for (std::size_t length = 0; length < value.text.size(); ++length) {
      Buffer binary = {7};
      if (text_to_binary(value.type, std::string_view(value.text).substr(0, length), binary))
        continue;
      CHECK(binary == Buffer{7});
      ++refused;
    }
  }
  CHECK(refused > 300);
}

TEST_CASE("parameters of different drivers come to one text") {
  CHECK(canonical_text(oid::timestamptz, "2026-11-21T08:00:00.000+01:00") ==
        "2026-11-21 07:00:00+00");
  CHECK(canonical_text(oid::timestamptz, "2026-11-21 07:00:00Z") == "2026-11-21 07:00:00+00");
  CHECK(canonical_text(oid::timestamp, "2026-11-21T07:00:00.500") == "2026-11-21 07:00:00.5");
  CHECK(canonical_text(oid::uuid, "{3F2504E0-4F89-11D3-9A0C-0305E82C3301}") ==
        "3f2504e0-4f89-11d3-9a0c-0305e82c3301");
  CHECK(canonical_text(oid::boolean, "TRUE") == "t");
  CHECK(canonical_text(oid::boolean, "off") == "f");
  CHECK(canonical_text(oid::bytea, "a\\\\b\\001") == "\\x615c6201");
  CHECK(canonical_text(oid_of("int4[]"), "{ 1}") == "{ 1}");  // not understood: as it was given
}

TEST_CASE("text that is no value of the type stays as it was given") {
  CHECK(canonical_text(oid::timestamptz, "yesterday") == "yesterday");
  CHECK(canonical_text(oid::timestamp, "2023-02-29 00:00:00") == "2023-02-29 00:00:00");
  CHECK(canonical_text(oid::uuid, "nope") == "nope");
  CHECK(canonical_text(oid::boolean, "perhaps") == "perhaps");
  CHECK(canonical_text(oid::boolean, "") == "");
}

TEST_CASE(
    "an array that announces more elements than it holds is refused before anything is allocated") {
  // one dimension of 2^24 elements of int4, and no octet of them
  std::string text;
  CHECK_FALSE(binary_to_text(1007, from_hex("0000000100000000000000170100000000000001"), text));
  // eight dimensions
  CHECK_FALSE(binary_to_text(1007, from_hex("000000080000000000000017"), text));
  CHECK(text.empty());
}

TEST_CASE("a composite prints its fields, and null is not the empty text") {
  // (1,,"",a b) of int4, text, text, text
  std::string text;
  CHECK(binary_to_text(oid::record,
                       from_hex("00000004"
                                "00000017"
                                "00000004"
                                "00000001"
                                "00000019"
                                "ffffffff"
                                "00000019"
                                "00000000"
                                "00000019"
                                "00000003"
                                "612062"),
                       text));
  CHECK(text == "(1,,\"\",\"a b\")");
}

}  // namespace
}  // namespace understudy::postgres
