#include "compile/states/concurrency.hpp"

#include <algorithm>
#include <span>
#include <tuple>

namespace understudy::compile {

Concurrency::Concurrency(const LoadedService& service, std::size_t at_most) : service_(service) {
  std::vector<const Step*> by_beginning;
  for (const Step& step : std::span(service.steps).first(std::min(at_most, service.steps.size())))
    by_beginning.push_back(&step);
  std::ranges::stable_sort(
      by_beginning, {}, [](const Step* step) { return std::tuple(step->recording, step->began); });
  std::vector<const Step*> under_way;
  for (const Step* step : by_beginning) {
    std::erase_if(under_way, [&](const Step* other) {
      return other->recording != step->recording || other->ended <= step->began;
    });
    for (const Step* other : under_way)
      if (other->connection != step->connection) note_overlap(*other, *step);
    under_way.push_back(step);
  }
}

void Concurrency::note_overlap(const Step& one, const Step& other) {
  const Span span{std::min(one.began, other.began), std::max(one.ended, other.ended)};
  const auto extend = [&](Span& known) {
    known = {std::min(known.began, span.began), std::max(known.ended, span.ended)};
  };
  extend(spans_.emplace(std::minmax(one.connection, other.connection), span).first->second);
  for (const Step* step : {&one, &other}) {
    extend(whole_.emplace(step->connection, span).first->second);
    sources_.insert(step->source);
  }
}

bool Concurrency::is_within(const Step& step, const Span& span) const noexcept {
  return step.began >= span.began && step.ended <= span.ended;
}

bool Concurrency::are_concurrent(StepId one, StepId other) const {
  const Step& first = service_.steps[one];
  const Step& second = service_.steps[other];
  const auto span = spans_.find(std::minmax(first.connection, second.connection));
  return span != spans_.end() && is_within(first, span->second) && is_within(second, span->second);
}

bool Concurrency::is_concurrent(StepId step) const {
  const auto span = whole_.find(service_.steps[step].connection);
  return span != whole_.end() && is_within(service_.steps[step], span->second);
}

}  // namespace understudy::compile
