// First pass: session files become analysed steps, service by service.
#pragma once

#include <filesystem>
#include <vector>

#include "compile/model/progress.hpp"
#include "compile/model/steps.hpp"
#include "understudy/diagnostic.hpp"

namespace understudy::compile {

/// Shows every exchange to its analyser twice: to learn, then to analyse. All problems are
/// appended; exchanges of services that understudy.yaml does not name are one of them. Uses all
/// cores.
[[nodiscard]] std::vector<LoadedService> load_sessions(const std::filesystem::path& mock_set,
                                                       const store::Config& config,
                                                       Protocols protocols, Diagnostics& problems,
                                                       const Progress& progress = {});

}  // namespace understudy::compile
