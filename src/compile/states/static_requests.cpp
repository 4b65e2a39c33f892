#include "compile/states/static_requests.hpp"

#include <algorithm>

namespace understudy::compile {

namespace format = table::format;

std::vector<bool> written_keys(const Trace& trace) {
  std::vector<bool> written(trace.keys.size());
  for (const TracedRequest& request : trace.requests)
    for (const format::BumpRecord& bump : request.writes_unknown) written[bump.key] = true;
  for (const Bumps& list : trace.write_lists)
    for (const format::BumpRecord& bump : list) written[bump.key] = true;
  return written;
}

bool is_static(const TracedRequest& request, const std::vector<bool>& written) {
  return !request.is_write && !request.counts_asks &&
         std::ranges::none_of(request.reads, [&](std::uint32_t key) { return written[key]; });
}

}  // namespace understudy::compile
