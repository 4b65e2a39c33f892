#include "compile/load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "compile/varying.hpp"
#include "store/session_file.hpp"

namespace understudy::compile {
namespace {

using Path = std::filesystem::path;

/// Session files of one mock set, sorted to their services.
class Loader {
 public:
  Loader(const Path& mock_set, const store::Config& config, Protocols protocols,
         Diagnostics& problems)
      : mock_set_(mock_set), problems_(problems) {
    for (const store::Service& service : config.services) {
      LoadedService loaded;
      loaded.service = &service;
      loaded.protocol = find_protocol(protocols, service.protocol);
      loaded.analyser = loaded.protocol->new_analyser();
      services_.push_back(std::move(loaded));
    }
  }

  std::vector<LoadedService> load() {
    files_ = store::session_files(mock_set_, problems_);
    for (const Path& file : files_) learn(file);
    for (const Path& file : files_) analyse(file);
    for (LoadedService& service : services_) sort_steps(service);
    return std::move(services_);
  }

 private:
  LoadedService* service_of(const SessionHeader& header, const Path& file, bool report) {
    const auto found = std::ranges::find_if(
        services_, [&](const LoadedService& s) { return s.service->name == header.service; });
    if (found != services_.end() && found->service->protocol == header.protocol) return &*found;
    if (!report) return nullptr;
    const bool known = found != services_.end();
    problems_.push_back(
        {Severity::error, file.string(), 1,
         known
             ? fmt::format("the session was recorded with protocol '{}', but service '{}' is '{}'",
                           header.protocol, header.service, found->service->protocol)
             : fmt::format("the session is of service '{}', which understudy.yaml does not name",
                           header.service),
         known ? "correct the protocol in understudy.yaml, or record the service again"
               : "add the service to understudy.yaml, or remove the session file"});
    return nullptr;
  }

  void learn(const Path& file) {
    auto reader = store::SessionReader::open(file, problems_);
    LoadedService* service = reader ? service_of(reader->header(), file, true) : nullptr;
    if (service == nullptr) return;
    ++service->sessions;
    while (auto exchange = reader->next(problems_))
      service->analyser->learn(reader->header(), *exchange);
  }

  void analyse(const Path& file) {
    Diagnostics reported_before;  // the first pass has reported these
    auto reader = store::SessionReader::open(file, reported_before);
    LoadedService* service = reader ? service_of(reader->header(), file, false) : nullptr;
    if (service == nullptr) return;
    const auto source = static_cast<std::uint32_t>(service->sources.size());
    service->sources.push_back(std::filesystem::relative(file, mock_set_).generic_string());
    const auto [recording, added] = recordings_.emplace(
        reader->header().recording, static_cast<std::uint32_t>(recordings_.size()));
    while (auto exchange = reader->next(reported_before)) {
      Step step;
      step.recording = recording->second;
      step.connection = source;
      step.began = exchange->began.tick;
      step.ended = exchange->ended.tick;
      step.source = source;
      step.line = static_cast<std::uint32_t>(reader->line());
      std::vector<Problem> found;
      step.analysis = service->analyser->analyse(reader->header(), *exchange, found);
      for (const Problem& problem : found)
        problems_.push_back({Severity::error, file.string(), reader->line_of(problem.path),
                             problem.what, problem.hint});
      keep_values(reader->header(), *exchange, step);
      service->steps.push_back(std::move(step));
    }
  }

  static void sort_steps(LoadedService& service) {
    std::ranges::stable_sort(
        service.steps, {}, [](const Step& step) { return std::tuple(step.recording, step.ended); });
  }

  const Path& mock_set_;
  Diagnostics& problems_;
  std::vector<Path> files_;
  std::vector<LoadedService> services_;
  std::map<std::string, std::uint32_t> recordings_;
};

}  // namespace

std::vector<LoadedService> load_sessions(const Path& mock_set, const store::Config& config,
                                         Protocols protocols, Diagnostics& problems) {
  return Loader(mock_set, config, protocols, problems).load();
}

}  // namespace understudy::compile
