#include "protocols/mysql/introspection.hpp"

#include <algorithm>
#include <array>

#include "protocols/mysql/charset.hpp"
#include "protocols/mysql/identity.hpp"
#include "protocols/mysql/variables.hpp"
#include "protocols/sql/lexer.hpp"
#include "protocols/sql/literal.hpp"
#include "protocols/sql/lower.hpp"

namespace understudy::mysql {

namespace {

using sql::Token;
using sql::TokenKind;
using sql::Word;

constexpr std::array state_functions = {"connection_id", "last_insert_id", "database",
                                        "schema",        "found_rows",     "row_count"};
// Of the login: the recording tells what the server makes of it.
constexpr std::array user_functions = {"user", "current_user", "session_user", "system_user"};
constexpr std::array state_variables = {"warning_count",   "error_count", "last_insert_id",
                                        "identity",        "insert_id",   "timestamp",
                                        "pseudo_thread_id"};

using sql::lower;

bool contains(std::span<const char* const> names, std::string_view name) {
  return std::ranges::any_of(names, [&](const char* known) { return name == known; });
}

std::string strip_quotes(std::string_view text) {
  const bool quoted =
      text.size() >= 2 && (text.front() == '`' || text.front() == '"' || text.front() == '\'');
  return std::string(quoted ? text.substr(1, text.size() - 2) : text);
}

class SelectParser {
 public:
  SelectParser(std::string_view sql, sql::Mode mode) : sql_(sql), lexer_(sql, mode), mode_(mode) {
    advance();
  }

  std::optional<Introspection> parse() {
    if (token_.word() != Word::select) return std::nullopt;
    advance();
    Introspection asked;
    do {
      Question question;
      if (!parse_item(question)) return std::nullopt;
      asked.questions.push_back(std::move(question));
    } while (take(','));
    if (token_.word() == Word::from) {
      advance();
      if (token_.kind != TokenKind::word || !sql::equals_folded(token_.text, "dual"))
        return std::nullopt;
      advance();
    }
    if (token_.word() == Word::limit) {
      advance();
      if (token_.kind != TokenKind::number || token_.text == "0") return std::nullopt;
      advance();
    }
    (void)take(';');
    if (token_.kind != TokenKind::end) return std::nullopt;
    return asked;
  }

 private:
  void advance() {
    last_end_ = token_.text.empty() ? 0 : lexer_.begin_of(token_) + token_.text.size();
    token_ = lexer_.next();
  }
  bool take(char punctuation) {
    if (!token_.is(punctuation)) return false;
    advance();
    return true;
  }

  bool parse_item(Question& question) {
    if (token_.kind == TokenKind::end) return false;
    const std::size_t begin = lexer_.begin_of(token_);
    if (!parse_value(question)) return false;
    if (question.label.empty()) question.label = sql_.substr(begin, last_end_ - begin);
    const bool as = token_.word() == Word::as;
    if (as) advance();
    const bool alias = token_.kind == TokenKind::quoted || token_.kind == TokenKind::string ||
                       (token_.kind == TokenKind::word && token_.word() != Word::from &&
                        token_.word() != Word::limit);
    if (as && !alias) return false;
    if (!alias) return true;
    question.label = strip_quotes(token_.text);
    advance();
    return true;
  }

  bool parse_value(Question& question) {
    if (token_.kind == TokenKind::variable && token_.text.starts_with("@@")) {
      question.kind = Question::Kind::variable;
      question.name = lower(token_.text.substr(2));
      for (const std::string_view scope : {"session.", "local."})
        if (question.name.starts_with(scope)) question.name.erase(0, scope.size());
      if (question.name.starts_with("global.")) return false;
      advance();
      return true;
    }
    if (token_.kind == TokenKind::number) {
      question.kind = Question::Kind::number;
      question.name = std::string(token_.text);
      advance();
      return question.name.find_first_not_of("0123456789") == std::string::npos &&
             question.name.size() < 10;
    }
    if (token_.kind == TokenKind::string) {
      question.kind = Question::Kind::text;
      if (!sql::append_string_value(token_, mode_, question.name)) return false;
      question.label = question.name;
      advance();
      return true;
    }
    return parse_function(question);
  }

  bool parse_function(Question& question) {
    if (token_.kind != TokenKind::word) return false;
    question.kind = Question::Kind::function;
    question.name = lower(token_.text);
    const bool known = question.name == "version" || contains(state_functions, question.name) ||
                       contains(user_functions, question.name);
    advance();
    if (known && take('(')) return take(')');
    return known && question.name == "current_user";
  }

  std::string_view sql_;
  sql::Lexer lexer_;
  sql::Mode mode_;
  Token token_;
  std::size_t last_end_ = 0;
};

// SHOW [SESSION] VARIABLES [LIKE '…' | WHERE … '…' …] and SHOW WARNINGS | ERRORS.
std::optional<Introspection> parse_show(std::string_view sql, sql::Mode mode) {
  sql::Lexer lexer(sql, mode);
  Token token = lexer.next();
  if (token.word() != Word::show) return std::nullopt;
  token = lexer.next();
  if (token.word() == Word::session || token.word() == Word::local) token = lexer.next();
  Introspection asked;
  if (token.kind != TokenKind::word) return std::nullopt;
  if (sql::equals_folded(token.text, "count")) {
    asked.counts = true;
    for (int i = 0; i < 4; ++i) token = lexer.next();  // ( * ) and what is counted
  }
  asked.errors_only = sql::equals_folded(token.text, "errors");
  if (sql::equals_folded(token.text, "warnings") || asked.errors_only) {
    asked.form = Introspection::Form::show_warnings;
    token = lexer.next();
    return token.kind == TokenKind::end || token.is(';') ? std::optional(asked) : std::nullopt;
  }
  if (!sql::equals_folded(token.text, "variables")) return std::nullopt;
  asked.form = Introspection::Form::show_variables;
  for (token = lexer.next(); token.kind != TokenKind::end; token = lexer.next()) {
    if (token.kind != TokenKind::string) continue;
    std::string text;
    if (!sql::append_string_value(token, mode, text)) return std::nullopt;
    asked.patterns.push_back(lower(text));
  }
  return asked;
}

struct Told {
  std::optional<std::string> value;
  Column column;
};

constexpr std::uint32_t integer_length = 21, connection_length = 10;
/// Of a name, and of `user@host`, in characters.
constexpr std::uint32_t name_length = 64, account_length = 384;

Column column_for(const Question& question, const std::optional<std::string>& value,
                  const Session& session) {
  Column column;
  column.name = question.label;
  const SystemVariable* variable = question.kind == Question::Kind::variable
                                       ? find_system_variable(canonical_variable(question.name))
                                       : nullptr;
  const bool is_variable = question.kind == Question::Kind::variable;
  const bool counted = question.name.ends_with("_id") || question.name.ends_with("_rows") ||
                       question.name == "row_count" || question.name.ends_with("_count") ||
                       question.name == "identity";
  const bool integer = question.kind == Question::Kind::number ||
                       (variable != nullptr && variable->kind != VariableKind::text) ||
                       (question.kind != Question::Kind::text && counted);
  if (integer) {
    const bool number = question.kind == Question::Kind::number;
    const bool connection = !is_variable && question.name == "connection_id";
    const bool truth = variable != nullptr && variable->kind == VariableKind::boolean;
    column.type = number || connection ? FieldType::long_ : FieldType::longlong;
    column.charset = 63;
    column.length = number ? static_cast<std::uint32_t>(question.name.size()) : integer_length;
    if (connection) column.length = connection_length;
    if (truth) column.length = 1;
    column.flags = column_flag::binary;
    if (!is_variable) column.flags |= column_flag::not_null;
    const bool is_unsigned = is_variable ? !truth : question.name.ends_with("_id");
    if (is_unsigned) column.flags |= column_flag::unsigned_;
    return column;
  }
  column.type = FieldType::var_string;
  column.length = static_cast<std::uint32_t>(value ? value->size() : 0);
  column.decimals = session.is_mariadb() ? 39 : 31;
  if (question.kind == Question::Kind::function) {
    if (question.name == "database" || question.name == "schema") column.length = name_length;
    if (contains(user_functions, question.name)) column.length = account_length;
    if (question.name == "version") column.flags |= column_flag::not_null;
  }
  if (question.kind == Question::Kind::text) column.flags |= column_flag::not_null;
  return column;
}

// The present value; an empty optional inside for NULL, nothing outside where it is not known.
std::optional<std::optional<std::string>> value_of(const Question& question,
                                                   const Circumstances& known) {
  using Value = std::optional<std::string>;
  const Session& session = *known.session;
  const std::string& name = question.name;
  if (question.kind == Question::Kind::number || question.kind == Question::Kind::text)
    return Value(name);
  const Aftermath& after = *known.after;
  if (name == "warning_count") return Value(std::to_string(after.warnings));
  if (name == "error_count") return Value(after.error ? "1" : "0");
  if (name == "last_insert_id" || name == "identity") {
    if (!after.last_insert_id) return std::nullopt;
    return Value(std::to_string(*after.last_insert_id));
  }
  if (question.kind == Question::Kind::variable) {
    if (const auto value = session.variable(name)) return value;
    return std::nullopt;
  }
  if (name == "version") {
    if (const auto value = session.variable("version")) return value;
    return std::nullopt;
  }
  if (name == "connection_id") return Value(std::to_string(known.connection_id));
  if (name == "found_rows") {
    if (!after.found_rows) return std::nullopt;
    return Value(std::to_string(*after.found_rows));
  }
  if (name == "row_count") {
    if (!after.row_count) return std::nullopt;
    return Value(std::to_string(*after.row_count));
  }
  if (name == "database" || name == "schema")
    return session.database().empty() ? Value() : Value(session.database());
  return Value(session.user() + "@" + (name == "current_user" ? "%" : "localhost"));
}

bool has_known_type(std::string_view variable) {
  return find_system_variable(canonical_variable(variable)) != nullptr ||
         contains(state_variables, variable);
}

bool is_plain(std::string_view pattern) {
  return pattern.find('%') == std::string_view::npos;
}

Column text_column(std::string name, std::uint32_t length) {
  Column column;
  column.name = std::move(name);
  column.length = length;
  column.flags = column_flag::not_null;
  column.decimals = 39;
  return column;
}

std::optional<ResultSet> show_variables(const Introspection& asked, const Session& session) {
  ResultSet set;
  set.columns = {text_column("Variable_name", 64), text_column("Value", 2048)};
  if (session.is_mariadb()) {
    set.columns.back().length = 4096;
    for (Column& column : set.columns) {
      column.schema = "information_schema";
      column.table = column.org_table = "SESSION_VARIABLES";
      column.flags |= column_flag::no_default;
      column.decimals = 0;
    }
    set.columns.front().org_name = "VARIABLE_NAME";
    set.columns.back().org_name = "VARIABLE_VALUE";
  }
  for (const std::string& pattern : asked.patterns) {
    if (!is_plain(pattern)) return std::nullopt;
    auto value = session.variable(pattern);
    // Which of those that are not in the pack say ON only the recording tells.
    if (!value || !has_known_type(pattern)) return std::nullopt;
    const SystemVariable* variable = find_system_variable(canonical_variable(pattern));
    if (variable != nullptr && variable->kind == VariableKind::boolean)
      value = *value == "1" ? "ON" : "OFF";
    set.rows.push_back(Document::array({pattern, document_of(*value)}));
  }
  return set;
}

std::optional<ResultSet> show_warnings(const Introspection& asked, const Aftermath& known) {
  // What the warnings said is known only where there are none, or where an error is the only one.
  if (!known.error && known.warnings > 0) return std::nullopt;
  ResultSet set;
  if (asked.counts) {
    Column count = text_column(
        asked.errors_only ? "@@session.error_count" : "@@session.warning_count", integer_length);
    count.type = FieldType::longlong;
    count.charset = 63;
    count.flags = column_flag::binary | column_flag::unsigned_;
    count.decimals = 0;
    set.columns = {count};
    set.rows.push_back(Document::array({known.error ? 1 : 0}));
    return set;
  }
  Column code = text_column("Code", 4);
  code.type = FieldType::long_;
  code.charset = 63;
  code.flags = column_flag::not_null | column_flag::unsigned_ | column_flag::binary;
  code.decimals = 0;
  set.columns = {text_column("Level", 7), code, text_column("Message", 512)};
  if (known.error)
    set.rows.push_back(
        Document::array({"Error", known.error->code, document_of(known.error->message)}));
  return set;
}

}  // namespace

namespace {

/// Before a statement: what its user variables were made of.
constexpr std::string_view assigned_mark = "(with ";

/// Whether the statement is an INSERT of values that are all told, so that a number that is none of
/// them is one that the server gave.
bool tells_its_values(std::string_view pattern) {
  constexpr std::string_view sources_end = "}) ";
  if (pattern.starts_with(assigned_mark)) {
    const std::size_t end = pattern.find(sources_end);
    if (end == std::string_view::npos) return false;
    pattern.remove_prefix(end + sources_end.size());
  }
  const std::size_t values = std::min(pattern.find(" values"), pattern.find(" value "));
  const bool puts_in = pattern.starts_with("insert ") || pattern.starts_with("replace ");
  if (!puts_in || values == std::string_view::npos) return false;
  std::string list(pattern.substr(values + 1));
  list.erase(0, std::min(list.find_first_of(" ("), list.size()));
  for (const std::string_view word : {"default", "null"})
    for (std::size_t at = list.find(word); at != std::string::npos; at = list.find(word))
      list.erase(at, word.size());
  // A user variable's value stands before the statement.
  for (std::size_t at = list.find('@'); at != std::string::npos; at = list.find('@'))
    list.erase(at, std::min(list.find_first_of(" ,)", at), list.size()) - at);
  return list.find_first_not_of(std::string(" (),;") + sql::slot_mark) == std::string::npos;
}

}  // namespace

void Aftermath::note(const OkPacket& ok, std::string_view canonical) {
  error.reset();
  row_count = static_cast<std::int64_t>(ok.affected);
  warnings = ok.warnings;
  if (ok.insert_id == 0) return;
  // An OK also tells the number that a statement gave itself, or that of a row that was there
  // before, which LAST_INSERT_ID() does not.
  const std::size_t begin = statement_begin(canonical);
  const std::string_view pattern = pattern_of(canonical).substr(begin);
  const std::size_t values = pattern.starts_with(assigned_mark) ? begin : begin + pattern.size();
  const bool given = canonical.find(std::to_string(ok.insert_id), values) != std::string_view::npos;
  const bool told = !given && tells_its_values(pattern);
  last_insert_id = told ? std::optional(ok.insert_id) : std::nullopt;
}

void Aftermath::note_done(std::string_view spelled) {
  // Functions that name a column are spelled as they were.
  const std::string pattern = lower(spelled);
  // LAST_INSERT_ID(number) sets it, a procedure or a prepared statement may.
  const bool sets =
      pattern.find("last_insert_id(") != pattern.find("last_insert_id()") ||
      pattern.starts_with("call ") || pattern.starts_with("execute ") ||
      (pattern.starts_with("set ") && (pattern.find("last_insert_id") != std::string::npos ||
                                       pattern.find("identity") != std::string::npos));
  if (sets) last_insert_id.reset();
}

void Aftermath::note(const ErrorPacket& failed) {
  error = failed;
  row_count = -1;
  warnings = 1;
}

void Aftermath::note_rows(std::uint64_t rows, std::uint16_t count, std::string_view canonical) {
  error.reset();
  warnings = count;
  row_count = -1;
  found_rows = rows;
  if (canonical.find("sql_calc_found_rows") != std::string_view::npos) found_rows.reset();
}

bool leaves_warnings(const Introspection& asked) {
  if (asked.form != Introspection::Form::select)
    return asked.form == Introspection::Form::show_warnings;
  return !asked.questions.empty() &&
         std::ranges::all_of(asked.questions, [](const Question& question) {
           return question.kind == Question::Kind::variable &&
                  (question.name == "warning_count" || question.name == "error_count");
         });
}

void Aftermath::note_question(const Introspection& asked, std::uint64_t rows) {
  if (asked.form == Introspection::Form::show_warnings) return;
  if (!leaves_warnings(asked)) return note_rows(rows, 0, {});
  row_count = -1;
  found_rows = rows;
}

std::optional<Introspection> parse_introspection(std::string_view sql, sql::Mode mode) {
  if (auto asked = SelectParser(sql, mode).parse()) return asked;
  return parse_show(sql, mode);
}

std::vector<std::string> dependencies_on_state(const Introspection& asked, const Session& session) {
  std::vector<std::string> names;
  const auto add_login_mode = [&](std::string_view variable) {
    if (variable == "sql_mode" && session.has_login_mode()) names.emplace_back(login_mode);
  };
  if (asked.form == Introspection::Form::show_variables) {
    for (const std::string& pattern : asked.patterns) {
      if (session.is_changed(pattern)) names.push_back(pattern);
      add_login_mode(pattern);
    }
    return names;
  }
  for (const Question& question : asked.questions) {
    const bool of_state =
        question.kind == Question::Kind::function ? contains(state_functions, question.name)
        : question.kind == Question::Kind::variable
            ? contains(state_variables, question.name) || session.is_changed(question.name)
            : false;
    if (of_state) names.push_back(question.name);
    if (question.kind == Question::Kind::variable) add_login_mode(question.name);
  }
  return names;
}

bool asks_state(const Introspection& asked, const Session& session) {
  return asked.form == Introspection::Form::show_warnings ||
         !dependencies_on_state(asked, session).empty();
}

std::vector<std::string> questions_about_state(const Introspection& asked) {
  if (asked.form == Introspection::Form::show_warnings) return {"warnings"};
  if (asked.form == Introspection::Form::show_variables) return asked.patterns;
  std::vector<std::string> names;
  for (const Question& question : asked.questions)
    if (question.kind == Question::Kind::function || question.kind == Question::Kind::variable)
      names.push_back(question.name);
  return names;
}

std::optional<ResultSet> answer_introspection(const Introspection& asked,
                                              const Circumstances& known,
                                              const std::vector<Column>& columns) {
  if (asked.form == Introspection::Form::show_warnings) return show_warnings(asked, *known.after);
  if (asked.form == Introspection::Form::show_variables)
    return show_variables(asked, *known.session);
  ResultSet set;
  Document row = Document::array();
  for (const Question& question : asked.questions) {
    const auto value = value_of(question, known);
    if (!value) return std::nullopt;
    // Of which type a variable is that is not in the pack only the recording tells.
    const bool told = columns.size() == asked.questions.size();
    if (!told && question.kind == Question::Kind::variable && !has_known_type(question.name))
      return std::nullopt;
    set.columns.push_back(column_for(question, *value, *known.session));
    row.push_back(*value ? document_of(**value) : Document());
  }
  set.rows.push_back(std::move(row));
  if (columns.size() != set.columns.size()) return set;
  // As recorded, but servers describe a variable's text by its present length.
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const Charset* charset = charset_of(columns[i].charset);
    const std::uint32_t length =
        set.columns[i].length * (charset == nullptr ? std::uint32_t{1} : charset->max_octets);
    set.columns[i] = columns[i];
    const bool text_variable = asked.questions[i].kind == Question::Kind::variable &&
                               columns[i].type == FieldType::var_string;
    if (text_variable) set.columns[i].length = length;
  }
  return set;
}

ResultSet one_text(std::string label, std::string_view text) {
  ResultSet set;
  set.columns = {text_column(std::move(label), 128)};
  set.rows.push_back(Document::array({document_of(text)}));
  return set;
}

std::vector<std::pair<std::string, std::string>> variables_told(const Introspection& asked,
                                                                const Document& answer) {
  std::vector<std::pair<std::string, std::string>> told;
  const auto rows = answer.find("rows");
  if (rows == answer.end() || !rows->is_array()) return told;
  if (asked.form == Introspection::Form::show_variables) {
    for (const Document& row : *rows) {
      if (!row.is_array() || row.size() != 2 || !row[0].is_string() || row[1].is_null()) continue;
      const std::string name = lower(row[0].get<std::string>());
      const SystemVariable* variable = find_system_variable(canonical_variable(name));
      std::string value = cell_text(row[1]);
      if (variable != nullptr && variable->kind == VariableKind::boolean)
        value = value == "ON" ? "1" : "0";
      told.emplace_back(canonical_variable(name), value);
    }
    return told;
  }
  if (asked.form != Introspection::Form::select || rows->empty() ||
      (*rows)[0].size() != asked.questions.size())
    return told;
  for (std::size_t i = 0; i < asked.questions.size(); ++i) {
    const Question& question = asked.questions[i];
    if (question.kind == Question::Kind::variable && !(*rows)[0][i].is_null())
      told.emplace_back(canonical_variable(question.name), cell_text((*rows)[0][i]));
  }
  return told;
}

}  // namespace understudy::mysql
