// Which writes of a recording leave the same behind, whichever of them came first.
#pragma once

#include <string_view>

#include "compile/model/steps.hpp"

namespace understudy::compile {

/// Inserts into one table, and changes of rows that can't be the same ones: what is there behind
/// both does not tell their order. Both took effect.
[[nodiscard]] bool leave_the_same(const Step& one, const Step& other);

/// Whether each of two such inserts, of which `one` ended first, was answered as it would have been
/// without the other, but for what `key` says, which both have in common.
[[nodiscard]] bool are_answered_alike(const Step& one, const Step& other, std::string_view key);

}  // namespace understudy::compile
