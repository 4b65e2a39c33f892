// JSON texts (RFC 8259): compared by meaning, kept as trees where that loses nothing.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "understudy/document.hpp"

namespace understudy::http {

/// The same text for all texts of one meaning: no white space, keys sorted, numbers by value,
/// strings in one spelling. Nothing where `text` is no JSON or nested deeper than the cap.
[[nodiscard]] std::optional<std::string> canonical_json(std::string_view text);

/// How a serialiser spelled a tree: enough to print the same octets again.
struct JsonStyle {
  unsigned indent = 0;       ///< spaces a level, on lines of their own; 0: one line
  bool colon_space = false;  ///< a space after each colon
  bool comma_space = false;  ///< a space after each comma
  bool ascii = false;        ///< other characters as \uXXXX
  bool slashes = false;      ///< "/" as "\/"
  bool newline = false;      ///< ends with a line feed
};

/// Words as a session file holds them: "", "spaced newline", "indent 2 ascii", …
[[nodiscard]] std::string to_string(const JsonStyle& style);
[[nodiscard]] std::optional<JsonStyle> parse_style(std::string_view words);

/// `tree` as text. Binary nodes have no JSON spelling; see has_json_spelling.
[[nodiscard]] std::string write_json(const Document& tree, const JsonStyle& style);
/// False for a tree with binary octets in it, or nested deeper than the cap.
[[nodiscard]] bool has_json_spelling(const Document& tree);

struct StyledTree {
  Document tree;
  JsonStyle style;
};

/// The object or list that `text` is, where writing it gives the very octets of `text` again.
[[nodiscard]] std::optional<StyledTree> exact_tree(std::string_view text);
/// The object or list that `text` is, where it has the same meaning.
[[nodiscard]] std::optional<Document> equivalent_tree(std::string_view text);

/// The offset behind the string whose opening quote stands at `begin`; npos if it never ends.
[[nodiscard]] std::size_t end_of_json_string(std::string_view text, std::size_t begin) noexcept;

}  // namespace understudy::http
