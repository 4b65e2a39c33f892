// Plays a recording against a finished table, exchange by exchange.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "compile/next_run.hpp"
#include "compile/schedule.hpp"
#include "compile/selftest.hpp"
#include "match/overlay.hpp"
#include "match/loop.hpp"
#include "table/service_section.hpp"

namespace understudy::compile {

/// The images with which each request was answered in each state, as the recording goes.
using Known = std::unordered_map<std::uint64_t, std::uint64_t>;

class Player {
 public:
  /// Both outlive it.
  Player(const LoadedService& service, const table::ServiceSection& section)
      : service_(service), section_(section) {}

  /// Every read is asked `times` times; of five reads one is left out where asked for.
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
  /// Asks with other values in place of those that vary. It outlives the player.
  Player& ask_as(NextRun& next_run) {
    next_run_ = &next_run;
    return *this;
  }

  Replay run(const Schedule& schedule);
  void play(const Turn& turn);
  [[nodiscard]] const Replay& result() const noexcept { return result_; }

 private:
  using Answer = table::format::AnswerRecord;
  /// The recorded request that is asked, and by which names its values go.
  struct Question {
    std::uint32_t request = table::ServiceSection::none;
    match::Renamer::Proposal proposal{};
  };

  void start(std::uint32_t recording);
  void ask(const Step& step, match::Overlay& overlay);
  void ask_once(const Step& step, match::Overlay& overlay);
  [[nodiscard]] Question question_of(const Step& step, const match::Overlay& overlay);
  void take_effect(std::uint32_t number, const Answer* answer, match::Version state,
                   match::Overlay& overlay);
  [[nodiscard]] const Answer* grade(const Step& step, const Question& question,
                                    match::Version state);
  [[nodiscard]] bool is_certain(const Step& step, const Question& question,
                                const Answer& answer) const;
  /// The image that is answered, and the one that would be right.
  [[nodiscard]] std::string answered(const Answer& answer);
  [[nodiscard]] bool is_right(const Step& step, std::uint32_t number, match::Version state,
                              const Answer& answer);
  void note_wrong(const Step& step, std::uint32_t number, match::Version state,
                  const Answer& answer);
  [[nodiscard]] std::string_view image_of(const Answer& answer) const {
    return as_text(section_.image(answer.image));
  }
  void control(const Analysis& a, match::Overlay& overlay);

  const LoadedService& service_;
  const table::ServiceSection& section_;
  int times_ = 1;
  bool omits_ = false;
  const Known* known_ = nullptr;
  Known* learned_ = nullptr;
  NextRun* next_run_ = nullptr;
  std::optional<std::uint32_t> recording_;
  std::unique_ptr<match::Scope> scope_;
  std::map<std::uint32_t, match::Overlay> overlays_;
  std::uint64_t reads_ = 0;
  std::set<std::pair<std::uint32_t, match::Version>> refuted_;  ///< what is in `result_` already
  /// A write was guessed to be that of another recording: from there on the truth is that one's.
  bool elsewhere_ = false;
  Replay result_;
};

}  // namespace understudy::compile
