// What is defined in a database, read over a connection of its own: see CatalogueReader.
#pragma once

#include "understudy/catalogue.hpp"

namespace understudy::postgres {

[[nodiscard]] const CatalogueReader& catalogue_reader() noexcept;

}  // namespace understudy::postgres
