#include "compile/pipeline.hpp"

#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <cstdio>

#include "cli/commands.hpp"
#include "cli/compile_screen.hpp"
#include "cli/console.hpp"
#include "cli/error_stream.hpp"
#include "cli/exit_status.hpp"
#include "cli/files.hpp"
#include "cli/live_line.hpp"
#include "protocols/registry.hpp"

namespace understudy::cli {
namespace {

using compile::PatternSummary;
using compile::ServiceSummary;

constexpr std::size_t most_reasons = 20;

/// "write", "read static", "read volatile not understood".
std::string kind_of(const PatternSummary& pattern) {
  std::string kind = pattern.writes ? "write" : "read";
  if (pattern.static_) kind += ", static";
  if (pattern.volatile_) kind += ", volatile";
  if (!pattern.understood) kind += ", not understood";
  return kind;
}

std::string one_line(std::string text) {
  for (char& c : text)
    if (c == '\n' || c == '\r' || c == '\t') c = ' ';
  return printable(text);
}

Document document_of(const compile::Replay& replay) {
  return {{"asked", replay.asked},
          {"certain", replay.certain},
          {"guess", replay.guess},
          {"miss", replay.miss},
          {"wrong", replay.wrong}};
}

std::string_view name_of(compile::Inference::Kind kind) {
  switch (kind) {
    case compile::Inference::Kind::widened:
      return "widened";
    case compile::Inference::Kind::beginning:
      return "beginning";
    case compile::Inference::Kind::counted:
      return "counted";
    case compile::Inference::Kind::volatile_:
      return "volatile";
    case compile::Inference::Kind::not_understood:
      return "not understood";
    case compile::Inference::Kind::guess:
      break;
  }
  return "guess";
}

void print_inference(const compile::Inference& inference) {
  fmt::print("  {}: {}\n      {} ({})\n", name_of(inference.kind), one_line(inference.pattern),
             one_line(inference.what), joined(inference.evidence));
}

Document document_of(const compile::Inference& inference) {
  return {{"kind", name_of(inference.kind)},
          {"pattern", inference.pattern},
          {"what", inference.what},
          {"evidence", inference.evidence}};
}

/// The first few; the rest is for programs.
std::string listed(const std::vector<std::string>& all) {
  constexpr std::size_t at_most = 8;
  if (all.empty()) return "none";
  if (all.size() <= at_most) return one_line(joined(all));
  const std::vector<std::string> first(all.begin(), all.begin() + at_most);
  return fmt::format("{}, and {} more (--json lists them)", one_line(joined(first)),
                     all.size() - at_most);
}

void print_tests(const std::vector<compile::TestedReplay>& tests) {
  fmt::print("  {:<36}{:>9}{:>9}{:>9}{:>9}{:>9}\n", "replayed against the table", "asked",
             "certain", "guess", "miss", "wrong");
  for (const auto& [name, title, replay] : tests) {
    fmt::print("    {:<34}{:>9}{:>9}{:>9}{:>9}{:>9}\n", title, replay.asked, replay.certain,
               replay.guess, replay.miss, replay.wrong);
    if (name == "interleaved")
      fmt::print("      ({})\n",
                 replay.interleaved.empty()
                     ? "as recorded: no two connections were used at the same time"
                     : "those used at the same time: " + listed(replay.interleaved));
  }
}

Document document_of(const std::vector<compile::TestedReplay>& tests) {
  Document all = Document::object();
  for (const auto& [name, title, replay] : tests) {
    all[std::string(name)] = document_of(replay);
    if (name == "interleaved") all[std::string(name)]["connections"] = replay.interleaved;
  }
  return all;
}

void print_tables(const std::vector<compile::DeclaredTable>& tables) {
  if (tables.empty()) return;
  const auto relied_on = std::ranges::count(tables, std::string(), &compile::DeclaredTable::doubt);
  fmt::print("  schema: tables {}, relied on {}\n", tables.size(), relied_on);
  for (const auto& [name, doubt] : tables)
    if (!doubt.empty()) fmt::print("    {} is not relied on: {}\n", name, doubt);
}

Document document_of(const Emulator::Coverage& coverage) {
  Document missed = Document::array();
  for (const auto& [reason, requests, patterns, example] : coverage.missed)
    missed.push_back(
        {{"reason", reason}, {"requests", requests}, {"patterns", patterns}, {"example", example}});
  return {{"requests", coverage.requests},
          {"computed", coverage.computed},
          {"missed", std::move(missed)}};
}

void print_summary(const ServiceSummary& service) {
  fmt::print("{} ({}): sessions {}, exchanges {}, rules {}, patterns {}, guesses {}\n",
             service.service, service.protocol, service.sessions, service.exchanges, service.rules,
             service.patterns.size(), service.guesses);
  print_tables(service.tables);
  print_held(service, service.held.size());
  print_coverage(service.coverage, most_reasons);
  for (const PatternSummary& pattern : service.patterns) {
    fmt::print("  {}\n", one_line(pattern.pattern));
    fmt::print("      {}; exchanges {}, different requests {}; keys: {}\n", kind_of(pattern),
               pattern.exchanges, pattern.requests, listed(pattern.key_groups));
  }
  for (const compile::Inference& inference : service.inferences) print_inference(inference);
  if (!service.decisions.empty())
    fmt::print("  {}; `understudy learn` explains each\n", compile::summary_of(service.decisions));
  print_tests(service.tests);
}

Document document_of(const ServiceSummary& service) {
  Document patterns = Document::array();
  for (const PatternSummary& pattern : service.patterns)
    patterns.push_back({{"pattern", pattern.pattern},
                        {"requests", pattern.requests},
                        {"exchanges", pattern.exchanges},
                        {"writes", pattern.writes},
                        {"static", pattern.static_},
                        {"volatile", pattern.volatile_},
                        {"understood", pattern.understood},
                        {"keys", pattern.keys}});
  Document refuted = Document::array();
  for (const compile::RefutedEntry& entry : service.refuted)
    refuted.push_back({{"pattern", entry.pattern},
                       {"replay", entry.replay},
                       {"asked_at", entry.asked_at},
                       {"answered_at", entry.answered_at},
                       {"difference", entry.difference},
                       {"with_it", entry.with_it}});
  Document tables = Document::array();
  for (const auto& [name, doubt] : service.tables)
    tables.push_back({{"table", name}, {"relied_on", doubt.empty()}, {"doubt", doubt}});
  Document held = Document::array();
  for (const HeldState& each : service.held)
    held.push_back({{"table", each.table}, {"known", each.gap.empty()}, {"gap", each.gap}});
  Document inferences = Document::array();
  for (const compile::Inference& inference : service.inferences)
    inferences.push_back(document_of(inference));
  return {{"service", service.service},
          {"protocol", service.protocol},
          {"sessions", service.sessions},
          {"exchanges", service.exchanges},
          {"rules", service.rules},
          {"guesses", service.guesses},
          {"tables", std::move(tables)},
          {"contents", std::move(held)},
          {"computable", document_of(service.coverage)},
          {"inferences", std::move(inferences)},
          {"values", compile::summary_of(service.decisions)},
          {"replay", document_of(service.tests)},
          {"refuted", std::move(refuted)},
          {"patterns", std::move(patterns)}};
}

Document document_of(const Diagnostics& problems) {
  Document all = Document::array();
  for (const Diagnostic& problem : problems)
    all.push_back({{"severity", problem.severity == Severity::error ? "error" : "warning"},
                   {"file", problem.file},
                   {"line", problem.line},
                   {"what", problem.what},
                   {"hint", problem.hint}});
  return all;
}

Path output_of(const CompileOptions& options) {
  return options.output ? *options.output : options.mock_set / "understudy.table";
}

/// Says which bars are missed.
int check_bars(const compile::Compiled& compiled) {
  int status = all_certain;
  for (const ServiceSummary& service : compiled.services) {
    if (!service.refuted.empty()) status = uncertain;  // warned of one by one
    for (const std::string& missed : compile::missed_bars(service.tests, compiled.bars)) {
      complain(fmt::format("service '{}', {}", service.service, missed));
      status = uncertain;
    }
  }
  return status;
}

/// Of a million exchanges a third of the memory would be what is free in between: large blocks are
/// given back at once, and no thread has a heap of its own.
void spare_memory() {
#ifdef __GLIBC__
  constexpr int large = 128 * 1024, heaps = 1;
  ::mallopt(M_MMAP_THRESHOLD, large);
  ::mallopt(M_ARENA_MAX, heaps);
#endif
}

}  // namespace

int run_command(const CompileOptions& options) {
  spare_memory();
  Diagnostics problems;
  LiveLine line;
  const auto compiled = compile::compile_mock_set(
      options.mock_set, protocols(), problems, [&](const std::string& doing) { line.show(doing); });
  line.end();
  const bool everything = options.verbose || options.json;
  if (everything)
    print(problems);
  else
    print_few(problems);
  const bool sound = compiled && !has_errors(problems);
  if (options.json) {
    Document services = Document::array();
    if (compiled)
      for (const ServiceSummary& service : compiled->services)
        services.push_back(document_of(service));
    print_json({{"problems", document_of(problems)}, {"services", std::move(services)}});
  } else if (sound && options.verbose) {
    for (const ServiceSummary& service : compiled->services) print_summary(service);
  } else if (sound) {
    print_screen(*compiled);
  }
  if (!sound) return bad_input;
  if (options.check) return check_bars(*compiled);
  const Path output = output_of(options);
  if (!write_file(output, compiled->table->octets())) return failed;
  if (options.json) return all_certain;
  print_next_steps(*compiled, options.mock_set.string());
  fmt::print("wrote {} ({} bytes)\n", output.string(), compiled->table->octets().size());
  return all_certain;
}

}  // namespace understudy::cli
