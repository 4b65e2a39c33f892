#include "compile/pipeline.hpp"

#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <deque>
#include <future>
#include <limits>
#include <thread>

#include "compile/input/load.hpp"
#include "compile/model/full_step.hpp"
#include "compile/model/readable.hpp"
#include "compile/output/config_document.hpp"
#include "compile/output/emit.hpp"
#include "compile/output/rules.hpp"
#include "compile/report/inferences.hpp"
#include "compile/rows/row_keys.hpp"
#include "compile/selftest/mend.hpp"
#include "compile/states/beginnings.hpp"
#include "compile/states/count_asks.hpp"
#include "compile/states/emulate.hpp"
#include "compile/states/settle.hpp"
#include "compile/states/trace.hpp"
#include "compile/values/varying.hpp"
#include "table/builder.hpp"
#include "table/service_section.hpp"

namespace understudy::compile {
namespace {

struct CompiledService {
  Followed followed;
  Trace trace;
  Settlement settlement;
  std::vector<Widening> widenings;
  std::vector<CountedRequest> counted;
  std::vector<Contradiction> beginnings;  ///< because of which a recording has one of its own
  std::vector<DeclaredTable> tables;
  Diagnostics problems;
};

/// Says which of the declared tables the recording contradicts.
std::vector<DeclaredTable> declared_tables(const LoadedService& service,
                                           const Declarations& declarations,
                                           Diagnostics& problems) {
  std::vector<DeclaredTable> tables;
  for (const auto& [name, table] : service.schema) {
    const auto found = declarations.doubts().find(name);
    tables.push_back({name, found == declarations.doubts().end() ? "" : found->second});
  }
  for (const auto& [name, why] : declarations.contradicted())
    problems.push_back(
        {Severity::warning, service.declared_in, 0,
         fmt::format("service '{}': the schema of table '{}' is not that of what was "
                     "recorded: {}",
                     service.service->name, name, why),
         "it is not relied on; take the schema of the recorded database"});
  return tables;
}

/// One step wider for each pattern that is contradicted. False where all are as wide as can be.
bool widen(const std::map<std::string, Contradiction>& contradicted, Widened& widened,
           std::vector<Widening>& widenings) {
  bool changed = false;
  for (const auto& [pattern, because] : contradicted) {
    Width& width = widened.try_emplace(pattern, Width::rows).first->second;
    if (width == Width::everything) continue;
    const Width wider = width == Width::rows ? Width::tables : Width::everything;
    widenings.push_back({pattern, width, wider, because});
    width = wider;
    changed = true;
  }
  return changed;
}

/// Where wider keys explain what one pattern was answered, its tables change in ways that
/// statements don't tell (a trigger, a cascade): all who read them are made as wide. False where
/// all are.
bool widen_neighbours(const LoadedService& service, const CompiledService& compiled,
                      Widened& widened, std::vector<Widening>& widenings) {
  std::map<KeyPath, Widening> tables;  // the widest of each
  std::map<std::string, std::set<KeyPath>> read_by;
  for (const Step& packed : service.steps) {
    const FullStep step(packed);
    for (const KeyPath& path : step.reads)
      if (path.size() == 1)
        read_by[std::string(pattern_of(step.analysis.identity.canonical))].insert(path);
  }
  for (const Widening& widening : compiled.widenings)
    if (!compiled.settlement.contradicted.contains(widening.pattern))
      for (const KeyPath& table : read_by[widening.pattern]) {
        const auto found = tables.try_emplace(table, widening).first;
        if (found->second.to < widening.to) found->second = widening;
      }
  bool changed = false;
  for (const auto& [pattern, paths] : read_by)
    for (const KeyPath& path : paths) {
      const auto table = tables.find(path);
      if (table == tables.end()) continue;
      Width& width = widened.try_emplace(pattern, Width::rows).first->second;
      if (width >= table->second.to) continue;
      widenings.push_back({pattern, width, table->second.to, table->second.because});
      width = table->second.to;
      changed = true;
    }
  return changed;
}

/// Counterexample-guided: where the recording shows one state with two answers, that pattern's keys
/// are too narrow; it is made to depend on whole tables, then on everything, and the recording is
/// run again. Where nothing was written between the two, being asked made the difference, where the
/// protocol says that it may. What is contradicted still has its cause outside of what was
/// recorded.
CompiledService compile_service(const LoadedService& service) {
  CompiledService compiled;
  compiled.followed = follow_recordings(service);
  const RowKeys rows(service.steps, service.schema, compiled.followed.numbered);
  Widened widened;
  Counted counted;
  Beginnings beginnings;
  const bool counts = may_count_asks(service);
  compiled.tables = declared_tables(service, rows.declarations(), compiled.problems);
  for (;;) {
    compiled.trace = trace_chains(service, rows, widened, counted, beginnings);
    compiled.settlement = settle(service, compiled.trace);
    const auto found = counts ? count_asks(service, compiled.trace, compiled.settlement, counted)
                              : std::vector<CountedRequest>();
    compiled.counted.insert(compiled.counted.end(), found.begin(), found.end());
    if (!found.empty() || widen(compiled.settlement.contradicted, widened, compiled.widenings) ||
        widen_neighbours(service, compiled, widened, compiled.widenings))
      continue;
    const auto parted = part_beginnings(service, compiled.trace, compiled.settlement, beginnings);
    if (parted.empty()) return compiled;
    compiled.beginnings.insert(compiled.beginnings.end(), parted.begin(), parted.end());
  }
}

void warn_of_guesses(const std::filesystem::path& mock_set, const ServiceSummary& summary,
                     Diagnostics& problems) {
  for (const PatternSummary& pattern : summary.patterns) {
    if (!pattern.unsteady.empty())
      problems.push_back({Severity::warning, mock_set.string(), 0,
                          fmt::format("service '{}': '{}' {}", summary.service, pattern.pattern,
                                      unsteady_text(pattern.unsteady)),
                          "it is answered in the recorded order as a guess; a rule can pin it"});
    else if (pattern.volatile_)
      problems.push_back(
          {Severity::warning, mock_set.string(), 0,
           fmt::format("service '{}': '{}' gave several answers in one and the same state",
                       summary.service, pattern.pattern),
           "its cause lies outside of what was recorded (a clock, a job, another "
           "service); it is answered in the recorded order as a guess; a rule can pin it"});
    if (!pattern.understood)
      problems.push_back({Severity::warning, mock_set.string(), 0,
                          fmt::format("service '{}': what '{}' reads and writes is not understood",
                                      summary.service, pattern.pattern),
                          "it counts as touching everything of its service"});
  }
}

void warn_of_gaps(const std::filesystem::path& mock_set, const LoadedService& service,
                  Diagnostics& problems) {
  for (const auto& [recording, gap] : service.gaps)
    problems.push_back(
        {Severity::warning, (mock_set / gap.place).string(), 0,
         fmt::format("service '{}': the recording lacks something here ({}): what it holds from "
                     "here on is answered as a guess",
                     service.service->name, gap.reason),
         "record this flow again"});
}

/// Names the exchanges, because a person can look at them and pin what they should be.
void warn_of_refuted(const std::filesystem::path& mock_set, const ServiceSummary& summary,
                     Diagnostics& problems) {
  for (const RefutedEntry& entry : summary.refuted) {
    const std::string others =
        entry.with_it == 0 ? "" : fmt::format(", and {} more of this kind", entry.with_it);
    problems.push_back(
        {Severity::warning, (mock_set / entry.asked_at).string(), 0,
         fmt::format("service '{}': replayed ({}), '{}' would be answered as {}, but {}{}",
                     summary.service, entry.replay, entry.pattern, entry.answered_at,
                     entry.difference, others),
         "it is answered as a guess; a rule can pin it"});
  }
}

Uncertain uncertain_steps(const LoadedService& service, const Trace& trace) {
  Uncertain uncertain(service.steps.size());
  for (const TracedStep& traced : trace.steps) uncertain[traced.step] = traced.uncertain;
  return uncertain;
}

/// As many services are followed at a time.
std::size_t cores() {
  return std::max(1U, std::thread::hardware_concurrency());
}

/// Of a million exchanges what is done with would else stay with the process: it lies in many small
/// pieces among what is not.
void give_back_memory() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

/// When each recording began, in microseconds since 1970.
std::vector<std::int64_t> recordings_began(const std::vector<LoadedService>& services) {
  std::vector<std::int64_t> began;
  for (const LoadedService& service : services)
    for (const Step& step : service.steps) {
      if (step.recording >= began.size())
        began.resize(step.recording + 1, std::numeric_limits<std::int64_t>::max());
      began[step.recording] = std::min(began[step.recording], step.recorded_at);
    }
  return began;
}

}  // namespace

std::optional<Compiled> compile_services(const std::filesystem::path& mock_set,
                                         const store::Config& config,
                                         std::vector<LoadedService>& services,
                                         Diagnostics& problems, const Progress& progress) {
  const Findings findings = find_values(services, problems);
  auto decisions = decide(services, findings);
  Compiled compiled;
  std::vector<table::ServiceBuilder> builders;
  std::vector<Uncertain> uncertain;
  std::deque<std::future<CompiledService>> results;
  for (std::size_t i = 0; i < services.size(); ++i) {
    // What is known of one service's states takes more memory than its steps do.
    for (std::size_t next = i + results.size(); next < services.size() && results.size() < cores();
         ++next)
      results.push_back(std::async(std::launch::async, compile_service, std::cref(services[next])));
    const LoadedService& service = services[i];
    if (progress)
      progress(fmt::format("{}: following {} exchanges through their states", service.service->name,
                           service.steps.size()));
    CompiledService result = results.front().get();
    results.pop_front();
    uncertain.push_back(uncertain_steps(service, result.trace));
    problems.insert(problems.end(), result.problems.begin(), result.problems.end());
    builders.push_back(emit(service, result.trace, result.settlement,
                            Varying(service, findings, config.shifts_times)));
    builders.back().set_knowledge(std::move(result.followed.knowledge));
    builders.back().set_contents(std::move(result.followed.contents));
    compiled.services.push_back(summarise(service, result.trace, result.settlement));
    compiled.services.back().held = std::move(result.followed.held);
    compiled.services.back().held_gap = service.held_gap;
    compiled.services.back().inferences =
        infer(service, result.trace, result.settlement,
              {result.widenings, result.counted, result.beginnings});
    compiled.services.back().decisions = std::move(decisions[compiled.services.size() - 1]);
    compiled.services.back().tables = result.tables;
    compiled.services.back().coverage = std::move(result.followed.coverage);
    warn_of_gaps(mock_set, service, problems);
    warn_of_guesses(mock_set, compiled.services.back(), problems);
    for (Step& step : services[i].steps) keep_for_replay(step);
    result = CompiledService();
    give_back_memory();
  }
  add_rules(mock_set, services, builders, problems);
  for (std::size_t i = 0; i < builders.size(); ++i)
    compiled.services[i].rules = builders[i].rule_count();
  if (has_errors(problems)) return std::nullopt;
  compiled.bars = config.bars;
  Document settings = document_of_config(config);
  for (const LoadedService& service : services)
    if (!service.login.empty()) settings["logins"][service.service->name] = service.login;
  if (config.shifts_times) settings["shifted"] = recordings_began(services);
  auto tested =
      build_and_mend(services, settings, std::move(builders), uncertain, problems, progress);
  if (!tested) return std::nullopt;
  compiled.table = std::move(tested->table);
  for (std::size_t i = 0; i < compiled.services.size(); ++i) {
    compiled.services[i].tests = std::move(tested->services[i].tests);
    compiled.services[i].refuted = std::move(tested->services[i].refuted);
    for (const RefutedEntry& entry : compiled.services[i].refuted)
      compiled.services[i].guesses += 1 + entry.with_it;
    warn_of_refuted(mock_set, compiled.services[i], problems);
  }
  return compiled;
}

std::optional<Compiled> compile_mock_set(const std::filesystem::path& mock_set, Protocols protocols,
                                         Diagnostics& problems, const Progress& progress) {
  const auto config = store::read_config(mock_set, names_of(protocols), problems);
  if (!config) return std::nullopt;
  std::vector<LoadedService> services =
      load_sessions(mock_set, *config, protocols, problems, progress);
  give_back_memory();
  return compile_services(mock_set, *config, services, problems, progress);
}

std::shared_ptr<const table::MappedTable> load(const std::filesystem::path& path,
                                               Protocols protocols, Diagnostics& problems) {
  std::string problem;
  std::shared_ptr<const table::MappedTable> loaded;
  if (std::filesystem::is_directory(path)) {
    const auto compiled = compile_mock_set(path, protocols, problems);
    return compiled ? compiled->table : nullptr;
  } else if (!std::filesystem::exists(path)) {
    problem = "no such mock set or table";
  } else {
    loaded = table::MappedTable::open(path, problem);
  }
  if (!loaded)
    problems.push_back(
        {Severity::error, path.string(), 0, problem,
         "give the folder of a mock set, or a table that `understudy compile` wrote"});
  return loaded;
}

}  // namespace understudy::compile
