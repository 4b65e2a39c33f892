#include <doctest/doctest.h>

#include <random>

#include "support.hpp"

namespace understudy::store {

namespace {

constexpr std::array pieces = {"a",
                               "b",
                               "Z",
                               "0",
                               "7",
                               " ",
                               " ",
                               "  ",
                               "\n",
                               "\n",
                               "\n\n",
                               "\t",
                               "\r",
                               "\r\n",
                               ":",
                               ": ",
                               "#",
                               " #",
                               "-",
                               "- ",
                               "---",
                               "...",
                               "---\n",
                               "\n---\n",
                               "\n...\n",
                               "?",
                               "? ",
                               ",",
                               "[",
                               "]",
                               "{",
                               "}",
                               "&",
                               "*",
                               "!",
                               "!!",
                               "|",
                               ">",
                               "'",
                               "''",
                               "\"",
                               "\\",
                               "\\n",
                               "%",
                               "@",
                               "`",
                               "=",
                               "<<",
                               "~",
                               "null",
                               "true",
                               "No",
                               "1.0",
                               "1e5",
                               "0x1",
                               "0o7",
                               ".inf",
                               "\x01",
                               "\x04",
                               "\x07",
                               "\x1b",
                               "\x7f",
                               "\xC2\x80",
                               "\xC2\x85",
                               "\xC2\xA0",
                               "\xC3\xA9",
                               "\xE2\x80\xA8",
                               "\xE2\x80\xA9",
                               "\xEF\xBB\xBF",
                               "\xEF\xBF\xBE",
                               "\xF0\x9F\x98\x80",
                               "\xF4\x8F\xBF\xBF",
                               "\xE2\x80\xAE",
                               "SELECT 1",
                               "at: [1, 2]",
                               "\nat: [1, 2]\n",
                               "    x",
                               "\n    x",
                               "$1"};

class Generator {
 public:
  explicit Generator(std::uint32_t seed) : random_(seed) {}

  std::size_t below(std::size_t end) { return random_() % end; }

  std::string text() {
    std::string text;
    const std::size_t count = below(12);
    for (std::size_t i = 0; i < count; ++i) text += pieces[below(pieces.size())];
    if (below(50) == 0) text.append(below(3000), 'x');
    if (below(40) == 0) text += '\0';
    return text;
  }

  double number() {
    const std::uint64_t bits = random_();
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    return below(2) == 0 ? value
                         : static_cast<double>(static_cast<std::int64_t>(bits) >> below(64));
  }

  Document scalar() {
    switch (below(8)) {
      case 0:
        return Document();
      case 1:
        return Document(below(2) == 0);
      case 2:
        return Document(static_cast<std::int64_t>(random_()) >> below(64));
      case 3:
        return Document(static_cast<std::uint64_t>(random_()) >> below(64));
      case 4:
        return Document(number());
      case 5:
        return binary();
      default:
        return Document(text());
    }
  }

  Document binary() {
    std::vector<std::uint8_t> octets(below(below(10) == 0 ? 300 : 9));
    for (auto& octet : octets) octet = static_cast<std::uint8_t>(random_());
    return Document::binary(octets);
  }

  Document document(std::size_t depth) {
    const std::size_t kind = depth == 0 ? 9 : below(10);
    if (kind > 5) return scalar();
    const std::size_t count = below(6);
    Document node = kind % 2 == 0 ? Document::array() : Document::object();
    for (std::size_t i = 0; i < count; ++i) {
      if (node.is_array())
        node.push_back(document(depth - 1));
      else
        node[text()] = document(depth - 1);
    }
    return node;
  }

 private:
  std::mt19937_64 random_;
};

}  // namespace

TEST_CASE("whatever text is written is read back, alone and in every place") {
  Generator generate(1);
  for (int i = 0; i < 4000; ++i) {
    const std::string text = generate.text();
    for (const Document& document :
         {Document(text), Document({{"key", text}, {"next", 1}}), Document::array({text, text, 1}),
          Document(
              {{"outer", {{"inner", text}, {"list", Document::array({Document::array(), text})}}}}),
          Document({{text, Document::array({text})}})}) {
      const std::string yaml = written(document);
      INFO(yaml);
      REQUIRE(same(read_one(yaml), document));
    }
  }
}

TEST_CASE("whatever document is written is read back") {
  for (std::uint32_t seed = 0; seed < 5000; ++seed) {
    Generator generate(seed);
    const Document document = generate.document(4);
    const std::string yaml = written(document);
    INFO("seed " << seed << "\n" << yaml << problems_of(yaml));
    REQUIRE(same(read_one(yaml), document));
    REQUIRE(written(read_one(yaml)) == yaml);
  }
}

TEST_CASE("documents of one stream keep apart") {
  Generator generate(77);
  for (int round = 0; round < 200; ++round) {
    std::vector<Document> documents;
    std::string stream;
    for (int i = 0; i < 5; ++i) {
      documents.push_back(Document({{"d", generate.document(3)}}));
      stream += "---\n" + written(documents.back());
    }
    Diagnostics problems;
    YamlReader reader(stream, "stream.yaml");
    for (const Document& document : documents) {
      const auto found = reader.next(problems);
      REQUIRE(found.has_value());
      REQUIRE(same(*found, document));
    }
    CHECK(reader.at_end());
    CHECK(problems.empty());
  }
}

TEST_CASE("every double is read back to the bit") {
  Generator generate(5);
  for (int i = 0; i < 20000; ++i) {
    const Document number(generate.number());
    REQUIRE(same(read_one(written(number)), number));
  }
}

TEST_CASE("a key of any length is read back") {
  for (std::size_t size = 1; size < 5000; size += 37) {
    const std::string name(size, 'k');
    const Document document = {{name, {{name, 1}, {"list", {1, {{name, "text\nof lines"}}}}}},
                               {"z", 2}};
    REQUIRE(same(read_one(written(document)), document));
  }
}

}  // namespace understudy::store
