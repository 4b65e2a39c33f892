#include "engine/serve.hpp"

#include <fmt/format.h>

#include <atomic>
#include <variant>

#include "engine/live_state.hpp"
#include "engine/miss_text.hpp"
#include "engine/rule_book.hpp"
#include "table/service_section.hpp"

namespace understudy::engine {
namespace {

namespace format = table::format;
using table::ServiceSection;

}  // namespace

struct ServedService::Impl {
  Impl(const Protocol& spoken, std::shared_ptr<const table::MappedTable> mapped,
       std::size_t service_index, Document service_settings, Strictness chosen,
       IncidentSink incident_sink, match::Renamings& renamings)
      : protocol(spoken),
        table(std::move(mapped)),
        section(table->service(service_index)),
        name(section.name()),
        settings(std::move(service_settings)),
        sink(std::move(incident_sink)),
        rules(section),
        live(protocol, section, chosen, renamings.of({})),
        asked(section.all_answers().size()),
        guessed(section.all_answers().size()) {}

  const Protocol& protocol;
  std::shared_ptr<const table::MappedTable> table;
  const ServiceSection& section;
  std::string name;
  Document settings;
  IncidentSink sink;
  std::mutex sink_mutex;
  RuleBook rules;
  GradeCounters counters;
  LiveState live;
  std::vector<std::atomic<bool>> asked, guessed;  // beside all_answers()

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

  [[nodiscard]] Answer answer_of(const Verdict& verdict) const {
    const Bytes image = verdict.image ? as_bytes(*verdict.image) : section.image(verdict.answer->image);
    return {verdict.grade, image, false};
  }
};

ServedService::ServedService(const Protocol& protocol,
                             std::shared_ptr<const table::MappedTable> table,
                             std::size_t service_index, Document settings, Strictness strictness,
                             IncidentSink sink, std::shared_ptr<match::Renamings> renamings)
    : impl_(std::make_unique<Impl>(
          protocol, std::move(table), service_index, std::move(settings), strictness,
          std::move(sink), renamings ? *renamings : *std::make_shared<match::Renamings>())) {}
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
  impl_->live.reset();
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
  void reply(const Request& request, const Verdict& verdict);
  void reply_miss(const Request& request, MissReason reason);
  void control(const Request& request);
  void commit(const Request& request);
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
  reply(request,
        service.live.ask(request.canonical, request.qualifier, request.synthesisable, state));
}

bool ServedConnection::Impl::answer_by_rule(const Request& request) {
  const std::uint32_t rule = service.rules.find(service.protocol.describe(request.canonical));
  if (rule == ServiceSection::none) return false;
  count(Grade::rule);
  machine->reply(Answer{Grade::rule, service.section.octets(service.section.rules()[rule].image)});
  return true;
}

void ServedConnection::Impl::reply(const Request& request, const Verdict& verdict) {
  if (verdict.answer == nullptr) {
    if (!request.synthesisable) return reply_miss(request, verdict.reason);
    count(Grade::synthesised);
    return machine->reply(Answer{Grade::synthesised, {}});
  }
  count(verdict.grade);
  service.mark_asked(*verdict.answer);
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
      conflict = !service.live.begin(state);
      break;
    case Control::commit:
      return commit(request);
    case Control::watch:
      service.live.watch(request.control_name, state);
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

void ServedConnection::Impl::commit(const Request& request) {
  const Verdict verdict = service.live.commit(request.canonical, request.qualifier, state);
  if (verdict.answer != nullptr) return reply(request, verdict);
  count(Grade::synthesised);
  machine->reply(Answer{Grade::synthesised, {}});
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
