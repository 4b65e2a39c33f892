#include "compile/player.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "match/lookup.hpp"
#include "table/hash.hpp"

namespace understudy::compile {

namespace format = table::format;
using table::ServiceSection;

namespace {

constexpr int omitted_of = 5;

/// What is near the first octet in which two images differ, for a person.
std::string excerpt(std::string_view image, std::size_t differs_at) {
  constexpr std::size_t before = 16, shown = 48;
  const std::size_t begin = differs_at - std::min(differs_at, before);
  std::string text = begin > 0 ? "…" : "";
  for (const char octet : image.substr(std::min(begin, image.size()), shown))
    text += static_cast<unsigned char>(octet) < 0x20 || octet == 0x7F ? '.' : octet;
  return text + (begin + shown < image.size() ? "…" : "");
}

std::string difference_of(std::string_view answered, std::string_view right) {
  const auto at = static_cast<std::size_t>(
      std::ranges::mismatch(answered, right).in1 - answered.begin());
  return fmt::format("answered '{}' in place of '{}'", excerpt(answered, at), excerpt(right, at));
}

}  // namespace

Replay Player::run(const Schedule& schedule) {
  for (const Turn& turn : schedule) play(turn);
  return result_;
}

void Player::start(std::uint32_t recording) {
  scope_ = std::make_unique<match::Scope>(match::immediate_keys(section_));
  overlays_.clear();
  elsewhere_ = false;
  recording_ = recording;
}

void Player::play(const Turn& turn) {
  const Step& step = service_.steps[turn.step];
  if (recording_ != step.recording) start(step.recording);
  match::Overlay& overlay = overlays_[turn.connection];
  if (step.analysis.effect != Effect::none) ask(step, overlay);
  if (step.analysis.control != Control::none) control(step.analysis, overlay);
}

void Player::ask(const Step& step, match::Overlay& overlay) {
  const bool read = step.analysis.effect == Effect::read;
  if (read && omits_ && ++reads_ % omitted_of == 0) return;
  for (int i = 0; i < (read ? times_ : 1); ++i) ask_once(step, overlay);
}

Player::Question Player::question_of(const Step& step, const match::Overlay& overlay) {
  const Identity& identity = step.analysis.identity;
  if (next_run_ == nullptr) return {section_.find(identity.canonical, identity.qualifier).exact};
  Question question;
  question.proposal = next_run_->ask(step, [&](const ServiceSection::Found& found) {
    const auto& request = section_.requests()[found.first()];
    const match::Version state = scope_->state(section_.reads(request), overlay);
    return (request.flags & format::request_volatile) == 0
               ? match::answer_at(section_, request, state)
               : nullptr;
  });
  if (!question.proposal.found.empty()) question.request = question.proposal.found.first();
  return question;
}

void Player::ask_once(const Step& step, match::Overlay& overlay) {
  ++result_.asked;
  const Question question = question_of(step, overlay);
  if (question.request == ServiceSection::none) return static_cast<void>(++result_.miss);
  const auto& request = section_.requests()[question.request];
  const bool commits = (request.flags & format::request_control) != 0;
  const match::Version state =
      commits ? overlay.fingerprint() : scope_->state(section_.reads(request), overlay);
  if (learned_ != nullptr)
    learned_->emplace(match::extend(state, question.request), table::hash_of(step.analysis.image));
  const auto* answer = grade(step, question, state);
  if (step.analysis.effect != Effect::write || step.analysis.control != Control::none) return;
  take_effect(question.request, answer, state, overlay);
  elsewhere_ |= answer != nullptr && image_of(*answer) != step.analysis.image;
}

/// As LiveState does: what a write did in an unknown state counts as all that it could have.
void Player::take_effect(std::uint32_t number, const Answer* answer, match::Version state,
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
const format::AnswerRecord* Player::grade(const Step& step, const Question& question,
                                          match::Version state) {
  const auto& request = section_.requests()[question.request];
  if (next_run_ != nullptr) next_run_->bind(question.proposal);
  if ((request.flags & format::request_volatile) != 0) {
    ++result_.guess;
    const auto answers = section_.answers(request);
    const auto same = std::ranges::find_if(
        answers, [&](const auto& answer) { return image_of(answer) == step.analysis.image; });
    return same == answers.end() ? nullptr : &*same;
  }
  const auto* answer = match::answer_at(section_, request, state);
  if (answer == nullptr || !is_certain(step, question, *answer))
    ++result_.guess;
  else if (is_right(step, question.request, state, *answer))
    ++result_.certain;
  else if (elsewhere_)
    ++result_.guess;
  else
    note_wrong(step, question.request, state, *answer);
  return answer;
}

void Player::note_wrong(const Step& step, std::uint32_t number, match::Version state,
                        const Answer& answer) {
  ++result_.wrong;
  if (!refuted_.emplace(number, answer.state).second) return;
  const auto known = known_ == nullptr ? Known::const_iterator()
                                       : known_->find(match::extend(state, number));
  const bool of_another = known_ != nullptr && known != known_->end();
  const std::string right = next_run_ != nullptr ? next_run_->truth(step)
                            : of_another         ? std::string()
                                                 : step.analysis.image;
  result_.wrong_answers.push_back(
      {number, answer.state, static_cast<std::uint32_t>(&step - service_.steps.data()),
       fmt::format("{}:{}", section_.source_name(answer.source), answer.line),
       of_another ? "another exchange was answered otherwise in the same state"
                  : difference_of(answered(answer), right)});
}

bool Player::is_certain(const Step& step, const Question& question, const Answer& answer) const {
  if ((answer.flags & format::answer_guess) != 0) return false;
  if (next_run_ == nullptr) return true;
  const bool took_effect =
      step.analysis.effect == Effect::write && (answer.flags & format::answer_changed) != 0;
  return question.proposal.certain(took_effect) && next_run_->told(answer).certain;
}

std::string Player::answered(const Answer& answer) {
  if (next_run_ != nullptr)
    if (const auto told = next_run_->told(answer); told.image) return *told.image;
  return std::string(image_of(answer));
}

bool Player::is_right(const Step& step, std::uint32_t number, match::Version state,
                      const Answer& answer) {
  const std::string image = answered(answer);
  if (next_run_ != nullptr) return image == next_run_->truth(step);
  if (known_ == nullptr) return image == step.analysis.image;
  const auto found = known_->find(match::extend(state, number));
  return found != known_->end() && found->second == table::hash_of(image);
}

void Player::control(const Analysis& a, match::Overlay& overlay) {
  scope_->carry_out(a.control, a.control_name, a.changed, overlay);
}

}  // namespace understudy::compile
