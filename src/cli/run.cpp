#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/exit_status.hpp"
#include "cli/mock_input.hpp"
#include "cli/process.hpp"
#include "cli/proxy.hpp"
#include "compile/output/config_document.hpp"
#include "protocols/registry.hpp"

namespace understudy::cli {
namespace {

constexpr std::chrono::milliseconds run_drain_time(2000);

/// Passes signals on until the command has ended.
int wait_for(const Child& child, const Signals& signals) {
  for (;;) {
    const auto signal = signals.next(std::nullopt);
    if (const auto status = child.reap()) return *status;
    if (signal) child.forward(*signal);
  }
}

}  // namespace

int run_command(const RunOptions& options) {
  const Signals signals;
  const auto [table, ended_by] = load_table(options.path, signals);
  if (ended_by) leave(by_signal + *ended_by);
  if (!table) return bad_input;
  std::optional<store::Endpoint> proxy;
  if (!parse_proxy(options.proxy, proxy)) return usage_error;
  Incidents incidents;
  net::MockServer server({.protocols = protocols(),
                          .threads = options.threads,
                          .strictness = options.strictness,
                          .scopes = options.scopes,
                          .sink = reporting_sink(incidents),
                          .listen = {},
                          .free_ports = true,
                          .proxy = proxy,
                          .folder = net::folder_of(options.path)});
  std::string problem;
  if (!server.serve(table, problem)) {
    complain(problem);
    return bad_input;
  }
  const store::Config config = compile::config_of_document(table->config());
  auto environment = environment_of(config, addresses_of(server, *table), problem);
  if (!environment) {
    complain(problem);
    return bad_input;
  }
  if (const auto bound = server.proxy())
    enter_proxy(*bound, config, net::folder_of(options.path), *environment);
  server.start();
  const auto child = Child::start(options.command, *environment, problem);
  if (!child) {
    complain(problem);
    return failed;
  }
  const int status = wait_for(*child, signals);
  server.stop(run_drain_time);
  const auto held = finish_report(server, incidents, options.strictness, options.report);
  if (status != all_certain) return status;
  if (!held) return failed;
  return *held ? all_certain : uncertain;
}

}  // namespace understudy::cli
