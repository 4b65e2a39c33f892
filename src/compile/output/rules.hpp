// Rules become conditions over described requests, and images.
#pragma once

#include <filesystem>
#include <vector>

#include "compile/model/steps.hpp"
#include "table/builder.hpp"

namespace understudy::compile {

/// Adds the rules of a mock set to the builders of their services (which stand beside `services`),
/// the highest priority first. All problems are appended.
void add_rules(const std::filesystem::path& mock_set, const std::vector<LoadedService>& services,
               std::vector<table::ServiceBuilder>& builders, Diagnostics& problems);

}  // namespace understudy::compile
