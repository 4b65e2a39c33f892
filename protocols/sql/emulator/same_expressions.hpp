// Expressions that mean the same.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "protocols/sql/tree/tree.hpp"

namespace understudy::sql::emulator {

/// A value of the request that stands where another expression has a literal.
struct SlotText {
  std::size_t slot;
  std::string text;
};

/// Whether both mean the same once each value of the request in `a` is what `b` has in its place;
/// those are appended to `slots`.
[[nodiscard]] bool same_but_for_slots(const tree::Expression& a, const tree::Expression& b,
                                      std::vector<SlotText>& slots);

}  // namespace understudy::sql::emulator
