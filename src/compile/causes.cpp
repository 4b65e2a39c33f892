#include "compile/causes.hpp"

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

using Words = std::set<std::string>;
using Links = std::vector<std::uint32_t>;  // number + 1 in Trace::links

bool in_word(char c) noexcept {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
}

void add_words(std::string_view text, Words& words) {
  while (!text.empty()) {
    const auto end = std::ranges::find_if_not(text, in_word);
    const auto length = static_cast<std::size_t>(end - text.begin());
    if (length > 0 && length <= longest_word) words.emplace(text.substr(0, length));
    text.remove_prefix(std::min(text.size(), length + 1));
  }
}

void add_leaves(const Document& node, Words& words) {
  if (node.is_structured())
    for (const Document& item : node) add_leaves(item, words);
  else if (node.is_string())
    add_words(node.get_ref<const std::string&>(), words);
  else if (!node.is_null())
    add_words(json_text(node), words);
}

class Detective {
 public:
  Detective(const LoadedService& service, const Trace& trace)
      : service_(service), trace_(trace) {}

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
    const auto found =
        rates_.find({pattern_of(read.analysis.identity.canonical),
                     pattern_of(write.analysis.identity.canonical)});
    const Rate rate = found == rates_.end() ? Rate{} : found->second;
    const double changes = (rate.changed + 1.0) / (rate.seen + 2.0);
    return 2 * changes + shared_words(read, write) + shown_words(write, earlier, later) + (write.connection == read.connection ? 0.25 : 0);
  }

  /// Words of a request that are not of its pattern.
  const Words& words_of(const std::string& canonical) {
    const auto [found, added] = words_.try_emplace(canonical);
    if (added) {
      add_leaves(service_.protocol->describe(canonical), found->second);
      Words fixed;
      add_words(pattern_of(canonical), fixed);
      for (const std::string& word : fixed) found->second.erase(word);
    }
    return found->second;
  }

  double shared_words(const Step& read, const Step& write) {
    const Words& asked = words_of(read.analysis.identity.canonical);
    return counted(write, [&](const std::string& word) { return asked.contains(word); });
  }

  /// Words of the write that the answer says now and did not say before.
  double shown_words(const Step& write, std::uint32_t earlier, std::uint32_t later) {
    return counted(write, [&](const std::string& word) {
      return image(later).find(word) != std::string::npos &&
             (earlier == none || image(earlier).find(word) == std::string::npos);
    });
  }

  template <class Counts>
  double counted(const Step& write, Counts&& counts) {
    const auto count = static_cast<std::size_t>(
        std::ranges::count_if(words_of(write.analysis.identity.canonical), counts));
    return static_cast<double>(std::min(count, most_words));
  }

  const LoadedService& service_;
  const Trace& trace_;
  std::unordered_map<std::string, Words> words_;  // by canonical octets
  std::map<std::pair<std::string_view, std::string_view>, Rate> rates_;  // read, write
};

}  // namespace

std::vector<std::uint32_t> find_causes(const LoadedService& service, const Trace& trace) {
  return Detective(service, trace).run();
}

}  // namespace understudy::compile
