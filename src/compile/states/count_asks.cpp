#include "compile/states/count_asks.hpp"

#include <optional>

namespace understudy::compile {
namespace {

bool may_change(const StepAnalysis& analysis) {
  return analysis.changed &&
         (analysis.effect == Effect::write || analysis.control == Control::commit);
}

/// The last ask of each request, and how much had been written before it was answered.
struct LastAsk {
  StepId step;
  std::uint64_t written = 0;
};

}  // namespace

bool may_count_asks(const LoadedService& service) {
  const Document profile = service.analyser->profile();
  return profile.is_object() && profile.value("counts_asks", false);
}

std::vector<CountedRequest> count_asks(const LoadedService& service, const Trace& trace,
                                       const Settlement& settlement, Counted& counted) {
  std::vector<CountedRequest> found;
  table::ListBy<TracedRequestId, std::optional<LastAsk>> last(trace.requests.size());
  auto traced = trace.steps.begin();
  std::uint64_t written = 0;
  for (StepId i; i != service.steps.next(); ++i) {
    const Step& step = service.steps[i];
    if (traced != trace.steps.end() && traced->step == i) {
      const TracedRequestId request = (traced++)->request;
      const SettledRequest& settled = settlement.requests[request];
      const bool several = settled.volatile_ && settled.unsteady.empty();
      std::optional<LastAsk>& before = last[request];
      if (several && before && before->written == written &&
          service.steps[before->step].recording == step.recording &&
          service.steps[before->step].analysis.image != step.analysis.image &&
          counted.insert(spell_identity(step.analysis.identity)).second)
        found.push_back(
            {std::string(pattern_of(step.analysis.identity.canonical)), {before->step, i}});
      before = {i, written + (may_change(step.analysis) ? 1U : 0U)};
    }
    if (may_change(step.analysis)) ++written;
  }
  return found;
}

}  // namespace understudy::compile
