// What would answer a request and why, or why nothing does.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "match/near_miss.hpp"
#include "table/service_section.hpp"
#include "understudy/protocol.hpp"

namespace understudy::engine {

/// One recorded answer of the request.
struct ExplainedAnswer {
  std::string source;    ///< file:line of the first exchange that was answered so
  bool initial = false;  ///< the answer before any recorded write
  bool certain = true;
};

/// A request of which `--after` makes the state.
struct ExplainedStep {
  std::string request;  ///< one line
  Grade grade = Grade::miss;
  std::string source;  ///< file:line of the answer; empty for a miss
};

struct Explanation {
  Document request;  ///< as understood
  std::string rule;  ///< file:line of the rule that answers before anything recorded; or empty
  bool recorded = false;
  bool ambiguous = false;  ///< several recorded requests fit
  bool writes = false;
  bool volatile_ = false;
  std::vector<std::string> reads_keys, writes_keys;  ///< readable
  std::vector<ExplainedAnswer> answers;
  std::vector<ExplainedStep> after;      ///< what came before it here
  Grade grade = Grade::miss;             ///< of the answer that it gets after that
  std::string answered;                  ///< file:line of that answer, or of the likeliest one
  std::string doubt;                     ///< why it is not certain, and which write differs
  std::string not_computed;              ///< why, where its protocol computes answers
  std::vector<match::NearMiss> nearest;  ///< where nothing was recorded
  std::vector<std::string> problems;     ///< what of the request could not be understood
};

/// `line` is what a person types: a statement, a command, "GET /path". It is asked after the
/// requests of `after`, as one connection would, each of them a transaction of its own.
[[nodiscard]] Explanation explain(const Protocol& protocol, const table::ServiceSection& section,
                                  std::string_view line, const std::vector<std::string>& after = {},
                                  const Secrets& secrets = {});

[[nodiscard]] Document to_document(const Explanation& explanation);
/// Several lines for a terminal.
[[nodiscard]] std::string to_text(const Explanation& explanation, const Protocol& protocol);

}  // namespace understudy::engine
