#include "compile/selftest/mend.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <set>

#include "compile/model/readable.hpp"
#include "table/service_section.hpp"

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

using Guesses = std::set<const table::format::AnswerRecord*>;

class Mender {
 public:
  explicit Mender(std::span<const LoadedService> services)
      : services_(services), tested_(services.size()) {}

  /// The answers of `table` that the replays refute. Empty where they refute nothing.
  [[nodiscard]] Guesses refuted_by(const Tests& tests, const table::MappedTable& table,
                                   bool whole_patterns) {
    Guesses guesses;
    for (std::size_t i = 0; i < tests.size(); ++i)
      for (const TestedReplay& test : tests[i])
        for (const WrongAnswer& wrong : test.replay.wrong_answers) {
          const table::ServiceSection& section = table.service(i);
          const auto& request = section.requests()[wrong.request];
          const std::string_view pattern = pattern_of(section.text(request.canonical));
          bool changed = add(section, request, wrong.state, guesses);
          if (whole_patterns)
            for (const auto& each : section.requests())
              if (pattern_of(section.text(each.canonical)) == pattern)
                changed |= add(section, each, std::nullopt, guesses);
          if (changed) note(i, test, wrong, pattern);
        }
    return guesses;
  }

  [[nodiscard]] std::vector<TestedService> finish(Tests tests) {
    for (std::size_t i = 0; i < tests.size(); ++i) tested_[i].tests = std::move(tests[i]);
    return std::move(tested_);
  }

 private:
  /// The answers of a request in a state, or in any. False where they are guesses already.
  static bool add(const table::ServiceSection& section, const table::format::RequestRecord& request,
                  std::optional<match::Version> state, Guesses& guesses) {
    bool added = false;
    for (const auto& answer : section.answers(request))
      if ((!state || answer.state == *state) && (answer.flags & table::format::answer_guess) == 0)
        added |= guesses.insert(&answer).second;
    return added;
  }

  void note(std::size_t service, const TestedReplay& test, const WrongAnswer& wrong,
            std::string_view pattern) {
    auto& refuted = tested_[service].refuted;
    const std::string readable = readable_pattern(pattern);
    const auto same = std::ranges::find_if(refuted, [&](const RefutedEntry& each) {
      return each.pattern == readable && each.replay == test.title;
    });
    if (same != refuted.end()) return static_cast<void>(++same->with_it);
    const LoadedService& loaded = services_[service];
    refuted.push_back({readable, std::string(test.title),
                       place_of(loaded, loaded.steps[wrong.step]), wrong.answered_at,
                       wrong.difference, 0});
  }

  std::span<const LoadedService> services_;
  std::vector<TestedService> tested_;
};

}  // namespace

std::optional<TestedTable> build_and_mend(std::span<const LoadedService> services,
                                          const Document& settings,
                                          std::vector<table::ServiceBuilder> builders,
                                          std::span<const Uncertain> uncertain,
                                          Diagnostics& problems, const Progress& progress) {
  Mender mender(services);
  std::string problem;
  TestedTable tested{
      table::MappedTable::from_memory(table::build_table(settings, std::move(builders)), problem),
      {}};
  for (int round = 0; tested.table; ++round) {
    Tests tests = replay_all(services, *tested.table, uncertain, progress);
    const Guesses guesses = mender.refuted_by(tests, *tested.table, round >= rounds_of_entries);
    if (guesses.empty()) {
      tested.services = mender.finish(std::move(tests));
      return tested;
    }
    tested.table = table::with_guesses(std::move(tested.table), guesses, problem);
  }
  problems.push_back({Severity::error, services.empty() ? "" : services[0].service->name, 0,
                      problem, "this is a defect of understudy, please report it"});
  return std::nullopt;
}

}  // namespace understudy::compile
