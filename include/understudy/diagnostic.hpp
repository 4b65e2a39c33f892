// A flaw of something that a person wrote or edited.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace understudy {

enum class Severity : std::uint8_t { warning, error };

struct Diagnostic {
  Severity severity = Severity::error;
  std::string file;
  int line = 0;      ///< counted from 1; 0 where the file as a whole is meant
  std::string what;  ///< what stands there and what was expected
  std::string hint;  ///< what to do; may be empty
};

using Diagnostics = std::vector<Diagnostic>;

/// `file:line: error: what (hint)`, one line.
[[nodiscard]] inline std::string to_string(const Diagnostic& diagnostic) {
  std::string text = diagnostic.file;
  if (diagnostic.line > 0) text += ":" + std::to_string(diagnostic.line);
  text += diagnostic.severity == Severity::error ? ": error: " : ": warning: ";
  text += diagnostic.what;
  if (!diagnostic.hint.empty()) text += " (" + diagnostic.hint + ")";
  return text;
}

[[nodiscard]] inline bool has_errors(const Diagnostics& diagnostics) noexcept {
  return std::ranges::any_of(diagnostics, [](const Diagnostic& diagnostic) {
    return diagnostic.severity == Severity::error;
  });
}

}  // namespace understudy
