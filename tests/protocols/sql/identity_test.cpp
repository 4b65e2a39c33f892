#include <doctest/doctest.h>

#include "support.hpp"

using namespace understudy;
using namespace understudy::sql;
using namespace understudy::sql::test;

namespace {

Value number(std::string_view text, bool any_spelling = false) {
  return {ValueClass::number, text, any_spelling};
}
Value string(std::string_view text) {
  return {ValueClass::string, text, false};
}
Value untyped(std::string_view text) {
  return {ValueClass::unknown, text, false};
}
constexpr Value null{ValueClass::null, {}, false};

bool same(std::string_view one, std::string_view other, std::vector<Value> values = {},
          Mode mode = postgres) {
  return matches(identity_of(one, mode), identity_of(other, mode, std::move(values)));
}

}  // namespace

TEST_CASE("a literal and a parameter of its class are one request") {
  const std::string_view bound = "select a from t where b = $1";
  CHECK(same("select a from t where b = 5", bound, {number("5")}));
  CHECK(same("select a from t where b = -5", bound, {number("-5")}));
  CHECK(same("select a from t where b = 'x'", bound, {string("x")}));
  CHECK(same("select a from t where b = E'x\\n'", bound, {string("x\n")}));
  CHECK(same("select a from t where b = true", bound, {{ValueClass::boolean, "true", false}}));
  CHECK(same("select a from t where b = null", bound, {null}));
  CHECK(same("select a from t where b = null", bound, {}));
  CHECK(same("select a from t where b = 5", bound, {untyped("5")}));
  CHECK(same("select a from t where b = '5'", bound, {untyped("5")}));
  CHECK(same("select a from t where b = 0x4D", "select a from t where b = ?",
             {{ValueClass::binary, "M", false}}, mysql));
}

TEST_CASE("TRUE is 1 in MySQL, but for what JSON makes of it") {
  const Value one = number("1", true);
  const std::string_view bound = "select a from t where b = ?";
  CHECK(same("select a from t where b = TRUE", bound, {one}, mysql));
  CHECK(same("select a from t where b = false", bound, {number("0")}, mysql));
  CHECK(same("select a from t where b = true", "select a from t where b = 1", {}, mysql));
  CHECK_FALSE(same("select a from t where b = true", bound, {number("0", true)}, mysql));
  CHECK_FALSE(same("select a from t where b = true", bound, {string("true")}, mysql));
  CHECK_FALSE(same("select a from t where b = true", bound, {one}, postgres));
  CHECK_FALSE(same("insert into t values (json_object('a', true))",
                   "insert into t values (json_object('a', ?))", {one}, mysql));
  CHECK_FALSE(same("select a from t where b->'$.c' = true", "select a from t where b->'$.c' = ?",
                   {one}, mysql));
}

TEST_CASE("values of other classes are other requests") {
  const std::string_view bound = "select a from t where b = $1";
  CHECK_FALSE(same("select a from t where b = 5", bound, {string("5")}));
  CHECK_FALSE(same("select a from t where b = '5'", bound, {number("5")}));
  CHECK_FALSE(
      same("select a from t where b = 'true'", bound, {{ValueClass::boolean, "true", false}}));
  CHECK_FALSE(same("select a from t where b = ''", bound, {null}));
  CHECK_FALSE(same("select a from t where b = null", bound, {string("")}));
  CHECK_FALSE(same("select a from t where b = null", bound, {untyped("")}));
  CHECK_FALSE(same("select a from t where b = 5", bound, {number("6")}));
}

TEST_CASE("numbers are compared by value and by spelling where they have one") {
  const std::string_view bound = "select a from t where b = $1";
  CHECK_FALSE(same("select a from t where b = 1.50", "select a from t where b = 1.5"));
  CHECK_FALSE(same("select a from t where b = 1e3", "select a from t where b = 1000"));
  CHECK(same("select a from t where b = 1E3", "select a from t where b = 1e3"));
  CHECK(same("select a from t where b = 1.50", bound, {number("1.50")}));
  CHECK_FALSE(same("select a from t where b = 1.50", bound, {number("1.5")}));
  CHECK(same("select a from t where b = 1.50", bound, {number("1.5", true)}));
  CHECK(same("select a from t where b = 15e-1", bound, {number("1.5", true)}));
  CHECK_FALSE(same("select a from t where b = 1.51", bound, {number("1.5", true)}));
  CHECK(identity_of("select a from t where b = 1.50", postgres).canonical ==
        identity_of("select a from t where b = 15e-1", postgres).canonical);
}

TEST_CASE("a parameter used twice gives its value to both places") {
  CHECK(same("select a from t where b = 5 and c = 6 and d = 5",
             "select a from t where b = $2 and c = $1 and d = $2", {number("6"), number("5")}));
  Statement statement;
  statement.assign("select a from t where b = $2 or c = $2", postgres);
  CHECK(statement.parameter_count() == 2);
  REQUIRE(statement.slots().size() == 2);
  CHECK(statement.slots()[0].parameter == 1);
  CHECK(statement.slots()[1].parameter == 1);
}

TEST_CASE("a canonical request tells every value from every other") {
  const auto of = [](std::vector<Value> values) {
    return identity_of("select a from t where b = $1 and c = $2", postgres, std::move(values))
        .canonical;
  };
  const std::vector<std::string> all = {of({string("a"), string("bc")}),
                                        of({string("ab"), string("c")}),
                                        of({string(""), string("abc")}),
                                        of({string("abc"), string("")}),
                                        of({null, string("abc")}),
                                        of({string("abc"), null}),
                                        of({null, null}),
                                        of({string(""), string("")}),
                                        of({string(std::string_view("\0", 1)), string("")}),
                                        of({string(std::string(200, 'x')), string("")}),
                                        of({string(std::string(20000, 'x')), string("")})};
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) CHECK(all[i] != all[j]);
}

TEST_CASE("the octets that a pattern uses itself are told from those of a statement") {
  const std::string mark = "select a from t where b = \x01";
  CHECK(identity_of(mark, postgres).canonical !=
        identity_of("select a from t where b = 5", postgres).canonical);
  CHECK(identity_of("select '\x01'", postgres).canonical != identity_of("select '\x02"
                                                                        "1'",
                                                                        postgres)
                                                                .canonical);
  const std::string with_nul("select '\0'", 10);
  CHECK(pattern_of(identity_of(with_nul, postgres).canonical).size() > 9);
  CHECK(octets_of(describe(identity_of(with_nul, postgres).canonical)["sql"]) == with_nul);
}

TEST_CASE("a qualifier has four octets for each value") {
  CHECK(identity_of("select a from t where b = 5 and c = 'x' and d = null", postgres)
            .qualifier.size() == 12);
  CHECK(identity_of("select a", postgres).qualifier.empty());
}

TEST_CASE("a description shows the pattern and its values, octets that are no text as binary") {
  const Document shown = describe(identity_of("select a from t where b = $1 and c = $2 and d = 7",
                                              postgres, {string("\xFF"), null})
                                      .canonical);
  CHECK(shown["sql"] == "select a from t where b = ? and c = ? and d = ?");
  REQUIRE(shown["params"].size() == 3);
  CHECK(shown["params"][0].is_binary());
  CHECK(shown["params"][1].is_null());
  CHECK(shown["params"][2] == "7");
  CHECK_FALSE(describe(identity_of("begin", postgres).canonical).contains("params"));
}

TEST_CASE("a description of octets that are no canonical request is still one") {
  const std::string canonical =
      identity_of("select a from t where b = 'xyz' and c = 5", postgres).canonical;
  for (std::size_t length = 0; length <= canonical.size(); ++length)
    CHECK(describe(std::string_view(canonical).substr(0, length)).is_object());
  CHECK(describe(std::string("a\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 13)).is_object());
}

TEST_CASE("a statement object forgets the one before") {
  Statement statement;
  statement.assign("select a from t where b = 'long text' and c = $3", postgres);
  statement.assign("begin", postgres);
  CHECK(statement.pattern() == "begin");
  CHECK(statement.slots().empty());
  CHECK(statement.parameter_count() == 0);
  statement.assign("", postgres);
  CHECK(statement.empty());
}

TEST_CASE("parentheses nested beyond any sense are taken in stride") {
  const std::string deep =
      "select a from t where " + std::string(5000, '(') + "5" + std::string(5000, ')') + " = 6";
  const Identity identity = identity_of(deep, postgres);
  CHECK(identity.canonical != identity_of("select a from t where 5 = 6", postgres).canonical);
  CHECK(identity.qualifier.size() == 8);
}

TEST_CASE("an IN list is a set") {
  const auto same = [](std::string_view one, std::string_view other, Mode mode = postgres) {
    const auto first = identity_of(one, mode), second = identity_of(other, mode);
    return first.canonical == second.canonical && first.qualifier == second.qualifier;
  };
  CHECK(same("select a from t where id in (3, 1, 2)", "select a from t where id in (1, 2, 3)"));
  CHECK(same("select a from t where b = 9 and id not in ('x', 'yy') and c = 8",
             "select a from t where b = 9 and id not in ('yy', 'x') and c = 8"));
  CHECK(same("select a from t where a in (2, 1) and b in (4, 3)",
             "select a from t where a in (1, 2) and b in (3, 4)", mysql));
  CHECK(same("select a from t where id in ('1', 2)", "select a from t where id in (2, '1')"));
  CHECK_FALSE(same("select a from t where id in ('1', 2)", "select a from t where id in (1, '2')"));
  CHECK_FALSE(same("select a from t where a in (1, 2) and b in (3, 4)",
                   "select a from t where a in (3, 4) and b in (1, 2)"));
  CHECK_FALSE(same("select a from t where (a, b) in ((1, 2), (3, 4))",
                   "select a from t where (a, b) in ((2, 1), (3, 4))"));
  CHECK_FALSE(same("insert into t values (1, 2)", "insert into t values (2, 1)"));
}
