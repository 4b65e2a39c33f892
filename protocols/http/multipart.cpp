#include "protocols/http/multipart.hpp"

#include <algorithm>
#include <utility>

#include "protocols/http/ascii.hpp"
#include "understudy/document.hpp"

namespace understudy::http {
namespace {

constexpr std::size_t part_cap = 10'000;

std::optional<Fields> parse_headers(std::string_view lines) {
  Fields fields;
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find("\r\n"));
    lines.remove_prefix(std::min(line.size() + 2, lines.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !is_text(line.substr(0, colon))) return std::nullopt;
    fields.push_back(
        {std::string(line.substr(0, colon)), std::string(trimmed(line.substr(colon + 1)))});
  }
  return fields;
}

std::optional<Part> parse_part(std::string_view octets) {
  if (octets.starts_with("\r\n")) return Part{{}, std::string(octets.substr(2))};
  const std::size_t blank = octets.find("\r\n\r\n");
  if (blank == std::string_view::npos) return std::nullopt;
  auto headers = parse_headers(octets.substr(0, blank));
  if (!headers) return std::nullopt;
  return Part{std::move(*headers), std::string(octets.substr(blank + 4))};
}

}  // namespace

std::optional<std::vector<Part>> parse_multipart(std::string_view octets,
                                                 std::string_view boundary) {
  const std::string delimiter = "\r\n--" + std::string(boundary);
  const std::string_view first = std::string_view(delimiter).substr(2);
  std::size_t at = octets.starts_with(first) ? first.size() : octets.find(delimiter);
  if (boundary.empty() || at == std::string_view::npos) return std::nullopt;
  if (!octets.starts_with(first)) at += delimiter.size();
  std::vector<Part> parts;
  for (;;) {
    octets.remove_prefix(at);
    if (octets.starts_with("--")) return parts;
    const std::size_t line_end = octets.find("\r\n");
    const std::size_t next = octets.find(delimiter);
    if (next == std::string_view::npos || line_end > next || parts.size() == part_cap ||
        !trimmed(octets.substr(0, line_end)).empty())
      return std::nullopt;
    // A part without headers and body: the line end is already that of the next delimiter.
    const std::size_t begin = std::min(line_end + 2, next);
    auto part = parse_part(octets.substr(begin, next - begin));
    if (!part) return std::nullopt;
    parts.push_back(std::move(*part));
    at = next + delimiter.size();
  }
}

}  // namespace understudy::http
