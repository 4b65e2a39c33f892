#include "store/snapshot_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <system_error>

#include "store/file.hpp"
#include "store/yaml.hpp"

namespace understudy::store {

namespace fs = std::filesystem;

namespace {

constexpr int contents_version = 1;

/// Letters, digits, `.`, `_` and `-` as they are, any other octet as `%2f`.
std::string file_name_of(std::string_view table) {
  std::string name;
  for (const char c : table) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '_' || c == '-';
    name += plain ? std::string(1, c) : fmt::format("%{:02x}", static_cast<unsigned char>(c));
  }
  return name + ".sql";
}

fs::path folder_of(const fs::path& mock_set, const std::string& service) {
  return contents_of(mock_set, service).parent_path() / "rows";
}

fs::path file_of(const fs::path& mock_set, const std::string& service, const std::string& table) {
  return folder_of(mock_set, service) / file_name_of(table);
}

std::optional<Document> read_contents(const fs::path& file, Diagnostics& problems) {
  std::string problem;
  const auto text = read_file(file, Links::follow, problem);
  if (!text) {
    problems.push_back({Severity::error, file.string(), 0, problem,
                        "make it readable, or remove it: then no rows are known"});
    return std::nullopt;
  }
  YamlReader reader(*text, file.string());
  auto document = reader.next(problems);
  const bool sound = document && document->is_object() && document->contains("understudy") &&
                     (*document)["understudy"] == contents_version &&
                     document->contains("recordings") && (*document)["recordings"].is_array() &&
                     document->contains("contents") && (*document)["contents"].is_object() &&
                     (*document)["contents"].contains("tables") &&
                     (*document)["contents"]["tables"].is_array();
  if (sound) return document;
  problems.push_back({Severity::error, file.string(), reader.line(),
                      "not the index of rows that `record` writes",
                      "record again, or remove it: then no rows are known"});
  return std::nullopt;
}

Document document_of_contents(const HeldRows& rows, const std::vector<std::string>& recordings) {
  Document list = Document::array();
  for (const std::string& each : recordings) list.push_back(each);
  return {{"understudy", contents_version}, {"recordings", list}, {"contents", rows.facts}};
}

bool same_rows(const HeldRows& a, const HeldRows& b) {
  return a.facts == b.facts && std::ranges::equal(a.tables, b.tables, [](auto& one, auto& other) {
           return one.name == other.name && one.text == other.text;
         });
}

/// Writes what differs and removes what is no longer among them.
bool write_tables(const fs::path& mock_set, const std::string& service, const HeldRows& rows,
                  std::string& problem) {
  std::error_code error;
  fs::create_directories(folder_of(mock_set, service), error);
  problem = error.message();
  if (error) return false;
  std::set<fs::path> kept;
  for (const HeldTable& table : rows.tables) {
    const fs::path file = file_of(mock_set, service, table.name);
    kept.insert(file);
    std::string ignored;
    if (fs::exists(file) && read_file(file, Links::follow, ignored) == table.text) continue;
    if (!replace_file(file, table.text, problem)) return false;
  }
  for (const fs::path& file : files_in(folder_of(mock_set, service), ".sql", problem))
    if (!kept.contains(file)) fs::remove(file, error);
  return true;
}

}  // namespace

std::optional<SnapshotRows> read_snapshot_rows(const fs::path& mock_set, const std::string& service,
                                               Diagnostics& problems) {
  const fs::path file = contents_of(mock_set, service);
  if (!fs::exists(file)) return std::nullopt;
  auto document = read_contents(file, problems);
  if (!document) return std::nullopt;
  SnapshotRows read;
  for (const Document& each : (*document)["recordings"]) read.recordings.push_back(octets_of(each));
  read.rows.facts = std::move((*document)["contents"]);
  for (const Document& name : read.rows.facts["tables"]) {
    const std::string table = octets_of(name);
    std::string problem;
    auto text = read_file(file_of(mock_set, service, table), Links::follow, problem);
    if (!text) {
      problems.push_back({Severity::error, file_of(mock_set, service, table).string(), 0, problem,
                          "put it back, or remove contents.yaml: then no rows are known"});
      return std::nullopt;
    }
    read.rows.tables.push_back({table, std::move(*text)});
  }
  return read;
}

bool write_snapshot_rows(const fs::path& mock_set, const std::string& service, const HeldRows& rows,
                         const std::string& recording, std::string& problem) {
  const fs::path file = contents_of(mock_set, service);
  Diagnostics unreadable;  // is replaced
  const auto before = read_snapshot_rows(mock_set, service, unreadable);
  std::vector<std::string> recordings;
  if (before && same_rows(before->rows, rows)) recordings = before->recordings;
  if (!recording.empty()) recordings.push_back(recording);
  std::string text = "# Which tables have their rows in the folder rows; written by understudy.\n";
  write_yaml(text, document_of_contents(rows, recordings));
  std::error_code error;
  fs::remove(file, error);
  return write_tables(mock_set, service, rows, problem) && replace_file(file, text, problem);
}

}  // namespace understudy::store
