// The rules of one service, compiled for matching.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "match/predicate.hpp"
#include "table/cbor.hpp"
#include "table/service_section.hpp"

namespace understudy::engine {

class RuleBook {
 public:
  explicit RuleBook(const table::ServiceSection& section) {
    for (const auto& record : section.rules()) {
      std::vector<std::string> flaws;  // compile has reported them
      conditions_.emplace_back(table::document_from_cbor(section.octets(record.condition)), flaws);
    }
  }

  [[nodiscard]] bool empty() const noexcept { return conditions_.empty(); }

  /// The descriptions are those of match::Condition. Number of the first rule that matches; nothing
  /// where none does.
  [[nodiscard]] std::optional<std::size_t> find(const Document& described,
                                                const Document& whole) const {
    for (std::size_t i = 0; i < conditions_.size(); ++i)
      if (conditions_[i].matches(described, whole)) return i;
    return std::nullopt;
  }

 private:
  std::vector<match::Condition> conditions_;
};

}  // namespace understudy::engine
