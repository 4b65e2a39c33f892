#include "engine/explain.hpp"

#include <fmt/format.h>

#include "engine/live_state.hpp"
#include "engine/mend.hpp"
#include "engine/miss_text.hpp"
#include "engine/rule_book.hpp"
#include "match/chains.hpp"
#include "match/lookup.hpp"

namespace understudy::engine {
namespace {

namespace format = table::format;
using table::ServiceSection;

std::string source_of(const ServiceSection& section, const format::AnswerRecord& answer) {
  return fmt::format("{}:{}", section.source_name(answer.source), answer.line);
}

/// What a person would call the keys, in their order; those of wider paths are left out.
std::vector<std::string> readable(const ServiceSection& section,
                                  std::span<const table::KeyId> keys) {
  std::vector<std::string> names;
  for (const table::KeyId key : keys) {
    if (match::is_of_wider_path(section.key_name(key))) continue;
    std::string name = match::readable_key(section.key_name(key));
    if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
  }
  return names;
}

std::vector<table::KeyId> keys_of(std::span<const format::AdvanceRecord> advances) {
  std::vector<table::KeyId> keys;
  for (const format::AdvanceRecord& advance : advances) keys.push_back(advance.key);
  return keys;
}

void explain_recorded(const ServiceSection& section, const format::RequestRecord& request,
                      Explanation& explanation) {
  explanation.recorded = true;
  explanation.writes = (request.flags & format::request_writes) != 0;
  explanation.volatile_ = (request.flags & format::request_volatile) != 0;
  explanation.reads_keys = readable(section, section.reads(request));
  explanation.writes_keys = readable(section, keys_of(section.writes(request)));
  match::Version initial =
      match::state_of(section.reads(request), [](table::KeyId) { return match::Version{0}; });
  if ((request.flags & format::request_counts_asks) != 0) initial = match::first_ask(initial);
  for (const auto& answer : section.answers(request))
    explanation.answers.push_back({source_of(section, answer), answer.state == initial,
                                   (answer.flags & format::answer_guess) == 0});
}

std::string source_of(const ServiceSection& section, const Verdict& verdict) {
  const auto* answer = verdict.answer != nullptr ? verdict.answer : verdict.doubt.nearest;
  return answer == nullptr ? std::string() : source_of(section, *answer);
}

/// Asks what came before, then the request itself.
void explain_state(const Protocol& protocol, const ServiceSection& section, Analyser& analyser,
                   const Identity& identity, const std::vector<std::string>& after,
                   Explanation& explanation) {
  LiveState live(protocol, section, Strictness::normal, std::make_shared<match::Renaming>());
  ConnectionState connection;
  for (const std::string& line : after) {
    std::vector<Problem> problems;
    const Identity before = analyser.identify(request_from_line(protocol, line), problems);
    for (const Problem& problem : problems) explanation.problems.push_back(problem.what);
    const Verdict verdict =
        live.ask({.canonical = before.canonical, .qualifier = before.qualifier}, connection);
    explanation.after.push_back({protocol.summarise(protocol.describe(before.canonical)),
                                 verdict.grade, source_of(section, verdict)});
  }
  const Verdict verdict =
      live.ask({.canonical = identity.canonical, .qualifier = identity.qualifier}, connection);
  explanation.grade = verdict.grade;
  explanation.answered = source_of(section, verdict);
  if (is_certain(verdict.grade)) return;
  explanation.not_computed = live.why_not_computed(
      {.canonical = identity.canonical, .qualifier = identity.qualifier}, connection);
  explanation.doubt = text_of(verdict.doubt.reason);
  if (verdict.doubt.difference)
    explanation.doubt += ": " + text_of(protocol, section, *verdict.doubt.difference);
}

std::string difference_text(const match::Difference& d) {
  return fmt::format("      {}: asked {}, recorded {}\n", d.path.empty() ? "the request" : d.path,
                     d.asked.empty() ? "nothing" : d.asked,
                     d.recorded.empty() ? "nothing" : d.recorded);
}

std::string nearest_text(const std::vector<match::NearMiss>& nearest) {
  if (nearest.empty()) return "  nothing like it was recorded\n";
  std::string text;
  for (const match::NearMiss& miss : nearest) {
    text += fmt::format("  near: {} ({})\n", miss.recorded, miss.source);
    for (const match::Difference& d : miss.differences) text += difference_text(d);
  }
  return text;
}

std::string state_text(const Explanation& explanation) {
  return fmt::format("  {}: {} {}{}\n", explanation.after.empty() ? "at first" : "now",
                     name_of(explanation.grade), explanation.answered,
                     explanation.doubt.empty() ? "" : "; " + explanation.doubt);
}

std::string answers_text(const Explanation& explanation) {
  std::string text = fmt::format("  depends on: {}\n",
                                 explanation.reads_keys.empty()
                                     ? "nothing that was ever written"
                                     : fmt::format("{}", fmt::join(explanation.reads_keys, ", ")));
  if (explanation.writes)
    text += fmt::format("  writes: {}\n", fmt::join(explanation.writes_keys, ", "));
  for (const ExplainedAnswer& answer : explanation.answers)
    text +=
        fmt::format("  answer: {}{}{}\n", answer.source,
                    answer.initial ? ", before any write" : ", after the writes recorded before it",
                    answer.certain ? "" : ", as a guess");
  text += state_text(explanation);
  if (explanation.volatile_)
    text += "  volatile: one state has several answers, so they are given in order, as guesses\n";
  return text;
}

}  // namespace

Explanation explain(const Protocol& protocol, const ServiceSection& section, std::string_view line,
                    const std::vector<std::string>& after, const Secrets& secrets) {
  Explanation explanation;
  std::vector<Problem> problems;
  const auto analyser = protocol.new_analyser();
  analyser->use(secrets);
  analyser->consult(section);
  const Document asked = request_from_line(protocol, line);
  const Identity identity = analyser->identify(asked, problems);
  for (const Problem& problem : problems) explanation.problems.push_back(problem.what);
  explanation.request = protocol.describe(identity.canonical);
  const auto rule = RuleBook(section).find(
      explanation.request, analyser->whole_request(asked).value_or(Document(nullptr)));
  if (rule) {
    const auto& record = section.rules()[*rule];
    explanation.rule = fmt::format("{}:{}", section.text(record.file), record.line);
  }
  const auto found = section.find(identity.canonical, identity.qualifier);
  if (!found.empty()) explain_recorded(section, section.requests()[found.first()], explanation);
  explanation.ambiguous = !found.exact && found.compatible_count > 1;
  explain_state(protocol, section, *analyser, identity, after, explanation);
  if (found.empty())
    explanation.nearest =
        match::nearest(protocol, match::PatternIndex(section), identity.canonical, 3);
  return explanation;
}

Document to_document(const Explanation& explanation) {
  Document answers = Document::array();
  for (const ExplainedAnswer& a : explanation.answers)
    answers.push_back({{"source", a.source}, {"initial", a.initial}, {"certain", a.certain}});
  Document after = Document::array();
  for (const ExplainedStep& step : explanation.after)
    after.push_back(
        {{"request", step.request}, {"grade", name_of(step.grade)}, {"source", step.source}});
  Document nearest = Document::array();
  for (const match::NearMiss& miss : explanation.nearest) {
    Document differences = Document::array();
    for (const match::Difference& d : miss.differences)
      differences.push_back({{"path", d.path}, {"asked", d.asked}, {"recorded", d.recorded}});
    nearest.push_back(
        {{"recorded", miss.recorded}, {"source", miss.source}, {"differences", differences}});
  }
  return {{"request", explanation.request},
          {"rule", explanation.rule},
          {"recorded", explanation.recorded},
          {"ambiguous", explanation.ambiguous},
          {"writes", explanation.writes},
          {"volatile", explanation.volatile_},
          {"reads_keys", explanation.reads_keys},
          {"writes_keys", explanation.writes_keys},
          {"answers", answers},
          {"after", after},
          {"grade", name_of(explanation.grade)},
          {"answered", explanation.answered},
          {"doubt", explanation.doubt},
          {"not_computed", explanation.not_computed},
          {"nearest", nearest},
          {"problems", explanation.problems}};
}

std::string to_text(const Explanation& explanation, const Protocol& protocol) {
  std::string text = fmt::format("{}\n", protocol.summarise(explanation.request));
  for (const ExplainedStep& step : explanation.after)
    text += fmt::format("  after: {} ({}{}{})\n", step.request, name_of(step.grade),
                        step.source.empty() ? "" : " ", step.source);
  for (const std::string& problem : explanation.problems)
    text += fmt::format("  problem: {}\n", problem);
  if (!explanation.rule.empty())
    text += fmt::format("  answered by the rule at {}\n", explanation.rule);
  if (explanation.ambiguous)
    text += "  several recorded requests fit, because the types of its values are unknown\n";
  if (!explanation.not_computed.empty())
    text += fmt::format("  not computed: {}\n", explanation.not_computed);
  if (explanation.recorded) return text + answers_text(explanation);
  return text + (is_certain(explanation.grade) ? state_text(explanation)
                                               : nearest_text(explanation.nearest));
}

}  // namespace understudy::engine
