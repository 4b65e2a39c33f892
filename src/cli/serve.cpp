#include <fmt/format.h>

#include <csignal>

#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/exit_status.hpp"
#include "cli/mock_input.hpp"
#include "cli/process.hpp"
#include "cli/proxy.hpp"
#include "cli/watch.hpp"
#include "compile/output/config_document.hpp"
#include "protocols/registry.hpp"

namespace understudy::cli {
namespace {

constexpr std::chrono::milliseconds serve_drain_time(5000);
constexpr std::chrono::milliseconds watch_interval(250);

using ListenMap = std::map<std::string, store::Endpoint>;

/// `--listen SERVICE=HOST:PORT`, as far as that can be told without the table.
std::optional<ListenMap> parse_listen(const std::vector<std::string>& texts) {
  ListenMap listen;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    const auto endpoint =
        equals == text.npos ? std::nullopt : store::parse_endpoint(text.substr(equals + 1));
    if (equals == 0 || !endpoint) {
      complain(fmt::format("--listen {}: expected SERVICE=HOST:PORT, as in --listen orders=15432",
                           text));
      return std::nullopt;
    }
    listen[text.substr(0, equals)] = *endpoint;
  }
  return listen;
}

/// The names in `listen` that the table does not have.
bool all_known(const ListenMap& listen, const table::MappedTable& table) {
  const store::Config config = compile::config_of_document(table.config());
  std::string names;
  for (const store::Service& service : config.services)
    names += fmt::format("{}{}", names.empty() ? "" : ", ", service.name);
  for (const auto& [name, endpoint] : listen) {
    const bool known =
        std::ranges::find(config.services, name, &store::Service::name) != config.services.end();
    if (!known) {
      complain(fmt::format("--listen {}=…: there is no such service, only {}", name, names));
      return false;
    }
  }
  return true;
}

/// The services, and the proxy to them.
std::vector<Address> listening(const net::MockServer& server, const table::MappedTable& table) {
  std::vector<Address> all = addresses_of(server, table);
  if (const auto proxy = server.proxy())
    all.push_back({.service = "proxy", .protocol = "http", .endpoint = *proxy});
  return all;
}

/// Gives the signal that came meanwhile and asks to end.
std::optional<int> reload(net::MockServer& server, const Path& path, const Signals& signals) {
  const auto [table, ended_by] = load_table(path, signals);
  if (ended_by) return ended_by;
  std::string problem = "the problems above";
  if (table && server.serve(table, problem)) {
    complain("reloaded " + path.string() + "; new connections are answered from it");
    (void)announce(listening(server, *table), std::nullopt);
  } else {
    complain(fmt::format("{} was not reloaded, the old table stays: {}", path.string(), problem));
  }
  return std::nullopt;
}

/// What ended the server, and whether a thread is still loading.
struct End {
  int signal = 0;
  bool loading = false;
};

End serve_until_signalled(net::MockServer& server, const ServeOptions& options,
                          const Signals& signals, std::optional<Watch>& watch) {
  for (;;) {
    const auto signal = signals.next(watch ? std::optional(watch_interval) : std::nullopt);
    if (!signal) {
      if (!watch || !watch->changed()) continue;
      if (const auto end = reload(server, options.path, signals)) return {*end, true};
    } else if (Signals::asks_to_end(signal->number) || signal->number == SIGQUIT ||
               (signal->number == SIGHUP && signal->from_terminal)) {
      return {signal->number};
    } else if (signal->number == SIGHUP) {
      if (const auto end = reload(server, options.path, signals)) return {*end, true};
    } else if (signal->number == SIGCHLD) {
      reap_adopted();
    }
  }
}

}  // namespace

int run_command(const ServeOptions& options) {
  const Signals signals;
  const auto listen = parse_listen(options.listen);
  if (!listen) return usage_error;
  std::optional<store::Endpoint> proxy;
  if (!parse_proxy(options.proxy, proxy)) return usage_error;
  std::optional<Watch> watch;  // looks before the files are read, so that no change is missed
  if (options.watch) watch.emplace(options.path);
  if (std::filesystem::is_directory(options.path))
    complain(fmt::format("compiling {}; a table made by `understudy compile` is served at once",
                         options.path.string()));
  const auto [table, ended_by] = load_table(options.path, signals);
  if (ended_by) leave(by_signal + *ended_by);
  if (!table) return bad_input;
  if (!all_known(*listen, *table)) return usage_error;
  Incidents incidents;
  net::MockServer server({.protocols = protocols(),
                          .threads = options.threads,
                          .strictness = options.strictness,
                          .scopes = options.scopes,
                          .sink = reporting_sink(incidents),
                          .listen = *listen,
                          .free_ports = false,
                          .proxy = proxy,
                          .folder = net::folder_of(options.path)});
  std::string problem;
  if (!server.serve(table, problem)) {
    complain(problem + "; --listen SERVICE=HOST:PORT chooses another address");
    return bad_input;
  }
  server.start();
  if (!announce(listening(server, *table), options.addresses)) return failed;
  const End end = serve_until_signalled(server, options, signals, watch);
  server.stop(serve_drain_time);
  const auto held = finish_report(server, incidents, options.strictness, options.report);
  const int status = !held ? failed : end.signal == SIGINT && !*held ? uncertain : all_certain;
  if (end.loading) leave(status);
  return status;
}

}  // namespace understudy::cli
