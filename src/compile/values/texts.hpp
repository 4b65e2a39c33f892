// Values of any look that several recordings show to vary, looked for in answers.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "understudy/document.hpp"

namespace understudy::compile {

class Texts {
 public:
  /// What is shorter is part of too much else.
  static constexpr std::size_t shortest = 4;

  void add(std::string_view text);
  [[nodiscard]] bool empty() const noexcept { return texts_.empty(); }
  [[nodiscard]] bool contains(std::string_view text) const {
    return texts_.contains(std::string(text));
  }

  using Take = std::function<void(const std::string& text)>;
  /// Those that are a leaf of the document, or a part of one (match/places.hpp).
  void each_part(const Document& document, const Take& take) const;
  void each_part_of(std::string_view text, const Take& take) const;
  /// Those that stand anywhere in `text`, with letters and digits beside them or not.
  void each_within(std::string_view text, const Take& take) const;
  /// Whether one stands in a leaf otherwise than as a part of it.
  [[nodiscard]] bool hidden_in(const Document& document) const;

 private:
  std::unordered_set<std::string> texts_;
  std::unordered_map<std::string, std::vector<std::string>> by_beginning_;
};

}  // namespace understudy::compile
