#include "protocols/mysql/identity.hpp"

#include <algorithm>
#include <charconv>

#include "protocols/sql/batch.hpp"
#include "protocols/sql/words.hpp"
#include "understudy/document_text.hpp"
#include "understudy/request.hpp"

namespace understudy::mysql {

namespace {

constexpr std::string_view prepare_mark = "(prepare) ";
constexpr std::string_view fields_mark = "(fields) ";
constexpr std::string_view command_mark = "(command) ";
constexpr std::string_view follow_mark = "(after) ";

constexpr std::string_view comment_mark = "(comment)", empty_mark = "(empty)";
constexpr std::string_view kill_verb = "kill ";
constexpr std::string_view show_warnings_question = "show warnings";
constexpr char question_end_mark = '\x1f';
constexpr std::string_view settings_mark = "(set ", settings_end = "\x1f) ";
constexpr std::string_view sources_mark = "(with ";
constexpr std::string_view sent_mark = "(sent ";  // see append_sent

// `infile` of a request without the file's name, which the statement tells.
Document sent_document(std::string_view sent) {
  std::uint64_t octets = 0;
  std::from_chars(sent.data(), sent.data() + sent.size(), octets);
  return {{"octets", octets},
          {"sha256", document_of(sent.substr(std::min(sent.size(), sent.find(' ') + 1)))}};
}

// `name=value; name=value`.
Document settings_document(std::string_view mark) {
  Document settings = Document::object();
  while (!mark.empty()) {
    const std::size_t end = std::min(mark.find("; "), mark.size());
    const std::string_view one = mark.substr(0, end);
    const std::size_t equal = std::min(one.find('='), one.size());
    settings[std::string(one.substr(0, equal))] =
        document_of(one.substr(std::min(equal + 1, one.size())));
    mark.remove_prefix(std::min(end + 2, mark.size()));
  }
  return settings;
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
  if (ask == Ask::command) canonical += command_mark;
  if (ask == Ask::follow) canonical += follow_mark;
}

void append_command(std::string_view name, std::string_view octets, std::string& canonical) {
  append_marks(Ask::command, {}, {}, canonical);
  canonical += name;
  if (!octets.empty()) (canonical += ' ') += octets;
}

void append_statement(const sql::Statement& statement, std::string_view text,
                      std::span<const sql::Value> values, std::string& canonical,
                      std::string& qualifier) {
  if (statement.empty()) {
    canonical += holds_comment(text) ? comment_mark : empty_mark;
    return;
  }
  if (statement.pattern().starts_with(kill_verb)) {
    const std::string_view pattern = statement.pattern();
    canonical += pattern.substr(0, pattern.find_first_of("0123456789\x01"));
    return;
  }
  sql::append_identity(statement, values, canonical, qualifier);
}

void append_follow(const sql::Statement& question, std::string_view before,
                   std::string& canonical) {
  append_marks(Ask::follow, {}, {}, canonical);
  if (!question.empty() && !sql::equals_folded(question.pattern(), show_warnings_question)) {
    std::string asked, qualifier;
    sql::append_identity(question, {}, asked, qualifier);
    // Its values are spelled out: the NUL and the slots of the whole are those of `before`.
    const Document described = sql::describe(asked);
    canonical += octets_of(described["sql"]);
    if (described.contains("params"))
      (canonical += ' ') += json_text(described["params"], JsonForm::ascii);
    canonical += question_end_mark;
  }
  canonical += before;
}

bool holds_comment(std::string_view text) noexcept {
  return text.find_first_not_of(" \t\r\n\v\f;") != std::string_view::npos;
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
  constexpr std::string_view behind = "`: ";
  const std::string_view pattern = pattern_of(canonical);
  std::size_t begin = 0;
  if (canonical.starts_with('`'))
    if (const std::size_t end = pattern.find(behind); end != std::string_view::npos)
      begin = end + behind.size();
  if (pattern.substr(begin).starts_with(settings_mark))
    if (const std::size_t end = pattern.find(settings_end, begin); end != std::string_view::npos)
      begin = end + settings_end.size();
  return begin;
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
  if (take(rest, command_mark)) {
    const std::string_view pattern = pattern_of(rest);
    const std::size_t space = pattern.find(' ');
    Document command = {{"command", document_of(pattern.substr(0, space))}};
    if (space != std::string_view::npos) command["octets"] = document_of(pattern.substr(space + 1));
    return command;
  }
  Document settings;
  if (take(rest, settings_mark)) {
    const std::string_view mark = rest.substr(0, pattern_of(rest).find(settings_end));
    settings = settings_document(mark);
    rest.remove_prefix(std::min(rest.size(), mark.size() + settings_end.size()));
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
  Document document = Document::object();
  if (std::string_view(key) == "after")
    if (const std::size_t end = pattern_of(rest).find(question_end_mark);
        end != std::string_view::npos) {
      document["sql"] = document_of(rest.substr(0, end));
      rest.remove_prefix(end + 1);
      document["after"] = describe_canonical(rest);
      return document;
    }
  Document described = sql::describe(rest);
  document[key] = described["sql"];
  if (described.contains("params")) document["params"] = described["params"];
  if (elsewhere) document["database"] = database;
  if (!settings.is_null()) document["settings"] = std::move(settings);
  if (!sent.empty()) document["infile"] = sent_document(sent);
  if (sources.is_object()) document["variables"] = std::move(sources);
  return document;
}

std::string summarise_request(const Document& request) {
  if (!request.is_object()) return json_text(request);
  std::string line;
  for (const char* key : {"sql", "prepare", "fields", "command", "after", "implicit"}) {
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
