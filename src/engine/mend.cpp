#include "engine/mend.hpp"

#include <fmt/format.h>

#include "store/yaml.hpp"
#include "understudy/document_text.hpp"

namespace understudy::engine {
namespace {

constexpr std::size_t longest_line = 300;  // beyond it nobody copies a command from an error

bool means(const Protocol& protocol, const Document& request, std::string_view canonical) {
  std::vector<Problem> problems;
  const Identity identity = protocol.new_analyser()->identify(request, problems);
  return problems.empty() && identity.canonical == canonical;
}

/// Descriptions show every placeholder as `?`; some protocols number theirs.
Document numbered(Document node, int& number) {
  if (node.is_structured()) {
    for (Document& item : node) item = numbered(std::move(item), number);
  } else if (node.is_string()) {
    std::string text;
    for (const char c : node.get_ref<const std::string&>())
      text += c == '?' ? fmt::format("${}", ++number) : std::string(1, c);
    return text;
  }
  return node;
}

std::string quoted_for_shell(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

bool is_printable(std::string_view text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return false;
  return true;
}

}  // namespace

std::optional<Document> request_of(const Protocol& protocol, std::string_view canonical) {
  Document described = protocol.describe(canonical);
  if (means(protocol, described, canonical)) return described;
  if (const auto sql = described.find("sql"); described.is_object() && sql != described.end()) {
    int number = 0;
    *sql = numbered(*sql, number);
    if (means(protocol, described, canonical)) return described;
  }
  return std::nullopt;
}

std::optional<std::string> line_of(const Protocol& protocol, std::string_view canonical) {
  std::string line = protocol.summarise(protocol.describe(canonical));
  if (is_printable(line) && means(protocol, request_from_line(protocol, line), canonical))
    return line;
  const auto request = request_of(protocol, canonical);
  if (!request) return std::nullopt;
  line = json_text(*request);
  if (!means(protocol, request_from_line(protocol, line), canonical)) return std::nullopt;
  return line;
}

Document request_from_line(const Protocol& protocol, std::string_view line) {
  if (line.starts_with('{')) {
    Document request = parse_json(line);
    if (request.is_object()) return request;
  }
  return protocol.request_from_text(line);
}

std::string rule_command(const Protocol& protocol, std::string_view service,
                         std::string_view canonical) {
  // A request far beyond that has no line that fits, and finding it out would cost time.
  const bool may_fit = canonical.size() <= 16 * longest_line;
  const auto line = may_fit ? line_of(protocol, canonical) : std::nullopt;
  if (!line || line->size() > longest_line)
    return fmt::format("a file in MOCKSET/rules for service {} (docs/rules.md)", service);
  return fmt::format("understudy explain MOCKSET --service {} --rule {}", service,
                     quoted_for_shell(*line));
}

std::string rule_text(std::string_view service, const Document& request, const Document& answer) {
  std::string text;
  store::write_yaml(
      text,
      {{"rule", {{"service", std::string(service)}}}, {"request", request}, {"answer", answer}});
  return text;
}

}  // namespace understudy::engine
