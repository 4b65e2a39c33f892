#include "engine/serve.hpp"

#include <fmt/format.h>

#include <atomic>
#include <unordered_map>
#include <variant>

#include "engine/miss_text.hpp"
#include "engine/rule_book.hpp"
#include "match/lookup.hpp"
#include "match/overlay.hpp"
#include "match/scope.hpp"
#include "table/service_section.hpp"

namespace understudy::engine {
namespace {

namespace format = table::format;
using table::ServiceSection;

/// What one live connection adds to the live state of its scope.
struct ConnectionState {
  struct Watched {
    std::uint32_t key;
    match::Version version;
  };
  match::Overlay overlay;
  std::vector<Watched> watched;
};

/// What the table says of a request in the present state.
struct Verdict {
  Grade grade = Grade::miss;
  const format::RequestRecord* request = nullptr;
  const format::AnswerRecord* answer = nullptr;
  MissReason reason = MissReason::unknown;
};

}  // namespace

struct ServedService::Impl {
  Impl(const Protocol& spoken, std::shared_ptr<const table::MappedTable> mapped,
       std::size_t service_index, Document service_settings, Strictness chosen,
       IncidentSink incident_sink)
      : protocol(spoken),
        table(std::move(mapped)),
        section(table->service(service_index)),
        name(section.name()),
        settings(std::move(service_settings)),
        strictness(chosen),
        sink(std::move(incident_sink)),
        rules(section),
        scope(match::immediate_keys(section)),
        asked(section.all_answers().size()),
        guessed(section.all_answers().size()),
        last_served(section.requests().size()) {}

  const Protocol& protocol;
  std::shared_ptr<const table::MappedTable> table;
  const ServiceSection& section;
  std::string name;
  Document settings;
  Strictness strictness;
  IncidentSink sink;
  std::mutex sink_mutex;
  RuleBook rules;
  GradeCounters counters;
  match::Scope scope;
  std::vector<std::atomic<bool>> asked;                               // beside all_answers()
  std::vector<std::atomic<bool>> guessed;                             // beside all_answers()
  std::vector<std::atomic<const format::AnswerRecord*>> last_served;  // beside requests()
  std::mutex volatile_mutex;
  std::unordered_map<std::uint32_t, std::size_t> volatile_cursor;  // next of a volatile request

  void tell(Incident::Kind kind, const Miss& text) {
    const std::scoped_lock lock(sink_mutex);
    if (sink) sink({kind, name, text.summary, text.detail, text.hint});
  }

  void mark_asked(const format::AnswerRecord& answer) noexcept {
    auto& flag = asked[static_cast<std::size_t>(&answer - section.all_answers().data())];
    if (!flag.load(std::memory_order_relaxed)) flag.store(true, std::memory_order_relaxed);
  }

  /// The same guess is told once; it is counted every time.
  [[nodiscard]] bool is_news(const format::AnswerRecord& answer) noexcept {
    return !guessed[static_cast<std::size_t>(&answer - section.all_answers().data())].exchange(
        true, std::memory_order_relaxed);
  }

  [[nodiscard]] Verdict judge(const ServiceSection::Found& found, const match::Overlay& overlay,
                              bool synthesisable);
  [[nodiscard]] Verdict judge_exact(const ServiceSection::Found& found,
                                    const match::Overlay& overlay, MissReason& reason);
  [[nodiscard]] Verdict guess(std::uint32_t number);
  void remember(const Verdict& verdict);
  [[nodiscard]] Answer answer_of(const Verdict& verdict) const {
    return {verdict.grade, section.image(verdict.answer->image), false};
  }
};

/// The recorded answer for this very state, from the request that is spelled alike or, where that
/// one has none, from those that agree, if they all say the same.
Verdict ServedService::Impl::judge_exact(const ServiceSection::Found& found,
                                         const match::Overlay& overlay, MissReason& reason) {
  const auto look_up = [&](std::uint32_t number) -> Verdict {
    const auto& request = section.requests()[number];
    if ((request.flags & format::request_volatile) != 0) return {};
    const auto* answer =
        match::answer_at(section, request, scope.state(section.reads(request), overlay));
    if (answer == nullptr) return {};
    const bool certain = (answer->flags & format::answer_guess) == 0;
    return {certain ? Grade::exact : Grade::guess, &request, answer, MissReason::unknown_state};
  };
  if (found.exact != ServiceSection::none)
    if (const Verdict verdict = look_up(found.exact); verdict.answer != nullptr) return verdict;
  Verdict agreed;
  for (std::size_t i = 0; i < found.compatible_count; ++i) {
    const Verdict verdict = look_up(found.compatible[i]);
    if (verdict.answer == nullptr) continue;
    if (agreed.answer != nullptr && agreed.answer->image != verdict.answer->image) {
      reason = MissReason::ambiguous;
      return {};
    }
    if (agreed.answer == nullptr || is_certain(verdict.grade)) agreed = verdict;
  }
  return agreed;
}

/// The uncertain answer: of a volatile request the next in recorded order, of another the one that
/// was served last, else the first recorded one.
Verdict ServedService::Impl::guess(std::uint32_t number) {
  const auto& request = section.requests()[number];
  const auto answers = section.answers(request);
  if ((request.flags & format::request_volatile) != 0) {
    const std::scoped_lock lock(volatile_mutex);
    std::size_t& next = volatile_cursor[number];
    const auto* answer = &answers[std::min(next, answers.size() - 1)];
    ++next;
    return {Grade::guess, &request, answer, MissReason::uncertain};
  }
  const auto* last = last_served[number].load(std::memory_order_relaxed);
  return {Grade::guess, &request, last != nullptr ? last : &answers.front(),
          MissReason::unknown_state};
}

Verdict ServedService::Impl::judge(const ServiceSection::Found& found,
                                   const match::Overlay& overlay, bool synthesisable) {
  if (found.empty()) return {};
  MissReason reason = MissReason::unknown_state;
  Verdict verdict = judge_exact(found, overlay, reason);
  if (verdict.answer == nullptr && reason == MissReason::ambiguous) return {.reason = reason};
  if (verdict.answer == nullptr && !synthesisable) verdict = guess(found.first());
  if (verdict.grade == Grade::guess && strictness == Strictness::strict) {
    const bool known_state = verdict.reason == MissReason::uncertain;
    return {.reason = known_state ? MissReason::uncertain : MissReason::unknown_state};
  }
  return verdict;
}

void ServedService::Impl::remember(const Verdict& verdict) {
  mark_asked(*verdict.answer);
  auto& last = last_served[static_cast<std::size_t>(verdict.request - section.requests().data())];
  if (last.load(std::memory_order_relaxed) != verdict.answer)
    last.store(verdict.answer, std::memory_order_relaxed);
}

ServedService::ServedService(const Protocol& protocol,
                             std::shared_ptr<const table::MappedTable> table,
                             std::size_t service_index, Document settings, Strictness strictness,
                             IncidentSink sink)
    : impl_(std::make_unique<Impl>(protocol, std::move(table), service_index, std::move(settings),
                                   strictness, std::move(sink))) {}
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

void ServedService::reset() {
  const std::scoped_lock lock(impl_->scope.mutex(), impl_->volatile_mutex);
  impl_->scope.reset();
  impl_->volatile_cursor.clear();
  for (auto& last : impl_->last_served) last.store(nullptr, std::memory_order_relaxed);
}

struct ServedConnection::Impl {
  Impl(std::shared_ptr<ServedService> served, std::uint64_t id,
       std::array<std::uint8_t, 32> entropy)
      : owner(std::move(served)),
        service(*owner->impl_),
        machine(
            service.protocol.new_server(service.section, {id, entropy, &service.settings, {}})) {}

  std::shared_ptr<ServedService> owner;
  ServedService::Impl& service;
  std::unique_ptr<ServerMachine> machine;
  ConnectionState state;

  [[nodiscard]] Next pump();
  void answer(const Request& request);
  [[nodiscard]] bool answer_by_rule(const Request& request);
  void answer_from_table(const Request& request);
  void reply(const Request& request, const Verdict& verdict);
  void reply_miss(const Request& request, MissReason reason);
  void control(const Request& request);
  [[nodiscard]] bool begin();
  void commit(const Request& request);
  void watch(std::string_view joined);
  void count(Grade grade) { service.counters.count(grade); }
};

Next ServedConnection::Impl::pump() {
  for (;;) {
    const ServerEvent event = machine->next();
    if (const auto* request = std::get_if<Request>(&event)) {
      answer(*request);
    } else if (std::holds_alternative<NeedBytes>(event)) {
      return Next::read;
    } else if (std::holds_alternative<Synthesised>(event)) {
      count(Grade::synthesised);
    } else if (const auto* note = std::get_if<Noted>(&event)) {
      service.tell(Incident::Kind::note, {note->text, {}, {}});
    } else {
      return std::holds_alternative<StartTls>(event) ? Next::start_tls : Next::close;
    }
  }
}

void ServedConnection::Impl::answer(const Request& request) {
  if (request.control != Control::none) return control(request);
  if (!service.rules.empty() && answer_by_rule(request)) return;
  answer_from_table(request);
}

bool ServedConnection::Impl::answer_by_rule(const Request& request) {
  const std::uint32_t rule = service.rules.find(service.protocol.describe(request.canonical));
  if (rule == ServiceSection::none) return false;
  count(Grade::rule);
  machine->reply(Answer{Grade::rule, service.section.octets(service.section.rules()[rule].image)});
  return true;
}

void ServedConnection::Impl::answer_from_table(const Request& request) {
  const auto found = service.section.find(request.canonical, request.qualifier);
  const bool may_write = !found.empty() && (service.section.requests()[found.first()].flags &
                                            format::request_writes) != 0;
  if (!may_write) return reply(request, service.judge(found, state.overlay, request.synthesisable));
  // From the look-up to the bump no other write may slip in between.
  std::unique_lock lock(service.scope.mutex());
  const Verdict verdict = service.judge(found, state.overlay, request.synthesisable);
  if (verdict.answer != nullptr)
    service.scope.bump(service.section.writes(*verdict.request), verdict.request->hash,
                       (verdict.answer->flags & format::answer_changed) != 0, state.overlay);
  lock.unlock();
  reply(request, verdict);
}

void ServedConnection::Impl::reply(const Request& request, const Verdict& verdict) {
  if (verdict.answer == nullptr) {
    if (!request.synthesisable) return reply_miss(request, verdict.reason);
    count(Grade::synthesised);
    return machine->reply(Answer{Grade::synthesised, {}});
  }
  count(verdict.grade);
  service.remember(verdict);
  if (verdict.grade == Grade::guess && service.is_news(*verdict.answer))
    service.tell(Incident::Kind::guess,
                 describe_guess(service.protocol, service.section, request.canonical,
                                verdict.reason, *verdict.answer));
  machine->reply(service.answer_of(verdict));
}

void ServedConnection::Impl::reply_miss(const Request& request, MissReason reason) {
  count(Grade::miss);
  const Miss miss = describe_miss(service.protocol, service.section, request.canonical, reason);
  service.tell(Incident::Kind::miss, miss);
  machine->reply(miss);
}

void ServedConnection::Impl::control(const Request& request) {
  bool conflict = false;
  switch (request.control) {
    case Control::begin:
      conflict = !begin();
      break;
    case Control::commit:
      return commit(request);
    case Control::watch:
      watch(request.control_name);
      break;
    case Control::rollback:
    case Control::reset:
    case Control::unwatch:
      state.watched.clear();
      [[fallthrough]];
    default:
      state.overlay.apply(request.control, request.control_name);
  }
  count(Grade::synthesised);
  machine->reply(Answer{Grade::synthesised, {}, conflict});
}

/// False where a watched key has changed; nothing is begun then.
bool ServedConnection::Impl::begin() {
  const bool unchanged = std::ranges::all_of(state.watched, [&](const auto& watched) {
    return service.scope.version(watched.key) == watched.version;
  });
  state.watched.clear();
  if (unchanged) state.overlay.begin();
  return unchanged;
}

void ServedConnection::Impl::commit(const Request& request) {
  std::unique_lock lock(service.scope.mutex());
  // Only a commit that failed in the recording is in the table.
  const auto found = service.section.find(request.canonical, request.qualifier);
  MissReason reason = MissReason::unknown;
  const Verdict verdict =
      found.empty() ? Verdict{} : service.judge_exact(found, state.overlay, reason);
  const bool failed =
      verdict.answer != nullptr && (verdict.answer->flags & format::answer_changed) == 0;
  if (failed)
    state.overlay.drop();
  else
    service.scope.merge(state.overlay.commit());
  lock.unlock();
  if (failed) return reply(request, verdict);
  count(Grade::synthesised);
  machine->reply(Answer{Grade::synthesised, {}});
}

void ServedConnection::Impl::watch(std::string_view joined) {
  for (const std::string& name : match::read_keys_of_joined(joined)) {
    const std::uint32_t key = service.section.find_key(name);
    if (key != ServiceSection::none) state.watched.push_back({key, service.scope.version(key)});
  }
}

ServedConnection::ServedConnection(std::shared_ptr<ServedService> service, std::uint64_t id,
                                   std::array<std::uint8_t, 32> entropy)
    : impl_(std::make_unique<Impl>(std::move(service), id, entropy)) {}
ServedConnection::~ServedConnection() = default;

Next ServedConnection::start() {
  impl_->machine->start();
  return impl_->pump();
}

Next ServedConnection::feed(Bytes chunk) {
  impl_->machine->feed(chunk);
  return impl_->pump();
}

Next ServedConnection::feed_eof() {
  impl_->machine->feed_eof();
  return impl_->pump();
}

Output& ServedConnection::output() noexcept {
  return impl_->machine->output();
}

}  // namespace understudy::engine
