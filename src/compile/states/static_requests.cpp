#include "compile/states/static_requests.hpp"

#include <algorithm>

namespace understudy::compile {

namespace format = table::format;

WrittenKeys written_keys(const Trace& trace) {
  WrittenKeys written(trace.keys.size());
  for (const TracedRequest& request : trace.requests)
    for (const format::AdvanceRecord& advance : request.writes_unknown) written[advance.key] = true;
  for (const Advances& list : trace.write_lists)
    for (const format::AdvanceRecord& advance : list) written[advance.key] = true;
  return written;
}

bool is_static(const TracedRequest& request, const WrittenKeys& written) {
  return !request.is_write && !request.counts_asks &&
         std::ranges::none_of(request.reads, [&](KeyId key) { return written[key]; });
}

}  // namespace understudy::compile
