#include "protocols/postgres/redact.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "protocols/sql/lower.hpp"

namespace understudy::postgres {
namespace {

/// What shows passwords, or statements and functions in which there may be some.
constexpr std::array<std::string_view, 13> telling_relations = {"pg_authid",
                                                                "pg_shadow",
                                                                "rolpassword",
                                                                "pg_user_mapping",
                                                                "user_mapping_options",
                                                                "pg_subscription",
                                                                "pg_proc",
                                                                "pg_stat_activity",
                                                                "pg_stat_statements",
                                                                "pg_prepared_statements",
                                                                "pg_get_functiondef",
                                                                "pg_foreign_server",
                                                                "conninfo"};
constexpr std::size_t of_verifiers = 3;  // the first ones show verifiers of roles

bool mentions(std::string_view sql, std::string_view name) {
  return !std::ranges::search(sql, name, {}, sql::to_lower).empty();
}

bool is_word_octet(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Replaces `what` in `text` where it stands as a word of its own.
bool replace_words(std::string& text, std::string_view what, const std::string& by) {
  bool replaced = false;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    const std::size_t end = at + what.size();
    if ((at > 0 && is_word_octet(text[at - 1])) ||
        (end < text.size() && is_word_octet(text[end]))) {
      at = end;
      continue;
    }
    text.replace(at, what.size(), by);
    at += by.size();
    replaced = true;
  }
  return replaced;
}

class AnswerRedaction {
 public:
  AnswerRedaction(std::string_view sql, const FoundSecrets& found, const Secrets& secrets)
      : found_(found), secrets_(secrets) {
    for (std::size_t i = 0; i < telling_relations.size(); ++i) {
      if (!mentions(sql, telling_relations[i])) continue;
      tells_ = true;
      verifiers_ = verifiers_ || i < of_verifiers;
    }
  }

  bool clean(StatementAnswer& answer) {
    if (answer.error) clean_fields(*answer.error);
    for (Fields& notice : answer.notices) clean_fields(notice);
    for (Row& row : answer.rows) {
      for (auto& cell : row)
        if (cell) clean_cell(*cell);
      if (tells_) clean_options(answer.columns, row);
    }
    for (std::string& row : answer.copy_out) clean_cell(row);
    for (CursorStep& step : answer.steps) clean(step.answer);
    return changed_;
  }

 private:
  void put(std::string& text, std::string cleaned) {
    if (text == cleaned) return;
    text = std::move(cleaned);
    changed_ = true;
  }

  void clean_cell(std::string& cell) {
    if (auto cleaned = secrets_.without_patterns(cell)) put(cell, *std::move(cleaned));
    if (cell.find("SCRAM-SHA-256$") != std::string::npos)
      put(cell, secrets_.without_shapes(cell).value_or(cell));
    if (verifiers_) clean_md5(cell);
    if (!tells_) return;
    FoundSecrets ignored;
    put(cell, sql::without_secret({0, true}, cell, sql_mode(), secrets_, ignored));
  }

  /// `md5` and 32 hexadecimal digits.
  void clean_md5(std::string& cell) {
    constexpr std::size_t size = 35;
    constexpr std::string_view digits = "0123456789abcdef";
    for (std::size_t at = cell.find("md5"); at != std::string::npos;
         at = cell.find("md5", at + 1)) {
      const std::string_view verifier = std::string_view(cell).substr(at, size);
      if (verifier.size() < size || verifier.find_first_not_of(digits, 3) != std::string::npos ||
          (at > 0 && is_word_octet(cell[at - 1])))
        continue;
      std::string cleaned = cell;
      put(cell, cleaned.replace(at, size, secrets_.placeholder(verifier)));
    }
  }

  /// Options that are told in a row each: name and value.
  void clean_options(const std::vector<Column>& columns, Row& row) {
    bool secret = false;
    for (std::size_t i = 0; i < row.size() && i < columns.size(); ++i) {
      if (columns[i].name == "option_name") secret = row[i] && secrets_.is_secret_name(*row[i]);
      if (columns[i].name == "option_value" && secret && row[i])
        put(*row[i], secrets_.placeholder(*row[i]));
    }
  }

  void clean_fields(Fields& fields) {
    // Shorter ones are words of other meanings as well, but where an error quotes the statement.
    const std::size_t shortest = field(fields, 'C') == "42601" ? 3 : 5;
    for (auto& [code, value] : fields) {
      if (std::string_view("MDHWq").find(code) == std::string_view::npos) continue;
      for (const std::string& secret : found_)
        if (secret.size() >= shortest)
          changed_ = replace_words(value, secret, secrets_.placeholder(secret)) || changed_;
      if (code != 'W' && code != 'q') continue;
      FoundSecrets ignored;
      put(value, sql::without_secret({0, true}, value, sql_mode(), secrets_, ignored));
      if (code == 'W') clean_quoted(value);
    }
  }

  /// `SQL statement "CREATE ROLE a PASSWORD 'x'"`.
  void clean_quoted(std::string& context) {
    constexpr std::string_view begin = "SQL statement \"";
    for (std::size_t at = context.find(begin); at != std::string::npos;
         at = context.find(begin, at + 1)) {
      const std::size_t from = at + begin.size();
      const std::size_t end = std::min(context.find("\"\n", from), context.rfind('"'));
      if (end == std::string::npos || end <= from) continue;
      std::string cleaned = context;
      put(context, cleaned.replace(from, end - from,
                                   without_secrets(cleaned.substr(from, end - from), secrets_)));
    }
  }

  const FoundSecrets& found_;
  const Secrets& secrets_;
  bool tells_ = false, verifiers_ = false, changed_ = false;
};

}  // namespace

std::string without_secrets(std::string_view sql, const Secrets& secrets) {
  return sql::without_secrets(sql, sql_mode(), secrets).value_or(std::string(sql));
}

FoundSecrets replace_secrets(const std::vector<sql::SecretParameter>& secret,
                             Parameters& parameters, const Secrets& secrets) {
  FoundSecrets found;
  for (const sql::SecretParameter& parameter : secret) {
    const auto index = static_cast<std::size_t>(parameter.index);
    if (index < parameters.size() && parameters[index])
      parameters[index] =
          sql::without_secret(parameter, *parameters[index], sql_mode(), secrets, found);
  }
  return found;
}

void replace_secrets(CopySent& copy, const Secrets& secrets) {
  if (auto cleaned = secrets.without_patterns(copy.data)) copy.data = *std::move(cleaned);
}

FoundSecrets replace_secrets(StatementRequest& request, const Secrets& secrets) {
  sql::StatementSecrets in_text = sql::secrets_in(request.sql, sql_mode(), secrets);
  FoundSecrets found = replace_secrets(in_text.parameters, request.parameters, secrets);
  std::ranges::move(in_text.values, std::back_inserter(found));
  if (in_text.cleaned) request.sql = *std::move(in_text.cleaned);
  if (request.copy) replace_secrets(*request.copy, secrets);
  return found;
}

bool replace_secrets(std::string_view sql, const FoundSecrets& found, StatementAnswer& answer,
                     const Secrets& secrets) {
  if (secrets.shows()) return false;
  return AnswerRedaction(sql, found, secrets).clean(answer);
}

}  // namespace understudy::postgres
