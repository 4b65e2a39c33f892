#include "engine/explain.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/error_stream.hpp"
#include "cli/exit_status.hpp"
#include "cli/mock_input.hpp"
#include "engine/mend.hpp"
#include "protocols/registry.hpp"
#include "store/secrets_document.hpp"
#include "store/session_file.hpp"
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

/// The answer of the exchange at `place` ("sessions/r1.orders.001.yaml:12") of a mock set.
std::optional<Document> recorded_answer(const Path& mock_set, const std::string& place) {
  const std::size_t colon = place.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  Diagnostics ignored;  // loading the mock set has told them
  auto reader = store::SessionReader::open(mock_set / place.substr(0, colon), ignored);
  while (reader) {
    auto exchange = reader->next(ignored);
    if (!exchange) break;
    if (std::to_string(reader->line()) == place.substr(colon + 1))
      return std::move(exchange->answer);
  }
  return std::nullopt;
}

/// A rule that answers the request as the nearest exchange was answered.
int print_rule(const ExplainOptions& options, const Protocol& protocol,
               const table::ServiceSection& section, const engine::Explanation& explanation) {
  std::string place = explanation.answered;
  if (place.empty() && !explanation.nearest.empty()) place = explanation.nearest.front().source;
  if (place.empty()) {
    complain("nothing like it was recorded, so there is no answer to begin with");
    return failed;
  }
  const auto answer = recorded_answer(options.path, place);
  if (!answer) {
    complain(fmt::format("{} can't be read: give the folder of the mock set, not a table", place));
    return bad_input;
  }
  fmt::print("# answered as recorded at {}\n{}", place,
             engine::rule_text(section.name(), engine::request_from_line(protocol, options.request),
                               *answer));
  return all_certain;
}

}  // namespace

int run_command(const ExplainOptions& options) {
  const auto table = load_table(options.path);
  if (!table) return bad_input;
  const table::ServiceSection* section = find_service(*table, options.service);
  if (section == nullptr) return usage_error;
  const Protocol* protocol = find_protocol(protocols(), section->protocol());
  const engine::Explanation explanation =
      engine::explain(*protocol, *section, options.request, options.after,
                      store::secrets_of_config(table->config()));
  if (options.rule) return print_rule(options, *protocol, *section, explanation);
  if (options.json) {
    print_json(engine::to_document(explanation));
  } else {
    fmt::print("{}", printable(engine::to_text(explanation, *protocol)));
  }
  return explanation.recorded || !explanation.rule.empty() ? all_certain : failed;
}

}  // namespace understudy::cli
