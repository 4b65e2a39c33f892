#include "compile/model/steps.hpp"

#include <fmt/format.h>

namespace understudy::compile {

void keep_for_replay(Step& step) {
  Analysis& a = step.analysis;
  // `= {}` would keep the memory.
  a.rows = RowFacts();
  a.writes = std::vector<KeyPath>();
  a.writes_otherwise = std::vector<KeyPath>();
  a.determined = std::vector<Determined>();
  a.contents = std::vector<KeyPath>();
  if (a.control != Control::watch) a.reads = std::vector<KeyPath>();
  step.hidden_in = std::string();
}

std::string place_of(const LoadedService& service, const Step& step) {
  return fmt::format("{}:{}", service.sources[step.source], step.line);
}

}  // namespace understudy::compile
