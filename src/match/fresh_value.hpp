// Values that a next run could make in place of recorded ones: for the self-test.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace understudy::match {

/// Another value of the same kind as `folded`, folded as well. The same for equal arguments, and
/// different values stay different (but for a collision of random ones). Times are later by the
/// same for all of them, so that their order stays.
[[nodiscard]] std::string another(std::string_view folded, std::uint32_t run);

}  // namespace understudy::match
