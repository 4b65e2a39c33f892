#include "cli/compile_screen.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "cli/console.hpp"
#include "cli/error_stream.hpp"

namespace understudy::cli {
namespace {

using compile::PatternSummary;
using compile::ServiceSummary;

constexpr std::size_t most_warnings = 10;
constexpr std::size_t most_patterns = 5, most_tables = 3;
constexpr std::size_t longest_pattern = 90;

std::string shortened(std::string text) {
  for (char& c : text)
    if (c == '\n' || c == '\r' || c == '\t') c = ' ';
  if (text.size() <= longest_pattern) return text;
  std::size_t end = longest_pattern;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "…";
}

/// Never "100" where one is missing.
std::string percent(double share) {
  return share >= 100 ? "100 %" : fmt::format("{:.1f} %", std::floor(share * 10) / 10);
}

void print_shares(const ServiceSummary& service) {
  std::string line, lines;
  for (const auto& [name, title, replay] : service.tests) {
    if (replay.asked == 0) continue;
    const std::string share = fmt::format("{} {}", percent(replay.percent_certain()), title);
    if (line.size() + share.size() > longest_pattern) {
      lines += line + ",\n    ";
      line.clear();
    }
    line += (line.empty() ? "" : ", ") + share;
  }
  if (!line.empty()) fmt::print("  certain in replays against the table:\n    {}{}\n", lines, line);
  std::uint64_t wrong = 0;
  for (const auto& test : service.tests) wrong += test.replay.wrong;
  if (wrong > 0) fmt::print("  answered wrongly in these replays: {}\n", wrong);
}

void print_tables(const ServiceSummary& service) {
  if (service.tables.empty()) return;
  std::vector<const compile::DeclaredTable*> doubtful;
  for (const compile::DeclaredTable& table : service.tables)
    if (!table.doubt.empty()) doubtful.push_back(&table);
  fmt::print("  schema: tables {}, relied on {}\n", service.tables.size(),
             service.tables.size() - doubtful.size());
  for (std::size_t i = 0; i < std::min(doubtful.size(), most_tables); ++i)
    fmt::print("    {} is not relied on: {}\n", doubtful[i]->name, doubtful[i]->doubt);
  if (doubtful.size() > most_tables) fmt::print("    and {} more\n", doubtful.size() - most_tables);
}

std::string why_uncertain(const PatternSummary& pattern) {
  if (!pattern.understood) return "not understood: any write counts";
  return pattern.unsteady.empty() ? "volatile: several answers in one state"
                                  : "volatile: shows " + pattern.unsteady;
}

/// The patterns that are answered as a guess, those of most exchanges first.
void print_uncertain(const ServiceSummary& service) {
  std::vector<const PatternSummary*> uncertain;
  for (const PatternSummary& pattern : service.patterns)
    if (pattern.volatile_ || !pattern.understood) uncertain.push_back(&pattern);
  if (uncertain.empty()) return;
  std::ranges::stable_sort(uncertain, std::ranges::greater{},
                           [](const PatternSummary* pattern) { return pattern->exchanges; });
  fmt::print("  not certain, by the exchanges that it concerns:\n");
  for (std::size_t i = 0; i < std::min(uncertain.size(), most_patterns); ++i)
    fmt::print("    {:>6}  {} ({})\n", uncertain[i]->exchanges, shortened(uncertain[i]->pattern),
               why_uncertain(*uncertain[i]));
  if (uncertain.size() > most_patterns)
    fmt::print("    and {} more patterns\n", uncertain.size() - most_patterns);
}

void print_screen(const ServiceSummary& service) {
  constexpr std::size_t reasons_shown = 3;
  fmt::print("{} ({}): sessions {}, exchanges {}, rules {}, patterns {}, guesses {}\n",
             service.service, service.protocol, service.sessions, service.exchanges, service.rules,
             service.patterns.size(), service.guesses);
  print_shares(service);
  print_tables(service);
  print_held(service, most_tables);
  print_coverage(service.coverage, reasons_shown);
  print_uncertain(service);
  if (!service.decisions.empty())
    fmt::print("  {}; `understudy learn` explains each\n", compile::summary_of(service.decisions));
}

}  // namespace

void print_coverage(const Emulator::Coverage& coverage, std::size_t most) {
  if (coverage.requests == 0) return;
  fmt::print("  computable: {} of {} statements ({})\n", coverage.computed, coverage.requests,
             percent(100.0 * static_cast<double>(coverage.computed) /
                     static_cast<double>(coverage.requests)));
  std::uint64_t others = 0;
  for (std::size_t i = 0; i < coverage.missed.size(); ++i) {
    const auto& [reason, requests, patterns, example] = coverage.missed[i];
    if (i < most)
      fmt::print("    {:>6}  {}: {}\n", requests, printable(reason), printable(shortened(example)));
    else
      others += requests;
  }
  if (others > 0)
    fmt::print("    {:>6}  for {} other reasons\n", others, coverage.missed.size() - most);
}

void print_few(Diagnostics problems) {
  std::stable_partition(problems.begin(), problems.end(), [](const Diagnostic& problem) {
    return problem.severity == Severity::error;
  });
  const auto errors = static_cast<std::size_t>(
      std::ranges::count(problems, Severity::error, &Diagnostic::severity));
  const std::size_t warnings = problems.size() - errors;
  if (warnings > most_warnings) problems.resize(errors + most_warnings);
  print(problems);
  if (warnings > most_warnings)
    fmt::print(stderr, "and {} more warnings (--verbose lists them)\n", warnings - most_warnings);
}

void print_held(const ServiceSummary& service, std::size_t most) {
  if (!service.held_gap.empty())
    fmt::print("  contents: the rows of the snapshot are not used: {}\n", service.held_gap);
  if (service.held.empty()) return;
  std::vector<const HeldState*> gaps;
  for (const HeldState& table : service.held)
    if (!table.gap.empty()) gaps.push_back(&table);
  fmt::print("  contents: of {} of {} tables it is known what they held first\n",
             service.held.size() - gaps.size(), service.held.size());
  for (std::size_t i = 0; i < std::min(gaps.size(), most); ++i)
    fmt::print("    {} not wholly: {}\n", gaps[i]->table, gaps[i]->gap);
  if (gaps.size() > most) fmt::print("    and {} more\n", gaps.size() - most);
}

void print_screen(const compile::Compiled& compiled) {
  for (const ServiceSummary& service : compiled.services) print_screen(service);
}

namespace {

/// Most statements could be computed, were it known what the tables held.
bool lacks_contents(const ServiceSummary& service) {
  return service.held.empty() && service.coverage.computed * 2 < service.coverage.requests;
}

}  // namespace

void print_next_steps(const compile::Compiled& compiled, const std::string& mock_set) {
  const bool guesses = std::ranges::any_of(
      compiled.services, [](const ServiceSummary& service) { return service.guesses > 0; });
  const bool unproven = std::ranges::any_of(compiled.services, [](const ServiceSummary& service) {
    return std::ranges::any_of(service.decisions,
                               [](const compile::Decision& each) { return !each.certain; });
  });
  fmt::print("next:\n");
  if (unproven)
    fmt::print(
        "  understudy record {0} -- COMMAND     a second recording proves which values vary\n",
        mock_set);
  if (std::ranges::any_of(compiled.services, lacks_contents))
    fmt::print(
        "  understudy snapshot {0}              what the tables hold, so that SQL is computed: any "
        "order, twice\n",
        mock_set);
  if (guesses)
    fmt::print("  understudy compile {0} --verbose     names what is a guess, and why\n", mock_set);
  fmt::print("  understudy run {0} -- COMMAND        COMMAND with its services answered\n",
             mock_set);
}

}  // namespace understudy::cli
