// Plays a recording against a finished table, exchange by exchange, as a server answers it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "compile/selftest/next_run.hpp"
#include "compile/selftest/schedule.hpp"
#include "compile/selftest/selftest.hpp"
#include "engine/live_state.hpp"
#include "engine/rule_book.hpp"
#include "table/service_section.hpp"

namespace understudy::compile {

/// The images with which each request was answered in each state, as the recording goes.
using Known = std::unordered_map<std::uint64_t, std::uint64_t>;

/// Asks a engine::LiveState, as every live connection does: rules, what the table holds, computed
/// answers, commits that fail and watched keys are those of serving.
class Player {
 public:
  /// `service` and `section` outlive it. All services of a scope share the renaming.
  Player(const LoadedService& service, const table::ServiceSection& section,
         std::shared_ptr<match::Renaming> renaming = std::make_shared<match::Renaming>());

  /// Every read is asked `times` times; of five reads one is left out where asked for.
  Player& repeat(int times) {
    times_ = times;
    return *this;
  }
  Player& omit() {
    omits_ = true;
    return *this;
  }
  /// What is certain must be as in `known`, where the order is another one than was recorded or
  /// each ask is a state of its own; else as this very exchange was answered.
  Player& compare_with(const Known& known, bool reordered) {
    known_ = &known;
    reordered_ = reordered;
    return *this;
  }
  /// Of steps that are uncertain nobody knows what is right. It outlives the player.
  Player& overlook(const Uncertain& uncertain) {
    uncertain_ = &uncertain;
    return *this;
  }
  Player& learn(Known& known) {
    learned_ = &known;
    return *this;
  }
  /// Asks with other values in place of those that vary. It outlives the player.
  Player& ask_as(NextRun& next_run) {
    next_run_ = &next_run;
    return *this;
  }

  Replay run(const Schedule& schedule);
  /// Before the first step of a recording: the state before its first request.
  void start(std::uint32_t recording);
  void play(const Turn& turn);
  /// After the last one.
  [[nodiscard]] const Replay& finish();

 private:
  using Answer = table::format::AnswerRecord;
  struct Connection {
    engine::ConnectionState state;
    bool skips = false;  ///< a transaction that did not begin, because of a watched key
  };

  void play_waiting();
  void carry_out(const Step& step, Connection& connection);
  void control(const Step& step, Connection& connection);
  void ask(const Step& step, Connection& connection);
  void ask_once(const Step& step, Connection& connection);
  [[nodiscard]] bool answered_by_rule(std::string_view canonical) const;
  void learn(const Step& step, const engine::Verdict& verdict);
  void grade(const Step& step, const engine::Verdict& verdict);
  void grade_commit(const Step& step, const engine::Verdict& verdict);
  /// Whether the answer is right; nothing where nobody knows.
  [[nodiscard]] std::optional<bool> is_right(const Step& step, const engine::Verdict& verdict);
  void note_wrong(const Step& step, const engine::Verdict& verdict);
  [[nodiscard]] bool is_uncertain(const Step& step) const;
  [[nodiscard]] std::string image_of(const engine::Verdict& verdict) const;
  [[nodiscard]] table::RequestId request_of(const engine::Verdict& verdict) const;
  [[nodiscard]] StepId id_of(const Step& step) const;

  const LoadedService& service_;
  const table::ServiceSection& section_;
  engine::LiveState live_;
  engine::RuleBook rules_;
  int times_ = 1;
  bool omits_ = false, reordered_ = false;
  const Known* known_ = nullptr;
  Known* learned_ = nullptr;
  const Uncertain* uncertain_ = nullptr;
  NextRun* next_run_ = nullptr;
  std::optional<std::uint32_t> recording_;
  std::map<std::uint32_t, Connection> connections_;
  /// Where answers are computed, a transaction is carried out as a whole: whose it is, and the
  /// turns of others, which wait for its end.
  std::optional<std::uint32_t> holder_;
  std::vector<Turn> waiting_;
  std::uint64_t reads_ = 0;
  std::set<std::pair<table::RequestId, match::Version>> refuted_;  ///< what is in `result_` already
  /// A write was guessed to be that of another recording: from there on the truth is that one's.
  bool elsewhere_ = false;
  Replay result_;
};

}  // namespace understudy::compile
