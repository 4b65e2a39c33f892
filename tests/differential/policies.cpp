#include "policies.hpp"

namespace differential {

using namespace understudy;

void Tally::add(const Tally& other) {
  asked += other.asked;
  certain += other.certain;
  right_guess += other.right_guess;
  wrong_guess += other.wrong_guess;
  miss += other.miss;
  wrong += other.wrong;
  unknowable += other.unknowable;
  fifo_right += other.fifo_right;
  fifo_wrong += other.fifo_wrong;
  first_right += other.first_right;
  first_wrong += other.first_wrong;
}

Baselines::Baselines(const std::vector<compile::Step>& steps) {
  for (const compile::Step& step : steps) {
    if (step.analysis.effect == Effect::none) continue;
    Answers& answers = answers_[step.analysis.identity.canonical];
    answers.in_order.push_back(&step.analysis.image);
    answers.all.insert(step.analysis.image);
  }
}

void Baselines::count(const Identity& identity, const std::string& image, Tally& tally) {
  const auto found = answers_.find(identity.canonical);
  if (found == answers_.end()) return static_cast<void>(++tally.unknowable);
  Answers& answers = found->second;
  if (!answers.all.contains(image)) ++tally.unknowable;
  const std::string& fifo =
      *answers.in_order[std::min(answers.next++, answers.in_order.size() - 1)];
  ++(fifo == image ? tally.fifo_right : tally.fifo_wrong);
  ++(*answers.in_order[0] == image ? tally.first_right : tally.first_wrong);
}

void count(const Mock::Asked& asked, const std::string& image, Tally& tally) {
  ++tally.asked;
  const bool right = asked.answer == image;
  if (asked.verdict.answer == nullptr)
    ++tally.miss;
  else if (is_certain(asked.verdict.grade))
    ++(right ? tally.certain : tally.wrong);
  else
    ++(right ? tally.right_guess : tally.wrong_guess);
}

}  // namespace differential
