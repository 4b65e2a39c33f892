#include "protocols/mysql/answer_secrets.hpp"

#include <algorithm>
#include <array>

#include "protocols/sql/lower.hpp"
#include "protocols/sql/words.hpp"

namespace understudy::mysql {

namespace {

/// So many are remembered; SHOW WARNINGS asks of the statement before.
constexpr std::size_t remembered = 64;
constexpr std::array<std::string_view, 4> system_schemas = {"mysql", "information_schema",
                                                            "performance_schema", "sys"};
constexpr std::array<std::string_view, 5> account_tables = {
    "user", "global_priv", "servers", "password_history", "slave_master_info"};
constexpr std::array<std::string_view, 3> verifier_columns = {"password", "authentication_string",
                                                              "auth_string"};

bool is_of_system(const Column& column) {
  return std::ranges::find(system_schemas, sql::lower(column.schema)) != system_schemas.end();
}

bool is_verifier(const Column& column) {
  const auto is_any = [](const auto& names, std::string_view name) {
    return std::ranges::find(names, sql::lower(name)) != names.end();
  };
  return is_of_system(column) && is_any(verifier_columns, column.name) &&
         (is_any(account_tables, column.table) || is_any(account_tables, column.org_table));
}

/// What mysql_native_password keeps: `*` and 40 hexadecimal digits, wherever they stand in `text`.
std::string without_hashes(std::string text, const Secrets& secrets) {
  constexpr std::size_t digits = 40;
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); };
  for (std::size_t at = text.find('*'); at != std::string::npos; at = text.find('*', at + 1)) {
    const std::string_view hash = std::string_view(text).substr(at, digits + 1);
    if (hash.size() <= digits || !std::ranges::all_of(hash.substr(1), is_digit)) continue;
    const std::string placeholder = secrets.placeholder(hash);
    text.replace(at, digits + 1, placeholder);
    at += placeholder.size() - 1;
  }
  return text;
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

}  // namespace

void hide_parameters(const std::vector<sql::SecretParameter>& secret, sql::Mode mode,
                     const Secrets& secrets, sql::SecretForm form,
                     std::vector<Parameter>& parameters) {
  std::vector<std::string> ignored;
  for (const sql::SecretParameter& one : secret) {
    const auto number = static_cast<std::size_t>(one.index);
    if (number >= parameters.size()) continue;
    Parameter& parameter = parameters[number];
    if (parameter.value_class == sql::ValueClass::null || parameter.text.empty()) continue;
    const std::string hidden =
        sql::without_secret(one, parameter.text, mode, secrets, ignored, form);
    if (hidden == parameter.text) continue;
    parameter = {};
    set_string(parameter, FieldType::var_string, hidden);
  }
}

void hide_names(const sql::StatementSecrets& secrets, std::vector<Column>& columns) {
  for (const sql::ReplacedLiteral& literal : secrets.literals)
    for (Column& column : columns)
      if (column.org_name.empty()) replace_all(column.name, literal.spelled, literal.replaced);
}

void restore_names(const sql::StatementSecrets& live, std::vector<Column>& columns) {
  for (const sql::ReplacedLiteral& literal : live.literals)
    for (Column& column : columns)
      if (column.org_name.empty()) replace_all(column.name, literal.replaced, literal.spelled);
}

void AnswerSecrets::note(const sql::StatementSecrets& secrets) {
  for (const sql::ReplacedLiteral& literal : secrets.literals) {
    if (literal.spelled.size() < 3) continue;
    if (repeated_.size() == remembered) repeated_.erase(repeated_.begin());
    repeated_.push_back(literal);
  }
}

void AnswerSecrets::hide(const std::string& sql, const sql::StatementSecrets& secrets,
                         sql::Mode mode, Results& results) const {
  const bool shows = sql::equals_folded(std::string_view(sql).substr(0, 4), "show");
  for (Result& result : results.list) {
    if (auto* error = std::get_if<ErrorPacket>(&result)) hide(*error);
    if (auto* set = std::get_if<ResultSet>(&result)) {
      if (set->error) hide(*set->error);
      hide_names(secrets, set->columns);
      hide_cells(shows || !secrets.empty(), mode, *set);
    }
  }
}

void AnswerSecrets::hide(ErrorPacket& error) const {
  error.message = without_repeated(std::move(error.message));
}

void AnswerSecrets::hide_cells(bool of_statements, sql::Mode mode, ResultSet& set) const {
  for (std::size_t i = 0; i < set.columns.size(); ++i) {
    const Column& column = set.columns[i];
    const bool told = (of_statements && column.org_table.empty()) || is_of_system(column);
    for (Document& row : set.rows) {
      if (i >= row.size() || !(row[i].is_string() || row[i].is_binary())) continue;
      std::string cell = octets_of(row[i]);
      if (const auto whole = column.org_table.empty() ? hidden_whole(cell) : std::nullopt) {
        row[i] = document_of(*whole);
        continue;
      }
      if (auto cleaned = secrets_.without_patterns(cell)) {
        cell = *std::move(cleaned);
        row[i] = document_of(cell);
      }
      if (!told) continue;
      std::string hidden = is_verifier(column) ? secrets_.placeholder(cell)
                                               : without_hashes(without_repeated(cell), secrets_);
      if (auto cleaned = sql::without_secrets(hidden, mode, secrets_)) hidden = *cleaned;
      if (hidden != cell) row[i] = document_of(hidden);
    }
  }
}

/// What stands for a cell that is a secret of a statement before: a variable that was set to it.
std::optional<std::string> AnswerSecrets::hidden_whole(std::string_view cell) const {
  for (const auto& [spelled, replaced] : repeated_)
    if (spelled.size() == cell.size() + 2 && spelled.substr(1, cell.size()) == cell &&
        replaced.size() > 2)
      return replaced.substr(1, replaced.size() - 2);
  return std::nullopt;
}

/// Errors of syntax repeat the statement. They cut it off after 80 characters: a part of a secret
/// is one. In other errors what looks like a secret is an account, a table, a value.
std::string AnswerSecrets::without_repeated(std::string text) const {
  constexpr std::string_view repeats = " near '", cut_end = "' at line ";
  if (text.find(repeats) == std::string::npos) return text;
  for (const auto& [spelled, replaced] : repeated_) {
    replace_all(text, spelled, replaced);
    const std::size_t end = text.rfind(cut_end);
    if (end == std::string::npos) continue;
    for (std::size_t size = std::min(spelled.size() - 1, end); size > 1; --size) {
      if (std::string_view(text).substr(end - size, size) !=
          std::string_view(spelled).substr(0, size))
        continue;
      text.replace(end - size, size, "'");
      break;
    }
  }
  return text;
}

}  // namespace understudy::mysql
