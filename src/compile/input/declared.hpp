// What files declare of a service's tables: the catalogue that `record` read, then the files of
// `schema`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "compile/model/steps.hpp"
#include "understudy/diagnostic.hpp"

namespace understudy::compile {

/// Hands them to the service's analyser, once everything was learned. A file of `schema` that can't
/// be read, or a statement of it, is an error. Of the catalogue it is a warning: then its tables
/// are not relied on.
/// `recordings`: their numbers by name; those that began with the rows of a snapshot are noted.
void read_declarations(const std::filesystem::path& mock_set,
                       const std::map<std::string, std::uint32_t>& recordings,
                       LoadedService& service, Diagnostics& problems);

}  // namespace understudy::compile
