#include "compile/pipeline.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/exit_status.hpp"
#include "cli/files.hpp"
#include "protocols/registry.hpp"

namespace understudy::cli {
namespace {

using compile::PatternSummary;
using compile::ServiceSummary;

std::string joined(const std::vector<std::string>& parts) {
  std::string all;
  for (const std::string& part : parts) all += (all.empty() ? "" : ", ") + part;
  return all;
}

/// "write", "read static", "read volatile not understood".
std::string kind_of(const PatternSummary& pattern) {
  std::string kind = pattern.writes ? "write" : "read";
  if (pattern.static_) kind += ", static";
  if (pattern.volatile_) kind += ", volatile";
  if (!pattern.understood) kind += ", not understood";
  return kind;
}

std::string one_line(std::string text) {
  for (char& c : text)
    if (c == '\n' || c == '\r' || c == '\t') c = ' ';
  return text;
}

/// "176 of 176 certain", with what is not said beside it.
std::string text_of(const compile::Replay& replay) {
  std::string text = fmt::format("{} of {} certain", replay.certain, replay.asked);
  if (replay.guess > 0) text += fmt::format(" ({} guessed)", replay.guess);
  if (replay.miss > 0) text += fmt::format(" ({} missed)", replay.miss);
  return text;
}

Document document_of(const compile::Replay& replay) {
  return {{"asked", replay.asked},
          {"certain", replay.certain},
          {"guess", replay.guess},
          {"miss", replay.miss},
          {"wrong", replay.wrong}};
}

void print_summary(const ServiceSummary& service) {
  fmt::print("{} ({}): sessions {}, exchanges {}, rules {}, patterns {}, guesses {}\n",
             service.service, service.protocol, service.sessions, service.exchanges, service.rules,
             service.patterns.size(), service.guesses);
  for (const PatternSummary& pattern : service.patterns) {
    fmt::print("  {}\n", one_line(pattern.pattern));
    fmt::print("      {}; exchanges {}, different requests {}; keys: {}\n", kind_of(pattern),
               pattern.exchanges, pattern.requests,
               pattern.keys.empty() ? "none" : one_line(joined(pattern.keys)));
  }
  fmt::print("  replayed against the table: as recorded {}; reads repeated {}; reads left out {}\n",
             text_of(service.identity), text_of(service.repeated), text_of(service.omitted));
}

Document document_of(const ServiceSummary& service) {
  Document patterns = Document::array();
  for (const PatternSummary& pattern : service.patterns)
    patterns.push_back({{"pattern", pattern.pattern},
                        {"requests", pattern.requests},
                        {"exchanges", pattern.exchanges},
                        {"writes", pattern.writes},
                        {"static", pattern.static_},
                        {"volatile", pattern.volatile_},
                        {"understood", pattern.understood},
                        {"keys", pattern.keys}});
  return {{"service", service.service},
          {"protocol", service.protocol},
          {"sessions", service.sessions},
          {"exchanges", service.exchanges},
          {"rules", service.rules},
          {"guesses", service.guesses},
          {"replay",
           {{"identity", document_of(service.identity)},
            {"repeated_reads", document_of(service.repeated)},
            {"omitted_reads", document_of(service.omitted)}}},
          {"patterns", std::move(patterns)}};
}

void print_json(const Document& document) {
  fmt::print("{}\n", document.dump(2, ' ', false, Document::error_handler_t::replace));
}

Document document_of(const Diagnostics& problems) {
  Document all = Document::array();
  for (const Diagnostic& problem : problems)
    all.push_back({{"severity", problem.severity == Severity::error ? "error" : "warning"},
                   {"file", problem.file},
                   {"line", problem.line},
                   {"what", problem.what},
                   {"hint", problem.hint}});
  return all;
}

Path output_of(const CompileOptions& options) {
  return options.output ? *options.output : options.mock_set / "understudy.table";
}

}  // namespace

int run_command(const CompileOptions& options) {
  Diagnostics problems;
  const auto compiled = compile::compile_mock_set(options.mock_set, protocols(), problems);
  print(problems);
  const bool sound = compiled && !has_errors(problems);
  if (options.json) {
    Document services = Document::array();
    if (compiled)
      for (const ServiceSummary& service : compiled->services)
        services.push_back(document_of(service));
    print_json({{"problems", document_of(problems)}, {"services", std::move(services)}});
  } else if (sound) {
    for (const ServiceSummary& service : compiled->services) print_summary(service);
  }
  if (!sound) return bad_input;
  if (options.check) return all_certain;
  const Path output = output_of(options);
  if (!write_file(output, compiled->octets)) return failed;
  if (!options.json) fmt::print("wrote {} ({} octets)\n", output.string(), compiled->octets.size());
  return all_certain;
}

}  // namespace understudy::cli
