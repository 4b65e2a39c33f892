#include "compile/model/steps.hpp"

#include <fmt/format.h>

namespace understudy::compile {

std::string place_of(const LoadedService& service, const Step& step) {
  return fmt::format("{}:{}", service.sources[step.source], step.line);
}

}  // namespace understudy::compile
