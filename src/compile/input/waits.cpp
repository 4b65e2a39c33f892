#include "compile/input/waits.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "compile/model/full_step.hpp"

namespace understudy::compile {
namespace {

/// WokenBy to one key of one recording, by their beginning.
struct WakingWrite {
  std::uint64_t began, ended;
  std::uint32_t connection;
};
using WaitedKey = std::pair<std::uint32_t, std::string>;  // recording, joined path
using WokenBy = std::map<WaitedKey, std::vector<WakingWrite>>;

WokenBy writes_of(const std::vector<Step>& steps) {
  WokenBy writes;
  for (const Step& step : steps) {
    if (step.analysis.waited || !step.analysis.changed) continue;
    const FullStep full(step);
    for (const KeyPath& path : full.writes)
      writes[{step.recording, join(path)}].push_back({step.began, step.ended, step.connection});
  }
  for (auto& [key, all] : writes) std::ranges::stable_sort(all, {}, &WakingWrite::began);
  return writes;
}

/// The end of the last write to a key that began while the step waited; 0 for none.
std::uint64_t end_of_waking(const Step& step, const std::vector<WakingWrite>& writes) {
  std::uint64_t end = 0;
  auto write = std::ranges::upper_bound(writes, step.began, {}, &WakingWrite::began);
  for (; write != writes.end() && write->began < step.ended; ++write)
    if (write->connection != step.connection) end = std::max(end, write->ended);
  return end;
}

}  // namespace

void place_waits(std::vector<Step>& steps) {
  if (std::ranges::none_of(steps, [](const Step& step) { return step.analysis.waited; })) return;
  const WokenBy writes = writes_of(steps);
  for (Step& step : steps) {
    if (!step.analysis.waited) continue;
    std::uint64_t woken = 0;
    const FullStep full(step);
    for (const auto* paths : {&full.reads, &full.contents})
      for (const KeyPath& path : *paths)
        if (const auto found = writes.find({step.recording, join(path)}); found != writes.end())
          woken = std::max(woken, end_of_waking(step, found->second));
    const bool nothing_came = !step.analysis.changed;
    if (woken == 0 && !nothing_came) continue;  // it did not wait
    if (!nothing_came) step.ended = std::max(step.ended, woken);
    step.began = step.ended;
  }
}

}  // namespace understudy::compile
