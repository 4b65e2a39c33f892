#include "match/near_miss.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>

namespace understudy::match {
namespace {

// More candidates than this would be no help to a person and cost time on a path that runs hot
// exactly when something is broken.
constexpr std::size_t candidates_per_pattern = 64;

std::string one_line(const Document& value) {
  return value.dump(-1, ' ', false, Document::error_handler_t::replace);
}

std::set<std::string> words_of(std::string_view text) {
  std::set<std::string> words;
  std::string word;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_') {
      word += c;
    } else if (!word.empty()) {
      words.insert(std::move(word));
      word.clear();
    }
  }
  if (!word.empty()) words.insert(std::move(word));
  return words;
}

/// Shared words over all words, 0 to 1.
double similarity(const std::set<std::string>& a, const std::set<std::string>& b) {
  const auto shared = static_cast<double>(
      std::ranges::count_if(a, [&](const std::string& word) { return b.contains(word); }));
  const double all = static_cast<double>(a.size() + b.size()) - shared;
  return all == 0 ? 0 : shared / all;
}

const table::format::PatternRecord* find_pattern(const table::ServiceSection& section,
                                                 std::string_view pattern) {
  const auto patterns = section.patterns();
  const auto same = std::ranges::find_if(
      patterns, [&](const auto& p) { return section.text(p.text) == pattern; });
  if (same != patterns.end()) return &*same;
  const auto words = words_of(pattern);
  const table::format::PatternRecord* best = nullptr;
  double best_similarity = 0;
  for (const auto& candidate : patterns) {
    const double score = similarity(words, words_of(section.text(candidate.text)));
    if (score > best_similarity) {
      best_similarity = score;
      best = &candidate;
    }
  }
  return best;
}

void compare(const Document& asked, const Document& recorded, const std::string& path,
             std::vector<Difference>& found) {
  if (asked == recorded) return;
  if (asked.is_object() && recorded.is_object()) {
    for (const auto& [key, value] : asked.items())
      compare(value,
              recorded.contains(key) ? recorded[key] : Document(Document::value_t::discarded),
              path + "/" + key, found);
    for (const auto& [key, value] : recorded.items())
      if (!asked.contains(key)) found.push_back({path + "/" + key, "", one_line(value)});
    return;
  }
  if (asked.is_array() && recorded.is_array() && asked.size() == recorded.size()) {
    for (std::size_t i = 0; i < asked.size(); ++i)
      compare(asked[i], recorded[i], path + "/" + std::to_string(i), found);
    return;
  }
  found.push_back({path, one_line(asked), recorded.is_discarded() ? "" : one_line(recorded)});
}

}  // namespace

std::vector<Difference> differences(const Document& asked, const Document& recorded) {
  std::vector<Difference> found;
  compare(asked, recorded, "", found);
  return found;
}

std::vector<NearMiss> nearest(const Protocol& protocol, const table::ServiceSection& section,
                              std::string_view canonical, std::size_t at_most) {
  const auto* pattern = find_pattern(section, pattern_of(canonical));
  if (pattern == nullptr) return {};
  const Document asked = protocol.describe(canonical);
  std::vector<NearMiss> found;
  for (const std::uint32_t number : section.members(*pattern)) {
    if (found.size() == candidates_per_pattern) break;
    const auto& request = section.requests()[number];
    const Document recorded = protocol.describe(section.text(request.canonical));
    NearMiss miss{number, protocol.summarise(recorded), {}, differences(asked, recorded)};
    const auto answers = section.answers(request);
    if (!answers.empty())
      miss.source = fmt::format("{}:{}", section.source_name(answers[0].source), answers[0].line);
    found.push_back(std::move(miss));
  }
  std::ranges::stable_sort(found, {}, [](const NearMiss& m) { return m.differences.size(); });
  if (found.size() > at_most) found.resize(at_most);
  return found;
}

}  // namespace understudy::match
