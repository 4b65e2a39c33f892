#include "cli/options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <span>

#include "cli/error_stream.hpp"
#include "cli/exit_status.hpp"
#include "cli/help.hpp"

namespace understudy::cli {
namespace {

/// `--help` in the order of a manual page.
class ManualPage final : public CLI::Formatter {
 public:
  explicit ManualPage(const Help& help) : help_(help) {}

  std::string make_help(const CLI::App* app, std::string, CLI::AppFormatMode mode) const override {
    const bool program = app->get_parent() == nullptr;
    const std::string command = program ? "understudy" : fmt::format("understudy {}", help_.name);
    std::string page =
        fmt::format("NAME\n    {} - {}\n\nSYNOPSIS\n    {} {}\n\nDESCRIPTION\n{}\n", command,
                    help_.summary, command, help_.synopsis, indented(help_.description));
    if (program) page += "COMMANDS\n" + commands(*app);
    page += make_positionals(app) + make_groups(app, mode);
    page += fmt::format("\nEXIT STATUS\n{}\nEXAMPLES\n{}", indented(help_.exit_status),
                        indented(help_.examples));
    if (program) page += "\nEach command has its own --help.\n";
    return page;
  }

  std::string make_group(std::string group, bool is_positional,
                         std::vector<const CLI::Option*> options) const override {
    std::string text = is_positional ? "ARGUMENTS\n" : "\n" + upper(group) + "\n";
    for (const CLI::Option* option : options) {
      const std::string name =
          "    " + make_option_name(option, is_positional) + make_option_opts(option);
      text += fmt::format("{:<32} {}\n", name, option->get_description());
    }
    return text;
  }

  std::string make_option_opts(const CLI::Option* option) const override {
    const std::string type = option->get_type_name();
    return option->get_type_size() == 0 || type.empty() || option->get_positional() ? ""
                                                                                    : " " + type;
  }

 private:
  static std::string indented(std::string_view text) {
    std::string lines;
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      if (end > 0) lines += fmt::format("    {}", text.substr(0, end));
      lines += '\n';
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
  }

  static std::string upper(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::toupper(c); });
    return text;
  }

  static std::string commands(const CLI::App& app) {
    std::string lines;
    for (const CLI::App* command : app.get_subcommands(nullptr))
      lines += fmt::format("    {:<12} {}\n", command->get_name(), command->get_description());
    return lines;
  }

  const Help& help_;
};

void use_help(CLI::App& app, const Help& help) {
  app.formatter(std::make_shared<ManualPage>(help));
  app.set_help_flag("-h,--help", "Show this help");
}

struct All {
  RecordOptions record;
  SnapshotOptions snapshot_options;
  CompileOptions compile;
  LearnOptions learn;
  ServeOptions serve;
  RunOptions run;
  InspectOptions inspect;
  ExplainOptions explain;
  CaOptions ca;
  CompletionOptions completion;
  bool strict = false;
  std::string allow;
  std::string scopes;
  std::string snapshot;
};

CLI::App& add(CLI::App& program, const Help& help) {
  CLI::App* app = program.add_subcommand(std::string(help.name), std::string(help.summary));
  use_help(*app, help);
  return *app;
}

void add_strictness(CLI::App& app, All& all) {
  auto* strict = app.add_flag("--strict", all.strict, "Miss rather than guess");
  app.add_option("--allow", all.allow, "Accept guesses: they do not count as broken strictness")
      ->type_name("guess")
      ->check(CLI::IsMember({"guess"}).description(""))
      ->excludes(strict);
}

void add_scopes(CLI::App& app, All& all) {
  app.add_option("--scopes", all.scopes, "Who shares live state, instead of what the mock set says")
      ->type_name("named|connection|one")
      ->check(CLI::IsMember(std::vector<std::string>(scoping_names.begin(), scoping_names.end()))
                  .description(""));
}

void add_threads(CLI::App& app, unsigned& threads) {
  app.add_option("--threads", threads, "Threads that serve; 1 by default")
      ->type_name("N")
      ->check(CLI::Range(1, 256).description(""));
}

void add_proxy(CLI::App& app, std::string& proxy) {
  app.add_option("--proxy", proxy, "A proxy for https to the real names of http services")
      ->type_name("LISTEN");
}

void add_snapshot_urls(CLI::App& app, std::vector<std::string>& urls) {
  app.add_option("--snapshot-url", urls,
                 "Where and as whom to ask a service for its snapshot; repeatable")
      ->type_name("SERVICE=URL")
      ->allow_extra_args(false);
}

void add_snapshot_rows(CLI::App& app, std::optional<std::uint64_t>& rows) {
  app.add_option("--snapshot-rows", rows,
                 "Rows of tables that have no more than that; 10000 by default")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000).description(""));
}

void add_record(CLI::App& program, All& all) {
  CLI::App& app = add(program, record_help);
  app.add_option("MOCKSET", all.record.mock_set, "A folder, created where it is missing")
      ->required();
  app.add_option("--map", all.record.maps,
                 "A service: where to listen, what to relay to; repeatable")
      ->type_name("[NAME=]LISTEN=URL")
      ->allow_extra_args(false);
  app.add_option("--snapshot", all.snapshot,
                 "What to ask the services for before they are recorded; all by default")
      ->type_name("all|schema|none")
      ->check(CLI::IsMember({"all", "schema", "none"}).description(""));
  add_snapshot_rows(app, all.record.snapshot_rows);
  add_snapshot_urls(app, all.record.snapshot_urls);
  add_proxy(app, all.record.proxy);
  app.add_option("--addresses", all.record.addresses, "Write the chosen addresses as JSON")
      ->type_name("FILE");
}

void add_snapshot(CLI::App& program, All& all) {
  CLI::App& app = add(program, snapshot_help);
  app.add_option("MOCKSET", all.snapshot_options.mock_set, "A folder with an understudy.yaml")
      ->required();
  add_snapshot_urls(app, all.snapshot_options.snapshot_urls);
  add_snapshot_rows(app, all.snapshot_options.snapshot_rows);
}

void add_compile(CLI::App& program, All& all) {
  CLI::App& app = add(program, compile_help);
  app.add_option("MOCKSET", all.compile.mock_set, "A folder with an understudy.yaml")->required();
  auto* output = app.add_option("-o,--output", all.compile.output,
                                "Where to write; MOCKSET/understudy.table by default");
  output->type_name("FILE");
  app.add_flag("--check", all.compile.check, "Write nothing; fail where a bar is missed")
      ->excludes(output);
  app.add_flag("-v,--verbose", all.compile.verbose, "Print every pattern, inference and warning");
  app.add_flag("--json", all.compile.json, "Print problems and patterns as JSON");
}

void add_learn(CLI::App& program, All& all) {
  CLI::App& app = add(program, learn_help);
  app.add_option("MOCKSET", all.learn.mock_set, "A folder with an understudy.yaml")->required();
  app.add_flag("--json", all.learn.json, "Print the decisions as JSON");
}

void add_serve(CLI::App& program, All& all) {
  CLI::App& app = add(program, serve_help);
  app.add_option("MOCKSET|FILE", all.serve.path, "A mock set, or a table made by compile")
      ->required();
  app.add_option("--listen", all.serve.listen, "Where a service listens; port 0 for any free one")
      ->type_name("SERVICE=HOST:PORT")
      ->allow_extra_args(false);
  add_proxy(app, all.serve.proxy);
  add_threads(app, all.serve.threads);
  app.add_flag("--watch", all.serve.watch, "Load the files anew when they change");
  add_strictness(app, all);
  add_scopes(app, all);
  app.add_option("--addresses", all.serve.addresses, "Write the chosen addresses as JSON")
      ->type_name("FILE");
  app.add_option("--report", all.serve.report, "Write the report as JSON at the end")
      ->type_name("FILE");
}

void add_run(CLI::App& program, All& all) {
  CLI::App& app = add(program, run_help);
  app.add_option("MOCKSET|FILE", all.run.path, "A mock set, or a table made by compile")
      ->required();
  add_strictness(app, all);
  add_scopes(app, all);
  add_proxy(app, all.run.proxy);
  add_threads(app, all.run.threads);
  app.add_option("--report", all.run.report, "Write the report as JSON")->type_name("FILE");
}

void add_inspect(CLI::App& program, All& all) {
  CLI::App& app = add(program, inspect_help);
  app.add_option("MOCKSET|FILE", all.inspect.path, "A mock set, or a table made by compile")
      ->required();
  app.add_option("--service", all.inspect.service, "Only this service")->type_name("S");
  app.add_option("--session", all.inspect.session, "Only this session, by number or file name")
      ->type_name("N");
  app.add_option("--grep", all.inspect.grep, "Only exchanges that contain this text")
      ->type_name("TEXT");
  app.add_option("--exchange", all.inspect.exchange, "Only this exchange of a session, in full")
      ->type_name("N");
  app.add_flag("--secrets", all.inspect.secrets,
               "Where secrets were replaced, and where what looks like one was kept");
  app.add_flag("--json", all.inspect.json, "Print JSON");
}

void add_explain(CLI::App& program, All& all) {
  CLI::App& app = add(program, explain_help);
  app.add_option("MOCKSET|FILE", all.explain.path, "A mock set, or a table made by compile")
      ->required();
  app.add_option("REQUEST", all.explain.request, "A statement, a command, or `GET /path`")
      ->required();
  app.add_option("--service", all.explain.service,
                 "The service; may be left out where there is one")
      ->type_name("S");
  app.add_option("--after", all.explain.after,
                 "A request that comes before it; repeatable, in order")
      ->type_name("REQUEST")
      ->allow_extra_args(false);
  auto* json = app.add_flag("--json", all.explain.json, "Print JSON");
  app.add_flag("--rule", all.explain.rule, "Print a rule that answers it, to be changed by hand")
      ->excludes(json);
}

void add_ca(CLI::App& program, All& all) {
  CLI::App& app = add(program, ca_help);
  app.add_option("--dir", all.ca.folder, "Where it lies; ~/.config/understudy by default")
      ->type_name("FOLDER");
  auto* certificate = app.add_option("--certificate", all.ca.certificate,
                                     "Take this authority instead of a new one")
                          ->type_name("FILE");
  auto* key =
      app.add_option("--key", all.ca.key, "Its key, without a passphrase")->type_name("FILE");
  certificate->needs(key);
  key->needs(certificate);
}

void add_completion(CLI::App& program, All& all) {
  CLI::App& app = add(program, completion_help);
  app.add_option("SHELL", all.completion.shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
}

engine::Strictness strictness_of(const All& all) {
  if (all.strict) return engine::Strictness::strict;
  return all.allow.empty() ? engine::Strictness::normal : engine::Strictness::allow_guess;
}

std::variant<Command, int> complain_usage(std::string_view text) {
  write_error(fmt::format("understudy: {}; see understudy --help\n", printable(text)));
  return usage_error;
}

/// A word where a command should be; empty where there is none.
std::string unknown_command(const CLI::App& program, std::span<char*> arguments) {
  const std::vector<const CLI::App*> commands = program.get_subcommands(nullptr);
  for (const char* argument : arguments.subspan(std::min<std::size_t>(1, arguments.size()))) {
    if (argument[0] == '-') continue;
    const bool known = std::ranges::any_of(
        commands, [argument](const CLI::App* command) { return command->get_name() == argument; });
    return known ? "" : argument;
  }
  return {};
}

/// The options of the command that was given; `behind` is what stood behind `--`.
std::variant<Command, int> chosen(const std::string& name, All& all,
                                  std::vector<std::string> behind) {
  const bool takes_command = name == "record" || name == "run";
  if (!takes_command && !behind.empty())
    return complain_usage(fmt::format("{} takes no COMMAND behind --", name));
  if (name == "run" && behind.empty())
    return complain_usage("run needs a COMMAND, as in: understudy run MOCKSET -- npm test");
  all.serve.strictness = all.run.strictness = strictness_of(all);
  all.serve.scopes = all.run.scopes = scoping_of(all.scopes);
  all.record.snapshot = all.snapshot == "none"     ? Snapshots::none
                        : all.snapshot == "schema" ? Snapshots::schema
                                                   : Snapshots::all;
  all.record.command = all.run.command = std::move(behind);
  if (name == "record") return Command(all.record);
  if (name == "snapshot") return Command(all.snapshot_options);
  if (name == "compile") return Command(all.compile);
  if (name == "learn") return Command(all.learn);
  if (name == "serve") return Command(all.serve);
  if (name == "run") return Command(all.run);
  if (name == "inspect") return Command(all.inspect);
  if (name == "explain") return Command(all.explain);
  if (name == "ca") return Command(all.ca);
  return Command(all.completion);
}

}  // namespace

std::variant<Command, int> parse(int argc, char** argv) {
  const std::span<char*> all_arguments(argv, static_cast<std::size_t>(argc));
  const auto dashes = std::ranges::find_if(
      all_arguments, [](const char* argument) { return std::string_view(argument) == "--"; });
  std::vector<std::string> behind;
  if (dashes != all_arguments.end()) behind.assign(dashes + 1, all_arguments.end());

  All all;
  CLI::App program(std::string(program_help.summary), "understudy");
  use_help(program, program_help);
  program.set_version_flag("--version", "understudy " UNDERSTUDY_VERSION);
  program.require_subcommand(1);
  for (const auto add_command : {add_record, add_snapshot, add_compile, add_learn, add_serve,
                                 add_run, add_inspect, add_explain, add_ca, add_completion})
    add_command(program, all);
  try {
    program.parse(static_cast<int>(dashes - all_arguments.begin()), argv);
  } catch (const CLI::Success& asked) {  // --help, --version
    return program.exit(asked);
  } catch (const CLI::ParseError& error) {
    const std::string unknown = unknown_command(
        program, all_arguments.first(static_cast<std::size_t>(dashes - all_arguments.begin())));
    if (!unknown.empty()) return complain_usage("there is no command '" + unknown + "'");
    return complain_usage(error.what());
  }
  return chosen(program.get_subcommands().front()->get_name(), all, std::move(behind));
}

}  // namespace understudy::cli
