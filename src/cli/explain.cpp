#include "engine/explain.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/exit_status.hpp"
#include "cli/mock_input.hpp"
#include "protocols/registry.hpp"
#include "table/service_section.hpp"

namespace understudy::cli {
namespace {

/// The section named `service`, or the only one where no name is given; null, after telling why.
const table::ServiceSection* find_service(const table::MappedTable& table,
                                          const std::string& service) {
  std::string names;
  for (std::size_t i = 0; i < table.service_count(); ++i) {
    const table::ServiceSection& section = table.service(i);
    if (section.name() == service || (service.empty() && table.service_count() == 1))
      return &section;
    names += fmt::format("{}{}", names.empty() ? "" : ", ", section.name());
  }
  complain(service.empty() ? "--service is needed, one of: " + names
                           : fmt::format("there is no service '{}', only: {}", service, names));
  return nullptr;
}

}  // namespace

int run_command(const ExplainOptions& options) {
  const auto table = load_table(options.path);
  if (!table) return bad_input;
  const table::ServiceSection* section = find_service(*table, options.service);
  if (section == nullptr) return usage_error;
  const Protocol* protocol = find_protocol(protocols(), section->protocol());
  const engine::Explanation explanation = engine::explain(*protocol, *section, options.request);
  if (options.json) {
    fmt::print(
        "{}\n",
        engine::to_document(explanation).dump(2, ' ', false, Document::error_handler_t::replace));
  } else {
    fmt::print("{}", engine::to_text(explanation, *protocol));
  }
  return explanation.recorded || !explanation.rule.empty() ? all_certain : failed;
}

}  // namespace understudy::cli
