#include <fmt/format.h>

#include "cli/console.hpp"
#include "cli/exit_status.hpp"
#include "cli/inspect.hpp"
#include "protocols/registry.hpp"
#include "store/yaml.hpp"
#include "table/mapped_table.hpp"
#include "table/service_section.hpp"
#include "understudy/document_text.hpp"

namespace understudy::cli {
namespace {

namespace format = table::format;
using table::ServiceSection;

/// One request of a table. `number` counts from 1 within its service.
struct Request {
  std::size_t number = 0;
  std::string summary;
  Document described;
  const format::RequestRecord* record = nullptr;
};

bool wanted(const InspectOptions& options, const Request& request) {
  if (options.exchange && *options.exchange != request.number) return false;
  return options.grep.empty() || request.summary.find(options.grep) != std::string::npos ||
         json_text(request.described).find(options.grep) != std::string::npos;
}

std::vector<Request> requests_of(const InspectOptions& options, const ServiceSection& section,
                                 const Protocol& protocol) {
  std::vector<Request> requests;
  std::size_t number = 0;
  for (const format::RequestRecord& record : section.requests()) {
    Document described = protocol.describe(section.text(record.canonical));
    std::string summary = protocol.summarise(described);
    Request request{++number, std::move(summary), std::move(described), &record};
    if (wanted(options, request)) requests.push_back(std::move(request));
  }
  return requests;
}

Document answers_of(const ServiceSection& section, const format::RequestRecord& record) {
  Document answers = Document::array();
  for (const format::AnswerRecord& answer : section.answers(record))
    answers.push_back(
        {{"source", fmt::format("{}:{}", section.source_name(answer.source), answer.line)},
         {"certain", (answer.flags & format::answer_guess) == 0},
         {"octets", section.image(answer.image).size()}});
  return answers;
}

Document document_of(const ServiceSection& section, const Request& request) {
  return {{"number", request.number},
          {"summary", request.summary},
          {"request", request.described},
          {"writes", (request.record->flags & format::request_writes) != 0},
          {"volatile", (request.record->flags & format::request_volatile) != 0},
          {"answers", answers_of(section, *request.record)}};
}

void show(const InspectOptions& options, const ServiceSection& section,
          const std::vector<Request>& requests) {
  fmt::print("{} ({}): {} requests, {} answers, {} rules\n", section.name(), section.protocol(),
             section.requests().size(), section.all_answers().size(), section.rules().size());
  const bool lists = !options.service.empty() || !options.grep.empty();
  for (const Request& request : requests) {
    if (options.exchange) {
      std::string text;
      store::write_yaml(text, document_of(section, request));
      fmt::print("{}", text);
    } else if (lists) {
      fmt::print("  {:>4}  {} answer{}  {}\n", request.number, request.record->answer_count,
                 request.record->answer_count == 1 ? " " : "s", line_of(request.summary));
    }
  }
}

}  // namespace

int inspect_table(const InspectOptions& options) {
  if (!options.session.empty()) {
    complain("a table holds no sessions; --session needs a mock set");
    return usage_error;
  }
  std::string problem;
  const auto table = table::MappedTable::open(options.path, problem);
  if (!table) {
    complain(options.path.string() + ": " + problem);
    return bad_input;
  }
  Document services = Document::array();
  for (std::size_t i = 0; i < table->service_count(); ++i) {
    const ServiceSection& section = table->service(i);
    if (!options.service.empty() && options.service != section.name()) continue;
    const Protocol* protocol = find_protocol(protocols(), section.protocol());
    if (protocol == nullptr) {
      complain(fmt::format("{}: the protocol '{}' of service '{}' is not known",
                           options.path.string(), section.protocol(), section.name()));
      return bad_input;
    }
    const std::vector<Request> requests = requests_of(options, section, *protocol);
    if (!options.json) {
      show(options, section, requests);
      continue;
    }
    Document listed = Document::array();
    for (const Request& request : requests) listed.push_back(document_of(section, request));
    services.push_back({{"service", section.name()},
                        {"protocol", section.protocol()},
                        {"requests", std::move(listed)}});
  }
  if (options.json) print_json({{"services", std::move(services)}});
  return all_certain;
}

}  // namespace understudy::cli
