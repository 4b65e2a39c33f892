// Values of the client replaced wherever their very text stands: what the self-test holds against
// the replacing by looks that serving does.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "understudy/document.hpp"

namespace understudy::compile {

class PlainValues {
 public:
  /// Texts that are too short to be found by themselves are left out, and so are those of a single
  /// day: they stand in many a time.
  void add(std::string_view recorded, std::string_view other);

  /// The document with each text in the leaves of it replaced, the longest first. A number stays
  /// one. Digits only count where no other digit stands beside them.
  [[nodiscard]] Document replaced(const Document& document) const;
  [[nodiscard]] std::string replaced_in_text(std::string_view text) const;

 private:
  static constexpr std::size_t head = 10;
  struct Value {
    std::string recorded, other;
  };
  [[nodiscard]] const Value* find(std::string_view text, std::size_t at) const;

  std::unordered_map<std::string, std::vector<Value>> by_head_;  ///< by the first bytes
};

}  // namespace understudy::compile
