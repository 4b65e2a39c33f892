// The documents of a YAML stream as slices of its text, before any of them is parsed: one that is
// damaged leaves the others readable, and a large file is never one parse.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/yaml.hpp"

namespace understudy::store {

struct YamlSlice {
  std::string_view text;  ///< from its `---`, if it has one, to before the marker that ends it
  int line = 1;           ///< of the first octet of `text`
  bool closed = false;    ///< a line `---` or `...` follows
};

/// Cuts at lines that begin with `---` or `...`: YAML 1.2 section 9.1 forbids such lines within a
/// document, in quoted and block scalars too.
class YamlStream {
 public:
  /// `text` must outlive the stream and its slices.
  explicit YamlStream(std::string_view text) noexcept;

  /// The next slice that holds more than white space, comments and its marker.
  [[nodiscard]] std::optional<YamlSlice> next() noexcept;

 private:
  [[nodiscard]] YamlSlice cut() noexcept;

  std::string_view text_;
  std::size_t offset_ = 0;
  int line_ = 1;
};

/// Parses one slice. Nothing, with every reason in `problems`, where it is unsound. `line` is set
/// to the line of its root node.
[[nodiscard]] std::optional<Document> parse_slice(const YamlSlice& slice, const std::string& file,
                                                  const LoadFile& load_file, Diagnostics& problems,
                                                  int& line);

/// The line of a node of `slice`; `otherwise` where the pointer leads nowhere.
[[nodiscard]] int line_in_slice(const YamlSlice& slice, std::string_view json_pointer,
                                int otherwise);

}  // namespace understudy::store
