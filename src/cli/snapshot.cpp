#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/exit_status.hpp"
#include "cli/snapshot_text.hpp"
#include "cli/take_catalogue.hpp"
#include "protocols/registry.hpp"
#include "store/key_file.hpp"

namespace understudy::cli {
namespace {

bool can_be_asked(const store::Config& config) {
  for (const store::Service& service : config.services)
    if (!service.upstream) {
      complain(fmt::format("{}: service '{}' has no upstream; give it one there",
                           config.file.string(), service.name));
      return false;
    }
  return true;
}

}  // namespace

int run_command(const SnapshotOptions& options) {
  Diagnostics problems;
  const auto config = store::read_config(options.mock_set, names_of(protocols()), problems);
  const auto key = config ? store::read_or_make_key(options.mock_set, problems) : std::nullopt;
  print(problems);
  if (!config || !key || has_errors(problems) || !can_be_asked(*config)) return bad_input;
  RecordOptions record;
  record.mock_set = options.mock_set;
  record.snapshot_rows = options.snapshot_rows;
  std::string problem;
  const auto urls = parse_snapshot_urls(options.snapshot_urls, *config, problem);
  if (!urls) {
    complain(problem);
    return usage_error;
  }
  const bool taken =
      take_catalogues(record, *config, *urls, Secrets(*key).with(config->secrets.rules()), {},
                      [](const std::string& service, const std::string& text) {
                        complain(fmt::format("warning [{}] {}", service, text));
                      });
  Diagnostics unreadable;
  for (const store::Service& service : config->services)
    if (const std::string text =
            snapshot_text(describe_snapshot(options.mock_set, service.name, unreadable));
        !text.empty())
      fmt::print("{}: {}\n", service.name, text);
  print(unreadable);
  return taken ? all_certain : failed;
}

}  // namespace understudy::cli
