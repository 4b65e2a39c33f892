#include "protocols/mysql/emulator/program.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "protocols/sql/lexer.hpp"
#include "protocols/sql/literal.hpp"
#include "protocols/sql/lower.hpp"
#include "protocols/sql/tree/parse_mysql.hpp"
#include "protocols/sql/tree/qualify.hpp"
#include "protocols/sql/tree/visitor.hpp"

namespace understudy::mysql::emulation {
namespace {

namespace tree = sql::tree;

constexpr sql::Mode body_mode{sql::Dialect::mysql, true, false};

/// Thrown by what is not understood, caught in program_of().
struct NotUnderstood {};

/// `NEW.c` and `OLD.c` are names in any case of letters.
class RowNames final : public tree::Visitor {
 public:
  using Visitor::visit;
  void visit(const tree::Expression& expression) override {
    if (const auto* column = expression.as<tree::Column>(); column && column->path.size() == 2) {
      const std::string row = sql::lower(column->path.front());
      // The walk is one over trees that nobody changes; this one is its reader's to change.
      if (row == "new" || row == "old")
        const_cast<tree::Column*>(column)->path.front() = row;  // NOLINT
    }
    descend(expression);
  }
};

class BodyReader {
 public:
  /// `database`: that of names without one.
  BodyReader(std::string_view body, std::string database) : database_(std::move(database)) {
    sql::Lexer lexer(body, body_mode);
    for (const sql::Token* token = &lexer.next(); token->kind != sql::TokenKind::end;
         token = &lexer.next()) {
      using Kind = sql::TokenKind;
      // In some modes of the server what stands in double quotes is a name.
      const bool quoted = token->kind == Kind::string && token->text.starts_with('"');
      if (token->kind == Kind::broken || token->kind == Kind::hint || quoted ||
          token->kind == Kind::comment_open || token->kind == Kind::variable ||
          token->kind == Kind::parameter)
        throw NotUnderstood{};
      tokens_.push_back(*token);
    }
  }

  Program read() {
    Program program;
    if (is("begin")) {
      ++at_;
      while (accept("declare")) declare(program);
      program.steps = steps();
      expect("end");
    } else if (accept("set")) {
      assignments(program.steps);
    } else {
      program.steps.push_back(step());
    }
    accept(";");
    if (at_ != tokens_.size()) throw NotUnderstood{};
    return program;
  }

 private:
  [[nodiscard]] std::string word(std::size_t ahead = 0) const {
    return at_ + ahead < tokens_.size() ? sql::lower(tokens_[at_ + ahead].text) : std::string();
  }
  [[nodiscard]] bool is(std::string_view text) const { return word() == text; }
  bool accept(std::string_view text) {
    if (!is(text)) return false;
    ++at_;
    return true;
  }
  void expect(std::string_view text) {
    if (!accept(text)) throw NotUnderstood{};
  }
  [[nodiscard]] bool at_statement_end() const { return at_ == tokens_.size() || is(";"); }
  void end_statement() {
    if (!at_statement_end()) throw NotUnderstood{};
    accept(";");
  }

  [[nodiscard]] std::string_view between(std::size_t begin, std::size_t end) const {
    if (begin == end) return {};
    const char* const first = tokens_[begin].text.data();
    const sql::Token& last = tokens_[end - 1];
    return {first, static_cast<std::size_t>(last.text.data() + last.text.size() - first)};
  }

  /// Up to one of `stops`, the end of the statement being one, outside of parentheses and CASE.
  std::string_view text_until(std::initializer_list<std::string_view> stops) {
    const std::size_t begin = at_;
    int depth = 0, cases = 0;
    for (; at_ < tokens_.size(); ++at_) {
      const std::string each = word();
      if (depth == 0 && cases == 0 &&
          (each == ";" || std::ranges::find(stops, each) != stops.end()))
        break;
      depth += each == "(" ? 1 : each == ")" ? -1 : 0;
      cases += each == "case" ? 1 : each == "end" ? -1 : 0;
      if (each == ";" || cases < 0) throw NotUnderstood{};
    }
    if (begin == at_) throw NotUnderstood{};
    return between(begin, at_);
  }

  [[nodiscard]] tree::Statement parsed(std::string_view text) const {
    tree::Statement statement = tree::parse_mysql(text, body_mode);
    const auto* utility = statement.as<tree::Utility>();
    const bool known = statement.as<tree::Query>() || statement.as<tree::Insert>() ||
                       statement.as<tree::Update>() || statement.as<tree::Delete>() ||
                       (utility != nullptr && utility->kind == sql::Kind::call);
    if (!known) throw NotUnderstood{};
    tree::qualify(statement, database_);
    RowNames().visit(statement);
    return statement;
  }
  [[nodiscard]] tree::Statement shows(std::string_view expression) const {
    return parsed("SELECT " + std::string(expression));
  }

  std::string name() {
    const bool named = at_ < tokens_.size() && (tokens_[at_].kind == sql::TokenKind::word ||
                                                tokens_[at_].kind == sql::TokenKind::quoted);
    if (!named) throw NotUnderstood{};
    std::string text = word();
    std::erase(text, '`');
    ++at_;
    return text;
  }

  /// `x`, `new.x`, in lower case.
  std::string target() {
    std::string path = name();
    while (accept(".")) path += "." + name();
    return path;
  }

  void declare(Program& program) {
    static constexpr std::array<std::string_view, 3> handlers = {"continue", "exit", "undo"};
    const bool handler =
        std::ranges::find(handlers, word()) != handlers.end() && word(1) == "handler";
    if (handler || word(1) == "cursor" || word(1) == "condition") throw NotUnderstood{};
    std::vector<std::string> names;
    do names.push_back(name());
    while (accept(","));
    const tree::Statement probe = tree::parse_mysql(
        "CREATE TABLE t (c " + std::string(text_until({"default"})) + ")", body_mode);
    const auto* table = probe.as<tree::CreateTable>();
    const bool plain = table != nullptr && table->columns.size() == 1 &&
                       table->columns.front().constraints.empty() &&
                       table->columns.front().collation.empty();
    if (!plain) throw NotUnderstood{};
    std::optional<tree::Statement> initial;
    if (accept("default")) initial = shows(text_until({}));
    end_statement();
    for (std::string& each : names)
      program.variables.push_back({std::move(each), table->columns.front().type, initial});
  }

  std::vector<Step> steps() {
    std::vector<Step> steps;
    while (!is("end") && !is("elseif") && !is("else")) {
      if (at_ == tokens_.size()) throw NotUnderstood{};
      if (accept("set"))
        assignments(steps);
      else
        steps.push_back(step());
    }
    return steps;
  }

  void assignments(std::vector<Step>& steps) {
    do {
      Step& step = steps.emplace_back();
      step.kind = Step::Kind::assign;
      step.target = target();
      if (!accept("=") && !accept(":=")) throw NotUnderstood{};
      step.statement = shows(text_until({","}));
    } while (accept(","));
    end_statement();
  }

  Step step() {
    static constexpr std::array<std::string_view, 7> statements = {
        "select", "insert", "replace", "update", "delete", "with", "call"};
    if (accept("if")) return branch();
    if (accept("while")) return loop();
    if (accept("signal")) return signal();
    if (std::ranges::find(statements, word()) != statements.end()) return statement();
    expect("return");
    Step step;
    step.kind = Step::Kind::give_back;
    step.statement = shows(text_until({}));
    end_statement();
    return step;
  }

  Step branch() {
    Step step;
    step.kind = Step::Kind::branch;
    do {
      Branch branch;
      branch.condition = shows(text_until({"then"}));
      expect("then");
      branch.steps = steps();
      step.branches.push_back(std::move(branch));
    } while (accept("elseif"));
    if (accept("else")) step.otherwise = steps();
    expect("end");
    expect("if");
    end_statement();
    return step;
  }

  Step loop() {
    Step step;
    step.kind = Step::Kind::loop;
    Branch branch;
    branch.condition = shows(text_until({"do"}));
    expect("do");
    branch.steps = steps();
    step.branches.push_back(std::move(branch));
    expect("end");
    expect("while");
    end_statement();
    return step;
  }

  /// SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'words'
  Step signal() {
    Step step;
    step.kind = Step::Kind::signal;
    expect("sqlstate");
    accept("value");
    step.target = text();
    expect("set");
    expect("message_text");
    expect("=");
    step.message = text();
    end_statement();
    // Those of warnings and of what is not found are no errors.
    if (step.target.size() != 5 || step.target.starts_with("0")) throw NotUnderstood{};
    return step;
  }

  std::string text() {
    std::string value;
    if (at_ == tokens_.size() || tokens_[at_].kind != sql::TokenKind::string ||
        !sql::append_string_value(tokens_[at_], body_mode, value))
      throw NotUnderstood{};
    ++at_;
    return value;
  }

  /// A statement without its INTO.
  Step statement() {
    Step step;
    const std::size_t begin = at_;
    const bool query = is("select") || is("with");
    int depth = 0;
    std::string text;
    std::size_t from = begin;
    for (; !(depth == 0 && at_statement_end()); ++at_) {
      if (at_ == tokens_.size()) throw NotUnderstood{};
      depth += is("(") ? 1 : is(")") ? -1 : 0;
      if (depth != 0 || !query || !is("into")) continue;
      if (!step.into.empty()) throw NotUnderstood{};
      text += std::string(between(from, at_)) + " ";
      ++at_;
      do step.into.push_back(target());
      while (accept(","));
      from = at_--;
    }
    text += between(from, at_);
    end_statement();
    step.statement = parsed(text);
    return step;
  }

  std::string database_;
  std::vector<sql::Token> tokens_;
  std::size_t at_ = 0;
};

class TableFinder : public tree::Visitor {
 public:
  using Visitor::visit;
  void visit(const tree::Relation& relation) override {
    if (const auto* table = relation.as<tree::TableName>()) found.push_back(table->name);
    descend(relation);
  }
  std::vector<tree::Name> found;
};

bool names_tables(const tree::Statement& statement) {
  TableFinder finder;
  finder.visit(statement);
  return !finder.found.empty();
}

void find_tables(const std::vector<Step>& steps, TableFinder& finder) {
  for (const Step& step : steps) {
    finder.visit(step.statement);
    find_tables(step.otherwise, finder);
    for (const Branch& branch : step.branches) {
      finder.visit(branch.condition);
      find_tables(branch.steps, finder);
    }
  }
}

bool looks_beyond(const std::vector<Step>& steps) {
  return std::ranges::any_of(steps, [](const Step& step) {
    return step.kind == Step::Kind::statement || names_tables(step.statement) ||
           looks_beyond(step.otherwise) ||
           std::ranges::any_of(step.branches, [](const Branch& branch) {
             return names_tables(branch.condition) || looks_beyond(branch.steps);
           });
  });
}

}  // namespace

std::optional<Program> program_of(const tree::CreateRoutine& routine) {
  const std::string& database =
      routine.kind == tree::ObjectKind::trigger ? routine.table.schema : routine.name.schema;
  if (routine.language != "sql" || routine.has_more) return std::nullopt;
  try {
    return BodyReader(routine.body, database).read();
  } catch (const NotUnderstood&) {
    return std::nullopt;
  }
}

bool looks_beyond_its_row(const Program& program) {
  return looks_beyond(program.steps) ||
         std::ranges::any_of(program.variables, [](const DeclaredVariable& each) {
           return each.initial && names_tables(*each.initial);
         });
}

std::set<std::string> tables_named(const Program& program,
                                   const sql::emulator::ServerRules& rules) {
  TableFinder finder;
  find_tables(program.steps, finder);
  for (const DeclaredVariable& each : program.variables)
    if (each.initial) finder.visit(*each.initial);
  std::set<std::string> keys;
  for (const tree::Name& name : finder.found) keys.insert(rules.key_of(name));
  return keys;
}

const Program* Programs::of(const std::shared_ptr<const tree::CreateRoutine>& routine) {
  auto found = programs_.find(routine);
  if (found == programs_.end()) found = programs_.emplace(routine, program_of(*routine)).first;
  return found->second ? &*found->second : nullptr;
}

}  // namespace understudy::mysql::emulation
