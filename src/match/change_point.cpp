#include "match/change_point.hpp"

#include <algorithm>
#include <tuple>

namespace understudy::match {
namespace {

namespace format = table::format;
using table::AnswerId;
using table::ServiceSection;

// A guess is no hot path, but its cost must not grow with the recording.
constexpr std::size_t most_groups = 1024;  // different causes that are compared
constexpr std::size_t most_answers = 128;  // answers of one cause that are compared

/// Answers of one request, sorted by the request that caused them, then by its turn.
using Answers = std::span<const table::AnswerId>;

class Chooser {
 public:
  Chooser(const ServiceSection& section, const format::RequestRecord& request,
          const SeenWrites& writes)
      : section_(section),
        writes_(writes),
        reads_(section.reads(request)),
        answers_(section.answers_by_cause(request)) {}

  [[nodiscard]] const format::AnswerRecord& choose() const {
    Answers best;
    std::uint64_t best_order = 0;
    std::size_t groups = 0;
    for (Answers rest = answers_; !rest.empty() && groups < most_groups; ++groups) {
      const Answers group = first_group(rest);
      rest = rest.subspan(group.size());
      const std::uint64_t order = writes_.turn(cause_of(group.front())).order;
      if (best.empty() || order > best_order) {
        best = group;
        best_order = order;
      }
    }
    return best_of(best_order == 0 && !is_initial(best.front()) ? answers_ : best);
  }

 private:
  [[nodiscard]] const format::AnswerRecord& answer(AnswerId id) const {
    return section_.all_answers()[id];
  }
  [[nodiscard]] bool is_initial(AnswerId id) const { return !answer(id).cause; }
  [[nodiscard]] const format::WriteRecord* cause(AnswerId id) const {
    return is_initial(id) ? nullptr : &section_.recorded_writes()[*answer(id).cause];
  }
  [[nodiscard]] Author cause_of(AnswerId id) const {
    const format::WriteRecord* write = cause(id);
    return write == nullptr ? Author() : LastWrites::author_of(write->request);
  }

  /// The answers that were caused by the same request as the first one; the initial ones, which
  /// nothing caused, come first.
  [[nodiscard]] Answers first_group(Answers answers) const {
    const auto cause = [&](AnswerId id) { return cause_of(id); };
    const auto end = std::ranges::upper_bound(answers, cause(answers.front()), {}, cause);
    return answers.first(static_cast<std::size_t>(end - answers.begin()));
  }

  /// As many answers as are compared, around the turn that the cause has had here.
  [[nodiscard]] Answers near_turn(Answers group, std::uint32_t times) const {
    if (group.size() <= most_answers) return group;
    const auto turn = [&](AnswerId id) { return is_initial(id) ? 0 : cause(id)->turn; };
    const auto at = std::ranges::lower_bound(group, times, {}, turn) - group.begin();
    const auto begin =
        std::clamp<std::ptrdiff_t>(at - std::ptrdiff_t{most_answers / 2}, 0,
                                   static_cast<std::ptrdiff_t>(group.size() - most_answers));
    return group.subspan(static_cast<std::size_t>(begin), most_answers);
  }

  [[nodiscard]] const format::AnswerRecord& best_of(Answers group) const {
    const std::uint32_t times = writes_.turn(cause_of(group.front())).times;
    const auto rank = [&](AnswerId id) {
      const std::uint32_t turn = is_initial(id) ? 0 : cause(id)->turn;
      const std::uint32_t distance = turn > times ? turn - times : times - turn;
      return std::tuple(~agreement(answer(id)), distance, answer(id).cause);
    };
    return answer(*std::ranges::min_element(near_turn(group, times), {}, rank));
  }

  /// How well the last writes agree: on each key wholly (2), in their request only (1), or not.
  [[nodiscard]] std::uint32_t agreement(const format::AnswerRecord& answer) const {
    const auto evidence = section_.evidence(answer, reads_.size());
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < evidence.size(); ++i) {
      const LastWrites::Write live = writes_.last(reads_[i]);
      if (!evidence[i] || !live.author) {
        sum += !evidence[i] && !live.author ? 2 : 0;
        continue;
      }
      const format::WriteRecord& recorded = section_.recorded_writes()[*evidence[i]];
      const bool same = LastWrites::author_of(recorded.request) == live.author;
      sum += recorded.identity == live.identity ? 2 : same ? 1 : 0;
    }
    return sum;
  }

  const ServiceSection& section_;
  const SeenWrites& writes_;
  std::span<const KeyId> reads_;
  Answers answers_;
};

}  // namespace

const format::AnswerRecord& likeliest_answer(const ServiceSection& section,
                                             const format::RequestRecord& request,
                                             const SeenWrites& writes) {
  return Chooser(section, request, writes).choose();
}

std::optional<StateDifference> state_difference(const ServiceSection& section,
                                                const format::RequestRecord& request,
                                                const format::AnswerRecord& answer,
                                                const SeenWrites& writes) {
  const auto reads = section.reads(request);
  const auto evidence = section.evidence(answer, reads.size());
  std::optional<StateDifference> different, further_back;
  for (std::size_t i = 0; i < evidence.size(); ++i) {
    const LastWrites::Write live = writes.last(reads[i]);
    if (!evidence[i] && !live.author) continue;
    const StateDifference here{reads[i], evidence[i], live.author};
    const bool agrees =
        evidence[i] && section.recorded_writes()[*evidence[i]].identity == live.identity;
    if (agrees) {
      if (!further_back) further_back = here;
    } else if (!different ||
               section.key_name(reads[i]).size() > section.key_name(different->key).size()) {
      different = here;
    }
  }
  return different ? different : further_back;
}

}  // namespace understudy::match
