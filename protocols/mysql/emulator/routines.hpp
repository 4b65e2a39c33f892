// What bodies of routines work on while they run.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/mysql/emulator/program.hpp"
#include "protocols/mysql/emulator/shared.hpp"
#include "protocols/sql/contents/table.hpp"

namespace understudy::mysql::emulation {

struct Variable {
  ColumnType type;
  Datum value = {};
  bool known = true;
};

/// The variables of one call, and what their names mean.
struct Frame {
  std::vector<Variable> variables;
  Scope scope;  ///< scalars in a relation without a name; `new` and `old`, or the new row's alias

  Frame() { scope.relations.push_back({"", {}, false, true}); }
  void add(const std::string& name, Variable variable);
  /// A row of the table; null: NULLs, which may not be read.
  void add_row(const std::string& name, const Definition& table, const DatumRow* row,
               const std::set<std::size_t>& unknown);
  /// `x`, `new.x`; nothing where there is none.
  [[nodiscard]] std::optional<std::size_t> find(const std::string& name) const;
};

[[nodiscard]] bool has_triggers(const Definition& table, std::string_view event);

}  // namespace understudy::mysql::emulation
