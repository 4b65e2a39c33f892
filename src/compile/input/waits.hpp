// When requests took effect that waited for what another connection brought.
#pragma once

#include <vector>

#include "compile/model/steps.hpp"

namespace understudy::compile {

/// A request that waited saw what was there when it was answered, and one that was woken comes
/// behind the write that woke it, though its own answer may have been seen first. To be sorted
/// afterwards.
void place_waits(std::vector<Step>& steps);

}  // namespace understudy::compile
