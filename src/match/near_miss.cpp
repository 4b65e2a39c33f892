#include "match/near_miss.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include "match/value_type.hpp"
#include "understudy/document_text.hpp"

namespace understudy::match {
namespace {

// More candidates than these would be no help to a person and cost time on a path that runs hot
// exactly when something is broken.
constexpr std::size_t neighbours = 32;       // on either side
constexpr std::size_t spread_over_all = 16;  // besides
// A word that so many patterns have in common tells little, and following all of them costs time.
constexpr std::size_t patterns_per_word = 4096;

// Bytes of all candidates together that are compared, the request itself counted with each.
constexpr std::size_t compared_octets = 512 * 1024;
constexpr std::size_t shown_differences = 16;
constexpr std::size_t shown_octets = 400;  // of one value

/// As JSON, or its beginning: a long text is cut before it is rendered.
std::string one_line(const Document& value) {
  if (value.is_string() && value.get_ref<const std::string&>().size() > shown_octets)
    return one_line(value.get_ref<const std::string&>().substr(0, shown_octets));
  if (value.is_binary() && value.get_binary().size() > shown_octets)
    return fmt::format("{} bytes", value.get_binary().size());
  std::string line = json_text(value);
  if (line.size() > shown_octets) line.resize(shown_octets);
  return line;
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

/// Requests of a pattern that may be near: the neighbours of `canonical` in the order of
/// bytes, and some spread over all.
std::vector<table::RequestId> candidates(const table::ServiceSection& section,
                                         const table::format::PatternRecord& pattern,
                                         std::string_view canonical) {
  const auto members = section.members(pattern);
  const auto at = std::ranges::lower_bound(members, canonical, {},
                                           [&](table::RequestId id) {
                                             return section.text(section.requests()[id].canonical);
                                           }) -
                  members.begin();
  const auto size = static_cast<std::ptrdiff_t>(members.size());
  const auto begin = std::max<std::ptrdiff_t>(0, at - std::ptrdiff_t{neighbours});
  const auto end = std::min<std::ptrdiff_t>(size, at + std::ptrdiff_t{neighbours});
  std::vector<table::RequestId> found(members.begin() + begin, members.begin() + end);
  std::ranges::sort(found);
  if (members.size() > found.size()) {
    const auto spread = std::max<std::size_t>(1, members.size() / spread_over_all);
    for (std::size_t i = 0; i < members.size(); i += spread) found.push_back(members[i]);
    std::ranges::sort(found);
    found.erase(std::unique(found.begin(), found.end()), found.end());
  }
  return found;
}

/// Whether two texts differ in nothing but values that each run makes anew: such a value does not
/// decide what is answered.
bool differ_in_fresh_values(std::string_view asked, std::string_view recorded,
                            const table::ServiceSection& section) {
  std::vector<Token> ours, theirs;
  find_tokens(asked, ours);
  find_tokens(recorded, theirs);
  if (theirs.empty() || ours.size() != theirs.size()) return false;
  std::size_t behind = 0, recorded_behind = 0;
  for (std::size_t i = 0; i < theirs.size(); ++i) {
    const std::string_view before = asked.substr(behind, ours[i].begin - behind);
    if (ours[i].kind != theirs[i].kind ||
        before != recorded.substr(recorded_behind, theirs[i].begin - recorded_behind) ||
        !section.is_varying(fold(theirs[i].kind, recorded.substr(theirs[i].begin, theirs[i].size))))
      return false;
    behind = ours[i].begin + ours[i].size;
    recorded_behind = theirs[i].begin + theirs[i].size;
  }
  return asked.substr(behind) == recorded.substr(recorded_behind);
}

/// Counts the differences of two documents and renders the first of them.
class Comparison {
 public:
  /// `section`: of which values vary; null where none do.
  explicit Comparison(std::size_t rendered, const table::ServiceSection* section = nullptr)
      : rendered_(rendered), section_(section) {}

  void run(const Document& asked, const Document& recorded, const std::string& path) {
    if (asked == recorded) return;
    if (asked.is_object() && recorded.is_object()) return run_members(asked, recorded, path);
    if (asked.is_array() && recorded.is_array() && asked.size() == recorded.size()) {
      for (std::size_t i = 0; i < asked.size(); ++i)
        run(asked[i], recorded[i], path + "/" + std::to_string(i));
      return;
    }
    if (is_fresh(asked, recorded))
      other_fresh_values = true;
    else
      add(path, &asked, &recorded);
  }

  std::vector<Difference> found;
  std::size_t count = 0;
  bool other_fresh_values = false;

 private:
  void run_members(const Document& asked, const Document& recorded, const std::string& path) {
    for (const auto& [key, value] : asked.items()) {
      const auto same = recorded.find(key);
      if (same == recorded.end())
        add(path + "/" + key, &value, nullptr);
      else
        run(value, *same, path + "/" + key);
    }
    for (const auto& [key, value] : recorded.items())
      if (!asked.contains(key)) add(path + "/" + key, nullptr, &value);
  }

  void add(const std::string& path, const Document* asked, const Document* recorded) {
    if (count++ >= rendered_) return;
    found.push_back({path, asked == nullptr ? "" : one_line(*asked),
                     recorded == nullptr ? "" : one_line(*recorded)});
  }

  [[nodiscard]] bool is_fresh(const Document& asked, const Document& recorded) const {
    return section_ != nullptr && section_->has_varying() && asked.is_string() &&
           recorded.is_string() &&
           differ_in_fresh_values(asked.get_ref<const std::string&>(),
                                  recorded.get_ref<const std::string&>(), *section_);
  }

  std::size_t rendered_;
  const table::ServiceSection* section_;
};

}  // namespace

Document described(const Protocol& protocol, std::string_view canonical) {
  if (canonical.size() > described_octets)
    canonical = pattern_of(canonical.substr(0, described_octets));
  return protocol.describe(canonical);
}

std::vector<Difference> differences(const Document& asked, const Document& recorded) {
  Comparison comparison(shown_differences);
  comparison.run(asked, recorded, "");
  return std::move(comparison.found);
}

PatternIndex::PatternIndex(const table::ServiceSection& section) : section_(section) {
  const auto patterns = section.patterns();
  for (std::uint32_t i = 0; i < patterns.size(); ++i) {
    const std::string_view text = section.text(patterns[i].text);
    by_text_.emplace(text, i);
    const auto words = words_of(text);
    word_counts_.push_back(static_cast<std::uint32_t>(words.size()));
    for (const std::string& word : words) by_word_[word].push_back(i);
  }
}

const table::format::PatternRecord* PatternIndex::nearest(std::string_view pattern) const {
  const auto same = by_text_.find(pattern);
  return same != by_text_.end() ? &section_.patterns()[same->second] : most_similar(pattern);
}

/// By shared words over all words.
const table::format::PatternRecord* PatternIndex::most_similar(std::string_view pattern) const {
  const auto words = words_of(pattern.substr(0, described_octets));
  std::map<std::uint32_t, std::uint32_t> shared;
  for (const std::string& word : words) {
    const auto found = by_word_.find(word);
    if (found == by_word_.end()) continue;
    const std::size_t count = std::min(found->second.size(), patterns_per_word);
    for (std::size_t i = 0; i < count; ++i) ++shared[found->second[i]];
  }
  const table::format::PatternRecord* best = nullptr;
  double best_similarity = 0;
  for (const auto& [number, count] : shared) {
    const double all = static_cast<double>(words.size() + word_counts_[number] - count);
    const double similarity = count / all;
    if (similarity <= best_similarity) continue;
    best_similarity = similarity;
    best = &section_.patterns()[number];
  }
  return best;
}

namespace {

void tell(NearMiss& miss, const Protocol& protocol, const table::ServiceSection& section,
          const Document& asked) {
  const auto& request = section.requests()[miss.request];
  const Document recorded = described(protocol, section.text(request.canonical));
  miss.recorded = protocol.summarise(recorded);
  Comparison comparison(shown_differences, &section);
  comparison.run(asked, recorded, "");
  miss.differences = std::move(comparison.found);
  miss.other_fresh_values = comparison.other_fresh_values;
  const auto answers = section.answers(request);
  if (!answers.empty())
    miss.source = fmt::format("{}:{}", section.source_name(answers[0].source), answers[0].line);
}

}  // namespace

std::vector<NearMiss> nearest(const Protocol& protocol, const PatternIndex& patterns,
                              std::string_view canonical, std::size_t at_most) {
  const table::ServiceSection& section = patterns.section();
  const auto* pattern = patterns.nearest(pattern_of(canonical));
  if (pattern == nullptr) return {};
  const Document asked = described(protocol, canonical);
  std::vector<NearMiss> found;
  std::size_t compared = 0;
  for (const table::RequestId id : candidates(section, *pattern, canonical)) {
    const std::string_view text = section.text(section.requests()[id].canonical);
    compared +=
        std::min(canonical.size(), described_octets) + std::min(text.size(), described_octets);
    if (compared > compared_octets && !found.empty()) break;
    Comparison comparison(0, &section);
    comparison.run(asked, described(protocol, text), "");
    NearMiss miss;
    miss.request = id;
    miss.difference_count = comparison.count;
    found.push_back(std::move(miss));
  }
  std::ranges::stable_sort(found, {}, &NearMiss::difference_count);
  if (found.size() > at_most) found.resize(at_most);
  for (NearMiss& miss : found) tell(miss, protocol, section, asked);
  return found;
}

}  // namespace understudy::match
