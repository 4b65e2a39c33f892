// Names of secrets, by the words that they are made of.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "understudy/secrets.hpp"

namespace understudy::redact {

using Words = std::vector<std::string>;

/// In lower case, numbers at their ends left out: "newPassword2" is {new, password}.
[[nodiscard]] Words words_of(std::string_view name);

/// What a name says that the user's rules say nothing of.
[[nodiscard]] Naming naming_by_words(std::string_view name);

}  // namespace understudy::redact
