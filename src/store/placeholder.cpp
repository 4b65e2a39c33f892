#include "store/placeholder.hpp"

namespace understudy::store {

std::optional<std::string> expand_template(std::string_view text, const PlaceholderValue& value_of,
                                           std::string& problem) {
  std::string expanded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if ((c == '{' || c == '}') && i + 1 < text.size() && text[i + 1] == c) {
      expanded += c;
      ++i;
    } else if (c == '}') {
      problem = "a } stands without its {, expected {name}; write }} for a brace";
      return std::nullopt;
    } else if (c == '{') {
      const std::size_t end = text.find('}', i);
      if (end == std::string_view::npos) {
        problem = "a { stands without its }, expected {name}; write {{ for a brace";
        return std::nullopt;
      }
      const std::string_view name = text.substr(i + 1, end - i - 1);
      const auto value = value_of(name);
      if (!value) {
        problem = fmt::format("unknown placeholder {{{}}}", name);
        return std::nullopt;
      }
      expanded += *value;
      i = end;
    } else {
      expanded += c;
    }
  }
  return expanded;
}

}  // namespace understudy::store
