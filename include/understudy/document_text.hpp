// Documents as JSON text. Plain functions: whoever calls nlohmann's own parse or dump compiles its
// parser and its serialiser once more.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "understudy/document.hpp"

namespace understudy {

enum class JsonForm : std::uint8_t {
  compact,   ///< one line without white space
  ascii,     ///< the same, other characters as \uXXXX
  indented,  ///< members on lines of their own, two spaces a level
};

/// The tree of a JSON text; `is_discarded()` where `text` is not exactly one JSON value.
[[nodiscard]] Document parse_json(std::string_view text);

/// `node` as JSON. Ill-formed UTF-8 gets replacement characters; a binary node becomes
/// {"bytes":[…],"subtype":null}.
[[nodiscard]] std::string json_text(const Document& node, JsonForm form = JsonForm::compact);

}  // namespace understudy
