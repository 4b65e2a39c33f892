// Generated values in answers where they can't be replaced: in part, within a longer word, as
// bytes or encoded.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>

#include "understudy/document.hpp"

namespace understudy::compile {

/// What of an answer could hold them: its runs of hexadecimal digits and of base 64, decoded, with
/// what match::find_tokens() recognises left out. Mostly empty.
[[nodiscard]] std::string suspicious_text(const Document& answer);

class HiddenValues {
 public:
  /// `folded`: see match/value_type.hpp. Those of hexadecimal digits only.
  void add(std::string_view folded);
  /// Whether any is in a suspicious_text().
  [[nodiscard]] bool in(std::string_view suspicious) const;

 private:
  std::unordered_set<std::string> parts_;  ///< their first 8 and last 12 digits
};

}  // namespace understudy::compile
