#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <set>
#include <system_error>

#include "cli/addresses.hpp"
#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/exit_status.hpp"
#include "cli/live_line.hpp"
#include "cli/map_option.hpp"
#include "cli/process.hpp"
#include "cli/progress.hpp"
#include "cli/proxy.hpp"
#include "cli/take_catalogue.hpp"
#include "net/recorder.hpp"
#include "net/take_snapshot.hpp"
#include "net/watched_port.hpp"
#include "protocols/registry.hpp"
#include "store/config_addition.hpp"
#include "store/key_file.hpp"

namespace understudy::cli {
namespace {

constexpr std::chrono::milliseconds turn(20);
/// What answers under way may take once the command has ended, or a signal has asked to.
constexpr std::chrono::milliseconds record_drain_time(5000);

/// `--map` against an understudy.yaml that is there: listen and upstream for this run.
bool apply(const std::vector<store::Service>& maps, store::Config& config) {
  for (const store::Service& map : maps) {
    const auto service = std::ranges::find(config.services, map.name, &store::Service::name);
    if (service == config.services.end() || service->protocol != map.protocol) {
      complain(fmt::format(
          "--map: {} has no service '{}' with protocol {}; add it there, or name another with "
          "--map NAME=LISTEN=URL",
          config.file.string(), map.name, map.protocol));
      return false;
    }
    service->listen = map.listen;
    service->upstream = map.upstream;
  }
  return true;
}

std::optional<store::Config> create(const Path& mock_set,
                                    const std::vector<store::Service>& services) {
  store::Config config;
  config.file = mock_set / "understudy.yaml";
  config.services = services;
  std::error_code error;
  std::filesystem::create_directories(mock_set / "sessions", error);
  std::string problem = error.message();
  if (!error && store::write_config(mock_set, config, problem)) return config;
  complain(fmt::format("{}: the mock set can't be created: {}", mock_set.string(), problem));
  return std::nullopt;
}

/// The services to record, from understudy.yaml or, where there is none, from `--map`.
std::optional<store::Config> configure(const RecordOptions& options, int& status) {
  std::string problem;
  const auto maps = parse_maps(options.maps, protocols(), problem);
  status = usage_error;
  if (!maps) {
    complain(problem);
    return std::nullopt;
  }
  status = bad_input;
  if (!std::filesystem::exists(options.mock_set / "understudy.yaml")) {
    // A proxy learns on the way what there is.
    if (!maps->empty() || !options.proxy.empty()) return create(options.mock_set, *maps);
    status = usage_error;
    complain(fmt::format("{}: there is no understudy.yaml; --map LISTEN=URL creates one",
                         options.mock_set.string()));
    return std::nullopt;
  }
  Diagnostics problems;
  auto config = store::read_config(options.mock_set, names_of(protocols()), problems);
  print(problems);
  if (!config || has_errors(problems) || !apply(*maps, *config)) return std::nullopt;
  return config;
}

bool all_have_upstream(const store::Config& config) {
  for (const store::Service& service : config.services) {
    if (service.upstream) continue;
    complain(fmt::format("{}: service '{}' has no upstream; give it one there or with --map",
                         config.file.string(), service.name));
    return false;
  }
  return true;
}

/// Opens one port for each listen address; services that name the same one share it.
std::optional<std::vector<Address>> listen(net::Recorder& recorder, engine::Recording& recording,
                                           const store::Config& config,
                                           const engine::Recording::Warn& warn) {
  std::vector<std::vector<net::WatchedService>> ports;
  for (const store::Service& service : config.services) {
    const auto same = std::ranges::find_if(ports, [&](const auto& port) {
      return service.listen.port != 0 && port.front().service.listen == service.listen;
    });
    auto& port = same == ports.end() ? ports.emplace_back() : *same;
    port.push_back({service, find_protocol(protocols(), service.protocol)});
  }
  std::vector<Address> addresses;
  for (const auto& port : ports) {
    std::string problem;
    const auto& first = port.front().service;
    const auto watched = net::watch(recording, port, config.file.parent_path(), warn, problem);
    if (!watched) {
      complain(problem);
      return std::nullopt;
    }
    const auto bound = recorder.listen(first.listen, watched, problem);
    if (!bound) {
      complain(
          fmt::format("service '{}' can't listen on {}: {}; choose another address with --map "
                      "or in understudy.yaml",
                      first.name, store::to_string(first.listen), problem));
      return std::nullopt;
    }
    for (const net::WatchedService& each : port)
      addresses.push_back({each.service.name, each.service.protocol, *bound});
  }
  return addresses;
}

/// Opens the proxy for all http services, and for those that it meets. Nothing, after telling why,
/// where that can't be.
std::optional<store::Endpoint> listen_as_proxy(const store::Endpoint& at, net::Recorder& recorder,
                                               engine::Recording& recording,
                                               const store::Config& config,
                                               const std::vector<Address>& addresses,
                                               const engine::Recording::Warn& warn) {
  const Protocol* const http = find_protocol(protocols(), "http");
  const std::filesystem::path mock_set = config.file.parent_path();
  std::vector<net::WatchedService> services;
  for (const store::Service& service : config.services) {
    if (service.protocol != http->name()) continue;
    services.push_back({service, http});
    const auto address = std::ranges::find(addresses, service.name, &Address::service);
    if (address != addresses.end()) services.back().bound = address->endpoint;
  }
  const net::Learn learn = [mock_set, warn](const store::Service& service) {
    std::string failure;
    if (store::add_service(mock_set, service, failure)) return;
    warn(service.name, fmt::format("{} is recorded, and not a service of {}: {}", service.name,
                                   mock_set.string(), failure));
  };
  std::string problem;
  std::optional<store::Endpoint> bound;
  const auto port =
      net::watch(recording, services, mock_set, warn, problem, net::PortKind::proxy, learn, http);
  if (port && !port->tls()) problem = "it needs certificates: `understudy ca` makes an authority";
  if (problem.empty()) bound = recorder.listen(at, port, problem);
  if (!bound) complain(fmt::format("--proxy {}: {}", store::to_string(at), problem));
  return bound;
}

/// What is in the services before their clients come. Of one that can't be asked nothing is known,
/// as if it had not been tried: who can't reach it is told so when a client comes.
void take_snapshots(engine::Recording& recording, const store::Config& config) {
  constexpr std::chrono::milliseconds limit(3000);
  const char* const password = std::getenv("REDISCLI_AUTH");
  for (const store::Service& service : config.services) {
    const Protocol* const protocol = find_protocol(protocols(), service.protocol);
    const auto snapshot = protocol->new_snapshot(password != nullptr ? password : "");
    if (!snapshot) continue;
    std::string problem;
    if (net::take_snapshot(*snapshot, *service.upstream, limit, problem))
      recording.hold_snapshot(service.name, snapshot->take());
  }
}

/// What a person should read of a recording. While a command runs the terminal is the command's: it
/// is held back. Thread-safe until it ends.
class Warnings {
 public:
  explicit Warnings(bool hold) : hold_(hold) {}

  void add(const std::string& service, const std::string& text) {
    const std::string line = fmt::format("warning [{}] {}", service, text);
    const std::lock_guard lock(mutex_);
    if (!told_.insert(line).second) return;
    if (hold_)
      held_.push_back(line);
    else
      line_.say(line);
  }
  /// How far the recording is, where that is nobody else's terminal.
  void show_progress(const RecordCounters& counters) {
    if (!hold_ && line_.is_due()) line_.show(progress_text(counters));
  }
  /// What was held back, and how often there was cause for what was said once.
  void end(const engine::Recording& recording) {
    for (const std::string& line : held_) line_.say(line);
    for (const auto& [what, times] : recording.warned())
      if (times > 1)
        line_.say(fmt::format("warning [{}] {}: {} times in all", what.first, what.second, times));
    line_.end();
  }

 private:
  std::mutex mutex_;
  bool hold_;
  LiveLine line_;
  std::set<std::string> told_;
  std::vector<std::string> held_;
};

/// Who asked for it knows, who took over a file may not.
void tell_unchecked(const store::Config& config, const engine::Recording::Warn& warn) {
  for (const store::Service& service : config.services)
    if (service.upstream->tls.wanted && service.upstream->tls.check == TlsUpstream::Check::nothing)
      warn(service.name,
           "insecure: the TLS to the upstream is encrypted, but whose certificate it is is not "
           "checked");
}

/// Relays until the command ends or a signal asks to; gives the command's status, or 0.
int relay(net::Recorder& recorder, const engine::Recording& recording, Warnings& warnings,
          const Signals& signals, const std::optional<Child>& child) {
  for (;;) {
    recorder.run_for(turn);
    warnings.show_progress(recording.counters());
    while (const auto signal = signals.next(std::chrono::milliseconds(0))) {
      if (child) child->forward(*signal);
      if (!child && signal->number == SIGCHLD) reap_adopted();
      if (!child && signal->number != SIGCHLD) return all_certain;
    }
    if (!child) continue;
    if (const auto status = child->reap()) return *status;
  }
}

}  // namespace

int run_command(const RecordOptions& options) {
  const Signals signals;
  int status = bad_input;
  const auto config = configure(options, status);
  if (!config) return status;
  if (!all_have_upstream(*config)) return bad_input;
  std::string problem;
  std::optional<store::Endpoint> proxy;
  if (!parse_proxy(options.proxy, proxy)) return usage_error;
  const auto snapshot_urls = parse_snapshot_urls(options.snapshot_urls, *config, problem);
  if (!snapshot_urls) {
    complain(problem);
    return usage_error;
  }

  const bool has_command = !options.command.empty();
  Warnings warnings(has_command);
  const engine::Recording::Warn warn = [&warnings](const std::string& service,
                                                   const std::string& text) {
    warnings.add(service, text);
  };
  Diagnostics problems;
  const auto key = store::read_or_make_key(options.mock_set, problems);
  print(problems);
  if (!key) return bad_input;
  const Secrets secrets = Secrets(*key).with(config->secrets.rules());
  engine::Recording recording(options.mock_set, warn, secrets);
  if (!recording.problem().empty()) {
    complain(recording.problem());
    return bad_input;
  }
  tell_unchecked(*config, warn);
  net::Recorder recorder;
  auto addresses = listen(recorder, recording, *config, warn);
  if (!addresses) return bad_input;
  if (proxy) proxy = listen_as_proxy(*proxy, recorder, recording, *config, *addresses, warn);
  if (!options.proxy.empty() && !proxy) return bad_input;
  if (options.snapshot != Snapshots::none) {
    take_snapshots(recording, *config);
    static_cast<void>(
        take_catalogues(options, *config, *snapshot_urls, secrets, recording.name(), warn));
  }
  if (const auto maps = parse_maps(options.maps, protocols(), problem))
    enter_logins(*addresses, logins_of(options.maps, *maps));
  auto environment = environment_of(*config, *addresses, problem);
  if (!environment) {
    complain(problem);
    return bad_input;
  }
  if (proxy) {
    enter_proxy(*proxy, *config, options.mock_set, *environment);
    addresses->push_back({.service = "proxy", .protocol = "http", .endpoint = *proxy});
  }
  // Standard output is the command's alone.
  if (!announce(*addresses, options.addresses, has_command ? stderr : stdout)) return failed;
  std::optional<Child> child;
  if (has_command) {
    child = Child::start(options.command, *environment, problem);
    if (!child) {
      complain(problem);
      return failed;
    }
  }
  status = relay(recorder, recording, warnings, signals, child);
  recorder.stop(record_drain_time);
  recording.finish();
  warnings.end(recording);
  const RecordCounters counters = recording.counters();
  complain(fmt::format("recorded {} into {}: {}", recording.name(), options.mock_set.string(),
                       progress_text(counters)));
  for (const std::string& line : secrets_text(counters, options.mock_set.string())) complain(line);
  const bool written = std::ranges::all_of(
      counters, [](const auto& service) { return service.second.unwritten == 0; });
  return status == all_certain && !written ? failed : status;
}

}  // namespace understudy::cli
