#include "protocols/postgres/parse_tree.hpp"

#include <pg_query.h>

#include <memory>
#include <string>

namespace understudy::postgres {
namespace {

constexpr std::size_t text_cap = 1 << 20;
constexpr int depth_cap = 1000;  // the tree is walked recursively

struct ResultDeleter {
  void operator()(PgQueryParseResult* result) const noexcept {
    pg_query_free_parse_result(*result);
    delete result;
  }
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
