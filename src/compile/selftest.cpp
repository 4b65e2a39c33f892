#include "compile/selftest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>

#include "compile/schedule.hpp"
#include "match/lookup.hpp"
#include "match/overlay.hpp"
#include "match/scope.hpp"
#include "table/hash.hpp"

namespace understudy::compile {
namespace {

namespace format = table::format;
using table::ServiceSection;

constexpr std::uint32_t interleavings = 3;
constexpr std::uint32_t many = 16;
constexpr int repetitions = 3;
constexpr int omitted_of = 5;

/// The images with which each request was answered in each state, as the recording goes.
using Known = std::unordered_map<std::uint64_t, std::uint64_t>;

class Player {
 public:
  Player(const LoadedService& service, const ServiceSection& section)
      : service_(service), section_(section) {}

  /// Every read is asked `times` times; of `omitted_of` reads one is left out where asked for.
  Player& repeat(int times) {
    times_ = times;
    return *this;
  }
  Player& omit() {
    omits_ = true;
    return *this;
  }
  /// What is certain must be as in `known`, else as this very exchange was answered.
  Player& compare_with(const Known& known) {
    known_ = &known;
    return *this;
  }
  Player& learn(Known& known) {
    learned_ = &known;
    return *this;
  }

  Replay run(const Schedule& schedule) {
    std::optional<std::uint32_t> recording;
    for (const Turn& turn : schedule) {
      const Step& step = service_.steps[turn.step];
      if (recording != step.recording) {
        scope_ = std::make_unique<match::Scope>(match::immediate_keys(section_));
        overlays_.clear();
        elsewhere_ = false;
        recording = step.recording;
      }
      play(step, overlays_[turn.connection]);
    }
    return result_;
  }

 private:
  void play(const Step& step, match::Overlay& overlay) {
    const Analysis& a = step.analysis;
    if (a.effect != Effect::none) ask(step, overlay);
    if (a.control != Control::none) control(a, overlay);
  }

  void ask(const Step& step, match::Overlay& overlay) {
    const bool read = step.analysis.effect == Effect::read;
    if (read && omits_ && ++reads_ % omitted_of == 0) return;
    for (int i = 0; i < (read ? times_ : 1); ++i) ask_once(step, overlay);
  }

  void ask_once(const Step& step, match::Overlay& overlay) {
    ++result_.asked;
    const auto found =
        section_.find(step.analysis.identity.canonical, step.analysis.identity.qualifier);
    if (found.exact == ServiceSection::none) return static_cast<void>(++result_.miss);
    const auto& request = section_.requests()[found.exact];
    const bool commits = (request.flags & format::request_control) != 0;
    const match::Version state =
        commits ? overlay.fingerprint() : scope_->state(section_.reads(request), overlay);
    if (learned_ != nullptr)
      learned_->emplace(match::extend(state, found.exact), table::hash_of(step.analysis.image));
    const auto* answer = grade(step, found.exact, state);
    if (step.analysis.effect != Effect::write || step.analysis.control != Control::none) return;
    take_effect(found.exact, answer, state, overlay);
    elsewhere_ |= answer != nullptr && image_of(*answer) != step.analysis.image;
  }

  /// As LiveState does: what a write did in an unknown state counts as all that it could have.
  void take_effect(std::uint32_t number, const format::AnswerRecord* answer, match::Version state,
                   match::Overlay& overlay) {
    const auto& request = section_.requests()[number];
    if (answer == nullptr)
      return scope_->bump(section_.writes(request),
                          {match::write_identity(request.hash, state, 0), true, false, number},
                          overlay);
    const std::uint64_t image = table::hash_of(image_of(*answer));
    const bool certain = (request.flags & format::request_volatile) == 0 &&
                         (answer->flags & format::answer_guess) == 0;
    scope_->bump(section_.writes(*answer),
                 {match::write_identity(request.hash, state, image),
                  (answer->flags & format::answer_changed) != 0, certain, number},
                 overlay);
  }

  /// Counts what the table says, and returns the answer that it knows for this state.
  const format::AnswerRecord* grade(const Step& step, std::uint32_t number, match::Version state) {
    const auto& request = section_.requests()[number];
    if ((request.flags & format::request_volatile) != 0) {
      ++result_.guess;
      const auto answers = section_.answers(request);
      const auto same = std::ranges::find_if(
          answers, [&](const auto& answer) { return image_of(answer) == step.analysis.image; });
      return same == answers.end() ? nullptr : &*same;
    }
    const auto* answer = match::answer_at(section_, request, state);
    if (answer == nullptr || (answer->flags & format::answer_guess) != 0)
      ++result_.guess;
    else if (is_right(step, number, state, *answer))
      ++result_.certain;
    else
      ++(elsewhere_ ? result_.guess : result_.wrong);
    return answer;
  }

  [[nodiscard]] std::string_view image_of(const format::AnswerRecord& answer) const {
    return as_text(section_.image(answer.image));
  }

  [[nodiscard]] bool is_right(const Step& step, std::uint32_t number, match::Version state,
                              const format::AnswerRecord& answer) const {
    const std::string_view image = image_of(answer);
    if (known_ == nullptr) return image == step.analysis.image;
    const auto found = known_->find(match::extend(state, number));
    return found != known_->end() && found->second == table::hash_of(image);
  }

  void control(const Analysis& a, match::Overlay& overlay) {
    if (a.control != Control::commit) return overlay.apply(a.control, a.control_name);
    if (a.changed)
      scope_->merge(overlay.commit());
    else
      overlay.drop();
  }

  const LoadedService& service_;
  const ServiceSection& section_;
  int times_ = 1;
  bool omits_ = false;
  const Known* known_ = nullptr;
  Known* learned_ = nullptr;
  std::unique_ptr<match::Scope> scope_;
  std::map<std::uint32_t, match::Overlay> overlays_;
  std::uint64_t reads_ = 0;
  /// A write was guessed to be that of another recording: from there on the truth is that one's.
  bool elsewhere_ = false;
  Replay result_;
};

/// What was recorded for which state: in another order no exchange tells the truth by itself.
Known known_states(const LoadedService& service, const ServiceSection& section,
                   std::size_t sample) {
  Known known;
  Player(service, section).learn(known).run(as_recorded(service, sample));
  return known;
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
  Player player(service, section);
  switch (perturbation) {
    case Perturbation::none:
      return player.run(as_recorded(service, service.steps.size()));
    case Perturbation::repeated_reads:
      return player.repeat(repetitions).run(as_recorded(service, sample));
    case Perturbation::omitted_reads:
      return player.omit().run(as_recorded(service, sample));
    case Perturbation::interleaved:
    case Perturbation::one_connection:
    case Perturbation::many_connections:
      break;
  }
  const Known known = known_states(service, section, sample);
  player.compare_with(known);
  if (perturbation == Perturbation::one_connection) return player.run(pooled(service, sample, 1));
  if (perturbation == Perturbation::many_connections)
    return player.run(pooled(service, sample, many));
  Replay sum;
  for (std::uint32_t seed = 1; seed <= interleavings; ++seed)
    sum += Player(service, section).compare_with(known).run(interleaved(service, sample, seed));
  return sum;
}

std::vector<TestedReplay> self_test(const LoadedService& service, const ServiceSection& section) {
  const auto tested = [&](std::string_view name, std::string_view title, Perturbation how) {
    return TestedReplay{name, title, replay(service, section, how)};
  };
  return {tested("identity", "as recorded", Perturbation::none),
          tested("interleaved", "connections interleaved otherwise", Perturbation::interleaved),
          tested("one_connection", "on one connection", Perturbation::one_connection),
          tested("many_connections", "on sixteen connections", Perturbation::many_connections),
          tested("repeated_reads", "reads three times", Perturbation::repeated_reads),
          tested("omitted_reads", "a fifth of the reads left out", Perturbation::omitted_reads)};
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
