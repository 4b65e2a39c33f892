#include "compile/states/emulate.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "match/transaction.hpp"

namespace understudy::compile {
namespace {

bool changes_something(const Step& step) {
  return step.analysis.effect == Effect::write || step.analysis.control == Control::commit;
}

/// For each step whether no other connection changed anything while it was under way.
class Order {
 public:
  explicit Order(const LoadedService& service)
      : steps_(service.steps), undisturbed_(steps_.size()), others_begun_(steps_.size()) {
    for (const Event& event : events()) event.begins ? begin(event.step) : end(event.step);
  }
  [[nodiscard]] bool undisturbed(StepId step) const { return undisturbed_[step]; }

 private:
  struct Event {
    StepId step;
    bool begins;
  };
  struct Writes {
    std::uint64_t begun = 0, under_way = 0;
  };

  [[nodiscard]] std::vector<Event> events() const {
    std::vector<Event> events;
    for (StepId i; i != steps_.next(); ++i) events.insert(events.end(), {{i, true}, {i, false}});
    std::ranges::stable_sort(events, {}, [&](const Event& event) {
      const Step& step = steps_[event.step];
      return std::tuple(step.recording, event.begins ? step.began : step.ended);
    });
    return events;
  }
  void begin(StepId i) {
    const Step& step = steps_[i];
    Writes& own = by_connection_[step.connection];
    undisturbed_[i] = all_.under_way == own.under_way;
    others_begun_[i] = all_.begun - own.begun;
    if (!changes_something(step)) return;
    for (Writes* writes : {&all_, &own}) ++writes->begun, ++writes->under_way;
  }
  void end(StepId i) {
    const Step& step = steps_[i];
    Writes& own = by_connection_[step.connection];
    undisturbed_[i] = undisturbed_[i] && all_.begun - own.begun == others_begun_[i];
    if (changes_something(step)) --all_.under_way, --own.under_way;
  }

  const table::ListBy<StepId, Step>& steps_;
  table::ListBy<StepId, bool> undisturbed_;
  table::ListBy<StepId, std::uint64_t> others_begun_;
  Writes all_;
  std::unordered_map<std::uint32_t, Writes> by_connection_;
};

class Follower {
 public:
  Follower(const LoadedService& service, Emulator& emulator)
      : service_(service), emulator_(emulator), order_(service) {
    for (StepId i; i != service_.steps.next(); ++i)
      last_.insert_or_assign(std::pair(service_.steps[i].recording, service_.steps[i].connection),
                             i);
  }

  void run() {
    std::optional<std::uint32_t> recording;
    for (StepId i; i != service_.steps.next(); ++i) {
      const std::uint32_t now = service_.steps[i].recording;
      if (std::exchange(recording, now) != now) {
        service_.held&& service_.held_recordings.contains(now) ? emulator_.begin_held_recording()
                                                               : emulator_.begin_recording();
        open_.clear();
      }
      play(i);
    }
  }

 private:
  void play(StepId i) {
    const Step& step = service_.steps[i];
    const StepAnalysis& a = step.analysis;
    auto& transaction = open_[step.connection];
    if (emulator_.undoes()) {
      tell(i);
    } else if (a.control != Control::none) {
      for (const StepId inner : transaction.carry_out(a.control, a.control_name, a.changed))
        follow(inner, order_.undisturbed(i));
      // What only tells what was there has an answer, though nobody looks it up.
    } else if (a.effect != Effect::none || !a.image.empty()) {
      if (transaction.active())
        transaction.add(i);
      else
        follow(i, order_.undisturbed(i));
    }
  }

  /// As it happened: what a transaction does is undone where it is rolled back.
  void tell(StepId i) {
    const Step& step = service_.steps[i];
    const StepAnalysis& a = step.analysis;
    if (a.control != Control::none) {
      const bool undone = a.control == Control::commit && !a.changed;
      emulator_.control(undone ? Control::rollback : a.control, a.control_name, step.connection);
      if (a.sight != Sight::newest) emulator_.look(step.connection);
    } else if (!a.image.empty()) {
      follow(i, order_.undisturbed(i));
    }
    // Who leaves without a word rolls back. What a gap hides may have been a COMMIT.
    if (last_.at({step.recording, step.connection}) == i && !service_.gaps.contains(step.recording))
      emulator_.control(Control::rollback, {}, step.connection);
  }

  void follow(StepId i, bool in_order) {
    const Step& step = service_.steps[i];
    const Identity& identity = step.analysis.identity;
    EmulatedRequest asked(identity.canonical, identity.qualifier, step.connection,
                          step.analysis.session);
    asked.sight = step.analysis.sight;
    if (asked.sight != Sight::newest) emulator_.look(step.connection);
    emulator_.follow(asked, as_bytes(step.analysis.image), {}, in_order);
  }

  const LoadedService& service_;
  Emulator& emulator_;
  Order order_;
  std::map<std::uint32_t, match::Transaction<StepId>> open_;        // by connection
  std::map<std::pair<std::uint32_t, std::uint32_t>, StepId> last_;  // of a connection
};

}  // namespace

Followed follow_recordings(const LoadedService& service) {
  const auto emulator = service.protocol->new_emulator({{"profile", service.analyser->profile()}});
  if (!emulator) return {};
  Followed followed;
  if (service.held) followed.held = emulator->hold(*service.held);
  Follower(service, *emulator).run();
  followed.knowledge = emulator->knowledge();
  followed.contents = emulator->contents();
  followed.numbered = emulator->numbered();
  followed.coverage = emulator->coverage();
  return followed;
}

}  // namespace understudy::compile
