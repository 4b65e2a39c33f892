#include "compile/report/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "compile/model/readable.hpp"
#include "compile/states/static_requests.hpp"
#include "match/chains.hpp"

namespace understudy::compile {
namespace {

/// Many keys below one path as one entry: what matters to a person is the column, not each value.
std::vector<std::string> grouped(const std::set<std::string>& keys) {
  constexpr std::size_t listed = 3, told = std::numeric_limits<std::size_t>::max();
  const auto path_above = [](const std::string& key) {
    return key.substr(0, std::min(key.rfind('\x1f'), key.size()));
  };
  std::map<std::string, std::size_t> below;
  for (const std::string& key : keys) ++below[path_above(key)];
  std::vector<std::string> groups;
  for (const std::string& key : keys) {
    std::size_t& count = below[path_above(key)];
    if (count <= listed) {
      groups.push_back(match::readable_key(key));
    } else if (count != told) {
      groups.push_back(fmt::format("{}.* ({})", match::readable_key(path_above(key)), count));
      count = told;
    }
  }
  return groups;
}

}  // namespace

ServiceSummary summarise(const LoadedService& service, const Trace& trace,
                         const Settlement& settlement) {
  ServiceSummary summary;
  summary.service = service.service->name;
  summary.protocol = service.protocol->name();
  summary.sessions = service.sessions;
  summary.exchanges = service.steps.size();
  const WrittenKeys written = written_keys(trace);
  std::map<std::string, std::size_t> numbers;
  std::map<std::string, std::set<std::string>> keys;
  for (TracedRequestId i; i != trace.requests.next(); ++i) {
    const TracedRequest& traced = trace.requests[i];
    const SettledRequest& settled = settlement.requests[i];
    if (settled.answers.empty()) continue;
    const std::string text(pattern_of(traced.identity.canonical));
    const auto [found, added] = numbers.emplace(text, summary.patterns.size());
    if (added) {
      summary.patterns.push_back({.pattern = readable_pattern(text)});
      summary.patterns.back().static_ = !traced.is_write;
    }
    PatternSummary& pattern = summary.patterns[found->second];
    ++pattern.requests;
    pattern.writes |= traced.is_write;
    pattern.volatile_ |= settled.volatile_;
    if (pattern.unsteady.empty()) pattern.unsteady = settled.unsteady;
    pattern.static_ = pattern.static_ && is_static(traced, written);
    for (const KeyId key : traced.reads)
      if (!match::is_of_wider_path(trace.keys[key]))
        keys[text].insert(match::subtree_of(trace.keys[key]));
    summary.guesses +=
        static_cast<std::uint64_t>(std::ranges::count_if(settled.answers, &SettledAnswer::guess));
  }
  for (const TracedStep& step : trace.steps) {
    const std::string text(pattern_of(trace.requests[step.request].identity.canonical));
    PatternSummary& pattern = summary.patterns[numbers.at(text)];
    ++pattern.exchanges;
    pattern.understood = pattern.understood && service.steps[step.step].analysis.understood;
  }
  for (const auto& [text, number] : numbers) {
    PatternSummary& pattern = summary.patterns[number];
    for (const std::string& key : keys[text]) pattern.keys.push_back(match::readable_key(key));
    pattern.key_groups = grouped(keys[text]);
  }
  return summary;
}

}  // namespace understudy::compile
