// The statements of files, for tools that go through many of them.
#pragma once

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "protocols/sql/schema_text.hpp"

namespace understudy::sql::test {

inline std::string text_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The values of `sql:` of a session file, as far as they stand on one line.
inline std::vector<std::string> recorded(const std::string& text) {
  std::vector<std::string> statements;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t key = line.find("sql: ");
    if (key == std::string::npos) continue;
    std::string sql = line.substr(key + 5);
    const bool flow = line.starts_with("request: {");
    const std::size_t end = sql.find(flow ? ", params: " : "\n");
    sql = sql.substr(0, end);
    if (flow && sql.ends_with('}')) sql.pop_back();
    if (const bool quoted = sql.size() > 1 && (sql[0] == '"' || sql[0] == '\''); quoted) continue;
    if (!sql.empty() && sql[0] != '|' && sql[0] != '>') statements.push_back(sql);
  }
  return statements;
}

/// Of a script, or of a recorded session.
inline std::vector<std::string> statements_of(const std::string& path, sql::Mode mode) {
  const std::string text = text_of_file(path);
  if (path.ends_with(".yaml")) return recorded(text);
  std::vector<std::string> statements;
  for (const sql::SchemaStatement& each : sql::schema_statements(text, mode))
    statements.push_back(each.text);
  return statements;
}

}  // namespace understudy::sql::test
