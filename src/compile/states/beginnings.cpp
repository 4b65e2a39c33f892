#include "compile/states/beginnings.hpp"

#include <algorithm>

#include "compile/states/static_requests.hpp"

namespace understudy::compile {

std::vector<Contradiction> part_beginnings(const LoadedService& service, const Trace& trace,
                                           const Settlement& settlement, Beginnings& beginnings) {
  std::vector<Contradiction> found;
  const WrittenKeys written = written_keys(trace);
  for (TracedRequestId i; i != settlement.requests.next(); ++i) {
    const Keys& reads = trace.requests[i].reads;
    if (std::ranges::none_of(reads, [&](KeyId key) { return written[key]; })) continue;
    for (const SettledAnswer& answer : settlement.requests[i].answers) {
      if (!answer.contradiction) continue;
      const std::uint32_t later = service.steps[answer.contradiction->second].recording;
      if (later == service.steps[answer.contradiction->first].recording) continue;
      std::set<std::string>& apart = beginnings[later];
      const std::size_t before = apart.size();
      for (const KeyId key : reads) apart.insert(trace.keys[key]);
      if (apart.size() > before) found.push_back(*answer.contradiction);
    }
  }
  return found;
}

}  // namespace understudy::compile
