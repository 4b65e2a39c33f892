#include "compile/selftest/schedule.hpp"

#include <algorithm>
#include <list>
#include <map>
#include <random>
#include <utility>

#include "match/transaction.hpp"

namespace understudy::compile {
namespace {

using Steps = std::vector<StepId>;
using Left = std::list<StepId>;

StepId end_of(const LoadedService& service, std::size_t at_most) {
  return StepId(std::min(at_most, service.steps.size()));
}

/// The steps of each connection of each recording, in order.
std::map<std::uint32_t, std::map<std::uint32_t, Steps>> by_connection(const LoadedService& service,
                                                                      std::size_t at_most) {
  std::map<std::uint32_t, std::map<std::uint32_t, Steps>> all;
  for (StepId i; i != end_of(service, at_most); ++i)
    all[service.steps[i].recording][service.steps[i].connection].push_back(i);
  return all;
}

/// What must stay on one connection: a transaction, or an exchange outside of any.
std::vector<Steps> units_of(const LoadedService& service, const Steps& steps) {
  std::vector<Steps> units;
  match::Transaction<StepId> transaction;
  bool watches = false;  // what WATCH began, the end of its transaction ends
  for (const StepId step : steps) {
    if (!transaction.active() && !watches) units.emplace_back();
    units.back().push_back(step);
    const StepAnalysis& a = service.steps[step].analysis;
    static_cast<void>(transaction.carry_out(a.control, a.control_name, a.changed));
    if (a.control == Control::watch)
      watches = true;
    else if (a.control != Control::none && a.control != Control::begin && !transaction.active())
      watches = false;
  }
  return units;
}

/// Of the steps that are left, in the recorded order, those that could have come first: nothing of
/// their own connection comes before them, and all that does is concurrent with them.
std::vector<Left::iterator> may_be_next(const LoadedService& service,
                                        const Concurrency& concurrency, Left& left) {
  constexpr std::size_t looked_ahead = 24;
  std::vector<Left::iterator> candidates = {left.begin()};
  if (!concurrency.is_concurrent(left.front())) return candidates;
  Steps before = {left.front()};
  for (auto step = std::next(left.begin()); step != left.end() && before.size() < looked_ahead;
       ++step) {
    if (service.steps[*step].recording != service.steps[left.front()].recording) break;
    const bool free = std::ranges::all_of(before, [&](StepId other) {
      return service.steps[other].connection != service.steps[*step].connection &&
             concurrency.are_concurrent(other, *step);
    });
    if (free) candidates.push_back(step);
    before.push_back(*step);
  }
  return candidates;
}

}  // namespace

Schedule as_recorded(const LoadedService& service, std::size_t at_most) {
  Schedule schedule;
  for (StepId i; i != end_of(service, at_most); ++i)
    schedule.push_back({i, service.steps[i].connection});
  return schedule;
}

Schedule interleaved(const LoadedService& service, const Concurrency& concurrency,
                     std::size_t at_most, std::uint32_t seed) {
  Schedule schedule;
  std::mt19937 random(seed);
  Left left;
  for (StepId i; i != end_of(service, at_most); ++i) left.push_back(i);
  while (!left.empty()) {
    const auto candidates = may_be_next(service, concurrency, left);
    const auto chosen = candidates[random() % candidates.size()];
    schedule.push_back({*chosen, service.steps[*chosen].connection});
    left.erase(chosen);
  }
  return schedule;
}

Schedule pooled(const LoadedService& service, std::size_t at_most, std::uint32_t connections) {
  Schedule schedule;
  for (const auto& [recording, all] : by_connection(service, at_most)) {
    std::vector<Steps> units;
    for (const auto& [connection, steps] : all)
      for (Steps& unit : units_of(service, steps)) units.push_back(std::move(unit));
    std::ranges::sort(units, {}, [](const Steps& unit) { return unit.back(); });
    for (std::uint32_t i = 0; i < units.size(); ++i)
      for (const StepId step : units[i]) schedule.push_back({step, i % connections});
  }
  return schedule;
}

}  // namespace understudy::compile
