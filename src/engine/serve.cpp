#include "engine/serve.hpp"

#include <fmt/format.h>

#include <atomic>
#include <mutex>
#include <optional>
#include <utility>
#include <variant>

#include "engine/miss_text.hpp"
#include "engine/rule_book.hpp"
#include "store/secrets_document.hpp"
#include "table/service_section.hpp"

namespace understudy::engine {
namespace {

namespace format = table::format;
using table::ServiceSection;

/// Tells also in what the recorded request is not the one that was asked.
Miss with_difference(Miss text, const Request& request) {
  if (request.unproven.empty()) return text;
  text.detail = std::string(request.unproven) + (text.detail.empty() ? "" : "; ") + text.detail;
  return text;
}

}  // namespace

struct ServedService::Impl {
  Impl(const Protocol& spoken, std::shared_ptr<const table::MappedTable> mapped,
       std::size_t service_index, Document service_settings, std::shared_ptr<Scopes> all_scopes,
       IncidentSink incident_sink, TlsOffer tls_offer)
      : protocol(spoken),
        table(std::move(mapped)),
        index(service_index),
        section(table->service(service_index)),
        name(section.name()),
        settings(std::move(service_settings)),
        sink(std::move(incident_sink)),
        tls(tls_offer),
        strictness(all_scopes->strictness()),
        scopes(std::move(all_scopes)),
        rules(section),
        secrets(store::secrets_of_config(table->config())),
        asked(section.all_answers().size()) {}

  const Protocol& protocol;
  std::shared_ptr<const table::MappedTable> table;
  std::size_t index;
  const ServiceSection& section;
  std::string name;
  Document settings;
  IncidentSink sink;
  TlsOffer tls;
  std::mutex sink_mutex;
  Strictness strictness;
  std::shared_ptr<Scopes> scopes;
  RuleBook rules;
  Secrets secrets;
  GradeCounters counters;
  std::vector<std::atomic<bool>> asked;  // beside all_answers()
  std::once_flag patterns_made;
  std::optional<match::PatternIndex> pattern_index;  // for misses only

  [[nodiscard]] const match::PatternIndex& patterns() {
    std::call_once(patterns_made, [this] { pattern_index.emplace(section); });
    return *pattern_index;
  }

  void tell(Incident::Kind kind, const Miss& text) {
    const std::scoped_lock lock(sink_mutex);
    if (sink) sink({kind, name, text.summary, text.detail, text.hint});
  }

  void mark_asked(const format::AnswerRecord& answer) noexcept {
    auto& flag = asked[static_cast<std::size_t>(&answer - section.all_answers().data())];
    if (!flag.load(std::memory_order_relaxed)) flag.store(true, std::memory_order_relaxed);
  }

  /// Of a verdict that answers.
  [[nodiscard]] Answer answer_of(const Verdict& verdict) const {
    const Bytes image =
        verdict.image ? as_bytes(*verdict.image) : section.image(verdict.answer->image);
    return {verdict.grade, image, false};
  }
};

ServedService::ServedService(const Protocol& protocol,
                             std::shared_ptr<const table::MappedTable> table,
                             std::size_t service_index, Document settings,
                             std::shared_ptr<Scopes> scopes, IncidentSink sink, TlsOffer tls)
    : impl_(std::make_unique<Impl>(protocol, std::move(table), service_index, std::move(settings),
                                   std::move(scopes), std::move(sink), tls)) {}
ServedService::ServedService(const Protocol& protocol,
                             std::shared_ptr<const table::MappedTable> table,
                             std::size_t service_index, Document settings, Strictness strictness,
                             IncidentSink sink)
    : ServedService(protocol, table, service_index, std::move(settings),
                    std::make_shared<Scopes>(table, strictness, Scoping::named), std::move(sink)) {}
ServedService::~ServedService() = default;

const std::string& ServedService::name() const noexcept {
  return impl_->name;
}
const Protocol& ServedService::protocol() const noexcept {
  return impl_->protocol;
}
const GradeCounters& ServedService::counters() const noexcept {
  return impl_->counters;
}

std::vector<std::string> ServedService::never_asked(std::size_t at_most, std::size_t& total) const {
  std::vector<std::string> lines;
  total = 0;
  const ServiceSection& section = impl_->section;
  for (const auto& request : section.requests()) {
    const auto answers = section.answers(request);
    for (std::size_t i = 0; i < answers.size(); ++i) {
      if (impl_->asked[request.answers + i].load(std::memory_order_relaxed)) continue;
      if (++total > at_most) continue;
      const Document described = impl_->protocol.describe(section.text(request.canonical));
      lines.push_back(fmt::format("{}:{} {}", section.source_name(answers[i].source),
                                  answers[i].line, impl_->protocol.summarise(described)));
    }
  }
  return lines;
}

Scopes& ServedService::scopes() const noexcept {
  return *impl_->scopes;
}

struct ServedConnection::Impl {
  Impl(std::shared_ptr<ServedService> served, std::uint64_t id,
       std::array<std::uint8_t, 32> entropy)
      : owner(std::move(served)),
        service(*owner->impl_),
        machine(service.protocol.new_server(service.section, {id,
                                                              entropy,
                                                              &service.settings,
                                                              {},
                                                              service.secrets,
                                                              !service.rules.empty(),
                                                              service.tls})),
        home(service.scopes->home()) {
    enter(home);
  }
  ~Impl() {
    mailbox->on_ring(nullptr);
    give_up();
    state.told.leave();
    if (!listening.empty()) live->hub().leave(*mailbox);
  }

  std::shared_ptr<ServedService> owner;
  ServedService::Impl& service;
  std::unique_ptr<ServerMachine> machine;
  ConnectionState state;
  std::shared_ptr<LiveScope> home;   // where it is while it names no scope
  std::shared_ptr<LiveScope> scope;  // where it is
  LiveState* live = nullptr;         // of this service in `scope`
  std::shared_ptr<Mailbox> mailbox = std::make_shared<Mailbox>();
  std::vector<Listen> listening;
  std::shared_ptr<Waiting> waiting;  // for the answer to the machine's request; else null
  std::optional<std::chrono::steady_clock::time_point> wake_at;
  std::optional<std::chrono::steady_clock::time_point> silent_until;  // at most, see NeedBytes
  std::size_t octets_of_tls = 0;

  [[nodiscard]] Next pump();
  [[nodiscard]] Next wake();
  void answer(const Request& request);
  void await(const Request& request);
  void announce(const Request& request);
  void listen(const Listen& listen);
  void take_deliveries();
  [[nodiscard]] bool answer_by_rule(const Request& request);
  void reply(const Request& request, const Verdict& verdict);
  void reply_miss(const Request& request, const Doubt& doubt);
  void tell_guess(const Request& request, const Verdict& verdict);
  [[nodiscard]] bool watch(const Request& request);
  void control(const Request& request);
  [[nodiscard]] bool begin(const Request& request, bool& conflict);
  void commit(const Request& request);
  void enter(std::shared_ptr<LiveScope> next);
  [[nodiscard]] std::string carry_out(const ScopeCall& call);
  [[nodiscard]] std::string enter(std::string_view name);
  void answer(const ScopeCall& call);
  void count(Grade grade) { service.counters.count(grade); }
  void give_up() {
    if (const auto given_up = std::exchange(waiting, nullptr)) live->abandon(*given_up);
  }
};

Next ServedConnection::Impl::pump() {
  for (;;) {
    const ServerEvent event = machine->next();
    if (const auto* request = std::get_if<Request>(&event)) {
      answer(*request);
      if (waiting) return Next::wait;
    } else if (const auto* call = std::get_if<ScopeCall>(&event)) {
      answer(*call);
    } else if (const auto* need = std::get_if<NeedBytes>(&event)) {
      if (need->silence > std::chrono::milliseconds(0))
        silent_until = std::chrono::steady_clock::now() + need->silence;
      return Next::read;
    } else if (std::holds_alternative<Synthesised>(event)) {
      count(Grade::synthesised);
    } else if (const auto* listened = std::get_if<Listen>(&event)) {
      listen(*listened);
    } else if (const auto* message = std::get_if<Message>(&event)) {
      live->hub().publish(*message, *mailbox);
    } else if (const auto* pause = std::get_if<Pause>(&event)) {
      wake_at = std::chrono::steady_clock::now() + pause->time;
      return Next::wait;
    } else if (const auto* note = std::get_if<Noted>(&event)) {
      if (note->missed) count(Grade::miss);
      service.tell(note->missed ? Incident::Kind::miss : Incident::Kind::note,
                   {note->text, {}, {}});
    } else if (const auto* tls = std::get_if<StartTls>(&event)) {
      octets_of_tls = tls->octets;
      return Next::start_tls;
    } else {
      return Next::close;
    }
  }
}

void ServedConnection::Impl::answer(const Request& request) {
  if (request.control != Control::none) return control(request);
  if (!service.rules.empty() && answer_by_rule(request)) return;
  if (request.patience != nullptr) return await(request);
  if (request.message != nullptr) return announce(request);
  reply(request, live->ask(request, state));
}

void ServedConnection::Impl::await(const Request& request) {
  auto asking = std::make_shared<Waiting>(request, state, mailbox);
  const Verdict verdict = live->await(asking);
  if (verdict.answers()) return reply(request, verdict);
  waiting = std::move(asking);
  wake_at.reset();
  if (waiting->at_most > std::chrono::milliseconds(0))
    wake_at = std::chrono::steady_clock::now() + waiting->at_most;
}

/// Another connection has rung, or it is time.
Next ServedConnection::Impl::wake() {
  take_deliveries();
  if (machine->take_awakening()) wake_at.reset();
  const bool over = wake_at && std::chrono::steady_clock::now() >= *wake_at;
  if (!waiting) {
    if (wake_at && !over) return Next::wait;
    wake_at.reset();
    if (silent_until && std::chrono::steady_clock::now() >= *silent_until) {
      silent_until.reset();
      machine->feed_silence();
    }
    return pump();
  }
  if (!over && !live->is_answered(*waiting)) return Next::wait;
  const auto answered = std::exchange(waiting, nullptr);
  wake_at.reset();
  const Verdict verdict = live->stop_waiting(*answered);
  Request request;
  request.canonical = answered->canonical;
  request.qualifier = answered->qualifier;
  reply(request, verdict);
  return pump();
}

/// What is said is heard by those that are connected; without them the recording may know better.
void ServedConnection::Impl::announce(const Request& request) {
  const std::size_t receivers = live->hub().publish(*request.message, *mailbox);
  if (receivers > 0) {
    count(Grade::synthesised);
    return machine->reply(Answer{Grade::synthesised, {}, false, receivers});
  }
  Verdict verdict = live->ask(
      {.canonical = request.canonical, .qualifier = request.qualifier, .synthesisable = true},
      state);
  const bool heard =
      verdict.answers() && as_text(service.answer_of(verdict).image) != request.unheard;
  if (heard && is_certain(verdict.grade)) {
    verdict.doubt = {MissReason::unheard, verdict.answer, {}};
    if (service.strictness == Strictness::strict) return reply_miss(request, verdict.doubt);
    verdict.grade = Grade::guess;
  }
  reply(request, verdict);
}

void ServedConnection::Impl::listen(const Listen& listen) {
  std::erase_if(listening, [&](const Listen& each) {
    return each.space == listen.space && each.name == listen.name;
  });
  if (listen.on) listening.push_back(listen);
  live->hub().listen(mailbox, listen);
}

void ServedConnection::Impl::take_deliveries() {
  if (listening.empty()) return;
  for (const Delivery& delivery : mailbox->take()) machine->deliver(delivery);
}

bool ServedConnection::Impl::answer_by_rule(const Request& request) {
  Document described = machine->whole_request(service.secrets);
  if (described.is_null()) described = service.protocol.describe(request.canonical);
  const auto rule = service.rules.find(described, machine->whole_request(Secrets::shown()));
  if (!rule) return false;
  count(Grade::rule);
  machine->reply(Answer{Grade::rule, service.section.octets(service.section.rules()[*rule].image)});
  return true;
}

void ServedConnection::Impl::reply(const Request& request, const Verdict& verdict) {
  if (!verdict.answers()) {
    if (!request.synthesisable) return reply_miss(request, verdict.doubt);
    count(Grade::synthesised);
    return machine->reply(Answer{Grade::synthesised, {}});
  }
  if (verdict.grade == Grade::guess)
    tell_guess(request, verdict);
  else
    count(verdict.grade);
  if (verdict.answer != nullptr) service.mark_asked(*verdict.answer);
  machine->reply(service.answer_of(verdict));
}

/// Every guess leaves a trace, the hundredth as well as the first.
void ServedConnection::Impl::tell_guess(const Request& request, const Verdict& verdict) {
  count(Grade::guess);
  service.tell(Incident::Kind::guess,
               with_difference(describe_guess(service.protocol, service.section, request.canonical,
                                              verdict.doubt, verdict.answer),
                               request));
}

void ServedConnection::Impl::reply_miss(const Request& request, const Doubt& doubt) {
  count(Grade::miss);
  const Miss miss = with_difference(
      describe_miss(service.protocol, service.patterns(), request.canonical, doubt), request);
  service.tell(Incident::Kind::miss, miss);
  machine->reply(miss);
}

void ServedConnection::Impl::control(const Request& request) {
  bool conflict = false;
  switch (request.control) {
    case Control::begin:
      if (!begin(request, conflict)) return;
      break;
    case Control::commit:
      return commit(request);
    case Control::watch:
      if (!watch(request)) return;
      break;
    default:
      state.apply(request.control, request.control_name);
  }
  count(Grade::synthesised);
  machine->reply(Answer{Grade::synthesised, {}, conflict});
}

/// False where it was replied to already: whether there is a conflict is uncertain.
bool ServedConnection::Impl::begin(const Request& request, bool& conflict) {
  const Begun begun = live->begin(state, request.sight);
  conflict = begun != Begun::yes;
  if (begun != Begun::maybe_conflict) return true;
  tell_guess(request, {.grade = Grade::guess, .doubt = {MissReason::uncertain, nullptr, {}}});
  machine->reply(Answer{Grade::synthesised, {}, true});
  return false;
}

void ServedConnection::Impl::commit(const Request& request) {
  const Verdict verdict = live->commit(request.canonical, request.qualifier, state);
  if (verdict.answer != nullptr) return reply(request, verdict);
  if (verdict.grade == Grade::miss) return reply_miss(request, verdict.doubt);
  if (verdict.grade == Grade::guess)
    tell_guess(request, verdict);
  else
    count(Grade::synthesised);
  machine->reply(Answer{Grade::synthesised, {}});
}

/// False where it was replied to already: that nobody would see a change is uncertain at best.
bool ServedConnection::Impl::watch(const Request& request) {
  if (live->watch(request.control_name, state)) return true;
  const Verdict verdict{.grade = Grade::guess, .doubt = {MissReason::unwatched, nullptr, {}}};
  if (service.strictness == Strictness::strict) {
    reply_miss(request, verdict.doubt);
    return false;
  }
  tell_guess(request, verdict);
  machine->reply(Answer{Grade::synthesised, {}});
  return false;
}

void ServedConnection::Impl::enter(std::shared_ptr<LiveScope> next) {
  const std::shared_ptr<LiveScope> left = std::exchange(scope, std::move(next));
  if (!listening.empty()) live->hub().leave(*mailbox);
  live = &scope->of(service.index, service.protocol);
  live->take_over(state);
  for (const Listen& each : listening) live->hub().listen(mailbox, each);
}

/// Why it can't be done; empty where it was.
std::string ServedConnection::Impl::enter(std::string_view name) {
  auto next = name.empty() ? home : service.scopes->named(name);
  if (!next)
    return fmt::format(
        "no room for the scope '{}': {} have been named, drop those that are done with", name,
        service.scopes->limit());
  if (next == scope) return {};
  // What was written would be committed to another scope than the one that it was answered from.
  if (!state.overlay.empty())
    return fmt::format("the scope '{}' can't be entered in a transaction that has written", name);
  if (state.is_watching())
    return fmt::format("the scope '{}' can't be entered while keys are watched", name);
  enter(std::move(next));
  return {};
}

std::string ServedConnection::Impl::carry_out(const ScopeCall& call) {
  const std::string_view name = call.name;
  if (!name.empty() && !is_scope_name(name))
    return "a scope's name is of 1 to 128 printable ASCII characters without blanks";
  if (call.action == ScopeCall::Action::enter) return enter(name);
  const auto target = name.empty() ? scope : service.scopes->find(name);
  if (target == scope && !state.overlay.empty())
    return "the scope can't be reset in a transaction that has written to it";
  if (target) target->reset();
  if (target && call.action == ScopeCall::Action::drop) service.scopes->drop(target->name());
  return {};
}

void ServedConnection::Impl::answer(const ScopeCall& call) {
  const std::string problem = carry_out(call);
  if (problem.empty()) return machine->reply(Answer{Grade::synthesised, {}});
  count(Grade::miss);
  const Miss miss{"understudy: " + problem, {}, "docs/scopes.md"};
  service.tell(Incident::Kind::miss, miss);
  machine->reply(miss);
}

ServedConnection::ServedConnection(std::shared_ptr<ServedService> service, std::uint64_t id,
                                   std::array<std::uint8_t, 32> entropy)
    : impl_(std::make_unique<Impl>(std::move(service), id, entropy)) {}
ServedConnection::~ServedConnection() = default;

Next ServedConnection::start() {
  impl_->machine->start();
  return impl_->pump();
}

void ServedConnection::begin_tls(const TlsSession& session) {
  impl_->machine->begin_tls(session);
}

std::size_t ServedConnection::octets_of_tls() const noexcept {
  return impl_->octets_of_tls;
}

Next ServedConnection::feed(Bytes chunk) {
  impl_->machine->feed(chunk);
  impl_->silent_until.reset();
  if (impl_->waiting || impl_->wake_at) return Next::wait;
  if (impl_->machine->output().empty()) impl_->state.computed.clear();
  impl_->take_deliveries();
  return impl_->pump();
}

Next ServedConnection::feed_eof() {
  if (impl_->waiting || impl_->wake_at) {  // nobody waits any more
    impl_->give_up();
    return Next::close;
  }
  impl_->machine->feed_eof();
  return impl_->pump();
}

Next ServedConnection::wake() {
  return impl_->wake();
}

bool ServedConnection::is_attentive() const noexcept {
  return !impl_->listening.empty() || impl_->silent_until;
}

std::optional<std::chrono::steady_clock::time_point> ServedConnection::wake_at() const noexcept {
  return impl_->wake_at ? impl_->wake_at : impl_->silent_until;
}

void ServedConnection::on_ring(std::function<void()> ring) {
  impl_->mailbox->on_ring(std::move(ring));
}

bool ServedConnection::is_awaiting_rest() const noexcept {
  return impl_->machine->is_awaiting_rest();
}

Output& ServedConnection::output() noexcept {
  return impl_->machine->output();
}

}  // namespace understudy::engine
