// JSON as json and jsonb keep it, taken apart.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace understudy::postgres::emulation {

struct JsonNode {
  enum class Kind : std::uint8_t { null, boolean, number, string, array, object };
  Kind kind = Kind::null;
  /// Of a string what it says; of numbers and booleans as they are written.
  std::string text = {};
  std::vector<JsonNode> elements = {};
  std::vector<std::pair<std::string, JsonNode>> members = {};  ///< in the order of the text
  std::string_view spelled = {};  ///< where it stands in the text that was read

  /// The last member of that name; null where there is none.
  [[nodiscard]] const JsonNode* member(std::string_view name) const;
};

/// Views the text. Nothing for what is none, and for numbers with exponents.
[[nodiscard]] std::optional<JsonNode> read_json(std::string_view text);
/// As jsonb prints it.
[[nodiscard]] std::string print_jsonb(const JsonNode& node);
void append_json_string(std::string_view text, std::string& out);

}  // namespace understudy::postgres::emulation
