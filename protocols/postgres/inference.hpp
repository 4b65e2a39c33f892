// Types of parameters that no recording tells: from casts, from the columns
// that they are compared with or stored to, from where they stand.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocols/postgres/backend.hpp"
#include "protocols/postgres/types.hpp"

namespace understudy::postgres {

/// What the recorded RowDescriptions tell of the tables.
class ColumnCatalogue {
 public:
  /// The columns of one answer to the statement with that pattern.
  void learn(std::string_view pattern, const std::vector<Column>& columns);
  /// Resolves what was learned. To be called once, before `type_of`.
  void settle();
  /// 0 where it is not known, or not unambiguous. An empty table is any table.
  [[nodiscard]] Oid type_of(const std::string& table, const std::string& column) const;

 private:
  std::map<Oid, std::string> table_names_;
  std::map<std::pair<Oid, std::string>, Oid> by_oid_;  // 0: told differently
  std::map<std::pair<std::string, std::string>, Oid> by_name_;
};

/// One type for each slot of the pattern, 0 where nothing can be inferred soundly.
[[nodiscard]] std::vector<Oid> infer_slot_types(std::string_view pattern, std::size_t slots,
                                                const ColumnCatalogue& catalogue);

}  // namespace understudy::postgres
