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

std::vector<Found> find_in_sessions(const InspectOptions& options, Diagnostics& problems) {
  std::vector<Found> found;
  for (const Path& file : store::session_files(options.path, problems)) {
    auto reader = store::SessionReader::open(file, problems);
    if (!reader || (!options.service.empty() && options.service != reader->header().service))
      continue;
    while (const auto exchange = reader->next(problems))
      for (store::SecretPlace& place :
           store::secret_places({{"request", exchange->request}, {"answer", exchange->answer}}))
        found.push_back({file_of(options, file), reader->line(), std::move(place)});
  }
  return found;
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
  if (config) found = find_in_sessions(options, problems);
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
