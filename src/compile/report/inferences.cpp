#include "compile/report/inferences.hpp"

#include <fmt/format.h>

#include <set>

#include "compile/model/readable.hpp"

namespace understudy::compile {
namespace {

constexpr std::size_t listed_guesses = 100;

std::string_view name_of(Width width) {
  switch (width) {
    case Width::rows:
      return "the rows that it names";
    case Width::tables:
      return "whole tables";
    case Width::everything:
      break;
  }
  return "everything of its service";
}

class Inferrer {
 public:
  Inferrer(const LoadedService& service, const Trace& trace, const Settlement& settlement)
      : service_(service), trace_(trace), settlement_(settlement) {}

  std::vector<Inference> run(const Conclusions& conclusions) {
    for (const Widening& widening : conclusions.widenings) add_widening(widening);
    for (const Contradiction& because : conclusions.beginnings) add_beginning(because);
    for (const CountedRequest& each : conclusions.counted)
      found_.push_back({Inference::Kind::counted, readable_pattern(each.pattern),
                        "was answered otherwise when it was asked again, though nothing was "
                        "written: its first, second, … ask are states of their own",
                        places(each.because)});
    for (const auto& [pattern, because] : settlement_.contradicted)
      found_.push_back({Inference::Kind::volatile_, readable_pattern(pattern),
                        "gave several answers in one and the same state, whatever its keys: the "
                        "cause lies outside of what was recorded",
                        places(because)});
    add_unsteady();
    add_not_understood();
    for (TracedRequestId i; i != settlement_.requests.next(); ++i)
      if (!settlement_.requests[i].volatile_) add_guesses(i);
    return std::move(found_);
  }

 private:
  [[nodiscard]] std::string place(StepId step) const {
    return place_of(service_, service_.steps[step]);
  }
  [[nodiscard]] std::vector<std::string> places(const Contradiction& two) const {
    return {place(two.first), place(two.second)};
  }
  [[nodiscard]] std::string pattern_at(StepId step) const {
    return readable_pattern(pattern_of(service_.steps[step].analysis.identity.canonical));
  }

  void add_widening(const Widening& widening) {
    found_.push_back({Inference::Kind::widened, readable_pattern(widening.pattern),
                      fmt::format("depends on {}, not only on {}: two exchanges in one state were "
                                  "answered differently",
                                  name_of(widening.to), name_of(widening.from)),
                      places(widening.because)});
  }

  void add_beginning(const Contradiction& because) {
    found_.push_back({Inference::Kind::beginning, pattern_at(because.second),
                      "found something else than in an earlier recording before anything was "
                      "written: what follows from that is served where the two have become alike",
                      places(because)});
  }

  void add_unsteady() {
    std::set<std::string> patterns;
    for (const SettledRequest& request : settlement_.requests) {
      if (request.unsteady.empty()) continue;
      const StepId first = request.answers.front().step;
      if (!patterns.insert(pattern_at(first)).second) continue;
      found_.push_back({Inference::Kind::volatile_,
                        pattern_at(first),
                        unsteady_text(request.unsteady),
                        {place(first)}});
    }
  }

  /// Each pattern once, with the first exchange of it.
  void add_not_understood() {
    std::set<std::string_view> patterns;
    for (const TracedStep& traced : trace_.steps) {
      const StepAnalysis& a = service_.steps[traced.step].analysis;
      if (a.understood || !patterns.insert(pattern_of(a.identity.canonical)).second) continue;
      found_.push_back({Inference::Kind::not_understood,
                        pattern_at(traced.step),
                        "what it reads and writes is not understood: it counts as everything",
                        {place(traced.step)}});
    }
  }

  void add_guesses(TracedRequestId request) {
    for (const SettledAnswer& answer : settlement_.requests[request].answers) {
      if (!answer.guess || listed_ == listed_guesses) continue;
      ++listed_;
      if (answer.contradiction)
        found_.push_back({Inference::Kind::guess, pattern_at(answer.step),
                          "two recordings contradict each other in this state",
                          places(*answer.contradiction)});
      else
        add_overlap(answer);
    }
  }

  void add_overlap(const SettledAnswer& answer) {
    const auto overlap = trace_.steps[answer.traced].overlap;
    if (!overlap) {
      found_.push_back({Inference::Kind::guess,
                        pattern_at(answer.step),
                        "came behind something that the recorder could not keep",
                        {place(answer.step)}});
      return;
    }
    const StepId write = *overlap;
    found_.push_back({Inference::Kind::guess,
                      pattern_at(answer.step),
                      fmt::format("ran, or came, while it was uncertain which side of '{}' it saw",
                                  pattern_at(write)),
                      {place(answer.step), place(write)}});
  }

  const LoadedService& service_;
  const Trace& trace_;
  const Settlement& settlement_;
  std::vector<Inference> found_;
  std::size_t listed_ = 0;
};

}  // namespace

std::vector<Inference> infer(const LoadedService& service, const Trace& trace,
                             const Settlement& settlement, const Conclusions& conclusions) {
  return Inferrer(service, trace, settlement).run(conclusions);
}

}  // namespace understudy::compile
