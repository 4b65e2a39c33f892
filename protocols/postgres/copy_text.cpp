#include "protocols/postgres/copy_text.hpp"

namespace understudy::postgres {
namespace {

constexpr std::string_view letters = "bfnrtv", octets = "\b\f\n\r\t\v";

/// False for an escape that the server never writes.
bool read_cell(std::string_view text, std::optional<std::string>& cell) {
  if (text == "\\N") return true;
  cell.emplace();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      *cell += text[i];
      continue;
    }
    if (++i == text.size()) return false;
    const std::size_t at = letters.find(text[i]);
    if (at == std::string_view::npos && text[i] != '\\') return false;
    *cell += at == std::string_view::npos ? '\\' : octets[at];
  }
  return true;
}

}  // namespace

std::optional<Row> read_copy_row(std::string_view line) {
  Row row;
  for (;;) {
    const std::size_t end = std::min(line.find('\t'), line.size());
    if (!read_cell(line.substr(0, end), row.emplace_back())) return std::nullopt;
    if (end == line.size()) return row;
    line.remove_prefix(end + 1);
  }
}

void append_copy_row(const Row& row, std::string& text) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (i > 0) text += '\t';
    if (!row[i]) {
      text += "\\N";
      continue;
    }
    for (const char c : *row[i]) {
      const std::size_t at = octets.find(c);
      if (at != std::string_view::npos || c == '\\') text += '\\';
      text += at == std::string_view::npos ? c : letters[at];
    }
  }
  text += '\n';
}

}  // namespace understudy::postgres
