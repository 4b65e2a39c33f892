#include "protocols/postgres/notifications.hpp"

#include <algorithm>
#include <utility>

namespace understudy::postgres {

void Notifications::begin_session(std::string_view database, std::uint32_t process) {
  prefix_ = std::string(database) + '\0';
  process_ = process;
}

/// The same message twice in a transaction is one.
void Notifications::step(Step step) {
  if (!in_transaction_) return carry_out(step);
  if (step.kind == Step::Kind::notify && std::ranges::find(steps_, step) != steps_.end()) return;
  steps_.push_back(std::move(step));
}

/// Who listens in a transaction hears what it says.
void Notifications::commit() {
  in_transaction_ = false;
  savepoints_.clear();
  const auto steps = std::exchange(steps_, {});
  for (const Step& each : steps)
    if (each.kind != Step::Kind::notify) carry_out(each);
  for (const Step& each : steps)
    if (each.kind == Step::Kind::notify) carry_out(each);
}

void Notifications::rollback() {
  in_transaction_ = false;
  steps_.clear();
  savepoints_.clear();
}

void Notifications::rollback_to(std::size_t depth) {
  if (depth >= savepoints_.size()) return;
  steps_.resize(savepoints_[depth]);
  savepoints_.resize(depth + 1);
}

void Notifications::release(std::size_t depth) {
  if (depth < savepoints_.size()) savepoints_.resize(depth);
}

void Notifications::carry_out(const Step& step) {
  switch (step.kind) {
    case Step::Kind::listen:
      if (channels_.insert(step.channel).second) tell_listen(step.channel, true);
      return;
    case Step::Kind::unlisten:
      if (channels_.erase(step.channel) > 0) tell_listen(step.channel, false);
      return;
    case Step::Kind::unlisten_all:
      for (const std::string& channel : std::exchange(channels_, {})) tell_listen(channel, false);
      return;
    case Step::Kind::notify:
      if (channels_.contains(step.channel))
        heard_.push_back({process_, step.channel, step.payload});
      told_.emplace_back(Message{1U << static_cast<std::uint32_t>(Space::channels),
                                 prefix_ + step.channel, step.payload, process_});
  }
}

void Notifications::tell_listen(const std::string& channel, bool on) {
  told_.emplace_back(
      Listen{static_cast<std::uint32_t>(Space::channels), prefix_ + channel, nullptr, on});
}

Notifications::Told Notifications::take_told() {
  Told told = std::move(told_.front());
  told_.pop_front();
  return told;
}

void Notifications::hear(const understudy::Delivery& delivery) {
  heard_.push_back({delivery.sender, delivery.topic.substr(prefix_.size()), delivery.text});
}

void Notifications::tell(Octets& out) {
  for (const Heard& each : std::exchange(heard_, {}))
    encode_notification(each.process, each.channel, each.payload, out);
}

}  // namespace understudy::postgres
