// What is defined in the databases of a server, read over a connection of its own: see
// CatalogueReader.
#pragma once

#include "understudy/catalogue.hpp"

namespace understudy::mysql {

[[nodiscard]] const CatalogueReader& catalogue_reader() noexcept;

}  // namespace understudy::mysql
