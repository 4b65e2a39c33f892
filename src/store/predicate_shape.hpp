// The predicates of a rule's request: which maps are one, and whether they are spelled right.
#pragma once

#include "store/shape.hpp"

namespace understudy::store {

/// Reports every misspelt predicate of `request`, which lies at `json_pointer` of the document.
void check_predicates(const Document& request, const std::string& json_pointer, Shape& shape);

}  // namespace understudy::store
