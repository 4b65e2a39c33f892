// Names and values beside each other in text that is in no format of ours: GraphQL, XML, logs.
#include <algorithm>

#include "understudy/secrets.hpp"

namespace understudy {
namespace {

bool is_name_octet(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

/// Where a value stands in `text`.
struct Place {
  std::size_t begin = 0, size = 0;
};

Place quoted(std::string_view text, std::size_t quote) noexcept {
  for (std::size_t i = quote + 1; i < text.size(); ++i) {
    if (text[i] == '\\')
      ++i;
    else if (text[i] == text[quote])
      return {quote + 1, i - quote - 1};
  }
  return {};
}

/// Behind `name` in `name: "x"`, `"name": "x"`, `name="x"`, `name=x`, `<name>x</name>`.
Place value_behind(std::string_view text, std::size_t begin, std::size_t end) noexcept {
  if (end >= text.size()) return {};
  if (text[end] == '>') {
    // An element, its name perhaps behind a prefix.
    if (begin == 0 || (text[begin - 1] != '<' && text[begin - 1] != ':')) return {};
    return {end + 1, std::min(text.find('<', end), text.size()) - end - 1};
  }
  if (text[end] == '"' || text[end] == '\'') ++end;
  const auto skip_blanks = [&] {
    while (end < text.size() && (text[end] == ' ' || text[end] == '\t')) ++end;
  };
  skip_blanks();
  if (end >= text.size() || (text[end] != ':' && text[end] != '=')) return {};
  const bool assigned = text[end] == '=';
  ++end;
  skip_blanks();
  if (end >= text.size()) return {};
  if (text[end] == '"' || text[end] == '\'') return quoted(text, end);
  if (!assigned) return {};
  const std::size_t stop = text.find_first_of(" \t\r\n&;,<>\"')}]", end);
  return {end, std::min(stop, text.size()) - end};
}

}  // namespace

std::optional<std::string> Secrets::without_assignments(std::string_view text) const {
  if (shown_) return std::nullopt;
  std::string cleaned;
  std::size_t copied = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (!is_name_octet(text[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && is_name_octet(text[end])) ++end;
    // What can have no value behind it is no name, which spares most words the look.
    const bool may_be = end < text.size() &&
                        std::string_view(":=>\"' \t").find(text[end]) != std::string_view::npos;
    const Place value = may_be ? value_behind(text, i, end) : Place{};
    const bool secret = value.size > 0 && is_secret_name(text.substr(i, end - i));
    i = end;
    if (!secret || is_placeholder(text.substr(value.begin, value.size))) continue;
    cleaned.append(text, copied, value.begin - copied);
    cleaned += placeholder(text.substr(value.begin, value.size));
    copied = value.begin + value.size;
    i = copied;
  }
  if (copied == 0) return without_shapes(text);
  cleaned.append(text, copied);
  return without_shapes(cleaned).value_or(cleaned);
}

}  // namespace understudy
