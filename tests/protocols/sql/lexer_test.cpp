#include "protocols/sql/lexer.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "protocols/sql/literal.hpp"
#include "support.hpp"

using namespace understudy::sql;
using namespace understudy::sql::test;

namespace {

std::string tokens(std::string_view sql, Mode mode) {
  std::string text;
  Lexer lexer(sql, mode);
  for (Token token = lexer.next(); token.kind != TokenKind::end; token = lexer.next())
    text += '<' + std::string(token.text) + '>';
  return text;
}

}  // namespace

TEST_CASE("PostgreSQL text falls into the tokens of its manual") {
  CHECK(tokens("a.b::c[1]", postgres) == "<a><.><b><::><c><[><1><]>");
  CHECK(tokens("1.5e-3 .5 5. 1..2 1e", postgres) == "<1.5e-3><.5><5.><1><.><.2><1e>");
  CHECK(tokens("a$b $1 $12 $tag$x$y$tag$ $$z$$", postgres) ==
        "<a$b><$1><$12><$tag$x$y$tag$><$$z$$>");
  CHECK(tokens("<=-1 @-1 a+-b ->>", postgres) == "<<=><-><1><@-><1><a><+><-><b><->>>");
  CHECK(tokens("E'\\'' e'x' 'a''b' U&'x' B'1' x'F'", postgres) ==
        "<E'\\''><e'x'><'a''b'><U&'x'><B'1'><x'F'>");
  CHECK(tokens("'a'\n'b' 'c' 'd'", postgres) == "<'a'\n'b'><'c'><'d'>");
  CHECK(tokens("x := y ; z => 1", postgres) == "<x><:=><y><;><z><=>><1>");
}

TEST_CASE("MySQL text falls into the tokens of its manual") {
  CHECK(tokens("`a``b`.c @x @@session.y @'z' 'h'@'%'", mysql) ==
        "<`a``b`><.><c><@x><@@session.y><@'z'><'h'><@'%'>");
  CHECK(tokens("0x1F 0b01 0xZ x'1F' 1a t.1a", mysql) == "<0x1F><0b01><0xZ><x'1F'><1a><t><.><1a>");
  CHECK(tokens("a<=>b:=c->>'$' -- x\n--5 #y", mysql) == "<a><<=>><b><:=><c><->>><'$'><-><-><5>");
  CHECK(tokens("/*!40101 a */ b /*+ c */ /* d */", mysql) == "</*!40101><a><*/><b></*+ c */>");
  CHECK(tokens("'a\\'b' \"c\\\"d\"", mysql) == "<'a\\'b'><\"c\\\"d\">");
}

TEST_CASE(
    "every octet of a text is in a token, white space or a comment, and none is read beyond its "
    "end") {
  const std::vector<std::string_view> texts = {
      "select E'a\\'b', U&\"x\", $t$ y $t$, /* /* */ */ 1.5e+3 -- z\n from \"q\"\"r\" where "
      "a->>'k' = $1;",
      "select `a``b`, 0x1F, b'1', @@x, /*!40101 y */ 'c\\'d' # e\n from t where f <=> ? -- g",
  };
  for (const std::string_view text : texts) {
    for (std::size_t length = 0; length <= text.size(); ++length) {
      for (const Mode mode : {postgres, mysql}) {
        const std::string copy(text.substr(0, length));
        Lexer lexer(copy, mode);
        std::size_t covered = 0;
        for (Token token = lexer.next(); token.kind != TokenKind::end; token = lexer.next()) {
          REQUIRE(!token.text.empty());
          REQUIRE(lexer.begin_of(token) >= covered);
          covered = lexer.begin_of(token) + token.text.size();
          REQUIRE(covered <= copy.size());
          REQUIRE(covered == lexer.offset());
        }
        CHECK(lexer.offset() == copy.size());
      }
    }
  }
}

TEST_CASE("executed comments that begin and never end cost time in proportion") {
  constexpr std::size_t count = 300'000;
  const auto began = std::chrono::steady_clock::now();
  std::string sql;
  for (std::size_t i = 0; i < count; ++i) sql += "/*!50000 ";
  std::size_t found = 0;
  Lexer lexer(sql, mysql);
  while (lexer.next().kind == TokenKind::comment_open) ++found;
  CHECK(found == count);
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(10));
}

TEST_CASE("words are found in any case and only whole") {
  CHECK(find_word("SELECT").word == Word::select);
  CHECK(find_word("sElEcT").word == Word::select);
  CHECK(find_word("selec").word == Word::none);
  CHECK(find_word("selects").word == Word::none);
  CHECK(find_word("").word == Word::none);
  CHECK(find_word(std::string(1000, 'a')).word == Word::none);
  CHECK((find_word("where").flags & value_follows) != 0);
  CHECK((find_word("varchar").flags & type_name) != 0);
  CHECK((find_word("Count").flags & space_matters) != 0);
}
