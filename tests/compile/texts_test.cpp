// Values of any look, looked for in answers.
#include "compile/values/texts.hpp"

#include <doctest/doctest.h>

using namespace understudy;
using namespace understudy::compile;

namespace {

Texts texts_of(std::initializer_list<const char*> values) {
  Texts texts;
  for (const char* value : values) texts.add(value);
  return texts;
}

std::string parts_in(const Texts& texts, const Document& document) {
  std::string found;
  texts.each_part(document, [&](const std::string& text) { found += text + ' '; });
  return found;
}

}  // namespace

TEST_CASE("whole leaves are found, and what stands in quotation marks") {
  const Texts texts = texts_of({"caroline", "4711"});
  const Document row = Document::array({"caroline", 4711, "x caroline", "47110"});
  CHECK(parts_in(texts, {{"rows", row}}) == "caroline 4711 ");
  CHECK(parts_in(texts, R"({"name": "caroline"})") == "caroline ");
}

TEST_CASE("what is shorter than four octets is never one") {
  CHECK(texts_of({"ann"}).empty());
}

TEST_CASE("one within a longer text is hidden, a whole one is not") {
  const Texts texts = texts_of({"caroline"});
  CHECK(texts.hidden_in({{"hello", "Dear caroline!"}}));
  CHECK(texts.hidden_in({{"a", "caroline"}, {"b", "carolines"}}));
  CHECK(!texts.hidden_in({{"a", "caroline"}, {"b", "carolin"}}));
  CHECK(!texts.hidden_in({{"a", R"(["caroline"])"}}));
}
