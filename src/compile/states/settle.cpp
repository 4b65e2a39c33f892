#include "compile/states/settle.hpp"

#include <algorithm>
#include <map>

namespace understudy::compile {
namespace {

/// All answers that one request got in one state, in order.
struct Witnesses {
  std::vector<TracedStepId> certain, uncertain;
};

class Settler {
 public:
  Settler(const LoadedService& service, const Trace& trace) : service_(service), trace_(trace) {}

  Settlement run() {
    table::ListBy<TracedRequestId, std::map<match::Version, Witnesses>> by_state(
        trace_.requests.size());
    table::ListBy<TracedRequestId, std::vector<TracedStepId>> in_order(trace_.requests.size());
    for (TracedStepId i; i != trace_.steps.next(); ++i) {
      const TracedStep& step = trace_.steps[i];
      Witnesses& witnesses = by_state[step.request][step.state];
      (step.uncertain ? witnesses.uncertain : witnesses.certain).push_back(i);
      in_order[step.request].push_back(i);
    }
    settled_.requests.resize(trace_.requests.size());
    for (TracedRequestId i; i != by_state.next(); ++i) {
      SettledRequest& request = settled_.requests[i];
      for (const TracedStepId traced : in_order[i])
        if (request.unsteady.empty()) request.unsteady = step(traced).analysis.unsteady();
      request.volatile_ = !request.unsteady.empty();
      if (!request.volatile_) settle_request(i, by_state[i]);
      if (request.volatile_) list_in_order(request, in_order[i]);
    }
    return std::move(settled_);
  }

 private:
  [[nodiscard]] const Step& step(TracedStepId traced) const {
    return service_.steps[trace_.steps[traced].step];
  }
  [[nodiscard]] const std::string& image(TracedStepId traced) const {
    return step(traced).analysis.image;
  }
  [[nodiscard]] Contradiction between(TracedStepId first, TracedStepId second) const {
    return {trace_.steps[first].step, trace_.steps[second].step};
  }

  /// The first two that were answered differently.
  [[nodiscard]] std::optional<Contradiction> contradiction(
      const std::vector<TracedStepId>& witnesses) const {
    const auto other = std::ranges::find_if(
        witnesses, [&](TracedStepId traced) { return image(traced) != image(witnesses.front()); });
    if (other == witnesses.end()) return std::nullopt;
    return between(witnesses.front(), *other);
  }

  /// Two answers that one recording alone gives.
  [[nodiscard]] std::optional<Contradiction> contradiction_of_one(
      const std::vector<TracedStepId>& witnesses) const {
    std::map<std::uint32_t, TracedStepId> first_of_recording;
    for (const TracedStepId traced : witnesses) {
      const auto [first, added] = first_of_recording.emplace(step(traced).recording, traced);
      if (!added && image(first->second) != image(traced)) return between(first->second, traced);
    }
    return std::nullopt;
  }

  [[nodiscard]] SettledAnswer answer(TracedStepId traced, bool guess) const {
    const TracedStep& step = trace_.steps[traced];
    return {step.state, traced, step.step, step.writes, guess, std::nullopt};
  }

  void settle_request(TracedRequestId number, const std::map<match::Version, Witnesses>& by_state) {
    SettledRequest& request = settled_.requests[number];
    for (const auto& [state, witnesses] : by_state) {
      if (witnesses.certain.empty()) {
        request.answers.push_back(answer(witnesses.uncertain.front(), true));
        continue;
      }
      if (const auto found = contradiction_of_one(witnesses.certain)) contradict(number, *found);
      const auto contradicted = contradiction(witnesses.certain);
      request.answers.push_back(answer(witnesses.certain.front(), contradicted.has_value()));
      request.answers.back().contradiction = contradicted;
    }
  }

  void contradict(TracedRequestId number, const Contradiction& found) {
    settled_.requests[number].volatile_ = true;
    settled_.contradicted.emplace(pattern_of(trace_.requests[number].identity.canonical), found);
  }

  void list_in_order(SettledRequest& request, const std::vector<TracedStepId>& traced) const {
    request.answers.clear();
    for (const TracedStepId each : traced) request.answers.push_back(answer(each, true));
  }

  const LoadedService& service_;
  const Trace& trace_;
  Settlement settled_;
};

}  // namespace

Settlement settle(const LoadedService& service, const Trace& trace) {
  return Settler(service, trace).run();
}

}  // namespace understudy::compile
