// The services of a table as its understudy.yaml names them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "store/config.hpp"
#include "table/mapped_table.hpp"

namespace understudy::net {

/// One entry of the configuration that was compiled in. Sections of the table follow its order.
struct ServiceEntry {
  std::string name;
  std::string protocol;
  store::Endpoint listen;
  std::map<std::string, std::string> environment;
  Document settings;
};

/// In the order of the table's sections.
[[nodiscard]] std::vector<ServiceEntry> service_entries(const table::MappedTable& table);

/// Templates that name several services.
[[nodiscard]] std::map<std::string, std::string> common_environment(
    const table::MappedTable& table);

}  // namespace understudy::net
