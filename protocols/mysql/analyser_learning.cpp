// What the first pass takes from the exchanges: shapes of answers, names of tables, variables.
#include "protocols/mysql/analyser.hpp"

#include <algorithm>

#include "protocols/mysql/analyser_documents.hpp"
#include "protocols/mysql/document_keys.hpp"
#include "protocols/mysql/introspection.hpp"
#include "protocols/mysql/local_infile.hpp"
#include "protocols/mysql/names.hpp"
#include "protocols/mysql/statements.hpp"
#include "protocols/mysql/variables.hpp"
#include "protocols/sql/batch.hpp"
#include "protocols/sql/lower.hpp"

namespace understudy::mysql {
namespace {

using sql::Kind;
using sql::lower;

std::string without_ignore_space(std::string mode) {
  for (const std::string_view part : {"IGNORE_SPACE,", ",IGNORE_SPACE", "IGNORE_SPACE"})
    if (const std::size_t at = mode.find(part); at != std::string::npos)
      return mode.erase(at, part.size());
  return mode;
}

// A statement whose columns only a success can tell.
bool returns_rows(std::string_view pattern) {
  const std::string_view word = pattern.substr(0, pattern.find(' '));
  return word != "insert" && word != "update" && word != "delete" && word != "replace";
}

std::string origin_of(const std::string& schema, const std::string& table,
                      const std::string& column) {
  return lower(schema + '\0' + table + '\0' + column);
}

std::string origin_of(const Column& column) {
  return origin_of(column.schema, column.org_table, column.org_name);
}

// What MariaDB says of a column of JSON to a client that asks.
constexpr std::string_view json_format = "\x01\x04json";

// A column of JSON is one of text to a client that does not ask: LONGTEXT of a binary collation.
bool may_have_format(const Column& column, bool json) {
  if (!column.extended.empty()) return false;
  if (column.type == FieldType::geometry || (json && column.org_name.empty())) return true;
  const bool text = column.type == FieldType::blob || column.type == FieldType::long_blob;
  return text && !column.is_octets() && column.has(column_flag::binary);
}

}  // namespace

// Which names statements write. That a result shows columns of a name does not make it a table:
// MariaDB calls a view so as well. Where it shows columns of a table that the statement does not
// name, a name in it is that of a view.
void MysqlAnalyser::learn_tables(const Mentions& mentions, const Document& answer,
                                 const Surroundings& around) {
  for (const sql::tree::Name& table : mentions.writes) keys_.know(table);
  if (!answer.is_object() || !answer.contains("columns")) return;
  std::set<std::string> named;
  for (const sql::tree::Name& table : mentions.reads) named.insert(spelled_name(table));
  std::vector<Problem> reported_later;
  for (const Column& column : columns_from_document(
           answer["columns"], {around.database, around.mariadb}, "", reported_later)) {
    if (column.org_table.empty() || column.org_name.empty()) continue;
    const std::string base =
        lower((column.schema.empty() ? around.database : column.schema) + "." + column.org_table);
    if (named.contains(base)) continue;
    for (const std::string& name : named)
      if (name.substr(name.find('.') + 1) == lower(column.table) || named.size() == 1)
        views_seen_.emplace(name, base);
  }
}

// What names mean is known when everything was shown: the main database is part of it.
void MysqlAnalyser::settle_tables() {
  define_names();
  declare_formats();
  for (const auto& [text, around] : declaring_)
    for (const DeclaredColumns& declared : declared_columns(text, around.mode))
      rows_.declare(declared.table.find('.') != std::string::npos
                        ? declared.table
                        : lower(around.database) + "." + declared.table,
                    declared);
}

void MysqlAnalyser::define_names() {
  for (; names_defined_ < defined_.size(); ++names_defined_) {
    const auto& [text, around] = defined_[names_defined_];
    keys_.define(text, around.mode, around.database);
  }
  for (const auto& [view, base] : views_seen_) keys_.define_view(view, base);
  views_seen_.clear();
  keys_.settle(main_database());
  facts_.clear();
}

void MysqlAnalyser::learn_shape(const Document& request, const Document& answer,
                                const Surroundings& around) {
  const bool prepared = request.contains("prepare");
  const std::string text = text_of(request, prepared ? "prepare" : "sql");
  if (text.empty() || request.contains("after") || !answer.is_object()) return;
  if (!prepared && answer.contains("columns")) {
    std::vector<Problem> reported_later;
    ResultSet set;
    set.columns = columns_from_document(answer["columns"], {around.database, around.mariadb}, "",
                                        reported_later);
    rows_.learn(set.columns);
    for (const Column& column : set.columns)
      if (column.type == FieldType::timestamp && !column.org_name.empty())
        timestamps_.insert(lower(column.org_name));
    Results results;
    results.list.emplace_back(std::move(set));
    learn_extended(results);
  }
  statement_.assign(text, around.mode);
  const std::pair<std::string, std::string> key(around.database,
                                                sql::with_one_row(statement_.pattern()));
  const auto [found, added] = shapes_.try_emplace(key);
  Shape& shape = found->second;
  std::vector<Problem> ignored;  // `analyse` reports them
  if (request.contains("infile"))
    shape.infile = infile_from_document(request["infile"], ignored).name;
  if (is_error(answer) && !answer.contains("columns")) {
    if (added && is_refusal(answer))
      learn_refusal(answer, shape);
    else if (added && !shape.infile && returns_rows(key.second))
      shapes_.erase(found);
    return;
  }
  shape.error.reset();
  shape.formats_told = shape.formats_told || around.formats_told;
  if (shape.prepared && !prepared) return;
  shape.prepared = prepared;
  shape.columns.clear();
  if (answer.contains("columns"))
    shape.columns = columns_from_document(answer["columns"], {around.database, around.mariadb},
                                          "/answer/columns", ignored);
}

const Mentions& MysqlAnalyser::mentions_in(const std::string& text, const Surroundings& around) {
  statement_.assign(text, around.mode);
  std::pair<std::string, std::string> key(around.database, statement_.pattern());
  const auto known = mentions_.find(key);
  if (known != mentions_.end()) return known->second;
  const bool of_rows = is_of_rows(sql::verb_of(text, around.mode).kind);
  const std::string asked = of_rows ? sql::sql_of_pattern(key.second, sql::Dialect::mysql) : text;
  return mentions_.emplace(std::move(key), mentions_of(asked, around.mode, around.database))
      .first->second;
}

// An insert id: AUTO_INCREMENT numbers the rows of the table.
void MysqlAnalyser::learn_numbers(const Mentions& mentions, const Document& answer) {
  if (!answer.is_object() || !answer.contains("insert_id")) return;
  for (const sql::tree::Name& table : mentions.numbered) rows_.learn_numbers(spelled_name(table));
}

void MysqlAnalyser::learn_extended(const Results& results) {
  for (const Column& column : std::get<ResultSet>(results.list.front()).columns)
    if (!column.extended.empty() && !column.org_name.empty())
      extended_[origin_of(column)] = column.extended;
}

// A column of JSON is known by its DDL as well, unless it is declared in another way too.
void MysqlAnalyser::declare_formats() {
  std::map<std::string, std::set<bool>> declared_json;
  for (const auto& [text, around] : declaring_) {
    if (!around.mariadb) continue;
    for (const DeclaredColumns& declared : declared_columns(text, around.mode)) {
      const std::size_t dot = declared.table.find('.');
      const std::string schema =
          dot == std::string::npos ? around.database : declared.table.substr(0, dot);
      const std::string table = declared.table.substr(dot == std::string::npos ? 0 : dot + 1);
      for (const auto& [column, entry] : declared.columns)
        declared_json[origin_of(schema, table, column)].insert(
            !declared.unknown && std::ranges::count(declared.json, column) != 0);
    }
  }
  for (const auto& [origin, json] : declared_json)
    if (json == std::set<bool>{true}) extended_.try_emplace(origin, json_format);
}

// Statements whose answers may have a column of a format that no recorded client was told.
std::set<std::string> MysqlAnalyser::unknown_formats() const {
  std::set<std::string> unknown;
  for (const auto& [key, shape] : shapes_) {
    if (shape.formats_told) continue;
    const bool json = key.second.find("json") != std::string::npos;
    const bool some = std::ranges::any_of(shape.columns, [&](const Column& column) {
      return may_have_format(column, json) && !extended_.contains(origin_of(column));
    });
    if (!some) continue;
    std::string name;
    append_marks(Ask::run, key.first, main_database(), name);
    unknown.insert(name + key.second);
  }
  return unknown;
}

// What one client was told of a column another would have been told as well, had it asked.
void MysqlAnalyser::add_extended(Results& results) const {
  if (extended_.empty()) return;
  for (Result& result : results.list) {
    auto* set = std::get_if<ResultSet>(&result);
    if (set == nullptr) continue;
    for (Column& column : set->columns)
      if (const auto known = extended_.find(origin_of(column));
          column.extended.empty() && known != extended_.end())
        column.extended = known->second;
  }
}

void MysqlAnalyser::learn_refusal(const Document& answer, Shape& shape) {
  std::vector<Problem> ignored;
  const Results results = answer_from_document(answer, {}, ignored);
  if (const auto* error = std::get_if<ErrorPacket>(&results.list.front())) shape.error = *error;
}

void MysqlAnalyser::learn_variables(const Document& request, const Document& answer) {
  const std::string text = text_of(request, "sql");
  const sql::Mode mode = followed_->session.mode();
  const StatementInfo info = inspect_statement(text, mode, no_variables);
  for (const Assignment& assignment : info.assignments)
    if (!assignment.name.empty()) settable_.insert(assignment.name);
  if (info.kind == Kind::use) ++databases_[info.name];
  if ((info.kind != Kind::select && info.kind != Kind::show) || !answer.is_object()) return;
  const auto asked = parse_introspection(text, mode);
  if (!asked) return;
  const Document& of_session = request.contains("session") ? request["session"] : Document::array();
  const auto depends_on = [&](std::string_view what) {
    return std::ranges::any_of(of_session, [&](const Document& item) {
      return item.is_string() &&
             canonical_variable(item.get_ref<const std::string&>()) == canonical_variable(what);
    });
  };
  for (auto& [name, value] : variables_told(*asked, answer)) {
    if (depends_on(name)) continue;
    const bool of_login = name == "sql_mode" && depends_on(login_mode);
    variables_.emplace(name, of_login ? without_ignore_space(value) : value);
  }
}

}  // namespace understudy::mysql
