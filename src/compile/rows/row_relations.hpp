// Columns that refer to rows of another table (foreign keys): as the schema declares, else as far
// as names and values tell.
//
// No statement says that a DELETE cascades or that an INSERT was allowed because its parent was
// there. So what could be a foreign key is taken for one, unless the recording proves the contrary:
// a row that is there though the one that it would refer to is gone.
#pragma once

#include <string>
#include <vector>

#include "compile/rows/row_evidence.hpp"

namespace understudy::compile {

/// `child`.`column` may refer to `parent`.`key`.
struct RowRelation {
  std::string child, column, parent, key;
  bool follows = true;  ///< rows of the child may change with the one that they refer to
};

[[nodiscard]] std::vector<RowRelation> find_relations(const std::vector<Step>& steps,
                                                      const RowEvidence& evidence);

}  // namespace understudy::compile
