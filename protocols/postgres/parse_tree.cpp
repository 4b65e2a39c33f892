#include "protocols/postgres/parse_tree.hpp"

#include <pg_query.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "protocols/postgres/request.hpp"
#include "protocols/sql/lexer.hpp"

namespace understudy::postgres {
namespace {

constexpr std::size_t text_cap = 1 << 20;
constexpr int depth_cap = 1000;  // the tree is walked recursively
/// libpg_query writes its tree recursively, without a look at the stack: 350 octets a token at most
/// (nested sub-selects), measured with 15-4.0.0.
constexpr std::size_t token_depth_cap = 6000;
/// Its scanner takes all characters at once that operators are made of, and gives them back one by
/// one where a comment begins among them: comments within comments would take for ever.
constexpr std::size_t opening_cap = 1000;

bool opens_many_comments(std::string_view sql) {
  constexpr std::string_view operators = "~!@#^&|`?+-*/%<>=";
  std::size_t openings = 0;  // without anything else between them
  for (std::size_t i = 0; i + 1 < sql.size() && openings <= opening_cap; ++i)
    if (operators.find(sql[i]) == std::string_view::npos)
      openings = 0;
    else if (sql[i] == '/' && sql[i + 1] == '*')
      ++openings;
  return openings > opening_cap;
}

struct ResultDeleter {
  void operator()(PgQueryParseResult* result) const noexcept {
    pg_query_free_parse_result(*result);
    delete result;
  }
};

/// An upper bound of how deep the tree of a statement is, in tokens: of each element of a list its
/// tokens and the deepest of what stands in parentheses among them. Set operations nest over the
/// elements of their lists.
class DepthBound {
 public:
  static std::size_t of(std::string_view sql) {
    DepthBound bound;
    sql::Lexer lexer(sql, sql_mode());
    for (const sql::Token* token = &lexer.next(); token->kind != sql::TokenKind::end;
         token = &lexer.next())
      bound.take(*token);
    while (bound.levels_.size() > 1) bound.close();
    return bound.levels_.front().depth();
  }

 private:
  struct Level {
    std::size_t tokens = 0, inner = 0;  // of the element under way
    std::size_t deepest = 0;            // of those before it
    std::size_t operations = 0;

    void end_element() noexcept {
      deepest = std::max(deepest, tokens + inner);
      tokens = inner = 0;
    }
    [[nodiscard]] std::size_t depth() const noexcept {
      return operations + std::max(deepest, tokens + inner);
    }
  };

  void take(const sql::Token& token) {
    Level& level = levels_.back();
    if (token.is(',') || token.is(';')) return level.end_element();
    ++level.tokens;
    if (token.is('(') || token.is('['))
      levels_.emplace_back();
    else if ((token.is(')') || token.is(']')) && levels_.size() > 1)
      close();
    else if (combines(token))
      ++level.operations;
  }

  static bool combines(const sql::Token& token) noexcept {
    static constexpr std::array<std::string_view, 3> words = {"union", "intersect", "except"};
    return token.kind == sql::TokenKind::word &&
           std::ranges::any_of(words, [&](std::string_view word) {
             return std::ranges::equal(word, token.text,
                                       [](char a, char b) { return a == (b | 0x20); });
           });
  }

  void close() {
    const std::size_t depth = levels_.back().depth();
    levels_.pop_back();
    levels_.back().inner = std::max(levels_.back().inner, depth);
  }

  std::vector<Level> levels_ = std::vector<Level>(1);
};

bool nests_too_deeply(std::string_view json) noexcept {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (json[i] == '\\')
      ++i;
    else if (json[i] == '"')
      quoted = !quoted;
    else if (!quoted && (json[i] == '{' || json[i] == '[') && ++depth > depth_cap)
      return true;
    else if (!quoted && (json[i] == '}' || json[i] == ']'))
      --depth;
  }
  return false;
}

}  // namespace

std::optional<ParseTree> parse_tree_of(std::string_view sql) {
  if (sql.size() > text_cap || sql.find('\0') != std::string_view::npos) return std::nullopt;
  if (opens_many_comments(sql) || DepthBound::of(sql) > token_depth_cap) return std::nullopt;
  const std::string text(sql);
  const std::unique_ptr<PgQueryParseResult, ResultDeleter> result(
      new PgQueryParseResult(pg_query_parse(text.c_str())));
  if (result->error != nullptr || result->parse_tree == nullptr ||
      nests_too_deeply(result->parse_tree))
    return std::nullopt;
  const ParseTree tree = ParseTree::parse(result->parse_tree, nullptr, false);
  if (!tree.is_object() || !tree.contains("stmts") || tree["stmts"].size() != 1 ||
      !tree["stmts"][0].contains("stmt"))
    return std::nullopt;
  return tree["stmts"][0]["stmt"];
}

}  // namespace understudy::postgres
