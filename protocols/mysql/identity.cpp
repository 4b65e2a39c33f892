#include "protocols/mysql/identity.hpp"

#include <algorithm>
#include <charconv>

#include "protocols/sql/batch.hpp"
#include "understudy/document_text.hpp"
#include "understudy/request.hpp"

namespace understudy::mysql {

namespace {

constexpr std::string_view prepare_mark = "(prepare) ";
constexpr std::string_view fields_mark = "(fields) ";
constexpr std::string_view follow_mark = "(after) ";

constexpr std::string_view sources_mark = "(with ";
constexpr std::string_view sent_mark = "(sent ";  // see append_sent

// `infile` of a request without the file's name, which the statement tells.
Document sent_document(std::string_view sent) {
  std::uint64_t octets = 0;
  std::from_chars(sent.data(), sent.data() + sent.size(), octets);
  return {{"octets", octets},
          {"sha256", document_of(sent.substr(std::min(sent.size(), sent.find(' ') + 1)))}};
}

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

}  // namespace

void append_marks(Ask ask, std::string_view database, std::string_view main_database,
                  std::string& canonical) {
  if (database != main_database) {
    canonical += "`";
    canonical += database;
    canonical += "`: ";
  }
  if (ask == Ask::prepare) canonical += prepare_mark;
  if (ask == Ask::fields) canonical += fields_mark;
  if (ask == Ask::follow) canonical += follow_mark;
}

void append_sources(const Document& sources, std::string& canonical) {
  if (!sources.is_object() || sources.empty()) return;
  canonical += sources_mark;
  // A NUL would end the pattern; the text of JSON holds none.
  canonical += json_text(sources, JsonForm::ascii);
  canonical += ") ";
}

std::string shape_key(const sql::Statement& statement, std::string_view database,
                      std::string_view main_database) {
  std::string key;
  append_marks(Ask::run, database, main_database, key);
  key += sql::with_one_row(statement.pattern());
  return key;
}

std::size_t statement_begin(std::string_view canonical) noexcept {
  if (!canonical.starts_with('`')) return 0;
  constexpr std::string_view behind = "`: ";
  const std::size_t end = pattern_of(canonical).find(behind);
  return end == std::string_view::npos ? 0 : end + behind.size();
}

Document describe_canonical(std::string_view canonical) {
  std::string_view rest = canonical;
  std::string database;
  bool elsewhere = false;
  if (rest.starts_with('`')) {
    const std::size_t end = pattern_of(rest).find("`: ");
    if (end != std::string_view::npos) {
      elsewhere = true;
      database = rest.substr(1, end - 1);
      rest.remove_prefix(end + 3);
    }
  }
  const char* key = "sql";
  if (take(rest, prepare_mark))
    key = "prepare";
  else if (take(rest, fields_mark))
    key = "fields";
  else if (take(rest, follow_mark))
    key = "after";
  std::string_view sent;
  if (take(rest, sent_mark)) {
    sent = rest.substr(0, rest.find(") "));
    rest.remove_prefix(std::min(rest.size(), sent.size() + 2));
  }
  Document sources;
  if (take(rest, sources_mark)) {
    const std::size_t end = pattern_of(rest).find("}) ");
    if (end != std::string_view::npos) {
      sources = parse_json(rest.substr(0, end + 1));
      rest.remove_prefix(end + 3);
    }
  }
  Document described = sql::describe(rest);
  Document document = Document::object();
  document[key] = described["sql"];
  if (described.contains("params")) document["params"] = described["params"];
  if (elsewhere) document["database"] = database;
  if (!sent.empty()) document["infile"] = sent_document(sent);
  if (sources.is_object()) document["variables"] = std::move(sources);
  return document;
}

std::string summarise_request(const Document& request) {
  if (!request.is_object()) return json_text(request);
  std::string line;
  for (const char* key : {"sql", "prepare", "fields", "after", "implicit"}) {
    const auto found = request.find(key);
    if (found == request.end()) continue;
    if (std::string_view(key) != "sql") line = std::string(key) + " ";
    line += found->is_object() ? summarise_request(*found) : octets_of(*found);
    break;
  }
  if (const auto parameters = request.find("params");
      parameters != request.end() && !parameters->empty())
    line += " " + json_text(*parameters);
  std::ranges::replace_if(
      line, [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  return line;
}

}  // namespace understudy::mysql
