// ASCII letters in lower case: keywords and unquoted names.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "protocols/sql/words.hpp"

namespace understudy::sql {

[[nodiscard]] inline std::string lower(std::string_view text) {
  std::string folded(text);
  std::ranges::transform(folded, folded.begin(), to_lower);
  return folded;
}

}  // namespace understudy::sql
