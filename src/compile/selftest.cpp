#include "compile/selftest.hpp"

#include <algorithm>
#include <map>
#include <memory>

#include "match/lookup.hpp"
#include "match/overlay.hpp"
#include "match/scope.hpp"

namespace understudy::compile {
namespace {

namespace format = table::format;
using table::ServiceSection;

class Player {
 public:
  Player(const LoadedService& service, const ServiceSection& section, Perturbation perturbation)
      : service_(service), section_(section), perturbation_(perturbation) {}

  Replay run() {
    std::uint32_t recording = 0;
    for (const Step& step : service_.steps) {
      if (!scope_ || step.recording != recording) {
        scope_ = std::make_unique<match::Scope>(match::immediate_keys(section_));
        overlays_.clear();
        recording = step.recording;
      }
      play(step);
    }
    return result_;
  }

 private:
  void play(const Step& step) {
    const Analysis& a = step.analysis;
    match::Overlay& overlay = overlays_[step.connection];
    if (a.effect != Effect::none) ask(step, overlay);
    if (a.control != Control::none) control(a, overlay);
  }

  void ask(const Step& step, match::Overlay& overlay) {
    const bool read = step.analysis.effect == Effect::read;
    if (read && perturbation_ == Perturbation::omitted_reads && ++reads_ % 5 == 0) return;
    const int times = read && perturbation_ == Perturbation::repeated_reads ? 3 : 1;
    for (int i = 0; i < times; ++i) ask_once(step, overlay);
  }

  void ask_once(const Step& step, match::Overlay& overlay) {
    ++result_.asked;
    const auto found =
        section_.find(step.analysis.identity.canonical, step.analysis.identity.qualifier);
    if (found.exact == ServiceSection::none) return static_cast<void>(++result_.miss);
    const auto& request = section_.requests()[found.exact];
    const match::Version state = scope_->state(section_.reads(request), overlay);
    const auto* answer = grade(step, request, state);
    if (step.analysis.effect == Effect::write && step.analysis.control == Control::none)
      scope_->bump(answer != nullptr ? section_.writes(*answer) : section_.writes(request),
                   match::write_identity(request.hash, state), step.analysis.changed, overlay);
  }

  /// Counts what the table says, and returns the answer that it knows for this state.
  const format::AnswerRecord* grade(const Step& step, const format::RequestRecord& request,
                                    match::Version state) {
    if ((request.flags & format::request_volatile) != 0) {
      ++result_.guess;
      const auto answers = section_.answers(request);
      const auto same = std::ranges::find_if(answers, [&](const auto& answer) {
        return as_text(section_.image(answer.image)) == step.analysis.image;
      });
      return same == answers.end() ? nullptr : &*same;
    }
    const auto* answer = match::answer_at(section_, request, state);
    if (answer == nullptr) {
      ++result_.miss;
    } else if ((answer->flags & format::answer_guess) != 0) {
      ++result_.guess;
    } else {
      const bool right = as_text(section_.image(answer->image)) == step.analysis.image;
      ++(right ? result_.certain : result_.wrong);
    }
    return answer;
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
  Perturbation perturbation_;
  std::unique_ptr<match::Scope> scope_;
  std::map<std::uint32_t, match::Overlay> overlays_;
  std::uint64_t reads_ = 0;
  Replay result_;
};

}  // namespace

Replay replay(const LoadedService& service, const ServiceSection& section,
              Perturbation perturbation) {
  return Player(service, section, perturbation).run();
}

}  // namespace understudy::compile
