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
constexpr std::size_t longest_word = 256;  // bytes; longer ones are documents, and slow to find
// Of a request, and of an answer in bytes: a COPY of many rows has more than can be compared.
constexpr std::size_t most_words_of_request = 256, longest_answer = 65'536;

using Words = std::set<std::string>;
using Links = std::vector<MaybeLinkId>;
using Causes = table::ListBy<TracedStepId, MaybeLinkId>;
using MaybeTracedStepId = table::MaybeId<TracedStepKind>;

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

  Causes run() {
    learn_rates();
    Causes causes(trace_.steps.size());
    in_pairs([&](MaybeTracedStepId earlier, TracedStepId later) {
      const bool known = earlier && image(*earlier) == image(later);
      causes[later] = known ? causes[*earlier] : cause_of(earlier, later);
    });
    return causes;
  }

 private:
  struct Rate {
    std::uint32_t changed = 0, seen = 0;
  };

  [[nodiscard]] const Step& step(TracedStepId traced) const {
    return service_.steps[trace_.steps[traced].step];
  }
  [[nodiscard]] const std::string& image(TracedStepId traced) const {
    return step(traced).analysis.image;
  }
  [[nodiscard]] const Step& writer(LinkId link) const {
    return service_.steps[trace_.links[link].step];
  }

  /// Each traced step with the one before it of the same request and recording, or none.
  template <class Visit>
  void in_pairs(Visit&& visit) const {
    table::ListBy<TracedRequestId, MaybeTracedStepId> last(trace_.requests.size());
    for (TracedStepId i; i != trace_.steps.next(); ++i) {
      MaybeTracedStepId& earlier = last[trace_.steps[i].request];
      const bool same = earlier && step(*earlier).recording == step(i).recording;
      visit(same ? earlier : MaybeTracedStepId(), i);
      earlier = i;
    }
  }

  /// The last writes to each key that `later` saw and `earlier` did not, each write once.
  [[nodiscard]] std::vector<LinkId> suspects(MaybeTracedStepId earlier, TracedStepId later) const {
    std::vector<LinkId> found;
    std::set<StepId> steps;
    const Links& now = trace_.evidence_lists[trace_.steps[later].evidence];
    const Links* before =
        earlier ? &trace_.evidence_lists[trace_.steps[*earlier].evidence] : nullptr;
    for (std::size_t key = 0; key < now.size(); ++key) {
      const MaybeLinkId seen = before == nullptr ? MaybeLinkId() : (*before)[key];
      MaybeLinkId link = now[key];
      for (std::size_t n = 0; n < most_suspects && link > seen; ++n) {
        const ChainLink& each = trace_.links[*link];
        const bool seen_open = seen && each.step == trace_.links[*seen].step;
        if (!seen_open && steps.insert(each.step).second) found.push_back(*link);
        link = each.previous;
      }
    }
    return found;
  }

  /// How often the answer to a pattern had changed where a write of another came between.
  void learn_rates() {
    in_pairs([&](MaybeTracedStepId earlier, TracedStepId later) {
      if (!earlier || trace_.steps[*earlier].evidence == trace_.steps[later].evidence) return;
      const bool changed = image(*earlier) != image(later);
      std::set<std::string_view> patterns;
      for (const LinkId link : suspects(earlier, later))
        patterns.insert(pattern_of(writer(link).analysis.identity.canonical));
      for (const std::string_view pattern : patterns) {
        Rate& rate = rates_[{pattern_of(step(later).analysis.identity.canonical), pattern}];
        ++rate.seen;
        rate.changed += changed ? 1 : 0;
      }
    });
  }

  [[nodiscard]] MaybeLinkId cause_of(MaybeTracedStepId earlier, TracedStepId later) {
    const std::vector<LinkId> all = suspects(earlier, later);
    MaybeLinkId likeliest;
    double best = -1;
    for (const LinkId link : all) {
      const double score = likelihood(link, earlier, later);
      const bool later_one = likeliest && score == best && link > *likeliest;
      if (score > best || later_one) likeliest = link;
      best = std::max(best, score);
    }
    return likeliest;
  }

  [[nodiscard]] double likelihood(LinkId link, MaybeTracedStepId earlier, TracedStepId later) {
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
  double shown_words(const Step& write, MaybeTracedStepId earlier, TracedStepId later) {
    const auto shows = [&](TracedStepId traced, const std::string& word) {
      return std::string_view(image(traced)).substr(0, longest_answer).find(word) !=
             std::string_view::npos;
    };
    return counted(write, [&](const std::string& word) {
      return shows(later, word) && (!earlier || !shows(*earlier, word));
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
  std::unordered_map<std::string, Words> words_;                         // by canonical bytes
  std::map<std::pair<std::string_view, std::string_view>, Rate> rates_;  // read, write
};

}  // namespace

table::ListBy<TracedStepId, MaybeLinkId> find_causes(const LoadedService& service,
                                                     const Trace& trace) {
  return Detective(service, trace).run();
}

}  // namespace understudy::compile
