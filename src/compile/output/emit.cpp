#include "compile/output/emit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "compile/states/causes.hpp"
#include "compile/states/static_requests.hpp"

namespace understudy::compile {
namespace {

namespace format = table::format;
using Writes = table::ListBy<table::WriteId, format::WriteRecord>;

/// Numbers the writes that the table's evidence speaks of.
class Evidence {
 public:
  Evidence(const LoadedService& service, const Trace& trace, const Settlement& settlement)
      : service_(service),
        trace_(trace),
        causes_(find_causes(service, trace)),
        marked_(service.steps.size()),
        writes_(service.steps.size()),
        emitted_(trace.requests.size()) {
    table::RequestId next;
    for (TracedRequestId i; i != settlement.requests.next(); ++i) {
      if (settlement.requests[i].answers.empty()) continue;
      emitted_[i] = next;
      ++next;
      for (const SettledAnswer& answer : settlement.requests[i].answers) mark(answer);
    }
  }

  /// The writes in the order of recording.
  [[nodiscard]] Writes records(table::ServiceBuilder& builder) {
    table::ListBy<StepId, std::uint64_t> identities(service_.steps.size());
    for (const ChainLink& link : trace_.links) identities[link.step] = link.identity;
    std::map<std::pair<std::uint32_t, TracedRequestId>, std::uint32_t> turns;  // by recording
    Writes writes;
    for (const TracedStep& traced : trace_.steps) {
      const Step& step = service_.steps[traced.step];
      const bool marked = marked_[traced.step];
      if (step.analysis.effect != Effect::write || !(marked || step.analysis.changed)) continue;
      const std::uint32_t turn = ++turns[{step.recording, traced.request}];
      if (!marked) continue;
      writes_[traced.step] = writes.add({identities[traced.step], emitted_[traced.request], turn,
                                         builder.source(service_.sources[step.source]), step.line});
    }
    return writes;
  }

  /// The write behind a link; after records().
  [[nodiscard]] table::MaybeWriteId write(MaybeLinkId link) const {
    return link ? writes_[trace_.links[*link].step] : table::MaybeWriteId();
  }
  [[nodiscard]] table::MaybeWriteId cause(const SettledAnswer& answer) const {
    return write(causes_[answer.traced]);
  }
  [[nodiscard]] std::vector<table::MaybeWriteId> of(const SettledAnswer& answer) const {
    std::vector<table::MaybeWriteId> evidence;
    for (const MaybeLinkId link : links(answer)) evidence.push_back(write(link));
    return evidence;
  }

 private:
  [[nodiscard]] const std::vector<MaybeLinkId>& links(const SettledAnswer& answer) const {
    return trace_.evidence_lists[trace_.steps[answer.traced].evidence];
  }
  void mark(const SettledAnswer& answer) {
    for (const MaybeLinkId link : links(answer)) mark(link);
    mark(causes_[answer.traced]);
  }
  void mark(MaybeLinkId link) {
    if (link) marked_[trace_.links[*link].step] = true;
  }

  const LoadedService& service_;
  const Trace& trace_;
  table::ListBy<TracedStepId, MaybeLinkId> causes_;
  table::ListBy<StepId, bool> marked_;  // some answer's evidence speaks of it
  table::ListBy<StepId, table::MaybeWriteId> writes_;
  table::ListBy<TracedRequestId, table::RequestId> emitted_;  // where it has answers
};

std::vector<table::AnswerEntry> answers_of(const LoadedService& service, const Trace& trace,
                                           const SettledRequest& settled, const Evidence& evidence,
                                           const Varying& varying, std::uint32_t ordered,
                                           bool batch, table::ServiceBuilder& builder) {
  std::vector<table::AnswerEntry> answers;
  for (const SettledAnswer& answer : settled.answers) {
    const Step& step = service.steps[answer.step];
    const std::uint32_t flags =
        (step.analysis.changed ? std::uint32_t{format::answer_changed} : 0U) |
        (answer.guess ? std::uint32_t{format::answer_guess} : 0U);
    answers.push_back({answer.state, builder.image(step.analysis.image), flags,
                       builder.source(service.sources[step.source]), step.line,
                       trace.write_lists[answer.writes], evidence.of(answer),
                       evidence.cause(answer)});
    if (batch && varying.counts(step)) {
      answers.back().flags |= format::answer_counts;
      answers.back().document = varying.document_of(step);
    }
    const bool shown = varying.shown_by(step), hidden = varying.hidden_in(step);
    if (!shown && !hidden && ordered == 0) continue;
    table::AnswerEntry& entry = answers.back();
    entry.flags |= format::answer_varies;
    entry.ordered = ordered;
    if (shown) entry.document = varying.document_of(step);
    entry.opaque = hidden || (shown && entry.document.empty());
  }
  return answers;
}

}  // namespace

table::ServiceBuilder emit(const LoadedService& service, const Trace& trace,
                           const Settlement& settlement, const Varying& varying) {
  table::ServiceBuilder builder(service.service->name, std::string(service.protocol->name()));
  // The same numbers as in the trace, because they are given in the order of first mention.
  for (const std::string& key : trace.keys) static_cast<void>(builder.key(key));
  const WrittenKeys written = written_keys(trace);
  Evidence evidence(service, trace, settlement);
  builder.set_writes(evidence.records(builder));
  for (TracedRequestId i; i != trace.requests.next(); ++i) {
    const TracedRequest& traced = trace.requests[i];
    const SettledRequest& settled = settlement.requests[i];
    if (settled.answers.empty()) continue;
    table::RequestEntry entry;
    entry.identity = traced.identity;
    entry.flags = (traced.is_write ? std::uint32_t{format::request_writes} : 0U) |
                  (settled.volatile_ ? std::uint32_t{format::request_volatile} : 0U) |
                  (traced.control != Control::none ? std::uint32_t{format::request_control} : 0U) |
                  (settled.unsteady.empty() ? 0U : std::uint32_t{format::request_unsteady}) |
                  (traced.counts_asks ? std::uint32_t{format::request_counts_asks} : 0U) |
                  (is_static(traced, written) ? std::uint32_t{format::request_static} : 0U);
    entry.reads = traced.reads;
    entry.writes = traced.writes_unknown;
    const Step& asked = service.steps[settled.answers.front().step];
    entry.batch = varying.batch_of(traced.identity);
    entry.answers = answers_of(service, trace, settled, evidence, varying,
                               varying.ordered_kinds(asked), entry.batch != 0, builder);
    entry.mask = varying.mask_of(traced.identity.canonical);
    if (entry.mask != 0) entry.flags |= format::request_varies;
    builder.add(std::move(entry));
  }
  for (TracedRequestId i; i != trace.requests.next(); ++i) {
    const std::string pattern(pattern_of(trace.requests[i].identity.canonical));
    if (settlement.requests[i].volatile_)
      builder.set_pattern_flags(pattern, format::pattern_volatile);
    if (is_static(trace.requests[i], written))
      builder.set_pattern_flags(pattern, format::pattern_static);
  }
  builder.set_varying(varying.values());
  builder.set_places(service.places);
  std::vector<format::BeginningRecord> beginnings;
  for (const auto& [recording, key] : trace.beginnings)
    beginnings.push_back({match::beginning_of(recording), recording, key});
  builder.set_beginnings(std::move(beginnings));
  builder.set_profile(service.analyser->profile());
  builder.set_shapes(service.analyser->shapes());
  return builder;
}

}  // namespace understudy::compile
