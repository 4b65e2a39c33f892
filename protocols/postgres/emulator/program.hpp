// Bodies of functions in PL/pgSQL and SQL as programs, where they are made of nothing but
// statements, assignments, IF and RETURN.
//
// PostgreSQL: chapter 43 of its manual (PL/pgSQL).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocols/sql/tree/tree.hpp"

namespace understudy::postgres::emulation {

struct Step;

struct Branch {
  sql::tree::Statement condition;  ///< as a query that shows it
  std::vector<Step> steps;
};

struct Step {
  enum class Kind : std::uint8_t {
    assign,     ///< `target` gets what `statement` shows
    statement,  ///< is carried out; its first row goes into the variables `into`
    branch,
    give_back  ///< what `statement` shows, or the row that is called `target`; or nothing
  };
  Kind kind = Kind::statement;
  std::string target = {};  ///< `x`, `new.x`
  std::vector<std::string> into = {};
  sql::tree::Statement statement = {};
  bool has_statement = false;
  std::vector<Branch> branches = {};
  std::vector<Step> otherwise = {};
};

struct DeclaredVariable {
  std::string name;
  sql::tree::Type type;
  sql::tree::Statement initial;
  bool has_initial = false;
};

struct Program {
  bool in_sql = false;  ///< the last statement's first row is what it gives
  std::vector<DeclaredVariable> variables;
  std::vector<Step> steps;
};

/// Nothing where it has what is not understood.
[[nodiscard]] std::optional<Program> program_of(const sql::tree::CreateRoutine& routine);

}  // namespace understudy::postgres::emulation
