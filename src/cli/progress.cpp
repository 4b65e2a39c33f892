#include "cli/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace understudy::cli {
namespace {

std::string counted(std::uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

using Kinds = std::map<std::string, std::uint64_t>;

/// "9 authorization, 3 password, 4 others", the most frequent first.
std::string listed(const Kinds& kinds) {
  constexpr std::size_t most = 8;
  std::vector<std::pair<std::string, std::uint64_t>> sorted(kinds.begin(), kinds.end());
  std::ranges::stable_sort(sorted, std::greater<>{}, [](const auto& kind) { return kind.second; });
  std::string text;
  std::uint64_t others = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (i < most)
      text += fmt::format("{}{} {}", i == 0 ? "" : ", ", sorted[i].second, sorted[i].first);
    else
      others += sorted[i].second;
  }
  return others == 0 ? text : fmt::format("{}, {} others", text, others);
}

}  // namespace

std::string progress_text(const RecordCounters& counters) {
  std::string text;
  engine::RecordCounters all;
  for (const auto& [service, counter] : counters) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", service,
                        counted(counter.exchanges, "exchange", "exchanges"));
    all.warnings += counter.warnings;
    all.lost += counter.lost;
    all.opaque += counter.opaque;
    all.unwritten += counter.unwritten;
  }
  if (text.empty()) text = "no connection yet";
  if (all.warnings > 0) text += "; " + counted(all.warnings, "warning", "warnings");
  if (all.unwritten > 0)
    text += "; " + counted(all.unwritten, "exchange NOT written", "exchanges NOT written");
  if (all.lost > 0)
    text += "; " + counted(all.lost, "connection lost from view", "connections lost from view");
  if (all.opaque > 0)
    text += "; " + counted(all.opaque, "connection relayed unread", "connections relayed unread");
  return text;
}

std::vector<std::string> secrets_text(const RecordCounters& counters, const std::string& mock_set) {
  Kinds replaced, kept;
  for (const auto& [service, counter] : counters) {
    for (const auto& [kind, count] : counter.replaced_secrets) replaced[kind] += count;
    for (const auto& [kind, count] : counter.kept_secrets) kept[kind] += count;
  }
  std::vector<std::string> lines;
  if (!replaced.empty()) lines.push_back("replaced secrets: " + listed(replaced));
  if (!kept.empty())
    lines.push_back(fmt::format(
        "kept what looks like secrets, as who reads it needs it: {} (`understudy inspect "
        "{} --secrets` shows where)",
        listed(kept), mock_set));
  return lines;
}

}  // namespace understudy::cli
