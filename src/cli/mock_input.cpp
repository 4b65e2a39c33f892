#include "cli/mock_input.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <thread>
#include <utility>

#include "cli/console.hpp"
#include "cli/error_stream.hpp"
#include "cli/files.hpp"
#include "compile/pipeline.hpp"
#include "protocols/registry.hpp"
#include "understudy/document_text.hpp"

namespace understudy::cli {
namespace {

constexpr std::size_t never_asked_kept = 1000;

/// A client that polls must not flood the log: after the third time an equal incident is told when
/// it has happened 10, 100, 1000, … times, a note but once. Incidents of which too many different
/// ones have happened to keep them are told as if they were one. The report counts them all.
bool worth_telling(engine::Incident::Kind kind, std::uint64_t times) {
  if (kind == engine::Incident::Kind::note) return times == 1;
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

LoadedTable load_table(const std::filesystem::path& path, const Signals& signals) {
  constexpr std::chrono::milliseconds often(20);
  std::packaged_task<std::shared_ptr<const table::MappedTable>()> task(
      [path] { return load_table(path); });
  auto loaded = task.get_future();
  std::thread(std::move(task)).detach();
  while (loaded.wait_for(often) != std::future_status::ready)
    if (const auto signal = signals.next(std::chrono::milliseconds(0));
        signal && Signals::asks_to_end(signal->number))
      return {nullptr, signal->number};
  return {loaded.get(), std::nullopt};
}

void leave(int status) {
  std::fflush(nullptr);
  std::_Exit(status);
}

std::vector<Address> addresses_of(const net::MockServer& server, const table::MappedTable& table) {
  std::vector<Address> all;
  for (const net::ServiceAddress& address : server.addresses())
    all.push_back({.service = address.service,
                   .protocol = address.protocol,
                   .endpoint = address.endpoint,
                   .needs_tls = address.needs_tls});
  enter_logins(all, table.config().value("logins", Document::object()));
  return all;
}

engine::IncidentSink reporting_sink(Incidents& incidents) {
  return [&incidents](const engine::Incident& incident) {
    const std::uint64_t times = incidents.add(incident);
    const bool is_kept = times > 0;
    if (worth_telling(incident.kind, is_kept ? times : incidents.dropped())) print(incident, times);
  };
}

std::optional<bool> finish_report(const net::MockServer& server, const Incidents& incidents,
                                  engine::Strictness strictness,
                                  const std::optional<std::filesystem::path>& file) {
  const std::vector<net::ServiceReport> services = server.report(never_asked_kept);
  const std::string text = report_text(services, incidents, strictness);
  write_error(printable(text));
  if (file) {
    const Document document = report_document(services, incidents, strictness);
    const std::string json = json_text(document, JsonForm::indented) + "\n";
    if (!write_file(*file, as_bytes(json))) return std::nullopt;
  }
  return !strictness_broken(services, strictness);
}

}  // namespace understudy::cli
