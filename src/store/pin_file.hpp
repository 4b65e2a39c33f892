// Pins: what a person says of the values in one place of a request, or of what requests do, in
// `rules/*.yaml`.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "understudy/diagnostic.hpp"
#include "understudy/document.hpp"

namespace understudy::store {

/// The word of a place that a person leaves to compile.
inline constexpr std::string_view inferred = "inferred";

struct PinnedValue {
  std::string place;  ///< "2", the second value of the request; "2.1", the first within its text
  std::string word;   ///< `inferred`, or what it is pinned as
  int line = 0;
};

/// One document. With `values` they are places of the requests that are spelled like `request` but
/// for their values.
struct Pin {
  std::string service, request;
  std::vector<PinnedValue> values;
  /// Of a pin that is not about values: what it says (`effect`, `independent`) and, where it is
  /// about one, the request. Else null.
  Document said;
  std::string file;
  int line = 0;
};

/// Whether a document of a rule file is a pin rather than a rule.
[[nodiscard]] bool is_pin(const Document& document);

/// All pins of a mock set. Flaws of pins are reported, those of rules are left to read_rules().
[[nodiscard]] std::vector<Pin> read_pins(const std::filesystem::path& mock_set,
                                         Diagnostics& problems);

/// A pin as read_pins() reads it, each line of `comment` before it as a comment.
[[nodiscard]] std::string pin_text(const Pin& pin, std::string_view comment);

}  // namespace understudy::store
