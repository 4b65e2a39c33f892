#include "compile/states/causes.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "understudy/document_text.hpp"

namespace understudy::compile {
namespace {

constexpr std::size_t most_suspects = 16;  // the last writes to each key; older ones are unlikely
constexpr std::size_t most_words = 3;      // that count: many equal words are no better proof
constexpr std::size_t longest_word = 256;  // octets; longer ones are documents, and slow to find
// Of a request, and of an answer in octets: a COPY of many rows has more than can be compared.
constexpr std::size_t most_words_of_request = 256, longest_answer = 65'536;

using Words = std::set<std::string>;
using Links = std::vector<std::uint32_t>;  // number + 1 in Trace::links

bool in_word(char c) noexcept {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
}

/// Calls `take` with each word of a text until it gives false.
template <class Take>
bool each_word(std::string_view text, Take&& take) {
  while (!text.empty()) {
    const auto end = std::ranges::find_if_not(text, in_word);
    const auto length = static_cast<std::size_t>(end - text.begin());
    if (length > 0 && length <= longest_word && !take(text.substr(0, length))) return false;
    text.remove_prefix(std::min(text.size(), length + 1));
  }
  return true;
}

template <class Take>
bool each_word(const Document& node, Take&& take) {
  if (node.is_structured())
    return std::ranges::all_of(node, [&](const Document& item) { return each_word(item, take); });
  if (node.is_string())
    return each_word(std::string_view(node.get_ref<const std::string&>()), take);
  return node.is_null() || each_word(std::string_view(json_text(node)), take);
}

class Detective {
 public:
  Detective(const LoadedService& service, const Trace& trace) : service_(service), trace_(trace) {}

  std::vector<std::uint32_t> run() {
    learn_rates();
    std::vector<std::uint32_t> causes(trace_.steps.size());
    in_pairs([&](std::uint32_t earlier, std::uint32_t later) {
      const bool known = earlier != none && image(earlier) == image(later);
      causes[later] = known ? causes[earlier] : cause_of(earlier, later);
    });
    return causes;
  }

 private:
  static constexpr std::uint32_t none = 0xFFFFFFFF;
  struct Rate {
    std::uint32_t changed = 0, seen = 0;
  };

  [[nodiscard]] const Step& step(std::uint32_t traced) const {
    return service_.steps[trace_.steps[traced].step];
  }
  [[nodiscard]] const std::string& image(std::uint32_t traced) const {
    return step(traced).analysis.image;
  }
  [[nodiscard]] const Step& writer(std::uint32_t link) const {
    return service_.steps[trace_.links[link - 1].step];
  }

  /// Each traced step with the one before it of the same request and recording, or none.
  template <class Visit>
  void in_pairs(Visit&& visit) const {
    std::vector<std::uint32_t> last(trace_.requests.size(), none);
    for (std::uint32_t i = 0; i < trace_.steps.size(); ++i) {
      std::uint32_t& earlier = last[trace_.steps[i].request];
      const bool same = earlier != none && step(earlier).recording == step(i).recording;
      visit(same ? earlier : none, i);
      earlier = i;
    }
  }

  /// The last writes to each key that `later` saw and `earlier` did not, each write once.
  [[nodiscard]] Links suspects(std::uint32_t earlier, std::uint32_t later) const {
    Links found;
    std::set<std::uint32_t> steps;
    const Links& now = trace_.evidence_lists[trace_.steps[later].evidence];
    const Links* before =
        earlier == none ? nullptr : &trace_.evidence_lists[trace_.steps[earlier].evidence];
    for (std::size_t key = 0; key < now.size(); ++key) {
      const std::uint32_t seen = before == nullptr ? 0 : (*before)[key];
      std::uint32_t link = now[key];
      for (std::size_t n = 0; n < most_suspects && link > seen; ++n) {
        const ChainLink& each = trace_.links[link - 1];
        const bool seen_open = seen != 0 && each.step == trace_.links[seen - 1].step;
        if (!seen_open && steps.insert(each.step).second) found.push_back(link);
        link = each.previous;
      }
    }
    return found;
  }

  /// How often the answer to a pattern had changed where a write of another came between.
  void learn_rates() {
    in_pairs([&](std::uint32_t earlier, std::uint32_t later) {
      if (earlier == none || trace_.steps[earlier].evidence == trace_.steps[later].evidence) return;
      const bool changed = image(earlier) != image(later);
      std::set<std::string_view> patterns;
      for (const std::uint32_t link : suspects(earlier, later))
        patterns.insert(pattern_of(writer(link).analysis.identity.canonical));
      for (const std::string_view pattern : patterns) {
        Rate& rate = rates_[{pattern_of(step(later).analysis.identity.canonical), pattern}];
        ++rate.seen;
        rate.changed += changed ? 1 : 0;
      }
    });
  }

  [[nodiscard]] std::uint32_t cause_of(std::uint32_t earlier, std::uint32_t later) {
    const Links all = suspects(earlier, later);
    std::uint32_t likeliest = 0;
    double best = -1;
    for (const std::uint32_t link : all) {
      const double score = likelihood(link, earlier, later);
      const bool later_one = likeliest != 0 && score == best && link > likeliest;
      if (score > best || later_one) likeliest = link;
      best = std::max(best, score);
    }
    return likeliest;
  }

  [[nodiscard]] double likelihood(std::uint32_t link, std::uint32_t earlier, std::uint32_t later) {
    const Step& write = writer(link);
    const Step& read = step(later);
    const auto found = rates_.find({pattern_of(read.analysis.identity.canonical),
                                    pattern_of(write.analysis.identity.canonical)});
    const Rate rate = found == rates_.end() ? Rate{} : found->second;
    const double changes = (rate.changed + 1.0) / (rate.seen + 2.0);
    const double own = write.connection == read.connection ? 0.25 : 0;
    return 2 * changes + shared_words(read, write) + shown_words(write, earlier, later) + own;
  }

  /// Words of a request that are not of its pattern.
  const Words& words_of(const std::string& canonical) {
    const auto [found, added] = words_.try_emplace(canonical);
    if (!added) return found->second;
    Words fixed, &words = found->second;
    each_word(pattern_of(canonical), [&](std::string_view word) {
      fixed.emplace(word);
      return true;
    });
    each_word(service_.protocol->describe(canonical), [&](std::string_view word) {
      if (!fixed.contains(std::string(word))) words.emplace(word);
      return words.size() < most_words_of_request;
    });
    return words;
  }

  double shared_words(const Step& read, const Step& write) {
    const Words& asked = words_of(read.analysis.identity.canonical);
    return counted(write, [&](const std::string& word) { return asked.contains(word); });
  }

  /// Words of the write that the answer says now and did not say before.
  double shown_words(const Step& write, std::uint32_t earlier, std::uint32_t later) {
    const auto shows = [&](std::uint32_t traced, const std::string& word) {
      return std::string_view(image(traced)).substr(0, longest_answer).find(word) !=
             std::string_view::npos;
    };
    return counted(write, [&](const std::string& word) {
      return shows(later, word) && (earlier == none || !shows(earlier, word));
    });
  }

  template <class Counts>
  double counted(const Step& write, Counts&& counts) {
    std::size_t count = 0;
    for (const std::string& word : words_of(write.analysis.identity.canonical))
      if (counts(word) && ++count == most_words) break;
    return static_cast<double>(count);
  }

  const LoadedService& service_;
  const Trace& trace_;
  std::unordered_map<std::string, Words> words_;                         // by canonical octets
  std::map<std::pair<std::string_view, std::string_view>, Rate> rates_;  // read, write
};

}  // namespace

std::vector<std::uint32_t> find_causes(const LoadedService& service, const Trace& trace) {
  return Detective(service, trace).run();
}

}  // namespace understudy::compile
