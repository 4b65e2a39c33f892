// Recordings of the toy protocol, written in a test as they happened.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "compile/input/load.hpp"
#include "compile/model/full_step.hpp"
#include "compile/output/emit.hpp"
#include "compile/states/emulate.hpp"
#include "compile/states/settle.hpp"
#include "compile/states/trace.hpp"
#include "compile/values/varying.hpp"
#include "match/instant.hpp"
#include "support/toy_protocol.hpp"
#include "table/builder.hpp"
#include "table/mapped_table.hpp"

namespace toy {

class Recorded {
 public:
  explicit Recorded(const Protocol& spoken = protocol()) {
    service_.name = "svc";
    service_.protocol = "toy";
    loaded_.service = &service_;
    loaded_.protocol = &spoken;
    loaded_.analyser = spoken.new_analyser();
    loaded_.sources = {"sessions/r1.svc.001.yaml"};
  }
  Recorded(const Recorded&) = delete;
  Recorded& operator=(const Recorded&) = delete;

  /// One exchange after all the others.
  Recorded& say(std::uint32_t connection, const std::string& line, const std::string& answer) {
    tick_ += 2;
    return say_at(connection, line, answer, tick_ - 1, tick_);
  }
  /// One exchange that ran from tick `began` to tick `ended`; call in the order of `ended`.
  Recorded& say_at(std::uint32_t connection, const std::string& line, const std::string& answer,
                   std::uint64_t began, std::uint64_t ended) {
    compile::Step step;
    std::vector<Problem> problems;
    const Exchange exchange{{{"line", line}}, answer, {}, {}};
    compile::keep_analysis(loaded_.analyser->analyse({}, exchange, problems), step);
    step.recorded_at = match::parse_instant(recorded_at)->microseconds;
    compile::keep_values(loaded_, {exchange.request, exchange.answer}, compile::Keep::all, step);
    step.recording = recording_;
    step.connection = recording_ * 100 + connection;
    step.began = began;
    step.ended = ended;
    step.line = static_cast<std::uint32_t>(loaded_.steps.size() + 1);
    loaded_.steps.push_back(std::move(step));
    tick_ = std::max(tick_, ended);
    return *this;
  }
  /// When every recording began.
  static constexpr std::string_view recorded_at = "2026-11-25T00:00:00Z";
  Recorded& shift_times() {
    shifts_times_ = true;
    return *this;
  }
  Recorded& next_recording() {
    ++recording_;
    return *this;
  }

  /// Pins the first value of all requests with this verb.
  Recorded& pin(const std::string& verb, const std::string& word) {
    Diagnostics problems;
    loaded_.pins = std::make_shared<const compile::Pins>(
        std::vector<store::Pin>{{"svc", verb, {{"1", word, 2}}, nullptr, "pins.yaml", 1}},
        problems);
    return *this;
  }

  [[nodiscard]] const compile::LoadedService& loaded() const { return loaded_; }
  /// What the compiler takes; nothing may be said any more.
  [[nodiscard]] std::vector<compile::LoadedService> take() {
    std::vector<compile::LoadedService> services;
    services.push_back(std::move(loaded_));
    return services;
  }

  [[nodiscard]] compile::Trace trace(const compile::Widened& widened = {}) const {
    return compile::trace_chains(loaded_, compile::RowKeys(loaded_.steps, {}), widened);
  }
  [[nodiscard]] table::ServiceBuilder builder(const compile::Widened& widened = {}) const {
    const compile::Trace traced = trace(widened);
    Diagnostics problems;
    const compile::Findings findings = compile::find_values({&loaded_, 1}, problems);
    auto builder = compile::emit(loaded_, traced, compile::settle(loaded_, traced),
                                 compile::Varying(loaded_, findings, shifts_times_));
    builder.set_knowledge(compile::follow_recordings(loaded_).knowledge);
    return builder;
  }
  [[nodiscard]] std::shared_ptr<const table::MappedTable> table() const {
    std::vector<table::ServiceBuilder> builders;
    builders.push_back(builder());
    std::string problem;
    Document config = Document::object();
    if (shifts_times_) config["shifted"] = {match::parse_instant(recorded_at)->microseconds};
    return table::MappedTable::from_memory(table::build_table(config, builders), problem);
  }

 private:
  store::Service service_;
  compile::LoadedService loaded_;
  bool shifts_times_ = false;
  std::uint32_t recording_ = 0;
  std::uint64_t tick_ = 0;
};

}  // namespace toy
