#include <fmt/format.h>

#include "cli/console.hpp"
#include "cli/exit_status.hpp"
#include "cli/inspect.hpp"
#include "cli/snapshot_text.hpp"
#include "protocols/registry.hpp"
#include "store/config.hpp"
#include "store/session_file.hpp"
#include "store/yaml.hpp"
#include "understudy/document_text.hpp"

namespace understudy::cli {
namespace {

/// One session with the exchanges that the options ask for.
struct Shown {
  std::size_t number = 0;  ///< of the session, counted from 1 over all files of the mock set
  Path file;
  SessionHeader header;
  std::size_t exchanges = 0;  ///< all of the session
  struct Hit {
    std::size_t number = 0;  ///< within the session, counted from 1
    int line = 0;
    std::string summary;
    Exchange exchange;
  };
  std::vector<Hit> hits;
};

bool lists_exchanges(const InspectOptions& options) {
  return !options.session.empty() || !options.grep.empty() || options.exchange;
}

std::string text_of(const Exchange& exchange) {
  return json_text(Document({{"request", exchange.request}, {"answer", exchange.answer}}));
}

bool wanted(const InspectOptions& options, const Shown& session) {
  const bool service = options.service.empty() || session.header.service == options.service;
  return service &&
         (options.session.empty() || options.session == std::to_string(session.number) ||
          options.session == session.file.filename() || options.session == session.file.stem());
}

bool wanted(const InspectOptions& options, const Shown::Hit& hit) {
  if (options.exchange && *options.exchange != hit.number) return false;
  return options.grep.empty() || hit.summary.find(options.grep) != std::string::npos ||
         text_of(hit.exchange).find(options.grep) != std::string::npos;
}

void read_exchanges(const InspectOptions& options, store::SessionReader& reader, Shown& session,
                    Diagnostics& problems) {
  const Protocol* protocol = find_protocol(protocols(), session.header.protocol);
  while (auto exchange = reader.next(problems)) {
    ++session.exchanges;
    if (!lists_exchanges(options)) continue;
    std::string summary = protocol == nullptr ? "" : protocol->summarise(exchange->request);
    Shown::Hit hit{session.exchanges, reader.line(), std::move(summary), std::move(*exchange)};
    if (wanted(options, hit)) session.hits.push_back(std::move(hit));
  }
}

std::vector<Shown> read_sessions(const InspectOptions& options, Diagnostics& problems) {
  std::vector<Shown> sessions;
  std::size_t number = 0;
  for (const Path& file : store::session_files(options.path, problems)) {
    ++number;
    auto reader = store::SessionReader::open(file, problems);
    if (!reader) continue;
    Shown session{number, file, reader->header(), 0, {}};
    if (!wanted(options, session)) continue;
    read_exchanges(options, *reader, session, problems);
    sessions.push_back(std::move(session));
  }
  return sessions;
}

Document document_of(const Shown::Hit& hit) {
  return {
      {"exchange", hit.number},          {"line", hit.line},
      {"summary", hit.summary},          {"at", {hit.exchange.began.tick, hit.exchange.ended.tick}},
      {"request", hit.exchange.request}, {"answer", hit.exchange.answer}};
}

Document document_of(const Shown& session, bool with_exchanges) {
  Document document = {{"session", session.number},
                       {"file", session.file.filename().string()},
                       {"service", session.header.service},
                       {"protocol", session.header.protocol},
                       {"recording", session.header.recording},
                       {"connection", session.header.connection},
                       {"started", session.header.started},
                       {"facts", session.header.facts},
                       {"exchange_count", session.exchanges}};
  if (!with_exchanges) return document;
  document["exchanges"] = Document::array();
  for (const Shown::Hit& hit : session.hits) document["exchanges"].push_back(document_of(hit));
  return document;
}

void show_json(const InspectOptions& options, const store::Config& config,
               const std::vector<Shown>& sessions, Diagnostics& problems) {
  Document services = Document::array();
  for (const store::Service& service : config.services)
    if (options.service.empty() || options.service == service.name)
      services.push_back({{"service", service.name},
                          {"protocol", service.protocol},
                          {"listen", store::to_string(service.listen)},
                          {"snapshot", describe_snapshot(options.path, service.name, problems)}});
  Document listed = Document::array();
  for (const Shown& session : sessions)
    listed.push_back(document_of(session, lists_exchanges(options)));
  print_json({{"services", std::move(services)}, {"sessions", std::move(listed)}});
}

void show_overview(const InspectOptions& options, const store::Config& config,
                   const std::vector<Shown>& sessions, Diagnostics& problems) {
  for (const store::Service& service : config.services) {
    if (!options.service.empty() && options.service != service.name) continue;
    fmt::print("{} ({}), listens on {}\n", service.name, service.protocol,
               store::to_string(service.listen));
    if (const std::string text =
            snapshot_text(describe_snapshot(options.path, service.name, problems));
        !text.empty())
      fmt::print("  snapshot: {}\n", text);
    for (const Shown& session : sessions)
      if (session.header.service == service.name)
        fmt::print("  session {}: {}, {} exchanges, {}\n", session.number,
                   session.file.filename().string(), session.exchanges, session.header.started);
  }
}

void show_exchanges(const std::vector<Shown>& sessions) {
  for (const Shown& session : sessions) {
    if (session.hits.empty()) continue;
    fmt::print("session {}: {} [{}]\n", session.number, session.file.filename().string(),
               session.header.service);
    for (const Shown::Hit& hit : session.hits)
      fmt::print("  {:>4}  line {:<6} {}\n", hit.number, hit.line, line_of(hit.summary));
  }
}

void show_in_full(const std::vector<Shown>& sessions) {
  for (const Shown& session : sessions) {
    for (const Shown::Hit& hit : session.hits) {
      std::string text;
      store::write_yaml(text, {{"request", hit.exchange.request}, {"answer", hit.exchange.answer}});
      fmt::print("# session {} exchange {}, {}:{}\n{}", session.number, hit.number,
                 session.file.string(), hit.line, text);
    }
  }
}

}  // namespace

int inspect_mock_set(const InspectOptions& options) {
  Diagnostics problems;
  const auto config = store::read_config(options.path, names_of(protocols()), problems);
  std::vector<Shown> sessions;
  if (config) sessions = read_sessions(options, problems);
  print(problems);
  if (!config) return bad_input;
  Diagnostics unreadable;
  if (options.json) {
    show_json(options, *config, sessions, unreadable);
  } else if (options.exchange) {
    show_in_full(sessions);
  } else if (lists_exchanges(options)) {
    show_exchanges(sessions);
  } else {
    show_overview(options, *config, sessions, unreadable);
  }
  print(unreadable);
  return has_errors(problems) || has_errors(unreadable) ? bad_input : all_certain;
}

}  // namespace understudy::cli
