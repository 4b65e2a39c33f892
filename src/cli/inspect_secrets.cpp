#include <fmt/format.h>

#include <map>
#include <utility>
#include <vector>

#include "cli/console.hpp"
#include "cli/error_stream.hpp"
#include "cli/exit_status.hpp"
#include "cli/inspect.hpp"
#include "protocols/registry.hpp"
#include "store/config.hpp"
#include "store/secret_places.hpp"
#include "store/session_file.hpp"
#include "store/snapshot_file.hpp"

namespace understudy::cli {
namespace {

/// A place, and the exchange in which it is.
struct Found {
  std::string file;
  int line = 0;
  store::SecretPlace place;
};

std::string file_of(const InspectOptions& options, const Path& file) {
  std::error_code error;
  const Path relative = std::filesystem::relative(file, options.path, error);
  return error ? file.string() : relative.string();
}

std::vector<Found> find_in_sessions(const InspectOptions& options, const Secrets& secrets,
                                    Diagnostics& problems) {
  std::vector<Found> found;
  for (const Path& file : store::session_files(options.path, problems)) {
    auto reader = store::SessionReader::open(file, problems);
    if (!reader || (!options.service.empty() && options.service != reader->header().service))
      continue;
    while (const auto exchange = reader->next(problems))
      for (store::SecretPlace& place : store::secret_places(
               {{"request", exchange->request}, {"answer", exchange->answer}}, secrets))
        found.push_back({file_of(options, file), reader->line(), std::move(place)});
  }
  return found;
}

std::vector<std::string> split(std::string_view text, std::string_view between) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0;;) {
    const std::size_t end = text.find(between, begin);
    parts.emplace_back(text.substr(begin, end - begin));
    if (end == std::string_view::npos) return parts;
    begin = end + between.size();
  }
}

/// `COPY t (a, b) FROM stdin;`, then a line for each row, with tabs between its cells.
void find_in_rows(const std::string& file, std::string_view text, const Secrets& secrets,
                  std::vector<Found>& found) {
  Document columns;
  int number = 0;
  for (const std::string& line : split(text, "\n")) {
    ++number;
    if (line.starts_with("COPY ")) {
      const std::size_t open = line.find('('), close = line.rfind(')');
      columns = Document::array();
      if (open != std::string::npos && close != std::string::npos && close > open)
        for (const std::string& name :
             split(std::string_view(line).substr(open + 1, close - open - 1), ", "))
          columns.push_back({{"name", name}});
      continue;
    }
    if (line == "\\.") columns = nullptr;
    if (columns.is_null()) continue;
    Document row = Document::array();
    for (const std::string& cell : split(line, "\t")) row.push_back(cell == "\\N" ? "" : cell);
    for (store::SecretPlace& place :
         store::secret_places({{"columns", columns}, {"rows", Document::array({row})}}, secrets))
      found.push_back({file, number, std::move(place)});
  }
}

void find_in_snapshots(const InspectOptions& options, const store::Config& config,
                       Diagnostics& problems, std::vector<Found>& found) {
  for (const store::Service& service : config.services) {
    if (!options.service.empty() && options.service != service.name) continue;
    const auto rows = store::read_snapshot_rows(options.path, service.name, problems);
    if (!rows) continue;
    for (const HeldTable& table : rows->rows.tables)
      find_in_rows(fmt::format("snapshot/{}: {}", service.name, table.name), table.text,
                   config.secrets, found);
  }
}

void show_json(const std::vector<Found>& found) {
  Document places = Document::array();
  for (const Found& each : found)
    places.push_back({{"file", each.file},
                      {"line", each.line},
                      {"where", each.place.where},
                      {"kind", each.place.kind},
                      {"replaced", each.place.replaced}});
  print_json({{"secrets", std::move(places)}});
}

/// Those of each kind, with the first few of their places.
void show(const std::vector<Found>& found, bool replaced, std::string_view head) {
  constexpr std::size_t shown = 3;
  std::map<std::string, std::vector<const Found*>> kinds;
  for (const Found& each : found)
    if (each.place.replaced == replaced) kinds[each.place.kind].push_back(&each);
  if (kinds.empty()) return;
  fmt::print("{}\n", head);
  for (const auto& [kind, places] : kinds) {
    fmt::print("  {:>6}  {}\n", places.size(), printable(kind));
    for (std::size_t i = 0; i < std::min(shown, places.size()); ++i)
      fmt::print("          {}:{} {}\n", places[i]->file, places[i]->line,
                 printable(places[i]->place.where));
    if (places.size() > shown) fmt::print("          … (--json shows all)\n");
  }
}

}  // namespace

int inspect_secrets(const InspectOptions& options) {
  Diagnostics problems;
  const auto config = store::read_config(options.path, names_of(protocols()), problems);
  std::vector<Found> found;
  if (config) {
    found = find_in_sessions(options, config->secrets, problems);
    find_in_snapshots(options, *config, problems, found);
  }
  print(problems);
  if (!config) return bad_input;
  if (options.json) {
    show_json(found);
  } else if (found.empty()) {
    fmt::print("no secret was replaced, and nothing that looks like one was kept\n");
  } else {
    show(found, false, "kept, as who reads it needs it:");
    show(found, true, "replaced:");
  }
  return has_errors(problems) ? bad_input : all_certain;
}

}  // namespace understudy::cli
