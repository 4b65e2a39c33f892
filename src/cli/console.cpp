#include "cli/console.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <string_view>

#include "cli/error_stream.hpp"
#include "understudy/document_text.hpp"

namespace understudy::cli {
namespace {

std::string_view name_of(engine::Incident::Kind kind) {
  switch (kind) {
    case engine::Incident::Kind::guess:
      return "guess";
    case engine::Incident::Kind::miss:
      return "miss";
    case engine::Incident::Kind::note:
      return "note";
  }
  return "";
}

/// `text` with every line indented, behind a label on the first.
std::string indented(std::string_view label, std::string_view text) {
  std::string lines = fmt::format("    {}: ", label);
  for (const char c : text) {
    lines += c;
    if (c == '\n') lines.append(6 + label.size(), ' ');
  }
  return lines + "\n";
}

/// Of 2, 3 and the powers of ten, which are all that is told.
std::string_view ordinal_suffix(std::uint64_t number) {
  return number == 2 ? "nd" : number == 3 ? "rd" : "th";
}

}  // namespace

void print_json(const Document& document) {
  fmt::print("{}\n", json_text(document, JsonForm::indented));
}

std::string joined(const std::vector<std::string>& parts) {
  return fmt::format("{}", fmt::join(parts, ", "));
}

void complain(const std::string& text) {
  write_error("understudy: " + printable(text) + "\n");
}

void print(const Diagnostics& problems) {
  std::string lines;
  for (const Diagnostic& problem : problems) lines += printable(to_string(problem)) + "\n";
  write_error(lines);
}

void print(const engine::Incident& incident, std::uint64_t times) {
  std::string text =
      fmt::format("{} [{}] {}", name_of(incident.kind), incident.service, incident.summary);
  if (times > 1) text += fmt::format(" (for the {}{} time)", times, ordinal_suffix(times));
  text += '\n';
  if (times <= 1 && !incident.detail.empty()) text += indented("detail", incident.detail);
  if (times <= 1 && !incident.hint.empty()) text += indented("hint", incident.hint);
  write_error(printable(text));
}

}  // namespace understudy::cli
