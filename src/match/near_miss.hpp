// Why nothing answered: the nearest recorded requests and what differs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "table/service_section.hpp"
#include "understudy/protocol.hpp"

namespace understudy::match {

/// One field in which a request differs from a recorded one, by JSON pointer.
struct Difference {
  std::string path;
  std::string asked, recorded;  ///< as one-line JSON; empty where the field is missing on that side
};

struct NearMiss {
  std::uint32_t request = 0;            ///< number in the section
  std::string recorded;                 ///< one line
  std::string source;                   ///< file:line of its first exchange
  std::vector<Difference> differences;  ///< none where only the state differs
};

/// The patterns of a section by their text and by their words. Made when it is first needed; its
/// cost is that of reading all patterns once.
class PatternIndex {
 public:
  /// `section` outlives it.
  explicit PatternIndex(const table::ServiceSection& section);

  /// The pattern itself, else the one that has the most words in common; null where there is none.
  [[nodiscard]] const table::format::PatternRecord* nearest(std::string_view pattern) const;
  [[nodiscard]] const table::ServiceSection& section() const noexcept { return section_; }

 private:
  [[nodiscard]] const table::format::PatternRecord* most_similar(std::string_view pattern) const;

  const table::ServiceSection& section_;
  std::unordered_map<std::string_view, std::uint32_t> by_text_;
  std::unordered_map<std::string, std::vector<std::uint32_t>> by_word_;
  std::vector<std::uint32_t> word_counts_;  // of each pattern
};

/// The nearest recorded requests, best first: of the nearest pattern those whose octets are
/// neighbours of the request's, and some others. Their number is bounded.
[[nodiscard]] std::vector<NearMiss> nearest(const Protocol& protocol, const PatternIndex& patterns,
                                            std::string_view canonical, std::size_t at_most);

[[nodiscard]] std::vector<Difference> differences(const Document& asked, const Document& recorded);

}  // namespace understudy::match
