#include "emulator_score.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace differential {

bool EmulatorScore::remembers(std::string_view line) const {
  return std::ranges::find(history_, line) != history_.end();
}

void EmulatorScore::fail(const SqlStatement& statement, std::string_view what,
                         const std::string& mine, const std::string& theirs) {
  constexpr int most_shown = 2;  // of a kind
  ++failures_;
  if (++shown_[statement.kind] > most_shown) return;
  fmt::print("  FAILED  {}: {}\n    emulator: {}\n    server:   {}\n", what, statement.sql, mine,
             theirs);
  for (const std::string& line : history_) fmt::print("      before: {}\n", line);
}

int EmulatorScore::report(std::uint64_t transactions) const {
  std::uint64_t passed = 0, failed = failures_ > 0 ? 1 : 0, asked = 0, computed = 0;
  for (const auto& [kind, tally] : tallies_) {
    const bool sound =
        tally.wrong == 0 && (kind == "definition" || kind == "ALTER" || tally.computed > 0);
    ++(sound ? passed : failed);
    asked += tally.asked;
    computed += tally.computed;
    fmt::print("  {:<8}{:<20}{:>8} asked {:>8} refused {:>8} computed{}\n", sound ? "ok" : "FAILED",
               kind, tally.asked, tally.refused, tally.computed,
               tally.wrong > 0 ? fmt::format("   {} WRONG", tally.wrong) : "");
    if (tally.computed == 0)
      for (const auto& [why, count] : tally.reasons) fmt::print("      {:>8}  {}\n", count, why);
  }
  fmt::print("{} of {} statements computed, {} transactions\n", computed, asked, transactions);
  fmt::print("{}: {} passed, {} failed, 0 skipped\n", suite_, passed, failed);
  return failed == 0 ? 0 : 1;
}

}  // namespace differential
