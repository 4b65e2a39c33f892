// Bodies of stored functions, procedures and triggers as programs, where they are made of nothing
// but statements, assignments, IF, WHILE, RETURN and SIGNAL.
//
// MySQL: chapter 13.6 of its manual (Compound Statements).
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "protocols/sql/emulator/server_rules.hpp"
#include "protocols/sql/tree/tree.hpp"

namespace understudy::mysql::emulation {

struct Step;

struct Branch {
  sql::tree::Statement condition;  ///< as a query that shows it
  std::vector<Step> steps;
};

struct Step {
  enum class Kind : std::uint8_t {
    assign,     ///< `target` gets what `statement` shows
    statement,  ///< is carried out; its row goes into the variables `into`, where there are some
    branch,
    loop,       ///< the steps of the one branch, as long as its condition holds
    give_back,  ///< what `statement` shows
    signal      ///< the error `target` with the message `message`
  };
  Kind kind = Kind::statement;
  std::string target = {};  ///< `x`, `new.x`; or an SQLSTATE
  std::string message = {};
  std::vector<std::string> into = {};
  sql::tree::Statement statement = {};
  std::vector<Branch> branches = {};
  std::vector<Step> otherwise = {};
};

struct DeclaredVariable {
  std::string name;
  sql::tree::Type type;
  std::optional<sql::tree::Statement> initial;
};

struct Program {
  std::vector<DeclaredVariable> variables;
  std::vector<Step> steps;
};

/// Nothing where it has what is not understood.
[[nodiscard]] std::optional<Program> program_of(const sql::tree::CreateRoutine& routine);

/// Whether what it does to one row may depend on what was done to others: it is more than
/// assignments of what no table tells.
[[nodiscard]] bool looks_beyond_its_row(const Program& program);

/// Keys of the tables that its statements name.
[[nodiscard]] std::set<std::string> tables_named(const Program& program,
                                                 const sql::emulator::ServerRules& rules);

/// Programs of routines, made once.
class Programs {
 public:
  /// Null where it is not understood.
  const Program* of(const std::shared_ptr<const sql::tree::CreateRoutine>& routine);

 private:
  std::map<std::shared_ptr<const sql::tree::CreateRoutine>, std::optional<Program>> programs_;
};

}  // namespace understudy::mysql::emulation
