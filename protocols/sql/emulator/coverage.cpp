#include "protocols/sql/emulator/coverage.hpp"

#include <algorithm>

namespace understudy::sql::emulator {

bool is_about_rows(const tree::Statement& statement) {
  return statement.as<tree::Query>() != nullptr || statement.as<tree::Insert>() != nullptr ||
         statement.as<tree::Update>() != nullptr || statement.as<tree::Delete>() != nullptr ||
         statement.as<tree::Truncate>() != nullptr || statement.as<tree::Merge>() != nullptr;
}

void CoverageBook::note(std::string_view pattern, const std::string& why_not) {
  ++requests_;
  if (why_not.empty()) {
    ++computed_;
    return;
  }
  Missed& missed = missed_[why_not];
  ++missed.requests;
  const auto found = missed.patterns.find(pattern);
  if (found == missed.patterns.end())
    missed.patterns.emplace(std::string(pattern), 1);
  else
    ++found->second;
}

Emulator::Coverage CoverageBook::coverage(const ServerRules& rules) const {
  Emulator::Coverage coverage{requests_, computed_, {}};
  for (const auto& [what, missed] : missed_) {
    const auto& often = *std::ranges::max_element(missed.patterns, {},
                                                  [](const auto& each) { return each.second; });
    coverage.missed.push_back(
        {what, missed.requests, missed.patterns.size(), rules.spelled(often.first)});
  }
  std::ranges::stable_sort(coverage.missed, std::ranges::greater{},
                           &Emulator::Coverage::Missed::requests);
  return coverage;
}

}  // namespace understudy::sql::emulator
