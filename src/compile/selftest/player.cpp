#include "compile/selftest/player.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "compile/model/full_step.hpp"
#include "table/hash.hpp"

namespace understudy::compile {

namespace format = table::format;
using engine::Verdict;
using table::ServiceSection;

namespace {

constexpr int omitted_of = 5;

/// What is near the first byte in which two images differ, for a person: images are bytes, so
/// that only ASCII is shown.
std::string excerpt(std::string_view image, std::size_t differs_at) {
  constexpr std::size_t before = 16, shown = 48;
  const std::size_t begin = differs_at - std::min(differs_at, before);
  std::string text = begin > 0 ? "…" : "";
  for (const char octet : image.substr(std::min(begin, image.size()), shown))
    text += octet >= ' ' && octet <= '~' ? octet : '.';
  return text + (begin + shown < image.size() ? "…" : "");
}

std::string difference_of(std::string_view answered, std::string_view right) {
  const auto at =
      static_cast<std::size_t>(std::ranges::mismatch(answered, right).in1 - answered.begin());
  return fmt::format("answered '{}' in place of '{}'", excerpt(answered, at), excerpt(right, at));
}

bool ends_transaction(Control control) noexcept {
  return control == Control::commit || control == Control::rollback || control == Control::reset;
}

}  // namespace

Player::Player(const LoadedService& service, const ServiceSection& section,
               std::shared_ptr<match::Renaming> renaming)
    : service_(service),
      section_(section),
      live_(*service.protocol, section, engine::Strictness::normal, std::move(renaming)),
      rules_(section) {}

Replay Player::run(const Schedule& schedule) {
  for (const Turn& turn : schedule) play(turn);
  return finish();
}

const Replay& Player::finish() {
  // What a recording never ended is over now.
  while (holder_) {
    connections_.erase(*holder_);
    play_waiting();
  }
  return result_;
}

void Player::start(std::uint32_t recording) {
  static_cast<void>(finish());
  connections_.clear();
  live_.reset();
  live_.begin_as(recording);
  elsewhere_ = false;
  recording_ = recording;
}

void Player::play(const Turn& turn) {
  const Step& step = service_.steps[turn.step];
  if (recording_ != step.recording) start(step.recording);
  if (holder_ && *holder_ != turn.connection) return waiting_.push_back(turn);
  Connection& connection = connections_[turn.connection];
  carry_out(step, connection);
  const bool held = connection.state.computing.owns_lock();
  if (held)
    holder_ = turn.connection;
  else if (holder_)
    play_waiting();
}

void Player::play_waiting() {
  holder_.reset();
  for (const Turn& turn : std::exchange(waiting_, {})) play(turn);
}

void Player::carry_out(const Step& step, Connection& connection) {
  if (step.analysis.control != Control::none)
    control(step, connection);
  else if (step.analysis.effect != Effect::none)
    ask(step, connection);
  // No machine holds what it was answered.
  connection.state.images.clear();
  connection.state.computed.clear();
}

void Player::control(const Step& step, Connection& connection) {
  const StepAnalysis& a = step.analysis;
  if (connection.skips) {
    connection.skips = !ends_transaction(a.control);
    return;
  }
  switch (a.control) {
    case Control::begin:
      connection.skips = live_.begin(connection.state, a.sight) != engine::Begun::yes;
      return;
    case Control::commit: {
      const Verdict verdict =
          live_.commit(a.identity.canonical, a.identity.qualifier, connection.state);
      if (a.effect != Effect::none) grade_commit(step, verdict);
      return;
    }
    case Control::watch: {
      const FullStep full(step);
      for (const KeyPath& path : full.reads)
        static_cast<void>(live_.watch(join(path), connection.state));
      return;
    }
    default:
      connection.state.apply(a.control, a.control_name());
  }
}

void Player::ask(const Step& step, Connection& connection) {
  const bool read = step.analysis.effect == Effect::read;
  if (read && omits_ && ++reads_ % omitted_of == 0) return;
  for (int i = 0; i < (read ? times_ : 1); ++i) ask_once(step, connection);
}

void Player::ask_once(const Step& step, Connection& connection) {
  ++result_.asked;
  const Identity& identity = step.analysis.identity;
  // An EXEC that a watched key forbids is answered by nothing, and asks nothing.
  if (connection.skips) return static_cast<void>(++result_.guess);
  const std::string renamed = next_run_ == nullptr ? std::string() : next_run_->request(step);
  const std::string_view canonical = next_run_ == nullptr ? identity.canonical : renamed;
  if (answered_by_rule(canonical)) return static_cast<void>(++result_.certain);
  const Request request{.canonical = canonical,
                        .qualifier = identity.qualifier,
                        .session = step.analysis.session(),
                        .sight = step.analysis.sight};
  const Verdict verdict = live_.ask(request, connection.state);
  learn(step, verdict);
  grade(step, verdict);
  if (step.analysis.effect == Effect::write && verdict.answer != nullptr)
    elsewhere_ |= verdict.doubt.reason != engine::MissReason::unknown_state &&
                  as_text(section_.image(verdict.answer->image)) != step.analysis.image;
}

bool Player::answered_by_rule(std::string_view canonical) const {
  // Of the whole message nothing is kept here: a rule that looks at more is left to the table.
  return !rules_.empty() &&
         rules_.find(service_.protocol->describe(canonical), Document()).has_value();
}

table::RequestId Player::request_of(const Verdict& verdict) const {
  return section_.requests().id_of(*verdict.request);
}

StepId Player::id_of(const Step& step) const {
  return StepId(static_cast<std::size_t>(&step - service_.steps.data()));
}

void Player::learn(const Step& step, const Verdict& verdict) {
  if (learned_ == nullptr || verdict.request == nullptr) return;
  if (is_uncertain(step)) return;
  learned_->emplace(match::extend(verdict.state, request_of(verdict).index()),
                    table::hash_of(step.analysis.image));
}

/// Counts what would have been answered. What is computed, or known by contents, is no entry of the
/// table, and where it is not what was recorded, another time or order may be the reason.
void Player::grade(const Step& step, const Verdict& verdict) {
  if (!verdict.answers()) return static_cast<void>(++result_.miss);
  if (verdict.request == nullptr || verdict.grade == Grade::computed)
    return static_cast<void>(
        ++(image_of(verdict) == step.analysis.image ? result_.certain : result_.guess));
  if (!is_certain(verdict.grade)) return static_cast<void>(++result_.guess);
  const auto right = is_right(step, verdict);
  if (right == true)
    ++result_.certain;
  else if (!right || elsewhere_)
    ++result_.guess;
  else
    note_wrong(step, verdict);
}

void Player::grade_commit(const Step& step, const Verdict& verdict) {
  ++result_.asked;
  if (verdict.answer != nullptr) return grade(step, verdict);
  if (verdict.grade == Grade::miss) return static_cast<void>(++result_.miss);
  const bool done = is_certain(verdict.grade) && step.analysis.changed;
  ++(done ? result_.certain : result_.guess);
}

std::string Player::image_of(const Verdict& verdict) const {
  return verdict.image ? *verdict.image
                       : std::string(as_text(section_.image(verdict.answer->image)));
}

bool Player::is_uncertain(const Step& step) const {
  const StepId id = id_of(step);
  return uncertain_ != nullptr && id.index() < uncertain_->size() && (*uncertain_)[id];
}

std::optional<bool> Player::is_right(const Step& step, const Verdict& verdict) {
  const std::string image = image_of(verdict);
  const bool counted = (verdict.request->flags & format::request_counts_asks) != 0;
  if (next_run_ == nullptr && known_ != nullptr && (reordered_ || counted)) {
    const auto found = known_->find(match::extend(verdict.state, request_of(verdict).index()));
    if (found == known_->end()) return std::nullopt;
    return found->second == table::hash_of(image);
  }
  const bool told = image == (next_run_ != nullptr ? next_run_->truth(step) : step.analysis.image);
  return told || !is_uncertain(step) ? std::optional(told) : std::nullopt;
}

void Player::note_wrong(const Step& step, const Verdict& verdict) {
  ++result_.wrong;
  if (!refuted_.emplace(request_of(verdict), verdict.answer->state).second) return;
  const bool of_another = next_run_ == nullptr && reordered_;
  const std::string right = next_run_ != nullptr ? next_run_->truth(step) : step.analysis.image;
  result_.wrong_answers.push_back(
      {request_of(verdict), verdict.answer->state, id_of(step),
       fmt::format("{}:{}", section_.source_name(verdict.answer->source), verdict.answer->line),
       of_another ? "another exchange was answered otherwise in the same state"
                  : difference_of(image_of(verdict), right)});
}

}  // namespace understudy::compile
