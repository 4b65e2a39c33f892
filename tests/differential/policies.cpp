#include "policies.hpp"

#include <algorithm>

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
  computed += other.computed;
  held += other.held;
  held_certain += other.held_certain;
  fifo_right += other.fifo_right;
  fifo_wrong += other.fifo_wrong;
  first_right += other.first_right;
  first_wrong += other.first_wrong;
}

void Baselines::record(const std::string& request, const std::string& answer) {
  Answers& answers = answers_[request];
  answers.in_order.push_back(answer);
  answers.all.insert(answer);
}

void Baselines::count(const std::string& request, const std::string& answer, Tally& tally) {
  const auto found = answers_.find(request);
  if (found == answers_.end()) return static_cast<void>(++tally.unknowable);
  Answers& answers = found->second;
  if (!answers.all.contains(answer)) ++tally.unknowable;
  const auto& fifo = answers.in_order[std::min(answers.next++, answers.in_order.size() - 1)];
  ++(fifo == answer ? tally.fifo_right : tally.fifo_wrong);
  ++(answers.in_order[0] == answer ? tally.first_right : tally.first_wrong);
}

void count(Grade grade, bool right, Tally& tally) {
  ++tally.asked;
  if (grade == Grade::miss)
    ++tally.miss;
  else if (is_certain(grade))
    ++(right ? tally.certain : tally.wrong);
  else
    ++(right ? tally.right_guess : tally.wrong_guess);
}

}  // namespace differential
