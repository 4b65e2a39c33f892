#include "compile/settle.hpp"

#include <algorithm>
#include <map>

namespace understudy::compile {
namespace {

/// All answers that one request got in one state.
struct Witnesses {
  std::vector<std::uint32_t> certain, uncertain;           // numbers of steps, in order
  std::uint32_t certain_writes = 0, uncertain_writes = 0;  // of the first of them
};

class Settler {
 public:
  Settler(const LoadedService& service, const Trace& trace) : service_(service), trace_(trace) {}

  Settlement run() {
    std::vector<std::map<match::Version, Witnesses>> by_state(trace_.requests.size());
    std::vector<std::vector<const TracedStep*>> in_order(trace_.requests.size());
    for (const TracedStep& step : trace_.steps) {
      Witnesses& witnesses = by_state[step.request][step.state];
      auto& steps = step.uncertain ? witnesses.uncertain : witnesses.certain;
      if (steps.empty())
        (step.uncertain ? witnesses.uncertain_writes : witnesses.certain_writes) = step.writes;
      steps.push_back(step.step);
      in_order[step.request].push_back(&step);
    }
    settled_.requests.resize(trace_.requests.size());
    for (std::size_t i = 0; i < by_state.size(); ++i) {
      settle_request(i, by_state[i]);
      if (settled_.requests[i].volatile_) list_in_order(settled_.requests[i], in_order[i]);
    }
    return std::move(settled_);
  }

 private:
  const std::string& image(std::uint32_t step) const { return service_.steps[step].analysis.image; }
  std::uint32_t recording(std::uint32_t step) const { return service_.steps[step].recording; }

  bool all_equal(const std::vector<std::uint32_t>& steps) const {
    return std::ranges::all_of(
        steps, [&](std::uint32_t step) { return image(step) == image(steps.front()); });
  }

  /// Whether one recording alone gives two answers.
  bool contradicts_itself(const std::vector<std::uint32_t>& steps) const {
    std::map<std::uint32_t, std::uint32_t> first_of_recording;
    return std::ranges::any_of(steps, [&](std::uint32_t step) {
      const auto [first, added] = first_of_recording.emplace(recording(step), step);
      return !added && image(first->second) != image(step);
    });
  }

  void settle_request(std::size_t number, const std::map<match::Version, Witnesses>& by_state) {
    SettledRequest& request = settled_.requests[number];
    for (const auto& [state, witnesses] : by_state) {
      if (!witnesses.certain.empty()) {
        if (contradicts_itself(witnesses.certain)) contradict(number);
        request.answers.push_back({state, witnesses.certain.front(), witnesses.certain_writes,
                                   !all_equal(witnesses.certain)});
      } else {
        request.answers.push_back(
            {state, witnesses.uncertain.front(), witnesses.uncertain_writes, true});
      }
    }
  }

  void contradict(std::size_t number) {
    settled_.requests[number].volatile_ = true;
    settled_.contradicted.emplace(pattern_of(trace_.requests[number].identity.canonical));
  }

  static void list_in_order(SettledRequest& request, const std::vector<const TracedStep*>& steps) {
    request.answers.clear();
    for (const TracedStep* step : steps)
      request.answers.push_back({step->state, step->step, step->writes, true});
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
