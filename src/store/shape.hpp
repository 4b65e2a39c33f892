// Checks the members of a document that a person may have edited, and reports every flaw with its
// line, what was expected and a hint.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/yaml_stream.hpp"
#include "understudy/diagnostic.hpp"
#include "understudy/document.hpp"

namespace understudy::store {

enum class Kind : std::uint8_t { any, map, list, text, scalar, boolean, count, number };
enum class Presence : std::uint8_t { required, optional };

/// "a map", "text", "the number 7", …: what stands at a node.
[[nodiscard]] std::string describe_kind(const Document& node);

class Shape {
 public:
  /// `slice` holds the text of the document; all arguments are borrowed.
  Shape(const YamlSlice& slice, int line, const std::string& file, Diagnostics& problems)
      : slice_(slice), line_(line), file_(file), problems_(problems) {}

  void report(std::string_view json_pointer, std::string what, std::string hint,
              Severity severity = Severity::error);

  /// False, and reported, where `node` is not of `kind`.
  bool is(const Document& node, std::string_view json_pointer, Kind kind, std::string_view name);

  /// The member `key` of `map`; null where it is missing or of another kind, which is reported.
  const Document* member(const Document& map, std::string_view json_pointer, const char* key,
                         Kind kind, Presence presence);

  /// Reports every key of `map` that is not one of `known`.
  void only(const Document& map, std::string_view json_pointer,
            const std::vector<std::string>& known);

  /// How many flaws were reported through this object, warnings included.
  [[nodiscard]] std::size_t count() const noexcept { return count_; }

 private:
  const YamlSlice& slice_;
  int line_;
  const std::string& file_;
  Diagnostics& problems_;
  std::size_t count_ = 0;
};

/// `parent`/`key` as a JSON pointer (RFC 6901), `key` escaped.
[[nodiscard]] std::string pointer_to(std::string_view parent, std::string_view key);

}  // namespace understudy::store
