#include "compile/input/load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <map>
#include <tuple>

#include "compile/input/declared.hpp"
#include "compile/input/read_ahead.hpp"
#include "compile/input/waits.hpp"
#include "compile/model/full_step.hpp"
#include "compile/values/align.hpp"
#include "compile/values/pins.hpp"
#include "compile/values/varying.hpp"
#include "match/instant.hpp"
#include "store/session_file.hpp"
#include "understudy/document_cbor.hpp"

namespace understudy::compile {
namespace {

using Path = std::filesystem::path;

/// An exchange between the two passes: much smaller than its documents, and read back much faster
/// than YAML.
struct Packed {
  std::vector<std::uint8_t> request, answer;  // CBOR
  Moment began, ended;
  int line = 0;

  explicit Packed(const store::ReadExchange& read)
      : request(packed(read.exchange.request)),
        answer(packed(read.exchange.answer)),
        began(read.exchange.began),
        ended(read.exchange.ended),
        line(read.line) {}

  /// `= {}` would keep the memory.
  void let_go() {
    request = std::vector<std::uint8_t>();
    answer = std::vector<std::uint8_t>();
  }

  [[nodiscard]] Exchange unpacked() const {
    return {read_cbor(request), read_cbor(answer), began, ended};
  }

 private:
  /// Of a million exchanges the capacity counts, too.
  static std::vector<std::uint8_t> packed(const Document& document) {
    const std::vector<std::uint8_t> grown = Document::to_cbor(document);
    return {grown.begin(), grown.end()};
  }
};

struct Session {
  Path file;
  SessionHeader header;
  std::uint32_t recording = 0;
  std::vector<Packed> exchanges;
};

/// A flaw of an exchange that begins at `line`: which node of it is meant.
struct Flaw {
  int line = 0;
  Problem problem;
};

/// The flaws of a session, in its order, each with the line of its node. Reads the file again,
/// once: it is for error messages only.
void report_flaws(const Path& file, const std::vector<Flaw>& flaws, Diagnostics& problems) {
  Diagnostics reported_before;
  auto reader = store::SessionReader::open(file, reported_before);
  bool more = reader.has_value() && reader->next(reported_before).has_value();
  for (const auto& [line, problem] : flaws) {
    while (more && reader->line() < line) more = reader->next(reported_before).has_value();
    const bool found = more && reader->line() == line;
    problems.push_back({Severity::error, file.string(),
                        found ? reader->line_of(problem.path) : line, problem.what, problem.hint});
  }
}

/// The second pass over one service. Its problems are its own, because services are analysed at the
/// same time.
class ServiceAnalysis {
 public:
  /// `last`: the exchanges will not be analysed again.
  ServiceAnalysis(const Path& mock_set, LoadedService& service, std::uint32_t number,
                  std::vector<Session>& sessions, bool last)
      : mock_set_(mock_set), service_(service), number_(number), sessions_(sessions), last_(last) {}

  Diagnostics run() {
    service_.steps.clear();
    service_.sources.clear();
    if (service_.alignment) learn_renamed();
    std::size_t count = 0;
    for (const Session& session : sessions_) count += session.exchanges.size();
    service_.steps.reserve(count);
    for (Session& session : sessions_) {
      analyse(session);
      if (last_) session.exchanges = std::vector<Packed>();
    }
    place_waits(service_.steps);
    std::ranges::stable_sort(service_.steps, {}, [](const Step& step) {
      return std::tuple(step.recording, step.ended, step.analysis.waited);
    });
    return std::move(problems_);
  }

 private:
  /// What was learned of the other names is kept: they are not asked for again.
  void learn_renamed() {
    for (std::uint32_t source = 0; source < sessions_.size(); ++source)
      for (const Packed& packed : sessions_[source].exchanges)
        service_.analyser->learn(sessions_[source].header, renamed(packed, source));
  }

  void analyse(Session& session) {
    const auto source = static_cast<std::uint32_t>(service_.sources.size());
    service_.sources.push_back(std::filesystem::relative(session.file, mock_set_).generic_string());
    const auto started = match::parse_instant(session.header.started);
    std::vector<Flaw> flaws;
    for (Packed& packed : session.exchanges) {
      Step step;
      if (started) step.recorded_at = started->microseconds;
      step.recording = session.recording;
      step.connection = source;
      step.began = packed.began.tick;
      step.ended = packed.ended.tick;
      step.source = source;
      step.line = static_cast<std::uint32_t>(packed.line);
      std::vector<Problem> found;
      const Exchange exchange = renamed(packed, source);
      Analysis analysis = service_.analyser->analyse(session.header, exchange, found);
      const Document settled = std::move(analysis.settled);
      keep_analysis(std::move(analysis), step);
      keep_values(service_, {exchange.request, settled.is_null() ? exchange.answer : settled},
                  last_ ? Keep::values : Keep::all, step);
      for (Problem& problem : found) flaws.push_back({packed.line, std::move(problem)});
      service_.steps.push_back(std::move(step));
      if (last_) packed.let_go();
    }
    if (!flaws.empty()) report_flaws(session.file, flaws, problems_);
  }

  /// With the names that the values have in an earlier recording of the same flow. `source`: the
  /// number of its session.
  [[nodiscard]] Exchange renamed(const Packed& packed, std::uint32_t source) const {
    Exchange exchange = packed.unpacked();
    if (!service_.alignment) return exchange;
    const Alignment& alignment = *service_.alignment;
    const std::uint32_t recording = sessions_[source].recording;
    const auto names = alignment.renames.find(recording);
    if (names == alignment.renames.end()) return exchange;
    const auto& spellings = alignment.spellings.at(recording);
    const match::Respell respell = [&](const std::string& folded, std::string_view spelled) {
      const auto name = names->second.find(folded);
      if (name == names->second.end()) return std::optional<std::string>();
      const auto known = spellings.find(std::string(spelled));
      return std::optional(known == spellings.end() ? match::respell(name->second, spelled)
                                                    : known->second);
    };
    const auto told =
        alignment.commonplace.find({number_, source, static_cast<std::uint32_t>(packed.line)});
    // What is commonplace may mean something else where it was not seen to vary.
    const match::Respell in_request = [&](const std::string& folded, std::string_view spelled) {
      const bool commonplace =
          match::kind_of_folded(folded) == match::ValueKind::text && match::is_commonplace(spelled);
      const bool varies = told != alignment.commonplace.end() && told->second.contains(folded);
      return commonplace && !varies ? std::nullopt : respell(folded, spelled);
    };
    const match::Respell in_answer = [&](const std::string& folded, std::string_view spelled) {
      const auto name = names->second.find(folded);
      const bool unclear = name != names->second.end() && alignment.unclear.contains(name->second);
      return unclear ? std::nullopt : respell(folded, spelled);
    };
    exchange.request = match::respelled(exchange.request, in_request);
    exchange.answer = match::respelled(exchange.answer, in_answer);
    return exchange;
  }

  const Path& mock_set_;
  LoadedService& service_;
  std::uint32_t number_;
  std::vector<Session>& sessions_;
  bool last_;
  Diagnostics problems_;
};

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
      loaded.analyser->use(config.secrets);
      services_.push_back(std::move(loaded));
    }
    sessions_.resize(services_.size());
    const std::vector<store::Pin> read = store::read_pins(mock_set, problems);
    for (const store::Pin& pin : read)
      if (!pin.said.is_null()) tell(pin);
    const auto pins = std::make_shared<const Pins>(read, problems);
    if (pins->all().empty()) return;
    for (LoadedService& service : services_) service.pins = pins;
  }

  std::vector<LoadedService> load(const Progress& progress) {
    learn(store::session_files(mock_set_, problems_), progress);
    for (LoadedService& service : services_)
      read_declarations(mock_set_, recordings_, service, problems_);
    if (progress) progress("analysing the exchanges");
    const bool several = recordings_.size() > 1;
    analyse(!several);
    if (several && !has_errors(problems_)) align_recordings();
    return std::move(services_);
  }

 private:
  /// The second pass.
  void analyse(bool last) {
    std::vector<std::future<Diagnostics>> running;
    for (std::size_t i = 0; i < services_.size(); ++i)
      running.push_back(std::async(std::launch::async, [this, i, last] {
        return ServiceAnalysis(mock_set_, services_[i], static_cast<std::uint32_t>(i), sessions_[i],
                               last)
            .run();
      }));
    for (auto& each : running) {
      const Diagnostics found = each.get();
      problems_.insert(problems_.end(), found.begin(), found.end());
    }
  }

  /// Recordings of one flow become recordings with the same values.
  void align_recordings() {
    const auto alignment = std::make_shared<const Alignment>(align(services_));
    if (alignment->renames.empty()) return;
    for (std::size_t i = 0; i < services_.size(); ++i) {
      services_[i].alignment = alignment;
      if (i < alignment->places.size())
        services_[i].places.assign(alignment->places[i].begin(), alignment->places[i].end());
    }
    analyse(true);
  }

  /// What a person says of a service that is not about values.
  void tell(const store::Pin& pin) {
    const auto service = std::ranges::find_if(
        services_, [&](const LoadedService& s) { return s.service->name == pin.service; });
    if (service == services_.end()) {
      problems_.push_back(
          {Severity::error, pin.file, pin.line,
           fmt::format("the pin is for service '{}', which understudy.yaml does not name",
                       pin.service),
           "correct the name, or add the service to understudy.yaml"});
      return;
    }
    std::vector<Problem> found;
    service->analyser->pin(pin.said, found);
    for (const Problem& problem : found)
      problems_.push_back(
          {Severity::error, pin.file, pin.line, problem.path + ": " + problem.what, problem.hint});
  }

  static void note_login(Document& login, const Document& facts) {
    for (const char* const part : {"user", "database"})
      if (const auto fact = facts.find(part);
          facts.is_object() && fact != facts.end() && fact->is_string() && !login.contains(part))
        login[part] = *fact;
  }

  static constexpr std::size_t unknown = static_cast<std::size_t>(-1);
  static constexpr std::uint64_t told_every = 256;  // exchanges

  [[nodiscard]] std::size_t service_of(const SessionHeader& header, const Path& file,
                                       Diagnostics& problems) const {
    const auto found = std::ranges::find_if(
        services_, [&](const LoadedService& s) { return s.service->name == header.service; });
    const bool known = found != services_.end();
    if (known && found->service->protocol == header.protocol)
      return static_cast<std::size_t>(found - services_.begin());
    problems.push_back(
        {Severity::error, file.string(), 1,
         known
             ? fmt::format("the session was recorded with protocol '{}', but service '{}' is '{}'",
                           header.protocol, header.service, found->service->protocol)
             : fmt::format("the session is of service '{}', which understudy.yaml does not name",
                           header.service),
         known ? "correct the protocol in understudy.yaml, or record the service again"
               : "add the service to understudy.yaml, or remove the session file"});
    return unknown;
  }

  void note_gap(LoadedService& service, const Session& session, const store::ReadExchange& read) {
    const std::string file = std::filesystem::relative(session.file, mock_set_).generic_string();
    RecordedGap gap{read.gap->since.tick, read.gap->reason, fmt::format("{}:{}", file, read.line)};
    const auto [first, added] = service.gaps.emplace(session.recording, gap);
    if (!added && gap.since < first->second.since) first->second = std::move(gap);
  }

  /// The first pass.
  void learn(const std::vector<Path>& files, const Progress& progress) {
    std::uint64_t count = 0;
    std::vector<std::pair<std::size_t, std::size_t>> places(files.size());  // service, session
    const auto header = [&](std::size_t file, const SessionHeader& read, Diagnostics& problems) {
      const std::size_t service = service_of(read, files[file], problems);
      if (service == unknown) return false;
      const auto [recording, added] =
          recordings_.emplace(read.recording, static_cast<std::uint32_t>(recordings_.size()));
      places[file] = {service, sessions_[service].size()};
      sessions_[service].push_back({files[file], read, recording->second, {}});
      ++services_[service].sessions;
      note_login(services_[service].login, read.facts);
      return true;
    };
    const auto exchange = [&](std::size_t file, store::ReadExchange&& read) {
      const auto [service, number] = places[file];
      Session& session = sessions_[service][number];
      if (read.gap) return note_gap(services_[service], session, read);
      services_[service].analyser->learn(session.header, read.exchange);
      session.exchanges.emplace_back(read);
      if (++count % told_every == 0 && progress) progress(fmt::format("read {} exchanges", count));
    };
    read_sessions(files, {header, exchange}, problems_);
  }

  const Path& mock_set_;
  Diagnostics& problems_;
  std::vector<LoadedService> services_;
  std::vector<std::vector<Session>> sessions_;  // beside services_
  std::map<std::string, std::uint32_t> recordings_;
};

}  // namespace

std::vector<LoadedService> load_sessions(const Path& mock_set, const store::Config& config,
                                         Protocols protocols, Diagnostics& problems,
                                         const Progress& progress) {
  return Loader(mock_set, config, protocols, problems).load(progress);
}

}  // namespace understudy::compile
