#include "protocols/postgres/emulator/program.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "protocols/postgres/request.hpp"
#include "protocols/postgres/tree_from_pg_query.hpp"
#include "protocols/sql/lexer.hpp"
#include "protocols/sql/lower.hpp"

namespace understudy::postgres::emulation {
namespace {

namespace tree = sql::tree;

/// Thrown by what is not understood, caught in program_of().
struct Strange {};

class ProgramReader {
 public:
  explicit ProgramReader(std::string_view body) : body_(body) {
    sql::Lexer lexer(body, sql_mode());
    for (const sql::Token* token = &lexer.next(); token->kind != sql::TokenKind::end;
         token = &lexer.next()) {
      if (token->kind == sql::TokenKind::broken) throw Strange{};
      tokens_.push_back(*token);
    }
  }

  Program read() {
    Program program;
    if (accept("declare"))
      while (!is("begin")) program.variables.push_back(declaration());
    expect("begin");
    program.steps = steps();
    expect("end");
    accept(";");
    if (at_ != tokens_.size()) throw Strange{};
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
    if (!accept(text)) throw Strange{};
  }

  /// Behind which `stop` stands, outside of all parentheses and CASE.
  std::string_view text_until(std::string_view stop) {
    const std::size_t begin = at_;
    int depth = 0, cases = 0;
    for (; at_ < tokens_.size(); ++at_) {
      const std::string each = word();
      if (depth == 0 && cases == 0 && each == stop) break;
      depth += each == "(" || each == "[" ? 1 : each == ")" || each == "]" ? -1 : 0;
      cases += each == "case" ? 1 : each == "end" ? -1 : 0;
      if (each == ";" || cases < 0) throw Strange{};
    }
    if (at_ == tokens_.size() || begin == at_) throw Strange{};
    return between(begin, at_++);
  }
  [[nodiscard]] std::string_view between(std::size_t begin, std::size_t end) const {
    if (begin == end) return {};
    const char* const first = tokens_[begin].text.data();
    const sql::Token& last = tokens_[end - 1];
    return {first, static_cast<std::size_t>(last.text.data() + last.text.size() - first)};
  }

  static tree::Statement parsed(std::string_view text) {
    tree::Statement statement = parse_postgres(text);
    const bool known = statement.as<tree::Query>() || statement.as<tree::Insert>() ||
                       statement.as<tree::Update>() || statement.as<tree::Delete>();
    if (!known) throw Strange{};
    return statement;
  }
  static tree::Statement shows(std::string_view expression) {
    return parsed("SELECT " + std::string(expression));
  }

  /// `x`, `new.x`, in lower case.
  std::string target() {
    std::string name;
    for (;;) {
      if (at_ == tokens_.size() || tokens_[at_].kind != sql::TokenKind::word) throw Strange{};
      name += word();
      ++at_;
      if (!accept(".")) return name;
      name += '.';
    }
  }

  DeclaredVariable declaration() {
    DeclaredVariable variable;
    variable.name = target();
    const std::size_t begin = at_;
    while (at_ < tokens_.size() && !is(";") && !is(":=") && !is("=") && !is("default") && !is(":"))
      ++at_;
    const auto probe = parse_postgres("SELECT NULL::" + std::string(between(begin, at_)));
    const auto* query = probe.as<tree::Query>();
    const auto* select = query != nullptr ? query->as<tree::Select>() : nullptr;
    const auto* cast = select != nullptr && select->outputs.size() == 1
                           ? select->outputs.front().expression.as<tree::Cast>()
                           : nullptr;
    if (cast == nullptr) throw Strange{};  // NOT NULL, CONSTANT, %TYPE
    variable.type = cast->type;
    if (assigns() || accept("default")) {
      variable.initial = shows(text_until(";"));
      variable.has_initial = true;
    } else {
      expect(";");
    }
    return variable;
  }

  bool assigns() {
    if (accept(":=") || accept("=")) return true;
    if (!is(":") || word(1) != "=") return false;
    at_ += 2;
    return true;
  }

  std::vector<Step> steps() {
    std::vector<Step> steps;
    while (!is("end") && !is("elsif") && !is("elseif") && !is("else")) {
      if (at_ == tokens_.size()) throw Strange{};
      if (is("null") && word(1) == ";")
        at_ += 2;
      else
        steps.push_back(step());
    }
    return steps;
  }

  Step step() {
    static constexpr std::array<std::string_view, 5> statements = {"select", "insert", "update",
                                                                   "delete", "with"};
    if (accept("if")) return branch();
    if (accept("return")) return give_back();
    if (accept("perform")) {
      Step step;
      step.statement = shows(text_until(";"));
      return step;
    }
    if (std::ranges::find(statements, word()) != statements.end()) return statement();
    Step step;
    step.kind = Step::Kind::assign;
    step.target = target();
    if (!assigns()) throw Strange{};
    step.statement = shows(text_until(";"));
    return step;
  }

  Step branch() {
    Step step;
    step.kind = Step::Kind::branch;
    do {
      Branch branch;
      branch.condition = shows(text_until("then"));
      branch.steps = steps();
      step.branches.push_back(std::move(branch));
    } while (accept("elsif") || accept("elseif"));
    if (accept("else")) step.otherwise = steps();
    expect("end");
    expect("if");
    expect(";");
    return step;
  }

  Step give_back() {
    Step step;
    step.kind = Step::Kind::give_back;
    if (accept(";")) return step;
    if (word(1) == ";" && (is("new") || is("old") || is("null"))) {
      step.target = word();
      at_ += 2;
      return step;
    }
    if (is("query") || is("next")) throw Strange{};
    step.statement = shows(text_until(";"));
    step.has_statement = true;
    return step;
  }

  /// A statement without its INTO.
  Step statement() {
    Step step;
    const std::size_t begin = at_;
    int depth = 0;
    std::string text;
    std::size_t from = begin;
    for (; at_ < tokens_.size() && !(depth == 0 && is(";")); ++at_) {
      if (is("(")) ++depth;
      if (is(")")) --depth;
      const bool of_insert = at_ > begin && sql::lower(tokens_[at_ - 1].text) == "insert";
      if (depth != 0 || !is("into") || of_insert) continue;
      if (!step.into.empty()) throw Strange{};
      text += std::string(between(from, at_)) + " ";
      ++at_;
      if (is("strict")) throw Strange{};
      do step.into.push_back(target());
      while (accept(","));
      from = at_--;
    }
    text += between(from, at_);
    expect(";");
    step.statement = parsed(text);
    return step;
  }

  std::string_view body_;
  std::vector<sql::Token> tokens_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<Program> program_of(const tree::CreateRoutine& routine) {
  if (routine.language == "sql") {
    Program program;
    program.in_sql = true;
    for (const tree::Statement& each : routine.statements) {
      Step step;
      step.statement = each;
      program.steps.push_back(std::move(step));
    }
    return program.steps.empty() ? std::nullopt : std::optional(std::move(program));
  }
  if (routine.language != "plpgsql") return std::nullopt;
  try {
    return ProgramReader(routine.body).read();
  } catch (const Strange&) {
    return std::nullopt;
  }
}

}  // namespace understudy::postgres::emulation
