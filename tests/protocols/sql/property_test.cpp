// What holds for every statement: noise means nothing, everything else means something.
#include <doctest/doctest.h>

#include <random>

#include "protocols/sql/lexer.hpp"
#include "support.hpp"

using namespace understudy;
using namespace understudy::sql;
using namespace understudy::sql::test;

namespace {

using Random = std::mt19937;

const std::vector<std::string_view> postgres_statements = {
    "select id, \"Name\", count(*) from orders o join \"customers\" c on c.id = o.customer_id "
    "where o.total > 10.50 "
    "and c.note like 'x%' escape '!' group by 1, 2 order by 3 limit 10 offset 5",
    "insert into t (a, b, c) values (1, 'x', null), ($1, E'y\\n', true) on conflict (a) do update "
    "set b = excluded.b "
    "returning id, 'done'",
    "update t set a = -5, b = $$dollar$$, c = date '2020-01-01' where d in (1, 2, 3) and e ->> 'k' "
    "= 'v' and f ?| array['g']",
    "with recursive x(n) as (select 1 union all select n + 1 from x where n < 5) delete from t "
    "using x where t.id = x.n",
    "select * from (values (1, 'a')) v(i, s) where i::numeric(10,2) is distinct from 7 and not "
    "exists (select 1 from u "
    "where u.id = v.i and u.ok = false)",
    "create table t (id serial primary key, name varchar(10) not null default 'none')",
};
const std::vector<std::string_view> mysql_statements = {
    "select id, `Name`, t.`order` from Orders t join b on b.id = t.id where t.total > 10.50 and "
    "t.x = 'a' limit 5 offset 6",
    "insert into t (a, b, c) values (1, \"x\", null), (?, x'4D', true) on duplicate key update b = "
    "values(b)",
    "update t set a = -5, b = _utf8mb4'x', c = interval 5 day + now() where d in (1, 2, 3)",
    "delete from t where a = 5 and b <=> null order by c limit 3",
    "replace into t set a = 1, b = b'101'",
};

std::vector<Token> tokens_of(std::string_view sql, Mode mode) {
  std::vector<Token> tokens;
  Lexer lexer(sql, mode);
  for (Token token = lexer.next(); token.kind != TokenKind::end; token = lexer.next())
    tokens.push_back(token);
  return tokens;
}

std::string noise(Random& random, Mode mode) {
  static const std::vector<std::string> common = {" ",         "  ",      "\n",   "\t ",
                                                  " /* x */ ", " -- y\n", "\r\n", " /*a='b'*/ "};
  if (mode.dialect == Dialect::mysql && random() % 8 == 0) return " # z\n";
  return common[random() % common.size()];
}

std::string in_any_case(std::string_view text, Random& random) {
  std::string changed(text);
  for (char& octet : changed)
    if (random() % 2 == 0 && octet >= 'a' && octet <= 'z')
      octet = static_cast<char>(octet - 'a' + 'A');
  return changed;
}

bool case_means_nothing(const Token& token, Mode mode) {
  if (token.kind != TokenKind::word) return false;
  return mode.dialect == Dialect::postgres || (token.entry->flags & mysql_reserved) != 0;
}

std::string disturbed(std::string_view sql, Mode mode, Random& random) {
  std::string text = noise(random, mode);
  const Token* last = nullptr;
  const std::vector<Token> tokens = tokens_of(sql, mode);
  for (const Token& token : tokens) {
    const bool apart =
        token.spaced ||
        (last != nullptr && token.kind == TokenKind::punctuation && random() % 2 == 0 &&
         (last->entry == nullptr || (last->entry->flags & space_matters) == 0));
    if (apart) text += noise(random, mode);
    text +=
        case_means_nothing(token, mode) ? in_any_case(token.text, random) : std::string(token.text);
    last = &token;
  }
  return text + noise(random, mode) + ";";
}

void check_noise(const std::vector<std::string_view>& statements, Mode mode) {
  Random random(7);
  for (const std::string_view sql : statements) {
    const Identity original = identity_of(sql, mode);
    for (int i = 0; i < 200; ++i) {
      const std::string text = disturbed(sql, mode, random);
      CAPTURE(text);
      const Identity identity = identity_of(text, mode);
      REQUIRE(shown(text, mode) == shown(sql, mode));
      REQUIRE(identity.canonical == original.canonical);
      REQUIRE(identity.qualifier == original.qualifier);
    }
  }
}

/// `sql` with the octets of one token replaced.
std::string replaced(std::string_view sql, const Token& token, std::string_view by) {
  const auto begin = static_cast<std::size_t>(token.text.data() - sql.data());
  return std::string(sql.substr(0, begin)) + std::string(by) +
         std::string(sql.substr(begin + token.text.size()));
}

std::string other(const Token& token) {
  switch (token.kind) {
    case TokenKind::number:
      return "98765";
    case TokenKind::string:
      return "'something else'";
    case TokenKind::bits:
      return "x'ABCD'";
    case TokenKind::word:
      return "another";
    case TokenKind::quoted:
      return std::string(1, token.text.back()) + "Another One" + token.text.back();
    case TokenKind::operator_:
      return token.text == "+" ? "*" : "+";
    default:
      return "";
  }
}

void check_changes(const std::vector<std::string_view>& statements, Mode mode) {
  for (const std::string_view sql : statements) {
    const Identity original = identity_of(sql, mode);
    for (const Token& token : tokens_of(sql, mode)) {
      const std::string changed = replaced(sql, token, other(token));
      CAPTURE(changed);
      CHECK_FALSE(matches(original, identity_of(changed, mode)));
    }
  }
}

const std::vector<std::string_view>& vocabulary(Mode mode) {
  static const std::vector<std::string_view> postgres_words = {
      "select", "from",     "where",   "a",     "\"B\"",  "\"select\"", "b",         "1",
      "1.5",    ".5",       "5.",      "'x'",   "E'\\n'", "$1",         "$2",        "(",
      ")",      ",",        ".",       ";",     "::",     ":",          "[",         "]",
      "=",      "-",        "->>",     "?",     "?|",     "null",       "is",        "not",
      "true",   "interval", "order",   "by",    "values", "insert",     "returning", "create",
      "date",   "as",       "varchar", "$$y$$", "x'1F'",  "limit",      "@-",        "*"};
  static const std::vector<std::string_view> mysql_words = {
      "select", "from",    "where",    "a",     "`B`",   "`select`", "A",      "1",
      "1.5",    ".5",      "'x'",      "\"y\"", "?",     "(",        ")",      ",",
      ".",      ";",       ":",        "=",     "-",     "->>",      "null",   "is",
      "not",    "true",    "interval", "order", "by",    "values",   "insert", "returning",
      "create", "date",    "as",       "count", "x'1F'", "0x1",      "limit",  "@a",
      "@@b",    "_binary", "_utf8",    "/*! z", "*/",    "/*+ h */", "*",      "t.1x"};
  return mode.dialect == Dialect::mysql ? mysql_words : postgres_words;
}

std::vector<std::string> meaning(std::string_view sql, Mode mode) {
  std::vector<std::string> tokens;
  for (const Token& token : tokens_of(sql, mode)) tokens.emplace_back(token.text);
  while (!tokens.empty() && tokens.back() == ";") tokens.pop_back();
  return tokens;
}

/// Two soups of tokens that differ in one place have two identities.
void check_soups(Mode mode) {
  Random random(11);
  const auto& words = vocabulary(mode);
  for (int round = 0; round < 20'000; ++round) {
    std::vector<std::string_view> soup(2 + random() % 8);
    for (auto& word : soup) word = words[random() % words.size()];
    const auto text = [&] {
      std::string joined;
      for (const auto& word : soup)
        joined += std::string(word) + (random() % 4 == 0 && word != "-" ? "" : " ");
      return joined;
    };
    const std::string one = text();
    soup[random() % soup.size()] = words[random() % words.size()];
    const std::string two = text();
    CAPTURE(one);
    CAPTURE(two);
    if (meaning(one, mode) == meaning(two, mode)) continue;
    const std::vector<Value> values = {{ValueClass::string, "first", false},
                                       {ValueClass::string, "second", false},
                                       {ValueClass::string, "third", false},
                                       {ValueClass::string, "fourth", false}};
    const bool equal = matches(identity_of(one, mode, values), identity_of(two, mode, values));
    if (equal) CHECK(shown(one, mode) == "the same as " + shown(two, mode));
  }
}

}  // namespace

TEST_CASE("noise changes no identity in PostgreSQL") {
  check_noise(postgres_statements, postgres);
}
TEST_CASE("noise changes no identity in MySQL") {
  check_noise(mysql_statements, mysql);
}
TEST_CASE("every token counts in PostgreSQL") {
  check_changes(postgres_statements, postgres);
}
TEST_CASE("every token counts in MySQL") {
  check_changes(mysql_statements, mysql);
}
TEST_CASE("no two token sequences of PostgreSQL share an identity") {
  check_soups(postgres);
}
TEST_CASE("no two token sequences of MySQL share an identity") {
  check_soups(mysql);
}

TEST_CASE("inlining parameters changes no identity") {
  Random random(13);
  for (const Mode mode : {postgres, mysql}) {
    for (int round = 0; round < 500; ++round) {
      std::string bound = "select a from t where ";
      std::string inlined = bound;
      std::vector<std::string> texts;
      std::vector<ValueClass> classes;
      for (int i = 0; i < 5; ++i) {
        const std::string column =
            (i == 0 ? "" : " and ") + std::string("c") + std::to_string(i) + " = ";
        bound += column + (mode.dialect == Dialect::mysql ? "?" : "$" + std::to_string(i + 1));
        inlined += column;
        if (random() % 3 == 0) {
          texts.push_back(std::to_string(static_cast<std::int32_t>(random())));
          classes.push_back(ValueClass::number);
          inlined += texts.back();
        } else if (random() % 4 == 0) {
          texts.emplace_back();
          classes.push_back(ValueClass::null);
          inlined += "NULL";
        } else {
          texts.emplace_back(random() % 20, static_cast<char>('!' + random() % 90));
          classes.push_back(ValueClass::string);
          inlined += '\'';
          for (const char octet : texts.back()) {
            if (octet == '\'' || (octet == '\\' && mode.dialect == Dialect::mysql))
              inlined += octet;
            inlined += octet;
          }
          inlined += '\'';
        }
      }
      std::vector<Value> values;
      for (std::size_t i = 0; i < texts.size(); ++i)
        values.push_back({classes[i], texts[i], false});
      CAPTURE(inlined);
      const Identity one = identity_of(inlined, mode);
      const Identity two = identity_of(bound, mode, values);
      CHECK(one.canonical == two.canonical);
      CHECK(one.qualifier == two.qualifier);
    }
  }
}
