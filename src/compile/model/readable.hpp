// Requests and their flaws in words, for a person.
#pragma once

#include <string>
#include <string_view>

namespace understudy::compile {

/// What is wrong with an answer that shows a function of the clock or of chance, without its
/// pattern.
[[nodiscard]] std::string unsteady_text(std::string_view function);

/// A pattern as a person reads it: the byte that stands in place of a value is shown as `?`.
[[nodiscard]] std::string readable_pattern(std::string_view pattern);

}  // namespace understudy::compile
