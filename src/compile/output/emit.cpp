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

constexpr std::uint32_t unnumbered = 0xFFFFFFFF;

/// Numbers the writes that the table's evidence speaks of.
class Evidence {
 public:
  Evidence(const LoadedService& service, const Trace& trace, const Settlement& settlement)
      : service_(service),
        trace_(trace),
        causes_(find_causes(service, trace)),
        numbers_(service.steps.size(), 0),
        emitted_(trace.requests.size(), unnumbered) {
    std::uint32_t next = 0;
    for (std::size_t i = 0; i < settlement.requests.size(); ++i) {
      if (settlement.requests[i].answers.empty()) continue;
      emitted_[i] = next++;
      for (const SettledAnswer& answer : settlement.requests[i].answers) mark(answer);
    }
  }

  /// The writes in the order of recording.
  [[nodiscard]] std::vector<format::WriteRecord> records(table::ServiceBuilder& builder) {
    std::vector<std::uint64_t> identities(service_.steps.size());
    for (const ChainLink& link : trace_.links) identities[link.step] = link.identity;
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> turns;  // recording, request
    std::vector<format::WriteRecord> writes;
    for (const TracedStep& traced : trace_.steps) {
      const Step& step = service_.steps[traced.step];
      const bool marked = numbers_[traced.step] != 0;
      if (step.analysis.effect != Effect::write || !(marked || step.analysis.changed)) continue;
      const std::uint32_t turn = ++turns[{step.recording, traced.request}];
      if (!marked) continue;
      writes.push_back({identities[traced.step], emitted_[traced.request], turn,
                        builder.source(service_.sources[step.source]), step.line});
      numbers_[traced.step] = static_cast<std::uint32_t>(writes.size());
    }
    return writes;
  }

  /// Number + 1 of the write behind a link, or 0; after records().
  [[nodiscard]] std::uint32_t write(std::uint32_t link) const {
    return link == 0 ? 0 : numbers_[trace_.links[link - 1].step];
  }
  [[nodiscard]] std::uint32_t cause(const SettledAnswer& answer) const {
    return write(causes_[answer.traced]);
  }
  [[nodiscard]] std::vector<std::uint32_t> of(const SettledAnswer& answer) const {
    std::vector<std::uint32_t> evidence;
    for (const std::uint32_t link : links(answer)) evidence.push_back(write(link));
    return evidence;
  }

 private:
  [[nodiscard]] const std::vector<std::uint32_t>& links(const SettledAnswer& answer) const {
    return trace_.evidence_lists[trace_.steps[answer.traced].evidence];
  }
  void mark(const SettledAnswer& answer) {
    for (const std::uint32_t link : links(answer)) mark(link);
    mark(causes_[answer.traced]);
  }
  void mark(std::uint32_t link) {
    if (link != 0) numbers_[trace_.links[link - 1].step] = unnumbered;
  }

  const LoadedService& service_;
  const Trace& trace_;
  std::vector<std::uint32_t> causes_;   // beside Trace::steps
  std::vector<std::uint32_t> numbers_;  // of each step: number + 1 of the write, 0 for none
  std::vector<std::uint32_t> emitted_;  // of each request: its number in the table
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
  const std::vector<bool> written = written_keys(trace);
  Evidence evidence(service, trace, settlement);
  builder.set_writes(evidence.records(builder));
  for (std::size_t i = 0; i < trace.requests.size(); ++i) {
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
    const Analysis& asked = service.steps[settled.answers.front().step].analysis;
    entry.batch = varying.batch_of(traced.identity);
    entry.answers = answers_of(service, trace, settled, evidence, varying,
                               varying.ordered_kinds(asked), entry.batch != 0, builder);
    entry.mask = varying.mask_of(traced.identity.canonical);
    if (entry.mask != 0) entry.flags |= format::request_varies;
    builder.add(std::move(entry));
  }
  for (std::size_t i = 0; i < trace.requests.size(); ++i) {
    const std::string pattern(pattern_of(trace.requests[i].identity.canonical));
    if (settlement.requests[i].volatile_)
      builder.set_pattern_flags(pattern, format::pattern_volatile);
    if (is_static(trace.requests[i], written))
      builder.set_pattern_flags(pattern, format::pattern_static);
  }
  builder.set_varying(varying.values());
  builder.set_profile(service.analyser->profile());
  builder.set_shapes(service.analyser->shapes());
  return builder;
}

}  // namespace understudy::compile
