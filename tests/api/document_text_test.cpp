#include "understudy/document_text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "understudy/document_cbor.hpp"

using namespace understudy;

TEST_CASE("a tree is what nlohmann's own parser makes of the text") {
  for (const std::string text :
       {"null", "true", "-7", "18446744073709551615", "1.5e3", "\"a\\u00e9\"", "[]", "{}",
        "[1,[2,{\"a\":[]}],\"x\"]", R"({"b":1,"a":{"c":null},"d":[false]})",
        R"({"a":1,"b":2,"a":3})", R"({"a":1,"a":2,"a":{"b":1,"b":2}})", "", "{", "[1,]", "1 2",
        "{\"a\"}", "nul"}) {
    CAPTURE(text);
    const Document expected = Document::parse(text, nullptr, false);
    const Document made = parse_json(text);
    CHECK(made.is_discarded() == expected.is_discarded());
    if (!expected.is_discarded()) CHECK(made.dump() == expected.dump());
  }
}

TEST_CASE("a large object keeps its order, and of a member that is there twice the last value") {
  std::string text = "{";
  for (int i = 0; i < 1000; ++i)
    text += "\"k" + std::to_string(i % 900) + "\":" + std::to_string(i) + ",";
  text.back() = '}';
  const Document made = parse_json(text);
  CHECK(made.size() == 900);
  CHECK(made.dump() == Document::parse(text).dump());
}

TEST_CASE("CBOR is read back, and what is cut off is no document") {
  Document document = {{"a", {1, -2, 0.5, nullptr, true}}, {"b", {{"c", "text"}}}};
  document["d"] = Document::binary({0, 255, 7});
  const std::vector<std::uint8_t> encoded = Document::to_cbor(document);
  CHECK(read_cbor(encoded) == document);
  for (std::size_t size = 0; size < encoded.size(); ++size) {
    CAPTURE(size);
    CHECK(read_cbor(Bytes(encoded).first(size)).is_discarded());
  }
  const std::vector<std::uint8_t> announces_too_much = {0x9B, 255, 255, 255, 255,
                                                        255,  255, 255, 255};
  CHECK(read_cbor(announces_too_much).is_discarded());
}
