#include "compile/selftest/mend.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <future>

#include "compile/model/readable.hpp"

namespace understudy::compile {
namespace {

/// After so many rounds that refuted single entries, whole patterns become guesses. Each round
/// turns at least one entry into a guess, so that there is a last one.
constexpr int rounds_of_entries = 6;

using Tests = std::vector<std::vector<TestedReplay>>;  // beside the services

Tests replay_all(std::span<const LoadedService> services, const table::MappedTable& table,
                 std::span<const Uncertain> uncertain, const Progress& progress) {
  auto fresh = std::async(std::launch::async, [&services, &table, &uncertain] {
    return test_fresh_values(services, table, uncertain);
  });
  std::vector<std::future<std::vector<TestedReplay>>> running;
  for (std::size_t i = 0; i < services.size(); ++i)
    running.push_back(std::async(std::launch::async, [&services, &table, &uncertain, i] {
      return self_test(services[i], table.service(i),
                       i < uncertain.size() ? uncertain[i] : Uncertain());
    }));
  Tests tests;
  for (std::size_t i = 0; i < running.size(); ++i) {
    if (progress)
      progress(services[i].service->name + ": replaying the recording against its table");
    tests.push_back(running[i].get());
  }
  const std::vector<TestedReplay> next_run = fresh.get();
  for (std::size_t i = 0; i < next_run.size(); ++i) tests[i].push_back(next_run[i]);
  return tests;
}

class Mender {
 public:
  Mender(std::span<const LoadedService> services, std::vector<table::ServiceBuilder>& builders)
      : services_(services), builders_(builders), tested_(services.size()) {}

  /// Makes guesses of what the replays refute. False where they refute nothing.
  bool mend(const Tests& tests, bool whole_patterns) {
    bool changed = false;
    for (std::size_t i = 0; i < tests.size(); ++i)
      for (const TestedReplay& test : tests[i])
        for (const WrongAnswer& wrong : test.replay.wrong_answers)
          changed |= refute(i, test, wrong, whole_patterns);
    return changed;
  }

  [[nodiscard]] std::vector<TestedService> finish(Tests tests) {
    for (std::size_t i = 0; i < tests.size(); ++i) tested_[i].tests = std::move(tests[i]);
    return std::move(tested_);
  }

 private:
  bool refute(std::size_t service, const TestedReplay& test, const WrongAnswer& wrong,
              bool whole_patterns) {
    table::ServiceBuilder& builder = builders_[service];
    const std::string_view pattern = pattern_of(builder.identity(wrong.request).canonical);
    const bool changed = builder.make_guess(wrong.request, wrong.state);
    if (whole_patterns && builder.make_guesses(pattern)) return note(service, test, wrong, pattern);
    return changed && note(service, test, wrong, pattern);
  }

  /// Always true.
  bool note(std::size_t service, const TestedReplay& test, const WrongAnswer& wrong,
            std::string_view pattern) {
    auto& refuted = tested_[service].refuted;
    const std::string readable = readable_pattern(pattern);
    const auto same = std::ranges::find_if(refuted, [&](const RefutedEntry& each) {
      return each.pattern == readable && each.replay == test.title;
    });
    if (same != refuted.end()) {
      ++same->with_it;
      return true;
    }
    const LoadedService& loaded = services_[service];
    refuted.push_back({readable, std::string(test.title),
                       place_of(loaded, loaded.steps[wrong.step]), wrong.answered_at,
                       wrong.difference, 0});
    return true;
  }

  std::span<const LoadedService> services_;
  std::vector<table::ServiceBuilder>& builders_;
  std::vector<TestedService> tested_;
};

}  // namespace

std::optional<TestedTable> build_and_mend(std::span<const LoadedService> services,
                                          const Document& settings,
                                          std::vector<table::ServiceBuilder>& builders,
                                          std::span<const Uncertain> uncertain,
                                          Diagnostics& problems, const Progress& progress) {
  Mender mender(services, builders);
  for (int round = 0;; ++round) {
    std::string problem;
    TestedTable tested{
        table::MappedTable::from_memory(table::build_table(settings, builders), problem), {}};
    if (!tested.table) {
      problems.push_back({Severity::error, services.empty() ? "" : services[0].service->name, 0,
                          problem, "this is a defect of understudy, please report it"});
      return std::nullopt;
    }
    Tests tests = replay_all(services, *tested.table, uncertain, progress);
    if (mender.mend(tests, round >= rounds_of_entries)) continue;
    tested.services = mender.finish(std::move(tests));
    return tested;
  }
}

}  // namespace understudy::compile
