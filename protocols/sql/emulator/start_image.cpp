#include "protocols/sql/emulator/start_image.hpp"

#include <algorithm>
#include <utility>

namespace understudy::sql::emulator {

using contents::DatabaseImage;
using contents::DatumRow;
using contents::Outcome;

/// What stands behind `begin` in a comment at the head of the catalogue.
std::string told_by_head(std::string_view text, std::string_view begin) {
  while (text.starts_with("--")) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (line.starts_with(begin)) return std::string(line.substr(begin.size()));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return {};
}

void forget_contents(contents::Contents& contents) {
  std::vector<std::string> keys;
  for (const auto& [key, state] : contents.book().tables) keys.push_back(key);
  for (const std::string& key : keys) {
    contents.forget_rows(key);
    contents.forget_numbers(key);
  }
  contents.forget_all_numbers();
}

std::string unknown_columns(const contents::TableState& table) {
  std::string columns;
  for (const std::size_t each : table.unknown)
    columns += (columns.empty() ? "" : ", ") + table.definition->columns[each].name;
  return columns.empty() ? columns : "columns whose values are not calculated with: " + columns;
}

Document document_of_start(const std::string& catalogue, const contents::Contents& contents,
                           const Start& start) {
  Document document = {{"catalogue", document_of(catalogue)},
                       {"last_place", start.contents.image->last_place()},
                       {"known", Document::object()}};
  for (const auto& [key, state] : contents.book().tables) {
    if (!state.known) continue;
    Document& unknown = document["known"][key] = Document::array();
    for (std::size_t each = 0; each < state.definition->columns.size(); ++each)
      if (!state.knows(each)) unknown.push_back(each);
  }
  return document;
}

namespace {

/// What the tables of a database look like.
std::vector<DatumRow> layout(contents::Database& database) {
  std::vector<DatumRow> rows;
  if (database.run("SELECT sql FROM sqlite_master ORDER BY rootpage", {}, &rows) != Outcome::done)
    rows.clear();
  return rows;
}

}  // namespace

bool fill_from_image(const Document& document, Bytes octets, contents::Contents& contents,
                     Start& start) {
  const auto image = DatabaseImage::of(as_text(octets), document["last_place"].get<std::int64_t>());
  contents::Database filled(image);
  if (image == nullptr || layout(filled) != layout(contents.database())) return false;
  for (const auto& [key, unknown] : document["known"].items()) {
    contents.empty(key);
    contents.note_known(key);
    for (const Document& column : unknown) contents.forget_column(key, column.get<std::size_t>());
  }
  auto beginning = contents.beginning();
  if (!beginning) return false;
  start.contents = std::move(*beginning);
  start.contents.image = image;
  return true;
}

}  // namespace understudy::sql::emulator
