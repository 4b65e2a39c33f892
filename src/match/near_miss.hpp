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

// What is told of a near miss is for a person, and it is made exactly when something is broken: all
// of it is bounded, whatever a client sends.

/// Bytes of a canonical request that are looked at; of a longer one only its pattern is described.
inline constexpr std::size_t described_octets = 32 * 1024;

/// A canonical request as a person reads it, bounded as above.
[[nodiscard]] Document described(const Protocol& protocol, std::string_view canonical);

/// One field in which a request differs from a recorded one, by JSON pointer.
struct Difference {
  std::string path;
  /// As one-line JSON, its beginning where it is long; empty where the field is missing on that
  /// side.
  std::string asked, recorded;
};

struct NearMiss {
  table::RequestId request;
  std::string recorded;  ///< one line
  std::string source;    ///< file:line of its first exchange
  /// Those that decide, the first of them; none where only the state differs, or values that each
  /// run makes anew.
  std::vector<Difference> differences;
  std::size_t difference_count = 0;  ///< of all that decide
  bool other_fresh_values = false;
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

/// The nearest recorded requests, best first: of the nearest pattern those whose bytes are
/// neighbours of the request's, and some others. Their number is bounded.
[[nodiscard]] std::vector<NearMiss> nearest(const Protocol& protocol, const PatternIndex& patterns,
                                            std::string_view canonical, std::size_t at_most);

/// The first ones.
[[nodiscard]] std::vector<Difference> differences(const Document& asked, const Document& recorded);

}  // namespace understudy::match
