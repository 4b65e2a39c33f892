#include "cli/mock_input.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "cli/console.hpp"
#include "cli/files.hpp"
#include "compile/pipeline.hpp"
#include "protocols/registry.hpp"
#include "understudy/document_text.hpp"

namespace understudy::cli {
namespace {

constexpr std::size_t never_asked_kept = 1000;

/// A client that polls must not flood the log: after the third time an equal incident is told when
/// it has happened 10, 100, 1000, … times. The report counts them all.
bool worth_telling(std::uint64_t times) {
  if (times <= 3) return true;
  while (times % 10 == 0) times /= 10;
  return times == 1;
}

}  // namespace

std::shared_ptr<const table::MappedTable> load_table(const std::filesystem::path& path) {
  Diagnostics problems;
  auto table = compile::load(path, protocols(), problems);
  print(problems);
  return has_errors(problems) ? nullptr : table;
}

std::vector<Address> addresses_of(const net::MockServer& server, const table::MappedTable& table) {
  std::vector<Address> all;
  for (const net::ServiceAddress& address : server.addresses())
    all.push_back({address.service, address.protocol, address.endpoint});
  enter_logins(all, table.config().value("logins", Document::object()));
  return all;
}

engine::IncidentSink reporting_sink(Incidents& incidents) {
  return [&incidents](const engine::Incident& incident) {
    const std::uint64_t times = incidents.add(incident);
    if (worth_telling(times)) print(incident, times);
  };
}

std::optional<bool> finish_report(const net::MockServer& server, const Incidents& incidents,
                                  engine::Strictness strictness,
                                  const std::optional<std::filesystem::path>& file) {
  const std::vector<net::ServiceReport> services = server.report(never_asked_kept);
  const std::string text = report_text(services, incidents, strictness);
  std::fwrite(text.data(), 1, text.size(), stderr);
  if (file) {
    const Document document = report_document(services, incidents, strictness);
    const std::string json = json_text(document, JsonForm::indented) + "\n";
    if (!write_file(*file, as_bytes(json))) return std::nullopt;
  }
  return !strictness_broken(services, strictness);
}

}  // namespace understudy::cli
