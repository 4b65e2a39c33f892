#include "mock.hpp"

#include <algorithm>
#include <stdexcept>

#include "compile/model/full_step.hpp"
#include "compile/pipeline.hpp"
#include "match/chains.hpp"
#include "table/service_section.hpp"

namespace differential {

using namespace understudy;

namespace {

std::vector<SessionHeader> sessions_of(const Protocol& protocol, std::uint32_t connections,
                                       const std::vector<Document>& facts) {
  std::vector<SessionHeader> sessions;
  for (std::uint32_t i = 0; i < connections; ++i)
    sessions.push_back({"truth", std::string(protocol.name()), "r1", i + 1, "2026-01-01T00:00:00Z",
                        i < facts.size() ? facts[i] : Document::object()});
  return sessions;
}

}  // namespace

Mock::Mock(const Protocol& protocol, const std::vector<Recorded>& recording,
           std::uint32_t connections, const std::string& schema, const Document& pin,
           const std::vector<Document>& facts)
    : connections_(connections) {
  Diagnostics problems;
  load(protocol, recording, sessions_of(protocol, connections, facts), schema, pin, problems);
  auto compiled = compile::compile_services({}, config_, services_, problems);
  if (!compiled) throw std::runtime_error(to_string(problems.back()));
  widened_ = std::ranges::any_of(compiled->services[0].inferences, [](const auto& each) {
    return each.kind == compile::Inference::Kind::widened;
  });
  table_ = compiled->table;
  live_ =
      std::make_unique<engine::LiveState>(protocol, table_->service(0), engine::Strictness::normal,
                                          std::make_shared<match::Renaming>());
}

/// What compile::load_sessions does of files: all is learned from first, then analysed, both
/// session by session.
void Mock::load(const Protocol& protocol, const std::vector<Recorded>& recording,
                const std::vector<SessionHeader>& sessions, const std::string& schema,
                const Document& pin, Diagnostics& told) {
  store::Service service;
  service.name = "truth";
  service.protocol = protocol.name();
  config_.services.push_back(std::move(service));
  compile::LoadedService& loaded = services_.emplace_back();
  loaded.service = &config_.services[0];
  loaded.protocol = &protocol;
  loaded.analyser = protocol.new_analyser();
  loaded.sessions = static_cast<std::uint32_t>(sessions.size());
  std::vector<Problem> problems;
  if (!pin.is_null()) loaded.analyser->pin(pin, problems);
  const auto each_of = [&](std::uint32_t connection, auto&& use) {
    for (std::size_t i = 0; i < recording.size(); ++i)
      if (recording[i].connection == connection)
        use(i, Exchange{recording[i].request,
                        recording[i].answer,
                        {2 * std::uint64_t{i} + 1, {}},
                        {2 * std::uint64_t{i} + 2, {}}});
  };
  for (const SessionHeader& session : sessions) {
    loaded.sources.push_back("sessions/r1.truth." + std::to_string(session.connection) + ".yaml");
    each_of(session.connection - 1, [&](std::size_t, const Exchange& exchange) {
      loaded.analyser->learn(session, exchange);
    });
  }
  if (!schema.empty()) loaded.analyser->declare({"schema.sql", schema}, loaded.schema, told);
  if (has_errors(told)) throw std::runtime_error(to_string(told.back()));
  loaded.steps.resize(recording.size());
  for (const SessionHeader& session : sessions)
    each_of(session.connection - 1, [&](std::size_t i, const Exchange& exchange) {
      compile::Step& step = loaded.steps[compile::StepId(static_cast<std::uint32_t>(i))];
      step.connection = step.source = session.connection - 1;
      step.began = exchange.began.tick;
      step.ended = exchange.ended.tick;
      step.line = static_cast<std::uint32_t>(i + 1);
      compile::keep_analysis(loaded.analyser->analyse(session, exchange, problems), step);
    });
  if (!problems.empty()) throw std::runtime_error(problems[0].path + ": " + problems[0].what);
}

Mock::Asked Mock::ask(std::uint32_t connection, const Document& request) {
  std::vector<Problem> problems;
  Asked asked{services_[0].analyser->identify(request, problems), {}, {}};
  asked.verdict =
      live_->ask({.canonical = asked.identity.canonical, .qualifier = asked.identity.qualifier},
                 connections_[connection]);
  if (asked.verdict.answer != nullptr)
    asked.answer = as_text(table_->service(0).image(asked.verdict.answer->image));
  return asked;
}

std::string Mock::image_of(const Document& request, const Document& answer) {
  std::vector<Problem> problems;
  return services_[0].analyser->encode(request, answer, problems);
}

std::string Mock::keys_of(const Asked& asked) const {
  if (asked.verdict.request == nullptr) return {};
  const table::ServiceSection& section = table_->service(0);
  std::string text;
  const auto add = [&](table::KeyId key) {
    text += " " + match::readable_key(section.key_name(key));
  };
  text += " depends on";
  for (const table::KeyId key : section.reads(*asked.verdict.request)) add(key);
  text += "; changes";
  for (const auto& advance : section.writes(*asked.verdict.answer)) add(advance.key);
  return text;
}

void Mock::control(std::uint32_t connection, const Document& request, const Document& truth) {
  std::vector<Problem> problems;
  const Analysis analysis = services_[0].analyser->analyse({}, {request, truth, {}, {}}, problems);
  engine::ConnectionState& state = connections_[connection];
  if (analysis.control == Control::begin)
    static_cast<void>(live_->begin(state));
  else if (analysis.control == Control::commit)
    static_cast<void>(
        live_->commit(analysis.identity.canonical, analysis.identity.qualifier, state));
  else
    state.apply(analysis.control, analysis.control_name);
}

}  // namespace differential
