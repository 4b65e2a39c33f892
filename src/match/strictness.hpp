// How uncertain an answer may be.
#pragma once

#include <cstdint>

namespace understudy::match {

/// `normal` answers a guess and counts it as broken strictness; `allow_guess` accepts it; `strict`
/// turns it into a miss.
enum class Strictness : std::uint8_t { normal, allow_guess, strict };

}  // namespace understudy::match
