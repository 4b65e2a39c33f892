// What bodies of functions and triggers work on while they run.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "protocols/postgres/emulator/program.hpp"
#include "protocols/postgres/emulator/shared.hpp"
#include "protocols/sql/contents/table.hpp"

namespace understudy::postgres::emulation {

using sql::contents::ColumnType;
using sql::contents::Datum;

struct Variable {
  ColumnType type;
  Datum value = {};
  bool known = true;
};

/// The variables of one call, and what their names mean.
struct Frame {
  std::vector<Variable> variables;
  Scope scope;  ///< scalars in a relation without a name; `new` and `old`

  Frame() { scope.relations.push_back({"", {}, false}); }
  /// Returns its number.
  std::size_t add(const std::string& name, Variable variable);
  void add_name(const std::string& name, std::size_t variable);
  /// A row of the table; null: NULLs, which may not be read.
  void add_row(const std::string& name, const sql::contents::Definition& table,
               const sql::contents::DatumRow* row, const std::set<std::size_t>& hidden);
  /// `x`, `new.x`; nothing where there is none.
  [[nodiscard]] std::optional<std::size_t> find(const std::string& name) const;
};

/// Whether what it does to one row may depend on what was done to others.
[[nodiscard]] bool looks_beyond_its_row(const Program& program, const ServerRules& rules);

/// Programs of functions, made once.
class Programs {
 public:
  /// Null where it is not understood.
  const Program* of(const std::shared_ptr<const sql::tree::CreateRoutine>& routine);

 private:
  std::map<std::shared_ptr<const sql::tree::CreateRoutine>, std::optional<Program>> programs_;
};

}  // namespace understudy::postgres::emulation
