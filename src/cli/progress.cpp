#include "cli/progress.hpp"

#include <fmt/format.h>

namespace understudy::cli {
namespace {

std::string counted(std::uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
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

}  // namespace understudy::cli
