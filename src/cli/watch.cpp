#include "cli/watch.hpp"

#include <system_error>

#include "protocols/registry.hpp"
#include "store/config.hpp"
#include "store/snapshot_file.hpp"

namespace understudy::cli {

namespace fs = std::filesystem;

namespace {

/// What `schema` of understudy.yaml names and record wrote, as far as the file can be read just
/// now.
std::vector<fs::path> schema_files(const fs::path& mock_set) {
  std::vector<fs::path> files;
  Diagnostics told_when_it_is_loaded;
  const auto config = store::read_config(mock_set, names_of(protocols()), told_when_it_is_loaded);
  if (!config) return files;
  for (const store::Service& service : config->services)
    for (const std::string& name : service.schema) files.push_back(mock_set / name);
  for (const store::Service& service : config->services)
    for (const auto& of : {store::snapshot_of, store::contents_of})
      files.push_back(of(mock_set, service.name));
  return files;
}

}  // namespace

Watch::Watch(fs::path path) : path_(std::move(path)), acted_on_(look()), last_seen_(acted_on_) {}

bool Watch::changed() {
  Files now = look();
  const bool still = now == last_seen_;
  last_seen_ = std::move(now);
  if (!still || last_seen_ == acted_on_) return false;
  acted_on_ = last_seen_;
  return true;
}

Watch::Files Watch::look() {
  Files files;
  // Files come and go while we look; what is gone is simply not there.
  const auto add = [&files](const fs::path& file) {
    std::error_code gone;
    const auto time = fs::last_write_time(file, gone);
    const auto size = gone ? 0 : fs::file_size(file, gone);
    if (!gone) files[file.string()] = {time, size};
  };
  std::error_code error;
  if (!fs::is_directory(path_, error)) {
    add(path_);
    return files;
  }
  const fs::path config = path_ / "understudy.yaml";
  add(config);
  if (const Stamp now = files[config.string()]; now != config_) {
    config_ = now;
    schema_files_ = schema_files(path_);
  }
  for (const fs::path& file : schema_files_) add(file);
  for (const char* folder : {"sessions", "rules"}) {
    fs::directory_iterator entries(path_ / folder, error);
    for (; !error && entries != fs::directory_iterator(); entries.increment(error))
      add(entries->path());
  }
  return files;
}

}  // namespace understudy::cli
