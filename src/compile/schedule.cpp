#include "compile/schedule.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <span>
#include <utility>

namespace understudy::compile {
namespace {

using Steps = std::vector<std::uint32_t>;

/// The steps of each connection of each recording, in order.
std::map<std::uint32_t, std::map<std::uint32_t, Steps>> by_connection(const LoadedService& service,
                                                                     std::size_t at_most) {
  std::map<std::uint32_t, std::map<std::uint32_t, Steps>> all;
  for (std::uint32_t i = 0; i < std::min(at_most, service.steps.size()); ++i)
    all[service.steps[i].recording][service.steps[i].connection].push_back(i);
  return all;
}

/// What must stay on one connection: a transaction, or an exchange outside of any.
std::vector<Steps> units_of(const LoadedService& service, const Steps& steps) {
  std::vector<Steps> units;
  bool open = false;
  for (const std::uint32_t step : steps) {
    if (!open) units.emplace_back();
    units.back().push_back(step);
    const Control control = service.steps[step].analysis.control;
    if (control == Control::begin || control == Control::watch)
      open = true;
    else if (control == Control::commit || control == Control::rollback ||
             control == Control::reset || control == Control::unwatch)
      open = false;
  }
  return units;
}

}  // namespace

Schedule as_recorded(const LoadedService& service, std::size_t at_most) {
  Schedule schedule;
  for (std::uint32_t i = 0; i < std::min(at_most, service.steps.size()); ++i)
    schedule.push_back({i, service.steps[i].connection});
  return schedule;
}

Schedule interleaved(const LoadedService& service, std::size_t at_most, std::uint32_t seed) {
  Schedule schedule;
  std::mt19937 random(seed);
  for (auto& [recording, connections] : by_connection(service, at_most)) {
    std::vector<std::span<const std::uint32_t>> left;
    for (const auto& [connection, steps] : connections) left.emplace_back(steps);
    while (!left.empty()) {
      auto& steps = left[random() % left.size()];
      schedule.push_back({steps.front(), service.steps[steps.front()].connection});
      steps = steps.subspan(1);
      if (!steps.empty()) continue;
      std::swap(steps, left.back());
      left.pop_back();
    }
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
      for (const std::uint32_t step : units[i])
        schedule.push_back({step, i % connections});
  }
  return schedule;
}

}  // namespace understudy::compile
