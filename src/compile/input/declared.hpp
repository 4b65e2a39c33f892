// What files declare of a service's tables: the catalogue that `record` read, then the files of
// `schema`.
#pragma once

#include <filesystem>

#include "compile/model/steps.hpp"
#include "understudy/diagnostic.hpp"

namespace understudy::compile {

/// Hands them to the service's analyser, once everything was learned. A file of `schema` that can't
/// be read, or a statement of it, is an error. Of the catalogue it is a warning: then its tables
/// are not relied on.
void read_declarations(const std::filesystem::path& mock_set, LoadedService& service,
                       Diagnostics& problems);

}  // namespace understudy::compile
