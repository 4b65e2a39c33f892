#include "compile/selftest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <tuple>

#include "compile/player.hpp"

namespace understudy::compile {
namespace {

using table::ServiceSection;

constexpr std::uint32_t interleavings = 3;
constexpr std::uint32_t many = 16;
constexpr int repetitions = 3;

/// What was recorded for which state: in another order no exchange tells the truth by itself. Of
/// the whole recording, because another order may lead to a state early which it was in late.
Known known_states(const LoadedService& service, const ServiceSection& section) {
  Known known;
  Player(service, section).learn(known).run(as_recorded(service, service.steps.size()));
  return known;
}

/// The first exchanges in an order in which they were not recorded.
Replay reordered(const LoadedService& service, const ServiceSection& section,
                 Perturbation perturbation, std::size_t sample, const Known& known) {
  const auto play = [&](const Schedule& schedule) {
    return Player(service, section).compare_with(known).run(schedule);
  };
  if (perturbation == Perturbation::one_connection) return play(pooled(service, sample, 1));
  if (perturbation == Perturbation::many_connections) return play(pooled(service, sample, many));
  Replay sum;
  for (std::uint32_t seed = 1; seed <= interleavings; ++seed)
    sum += play(interleaved(service, sample, seed));
  return sum;
}

bool reorders(Perturbation perturbation) {
  return perturbation == Perturbation::interleaved ||
         perturbation == Perturbation::one_connection ||
         perturbation == Perturbation::many_connections;
}

/// The exchanges in their order.
Replay repeated(const LoadedService& service, const ServiceSection& section,
                Perturbation perturbation, std::size_t sample) {
  Player player(service, section);
  if (perturbation == Perturbation::none)
    return player.run(as_recorded(service, service.steps.size()));
  if (perturbation == Perturbation::repeated_reads) player.repeat(repetitions);
  if (perturbation == Perturbation::omitted_reads) player.omit();
  return player.run(as_recorded(service, sample));
}

}  // namespace

Replay& Replay::operator+=(const Replay& other) noexcept {
  asked += other.asked;
  certain += other.certain;
  guess += other.guess;
  miss += other.miss;
  wrong += other.wrong;
  return *this;
}

double Replay::percent_certain() const noexcept {
  return asked == 0 ? 100 : 100 * static_cast<double>(certain) / static_cast<double>(asked);
}

Replay replay(const LoadedService& service, const ServiceSection& section,
              Perturbation perturbation, std::size_t sample) {
  if (!reorders(perturbation)) return repeated(service, section, perturbation, sample);
  return reordered(service, section, perturbation, sample, known_states(service, section));
}

std::vector<TestedReplay> self_test(const LoadedService& service, const ServiceSection& section,
                                    std::size_t sample) {
  const Known known = known_states(service, section);
  const auto tested = [&](std::string_view name, std::string_view title, Perturbation how) {
    return TestedReplay{name, title,
                        reorders(how) ? reordered(service, section, how, sample, known)
                                      : repeated(service, section, how, sample)};
  };
  return {tested("identity", "as recorded", Perturbation::none),
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
      : next_run(service, section, renaming), player(service, section) {
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
                                            const table::MappedTable& table, std::size_t sample) {
  const auto renaming = std::make_shared<match::Renaming>();
  std::vector<std::unique_ptr<Playing>> playing;
  for (std::size_t i = 0; i < services.size(); ++i)
    playing.push_back(std::make_unique<Playing>(services[i], table.service(i), renaming));
  std::optional<std::uint32_t> recording;
  for (const TurnOfService& turn : in_order(services, sample)) {
    const std::uint32_t now = services[turn.service].steps[turn.turn.step].recording;
    if (recording != now)
      for (const auto& each : playing) each->next_run.start();
    recording = now;
    playing[turn.service]->player.play(turn.turn);
  }
  std::vector<TestedReplay> tests;
  for (const auto& each : playing)
    tests.push_back({"fresh_values", "fresh values", each->player.result()});
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
