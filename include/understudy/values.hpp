// The values of a request: what an application puts into it, as opposed to its pattern.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace understudy {

/// What a request does with one of its values.
enum class ValueRole : std::uint8_t {
  sought,  ///< compared with what is there: a condition, an address; also where that is not known
  made     ///< put there by this very request: a cell of an insert, a key that is set, a body
};

/// Shown a value as text; gives the text to put in its place, or nothing where it stays.
using ValueMap = std::function<std::optional<std::string>(std::string_view value, ValueRole role)>;

}  // namespace understudy
