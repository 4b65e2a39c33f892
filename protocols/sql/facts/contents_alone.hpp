// Whether the answer to a query is a matter of what tables hold, and of nothing else.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/sql/catalog/catalog.hpp"
#include "protocols/sql/statement.hpp"
#include "protocols/sql/tree/tree.hpp"

namespace understudy::sql {

struct ContentsAlone {
  std::vector<tree::Name> tables;  ///< base tables
  std::vector<tree::Name> whole;   ///< those of which any column may matter, whatever `columns` say
  /// Functions of the application's own: what they are counts as well.
  std::vector<tree::Name> routines;
  /// What the columns that matter are called, in lower case; nothing: any may matter.
  std::optional<std::set<std::string>> columns;
  /// Among them those that the query gives to what it makes itself.
  std::set<std::string> own_names;
};

/// Nothing where it may depend on more: on the clock, on chance, on who asks, on variables, on what
/// is defined, on where rows lie.
[[nodiscard]] std::optional<ContentsAlone> contents_alone(const tree::Statement& statement,
                                                          const Catalog& catalog, Dialect dialect);

/// Whether a text means a moment where it is taken for a time, as 'now' and 'tomorrow' do.
[[nodiscard]] bool names_moment(std::string_view text);

}  // namespace understudy::sql
