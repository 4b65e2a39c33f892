#include "compile/input/declared.hpp"

#include <fmt/format.h>

#include "store/file.hpp"
#include "store/snapshot_file.hpp"
#include "understudy/catalogue.hpp"

namespace understudy::compile {
namespace {

/// What stands behind `begin` in one of the comments at the head; empty where none begins so.
std::string_view told_by_head(std::string_view text, std::string_view begin) {
  while (text.starts_with("--")) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (line.starts_with(begin)) return line.substr(begin.size());
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return {};
}

void doubt_all(Schema& schema, const std::string& why) {
  for (auto& [name, table] : schema)
    if (table.doubt.empty()) table.doubt = why;
}

/// Whether the catalogue is that of the database that was recorded.
bool is_of_recorded(std::string_view text, const LoadedService& service, const std::string& file,
                    Diagnostics& problems) {
  const std::string_view database = told_by_head(text, catalogue_database);
  const std::string recorded = service.login.value("database", "");
  if (database.empty() || recorded.empty() || database == recorded) return true;
  problems.push_back(
      {Severity::warning, file, 0,
       fmt::format("it is the catalogue of database '{}', and what was recorded is of '{}': it is "
                   "not used",
                   database, recorded),
       fmt::format("record with `/{}` at the end of the URL, or remove the file", recorded)});
  return false;
}

/// Takes them as what there is first, where that holds for all recordings, or was said apart from
/// them.
void read_rows(const std::filesystem::path& mock_set, const std::string& catalogue,
               const std::map<std::string, std::uint32_t>& recordings, LoadedService& service,
               Diagnostics& problems) {
  auto read = store::read_snapshot_rows(mock_set, service.service->name, problems);
  if (!read) return;
  for (const std::string& name : read->recordings)
    if (const auto found = recordings.find(name); found != recordings.end())
      service.held_recordings.insert(found->second);
  const bool all = service.held_recordings.size() == recordings.size();
  if (!read->recordings.empty() && !all) {
    service.held_gap =
        "they were read for some of the recordings alone; take them again with "
        "`understudy snapshot`, or record all of it again";
    return;
  }
  service.held = Held{catalogue, std::move(read->rows), service.login.value("user", "")};
}

void read_snapshot(const std::filesystem::path& mock_set,
                   const std::map<std::string, std::uint32_t>& recordings, LoadedService& service,
                   Diagnostics& problems) {
  const std::filesystem::path path = store::snapshot_of(mock_set, service.service->name);
  if (!std::filesystem::exists(path)) return;
  std::string problem;
  auto text = store::read_file(path, store::Links::follow, problem);
  if (!text) {
    problems.push_back({Severity::error, path.string(), 0, problem,
                        "make it readable, or remove it: then recorded statements alone tell"});
    return;
  }
  if (!is_of_recorded(*text, service, path.string(), problems)) return;
  read_rows(mock_set, *text, recordings, service, problems);
  const bool gaps = text->find("\n" + std::string(catalogue_gap)) != std::string::npos;
  service.declared_in = std::filesystem::relative(path, mock_set).generic_string();
  Diagnostics found;
  service.analyser->declare({path.string(), std::move(*text)}, service.schema, found);
  for (Diagnostic& each : found) {
    each.severity = Severity::warning;
    problems.push_back(std::move(each));
  }
  if (gaps) doubt_all(service.schema, path.string() + ": not all of it could be read");
  if (!found.empty()) doubt_all(service.schema, path.string() + ": not all of it is understood");
}

}  // namespace

void read_declarations(const std::filesystem::path& mock_set,
                       const std::map<std::string, std::uint32_t>& recordings,
                       LoadedService& service, Diagnostics& problems) {
  read_snapshot(mock_set, recordings, service, problems);
  for (const std::string& name : service.service->schema) {
    const std::filesystem::path path = mock_set / name;
    if (service.declared_in.empty()) service.declared_in = name;
    std::string problem;
    auto text = store::read_file(path, store::Links::follow, problem);
    if (text)
      service.analyser->declare({path.string(), std::move(*text)}, service.schema, problems);
    else
      problems.push_back({Severity::error, path.string(), 0, problem,
                          fmt::format("`schema` of service '{}' names it", service.service->name)});
  }
}

}  // namespace understudy::compile
