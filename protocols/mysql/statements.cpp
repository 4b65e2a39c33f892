#include "protocols/mysql/statements.hpp"

#include <algorithm>

#include "protocols/sql/cursor.hpp"
#include "protocols/sql/lexer.hpp"
#include "protocols/sql/literal.hpp"
#include "protocols/sql/lower.hpp"

namespace understudy::mysql {

namespace {

using sql::Kind;
using sql::Token;
using sql::TokenKind;

using sql::lower;

std::string unquoted(std::string_view text) {
  if (text.size() >= 2 && (text.front() == '`' || text.front() == '"' || text.front() == '\''))
    return std::string(text.substr(1, text.size() - 2));
  return std::string(text);
}

// "@@session.sql_mode" as its scope and name.
struct VariableName {
  Assignment::Target target = Assignment::Target::session;
  std::string name;
};

VariableName variable_name(std::string_view token) {
  if (!token.starts_with("@@")) return {Assignment::Target::user, lower(unquoted(token.substr(1)))};
  VariableName result{Assignment::Target::session, lower(token.substr(2))};
  for (const std::string_view scope : {"global.", "session.", "local.", "persist."}) {
    if (!result.name.starts_with(scope)) continue;
    if (scope == "global." || scope == "persist.") result.target = Assignment::Target::global;
    result.name.erase(0, scope.size());
  }
  result.name = unquoted(result.name);
  return result;
}

class SetParser {
 public:
  SetParser(std::string_view sql, sql::Mode mode, const VariableLookup& variables)
      : sql_(sql), lexer_(sql, mode), mode_(mode), variables_(variables) {
    advance();  // onto SET
    advance();
  }

  // False for SET STATEMENT … FOR and other forms that are no assignments.
  bool parse(std::vector<Assignment>& assignments) {
    if (is("role")) return parse_role(assignments);
    if (is("statement") || is("default") || is("resource")) return false;
    while (token_.kind != TokenKind::end) {
      parse_one(assignments);
      skip_to_comma();
      if (token_.kind != TokenKind::end) advance();
    }
    return true;
  }

 private:
  void advance() {
    if (token_.kind == TokenKind::parameter) ++parameters_;
    do token_ = lexer_.next();
    while (token_.kind == TokenKind::comment_open || token_.kind == TokenKind::comment_close ||
           token_.kind == TokenKind::hint);
  }
  [[nodiscard]] bool is(std::string_view word) const {
    return token_.kind == TokenKind::word && sql::equals_folded(token_.text, word);
  }

  void skip_to_comma() {
    for (int depth = 0; token_.kind != TokenKind::end; advance()) {
      if (token_.is('(')) ++depth;
      if (token_.is(')')) --depth;
      if (depth <= 0 && (token_.is(',') || token_.is(';'))) return;
    }
  }

  bool parse_role(std::vector<Assignment>& assignments) {
    advance();
    assignments.push_back({.name = "role", .value = lower(unquoted(token_.text))});
    return true;
  }

  void parse_one(std::vector<Assignment>& assignments) {
    Assignment assignment;
    bool scoped = false;
    if (is("session") || is("local") || is("global") || is("persist")) {
      if (is("global") || is("persist")) assignment.target = Assignment::Target::global;
      scoped = true;
      advance();
    }
    if (is("transaction"))
      return parse_transaction(scoped ? assignment.target : Assignment::Target::next_transaction,
                               assignments);
    if (is("names")) return parse_charset(Assignment::Target::names, assignments);
    if (is("charset")) return parse_charset(Assignment::Target::charset, assignments);
    if (is("character")) {
      advance();
      return parse_charset(Assignment::Target::charset, assignments);
    }
    if (is("password")) {
      assignments.push_back({.target = Assignment::Target::password});
      return;
    }
    if (token_.kind == TokenKind::variable) {
      const VariableName variable = variable_name(token_.text);
      assignment.target = variable.target;
      assignment.name = variable.name;
    } else if (token_.kind == TokenKind::word || token_.kind == TokenKind::quoted) {
      assignment.name = lower(unquoted(token_.text));
    } else {
      return;
    }
    advance();
    if (token_.kind != TokenKind::operator_ || (token_.text != "=" && token_.text != ":=")) return;
    advance();
    assignment.is_default = is("default");
    assignment.first_parameter = parameters_;
    const std::size_t begin = here();
    if (assignment.target == Assignment::Target::user) {
      skip_to_comma();
      assignment.value = text_from(begin);
      assignments.push_back(std::move(assignment));
      return;
    }
    if (!assignment.is_default) assignment.value = expression();
    if (assignment.value && token_.kind != TokenKind::end && !token_.is(',') && !token_.is(';'))
      assignment.value.reset();
    if (!assignment.value && !assignment.is_default) {
      skip_to_comma();
      assignment.source = text_from(begin);
    }
    assignments.push_back(std::move(assignment));
  }

  [[nodiscard]] std::size_t here() const {
    return token_.kind == TokenKind::end ? sql_.size() : lexer_.begin_of(token_);
  }

  [[nodiscard]] std::string text_from(std::size_t begin) const {
    std::string_view text = sql_.substr(begin, here() - begin);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\n')) text.remove_suffix(1);
    return std::string(text);
  }

  void parse_charset(Assignment::Target target, std::vector<Assignment>& assignments) {
    advance();
    if (is("set")) advance();
    Assignment assignment{.target = target};
    assignment.is_default = is("default");
    assignment.name = lower(unquoted(token_.text));
    advance();
    if (is("collate")) {
      advance();
      assignment.value = lower(unquoted(token_.text));
      advance();
    }
    assignments.push_back(std::move(assignment));
  }

  void parse_transaction(Assignment::Target target, std::vector<Assignment>& assignments) {
    for (advance(); token_.kind != TokenKind::end; advance()) {
      if (is("level")) {
        advance();
        std::string level = upper(token_.text);
        if (level != "SERIALIZABLE") {
          advance();
          level += "-" + upper(token_.text);
        }
        assignments.push_back({.target = target, .name = "transaction_isolation", .value = level});
      } else if (is("only") || is("write")) {
        assignments.push_back(
            {.target = target, .name = "transaction_read_only", .value = is("only") ? "1" : "0"});
      }
    }
  }

  static std::string upper(std::string_view text) {
    std::string raised(text);
    for (char& c : raised)
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    return raised;
  }

  // A literal, a word, a variable, or CONCAT of such; the token behind it is current then.
  std::optional<std::string> expression() {
    std::optional<std::string> value;
    if (is("concat")) return concat();
    if (token_.kind == TokenKind::string) {
      std::string text;
      if (sql::append_string_value(token_, mode_, text)) value = text;
    } else if (token_.kind == TokenKind::variable) {
      const VariableName variable = variable_name(token_.text);
      if (variable.target != Assignment::Target::user) value = variables_(variable.name);
    } else if (token_.kind == TokenKind::number || token_.kind == TokenKind::word) {
      value = std::string(token_.text);
    } else if (token_.kind == TokenKind::operator_ && token_.text == "-") {
      advance();
      value = "-" + std::string(token_.text);
    }
    advance();
    return value;
  }

  std::optional<std::string> concat() {
    std::string joined;
    bool known = true;
    advance();
    if (!token_.is('(')) return std::nullopt;
    advance();
    while (token_.kind != TokenKind::end && !token_.is(')')) {
      const auto part = expression();
      known = known && part;
      if (part) joined += *part;
      if (token_.is(','))
        advance();
      else if (!token_.is(')'))
        return std::nullopt;
    }
    advance();
    return known ? std::optional(joined) : std::nullopt;
  }

  std::string_view sql_;
  sql::Lexer lexer_;
  sql::Mode mode_;
  const VariableLookup& variables_;
  Token token_;
  std::size_t parameters_ = 0;  // before token_
};

bool has_chain(std::string_view sql, sql::Mode mode) {
  sql::Lexer lexer(sql, mode);
  bool no = false;
  for (Token token = lexer.next(); token.kind != TokenKind::end; token = lexer.next()) {
    if (token.word() == sql::Word::chain) return !no;
    no = token.kind == TokenKind::word && sql::equals_folded(token.text, "no");
  }
  return false;
}

bool second_word_is(std::string_view sql, sql::Mode mode, std::string_view word) {
  sql::Lexer lexer(sql, mode);
  (void)lexer.next();
  const Token token = lexer.next();
  return token.kind == TokenKind::word && sql::equals_folded(token.text, word);
}

// START TRANSACTION … READ ONLY, READ WRITE.
std::optional<bool> reads_only(std::string_view sql, sql::Mode mode) {
  for (sql::Cursor cursor(sql, mode); !cursor.at_end(); cursor.step()) {
    const Token& token = cursor.now();
    if (cursor.at(sql::Word::only)) return true;
    if (token.kind == TokenKind::word && sql::equals_folded(token.text, "write")) return false;
  }
  return std::nullopt;
}

// LOCK and UNLOCK TABLES. FLUSH TABLES locks those that it names, and without names the server,
// which is no lock of tables: mysqldump relies on that releasing it ends no transaction.
TableLocks table_locks_of(std::string_view sql, sql::Mode mode) {
  sql::Cursor cursor(sql, mode);
  const sql::Word verb = cursor.now().word();
  cursor.step();
  if (verb == sql::Word::flush && !cursor.accept(sql::Word::local)) {
    const Token& token = cursor.now();
    if (token.kind == TokenKind::word && sql::equals_folded(token.text, "no_write_to_binlog"))
      cursor.step();
  }
  const bool tables = cursor.accept(sql::Word::tables) || cursor.accept(sql::Word::table);
  if (!tables) return TableLocks::kept;
  if (verb == sql::Word::lock) return TableLocks::taken;
  if (verb == sql::Word::unlock) return TableLocks::released;
  if (verb != sql::Word::flush || cursor.at(sql::Word::with)) return TableLocks::kept;
  for (; !cursor.at_end(); cursor.step())
    if (cursor.at(sql::Word::with) || cursor.at(sql::Word::for_)) return TableLocks::taken;
  return TableLocks::kept;
}

// The words of a statement, parted by one space.
std::string folded_words(std::string_view sql, sql::Mode mode) {
  std::string words;
  for (sql::Cursor cursor(sql, mode); !cursor.at_end(); cursor.step())
    (words += words.empty() ? "" : " ") += lower(unquoted(cursor.now().text));
  return words;
}

// XA START and BEGIN open one, which END and PREPARE leave open.
XaTransaction xa_of(std::string_view sql, sql::Mode mode) {
  sql::Cursor cursor(sql, mode);
  const auto is = [&](std::string_view word) {
    return cursor.now().kind == TokenKind::word && sql::equals_folded(cursor.now().text, word);
  };
  if (!is("xa")) return XaTransaction::kept;
  cursor.step();
  if (is("start") || is("begin")) return XaTransaction::opened;
  return is("commit") || is("rollback") ? XaTransaction::ended : XaTransaction::kept;
}

// EXECUTE IMMEDIATE, which is no name if something follows.
bool executes_immediately(std::string_view sql, sql::Mode mode) {
  sql::Cursor cursor(sql, mode);
  cursor.step();
  const bool immediate =
      cursor.now().kind == TokenKind::word && sql::equals_folded(cursor.now().text, "immediate");
  return immediate && cursor.ahead().kind != TokenKind::end && !cursor.ahead().is(';');
}

// The first octets of the commonest statements, told apart without a lexer.
std::optional<Kind> quick_kind(std::string_view sql) {
  struct Lead {
    std::string_view word;
    Kind kind;
  };
  static constexpr Lead leads[] = {{"select", Kind::select},
                                   {"insert", Kind::insert},
                                   {"update", Kind::update},
                                   {"delete", Kind::delete_}};
  for (const Lead& lead : leads) {
    if (sql.size() <= lead.word.size() ||
        !sql::equals_folded(sql.substr(0, lead.word.size()), lead.word))
      continue;
    const char next = sql[lead.word.size()];
    if (next == ' ' || next == '\n' || next == '\t') return lead.kind;
  }
  return std::nullopt;
}

// A bound value as a client would have written it.
void append_literal(const sql::Value& value, sql::Mode mode, std::string& out) {
  constexpr std::string_view digits = "0123456789abcdef";
  switch (value.value_class) {
    case sql::ValueClass::null:
      out += "NULL";
      return;
    case sql::ValueClass::binary:
      out += "x'";
      for (const char c : value.text) {
        out += digits[static_cast<unsigned char>(c) >> 4];
        out += digits[static_cast<unsigned char>(c) & 15];
      }
      out += '\'';
      return;
    case sql::ValueClass::string:
      out += '\'';
      for (const char c : value.text) {
        if (c == '\'' || (c == '\\' && mode.backslash_escapes)) out += c;
        out += c;
      }
      out += '\'';
      return;
    default:
      out += value.text;
  }
}

bool contains_word(std::string_view sql, std::string_view word) {
  const auto equal = [](char a, char b) { return sql::to_lower(a) == b; };
  return std::search(sql.begin(), sql.end(), word.begin(), word.end(), equal) != sql.end();
}

}  // namespace

StatementInfo inspect_statement(std::string_view sql, sql::Mode mode,
                                const VariableLookup& variables) {
  StatementInfo info;
  if (const auto kind = quick_kind(sql)) {
    info.kind = *kind;
    return info;
  }
  if (const std::string_view inner = without_set_statement(sql, mode); inner.size() < sql.size())
    return inspect_statement(inner, mode, variables);
  sql::Verb verb = sql::verb_of(sql, mode);
  info.kind = verb.kind;
  info.name = std::move(verb.name);
  if (info.kind == Kind::set && !SetParser(sql, mode, variables).parse(info.assignments))
    info.kind = Kind::unknown;
  // It is looked up like any other definition: who knows whether the server takes the password.
  if (std::ranges::count(info.assignments, Assignment::Target::password, &Assignment::target) != 0)
    info.kind = Kind::ddl;
  if (info.kind == Kind::execute && executes_immediately(sql, mode)) info.kind = Kind::unknown;
  if (info.kind == Kind::unknown) info.xa = xa_of(sql, mode);
  if (info.kind == Kind::begin) {
    info.read_only = reads_only(sql, mode);
    info.snapshot = contains_word(sql, "snapshot");
  }
  if (info.kind == Kind::commit || info.kind == Kind::rollback) info.chain = has_chain(sql, mode);
  if (info.kind == Kind::ddl) info.temporary = second_word_is(sql, mode, "temporary");
  if (info.kind == Kind::lock || info.kind == Kind::ddl)
    info.table_locks = table_locks_of(sql, mode);
  if (info.table_locks == TableLocks::taken) info.locked = folded_words(sql, mode);
  return info;
}

std::string with_values(std::string_view sql, std::span<const sql::Value> values, std::size_t first,
                        sql::Mode mode) {
  std::string bound;
  std::size_t copied = 0;
  sql::Lexer lexer(sql, mode);
  for (Token token = lexer.next(); token.kind != TokenKind::end; token = lexer.next()) {
    const std::size_t index = first + static_cast<std::size_t>(token.parameter);
    if (token.kind != TokenKind::parameter || index >= values.size()) continue;
    const std::size_t begin = lexer.begin_of(token);
    bound.append(sql, copied, begin - copied);
    append_literal(values[index], mode, bound);
    copied = begin + token.text.size();
  }
  return bound.append(sql, copied);
}

void bind_values(StatementInfo& info, std::span<const sql::Value> values, sql::Mode mode) {
  if (values.empty()) return;
  for (Assignment& assignment : info.assignments) {
    const bool user = assignment.target == Assignment::Target::user;
    if (user && assignment.value) {
      assignment.value = with_values(*assignment.value, values, assignment.first_parameter, mode);
    } else if (assignment.source == "?" && assignment.first_parameter < values.size()) {
      const sql::Value& value = values[assignment.first_parameter];
      assignment.value =
          value.value_class == sql::ValueClass::null ? "NULL" : std::string(value.text);
    } else if (!user) {
      assignment.source = with_values(assignment.source, values, assignment.first_parameter, mode);
    }
  }
}

bool commits_implicitly(const StatementInfo& info, bool locked) noexcept {
  if (info.table_locks == TableLocks::released) return locked;
  return (info.kind == Kind::ddl && !info.temporary) || info.table_locks == TableLocks::taken ||
         info.kind == Kind::begin;
}

bool may_end_transaction(const StatementInfo& info) noexcept {
  return info.kind == Kind::call || info.kind == Kind::execute || info.kind == Kind::unknown;
}

bool begins_implicitly(const StatementInfo& info) noexcept {
  switch (info.kind) {
    case Kind::select:
    case Kind::insert:
    case Kind::update:
    case Kind::delete_:
    case Kind::other_write:
    case Kind::call:
    case Kind::savepoint:
      return true;
    default:
      return false;
  }
}

bool touches_tables(const StatementInfo& info, std::string_view pattern) noexcept {
  switch (info.kind) {
    case Kind::insert:
    case Kind::update:
    case Kind::delete_:
    case Kind::other_write:
    case Kind::call:
      return true;
    case Kind::select:
      return pattern.find(" from ") != std::string_view::npos;
    default:
      return false;
  }
}

std::vector<std::string> user_variables_in(std::string_view sql, sql::Mode mode) {
  std::vector<std::string> names;
  if (sql.find('@') == std::string_view::npos) return names;
  sql::Lexer lexer(sql, mode);
  bool of_account = false;
  for (Token token = lexer.next(); token.kind != TokenKind::end; token = lexer.next()) {
    const bool host = of_account && !token.spaced;
    if (token.kind == TokenKind::variable && !host && !token.text.starts_with("@@"))
      names.push_back(variable_name(token.text).name);
    of_account = token.kind == TokenKind::string || token.kind == TokenKind::quoted ||
                 (token.kind == TokenKind::word && token.word() == sql::Word::none);
  }
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

bool may_assign_user_variables(std::string_view sql, const StatementInfo& info, sql::Mode mode) {
  if (info.kind == Kind::set || sql.find('@') == std::string_view::npos) return false;
  if (info.kind == Kind::call) return true;
  sql::Lexer lexer(sql, mode);
  bool into = false;
  for (Token token = lexer.next(); token.kind != TokenKind::end; token = lexer.next()) {
    if (token.kind == TokenKind::operator_ && token.text == ":=") return true;
    if (into && token.kind == TokenKind::variable) return true;
    into = token.word() == sql::Word::into;
  }
  return false;
}

bool is_indivisible(std::string_view sql, sql::Mode mode) {
  const std::vector<std::string_view> parts = sql::split(sql, mode);
  return std::ranges::any_of(parts, [&](std::string_view part) {
    const Kind kind = sql::verb_of(part, mode).kind;
    const bool body = kind == Kind::ddl && contains_word(part, "begin");
    const bool call = kind == Kind::call && contains_word(part, "call");
    return call || body || (kind == Kind::begin && contains_word(part, "atomic"));
  });
}

std::string_view without_set_statement(std::string_view sql, sql::Mode mode) {
  if (!sql::equals_folded(sql.substr(0, 3), "set")) return sql;
  sql::Cursor cursor(sql, mode);
  cursor.step();
  if (cursor.now().kind != TokenKind::word || !sql::equals_folded(cursor.now().text, "statement"))
    return sql;
  for (int depth = 0; !cursor.at_end(); cursor.step()) {
    if (cursor.now().is('(')) ++depth;
    if (cursor.now().is(')')) --depth;
    if (depth == 0 && cursor.at(sql::Word::for_) && cursor.ahead().kind != TokenKind::end)
      return sql.substr(static_cast<std::size_t>(cursor.ahead().text.data() - sql.data()));
  }
  return sql;
}

std::optional<std::string> immediate_text(std::string_view sql, sql::Mode mode) {
  if (!executes_immediately(sql, mode)) return std::nullopt;
  sql::Cursor cursor(sql, mode);
  cursor.step();
  cursor.step();
  std::string text;
  if (cursor.now().kind != TokenKind::string || !sql::append_string_value(cursor.now(), mode, text))
    return std::nullopt;
  return text;
}

std::optional<std::string> prepared_text(std::string_view sql, sql::Mode mode) {
  sql::Cursor cursor(sql, mode);
  for (; !cursor.at_end() && !cursor.at(sql::Word::from); cursor.step()) {
  }
  cursor.step();
  std::string text;
  if (cursor.now().kind != TokenKind::string || !sql::append_string_value(cursor.now(), mode, text))
    return std::nullopt;
  return text;
}

}  // namespace understudy::mysql
