#include "compile/model/steps.hpp"

#include <fmt/format.h>

namespace understudy::compile {

void keep_for_replay(Step& step) {
  // `= {}` would keep the memory.
  if (step.analysis.control != Control::watch) step.keys_and_rows = std::string();
  step.hidden_in = std::string();
}

std::string place_of(const LoadedService& service, const Step& step) {
  return fmt::format("{}:{}", service.sources[step.source], step.line);
}

}  // namespace understudy::compile
