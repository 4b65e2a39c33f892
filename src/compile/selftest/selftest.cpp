#include "compile/selftest/selftest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <tuple>

#include "compile/selftest/player.hpp"

namespace understudy::compile {
namespace {

using table::ServiceSection;

constexpr std::uint32_t interleavings = 3;
constexpr std::uint32_t many = 16;
constexpr int repetitions = 3;

/// All of the recording as it was. Tells what was recorded for which state: in another order no
/// exchange tells the truth by itself, and may lead to a state early that was recorded late.
Replay identity(const LoadedService& service, const ServiceSection& section,
                const Uncertain& uncertain, Known& known) {
  return Player(service, section)
      .overlook(uncertain)
      .learn(known)
      .run(as_recorded(service, service.steps.size()));
}

Replay interleave(const LoadedService& service, const ServiceSection& section, std::size_t sample,
                  const Known& known) {
  const Concurrency concurrency(service, sample);
  Replay sum;
  const std::uint32_t times = concurrency.sources().empty() ? 1 : interleavings;
  for (std::uint32_t seed = 1; seed <= times; ++seed)
    sum += Player(service, section)
               .compare_with(known, true)
               .run(interleaved(service, concurrency, sample, seed));
  for (const std::uint32_t source : concurrency.sources())
    sum.interleaved.push_back(service.sources[source]);
  return sum;
}

/// The first exchanges, perturbed.
Replay perturbed(const LoadedService& service, const ServiceSection& section,
                 Perturbation perturbation, const Uncertain& uncertain, std::size_t sample,
                 const Known& known) {
  Player player(service, section);
  player.compare_with(known, false).overlook(uncertain);
  const auto reordered = [&](const Schedule& schedule) {
    return player.compare_with(known, true).run(schedule);
  };
  switch (perturbation) {
    case Perturbation::repeated_reads:
      return player.repeat(repetitions).run(as_recorded(service, sample));
    case Perturbation::omitted_reads:
      return player.omit().run(as_recorded(service, sample));
    case Perturbation::one_connection:
      return reordered(pooled(service, sample, 1));
    case Perturbation::many_connections:
      return reordered(pooled(service, sample, many));
    default:
      return interleave(service, section, sample, known);
  }
}

}  // namespace

Replay& Replay::operator+=(const Replay& other) noexcept {
  asked += other.asked;
  certain += other.certain;
  guess += other.guess;
  miss += other.miss;
  wrong += other.wrong;
  wrong_answers.insert(wrong_answers.end(), other.wrong_answers.begin(), other.wrong_answers.end());
  return *this;
}

double Replay::percent_certain() const noexcept {
  return asked == 0 ? 100 : 100 * static_cast<double>(certain) / static_cast<double>(asked);
}

Replay replay(const LoadedService& service, const ServiceSection& section,
              Perturbation perturbation, std::size_t sample) {
  Known known;
  const Replay unchanged = identity(service, section, {}, known);
  if (perturbation == Perturbation::none) return unchanged;
  return perturbed(service, section, perturbation, {}, sample, known);
}

std::vector<TestedReplay> self_test(const LoadedService& service, const ServiceSection& section,
                                    const Uncertain& uncertain, std::size_t sample) {
  Known known;
  const Replay unchanged = identity(service, section, uncertain, known);
  const auto tested = [&](std::string_view name, std::string_view title, Perturbation how) {
    return TestedReplay{name, title, perturbed(service, section, how, uncertain, sample, known)};
  };
  return {{"identity", "as recorded", unchanged},
          tested("interleaved", "connections interleaved otherwise", Perturbation::interleaved),
          tested("one_connection", "on one connection", Perturbation::one_connection),
          tested("many_connections", "on sixteen connections", Perturbation::many_connections),
          tested("repeated_reads", "reads three times", Perturbation::repeated_reads),
          tested("omitted_reads", "a fifth of the reads left out", Perturbation::omitted_reads)};
}

namespace {

/// One service in the next run.
struct Playing {
  Playing(const LoadedService& service, const ServiceSection& section,
          const std::shared_ptr<match::Renaming>& renaming)
      : next_run(service, section), player(service, section, renaming) {
    player.ask_as(next_run);
  }
  NextRun next_run;
  Player player;
};

struct TurnOfService {
  std::size_t service = 0;
  Turn turn;
};

/// All services together, as they were recorded: a value that one is sent may be known to another.
std::vector<TurnOfService> in_order(std::span<const LoadedService> services, std::size_t sample) {
  std::vector<TurnOfService> turns;
  for (std::size_t i = 0; i < services.size(); ++i)
    for (const Turn& turn : as_recorded(services[i], sample)) turns.push_back({i, turn});
  std::ranges::stable_sort(turns, {}, [&](const TurnOfService& turn) {
    const Step& step = services[turn.service].steps[turn.turn.step];
    return std::tuple(step.recording, step.ended);
  });
  return turns;
}

}  // namespace

std::vector<TestedReplay> test_fresh_values(std::span<const LoadedService> services,
                                            const table::MappedTable& table,
                                            std::span<const Uncertain> uncertain,
                                            std::size_t sample) {
  const auto renaming = std::make_shared<match::Renaming>();
  std::vector<std::unique_ptr<Playing>> playing;
  for (std::size_t i = 0; i < services.size(); ++i)
    playing.push_back(std::make_unique<Playing>(services[i], table.service(i), renaming));
  for (std::size_t i = 0; i < uncertain.size(); ++i) playing[i]->player.overlook(uncertain[i]);
  std::optional<std::uint32_t> recording;
  for (const TurnOfService& turn : in_order(services, sample)) {
    const std::uint32_t now = services[turn.service].steps[turn.turn.step].recording;
    if (recording != now)
      for (const auto& each : playing) each->player.start(now);
    recording = now;
    playing[turn.service]->player.play(turn.turn);
  }
  std::vector<TestedReplay> tests;
  for (const auto& each : playing)
    tests.push_back({"fresh_values", "fresh values", each->player.finish()});
  return tests;
}

std::vector<std::string> missed_bars(const std::vector<TestedReplay>& tests, const Bars& bars) {
  std::vector<std::string> missed;
  for (const TestedReplay& test : tests) {
    const auto given = bars.find(std::string(test.name));
    if (given == bars.end() && test.name != "identity") continue;
    const double bar = given == bars.end() ? 100 : given->second;
    if (test.replay.percent_certain() >= bar) continue;
    missed.push_back(fmt::format("{}: {:.1f} % certain, at least {:g} % expected", test.title,
                                 test.replay.percent_certain(), bar));
  }
  return missed;
}

}  // namespace understudy::compile
