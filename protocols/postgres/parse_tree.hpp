// The parse tree of a statement, by PostgreSQL's own grammar. At compile time only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace understudy::postgres {

using ParseTree = nlohmann::json;

/// What stands below a node under one key after the other; null where there is nothing.
template <class... Keys>
[[nodiscard]] const ParseTree& at(const ParseTree& node, const char* key, Keys... rest) {
  static const ParseTree nothing;
  const auto found = node.is_object() ? node.find(key) : node.end();
  if (!node.is_object() || found == node.end()) return nothing;
  if constexpr (sizeof...(rest) == 0)
    return *found;
  else
    return at(*found, rest...);
}

[[nodiscard]] inline std::string text_at(const ParseTree& node, const char* key) {
  const ParseTree& text = at(node, key);
  return text.is_string() ? text.get<std::string>() : std::string();
}
[[nodiscard]] inline bool flag_at(const ParseTree& node, const char* key) {
  const ParseTree& flag = at(node, key);
  return flag.is_boolean() && flag.get<bool>();
}

/// The one statement of `sql` as libpg_query's JSON, `{"SelectStmt": {…}}`; nothing where it does
/// not parse, holds several statements or is beyond reason.
[[nodiscard]] std::optional<ParseTree> parse_tree_of(std::string_view sql);

}  // namespace understudy::postgres
