#include "protocols/http/analyser.hpp"

#include <algorithm>
#include <iterator>

#include "protocols/http/ascii.hpp"
#include "protocols/http/identity.hpp"
#include "protocols/http/image.hpp"
#include "protocols/http/keys.hpp"
#include "protocols/http/whole.hpp"
#include "understudy/document_text.hpp"

namespace understudy::http {

void HttpAnalyser::learn(const SessionHeader& session, const Exchange& exchange) {
  std::vector<Problem> reported_by_analyse;
  const Asked asked = asked_of(exchange.request, secrets_, reported_by_analyse);
  has_unkeyed_placeholders_ = has_unkeyed_placeholders_ || has_unkeyed_placeholder(asked);
  evidence_.add(session, exchange, asked, dependencies_of(asked, exchange.answer));
}

Analysis HttpAnalyser::analyse(const SessionHeader&, const Exchange& exchange,
                               std::vector<Problem>& problems) {
  const Asked asked = asked_of(exchange.request, secrets_, problems);
  const std::string pattern = pattern_of(asked);
  Dependencies dependencies = dependencies_of(asked, exchange.answer);
  const auto& further = evidence().further_reads(pattern);
  std::ranges::copy(further, std::back_inserter(dependencies.reads));
  Analysis analysis;
  analysis.identity.canonical = canonical_of(asked, evidence().selectors_of(pattern));
  analysis.effect = dependencies.effect;
  analysis.reads = std::move(dependencies.reads);
  analysis.writes = std::move(dependencies.writes);
  analysis.changed = dependencies.changed;
  Document answer = settled(analysis.identity.canonical, exchange.answer);
  analysis.image = encode_image(asked.method, answer, problems);
  if (answer != exchange.answer) analysis.settled = std::move(answer);
  return analysis;
}

Identity HttpAnalyser::identify(const Document& request, std::vector<Problem>& problems) {
  const Asked asked = asked_of(request, secrets_, problems);
  return {canonical_of(asked, evidence().selectors_of(pattern_of(asked))), {}};
}

std::optional<Document> HttpAnalyser::condition(const Document& request,
                                                std::vector<Problem>& problems) {
  return condition_of(request, problems);
}

std::optional<Document> HttpAnalyser::whole_request(const Document& request) {
  std::vector<Problem> reported_by_identify;
  return whole_document(request, reported_by_identify);
}

std::string HttpAnalyser::encode(const Document& request, const Document& answer,
                                 std::vector<Problem>& problems) {
  const Document method = request.is_object() ? request.value("method", Document()) : Document();
  return encode_image(octets_of(method), answer, problems);
}

std::vector<std::pair<std::string, std::string>> HttpAnalyser::shapes() const {
  std::vector<std::pair<std::string, std::string>> shapes;
  for (const auto& [pattern, selectors] : evidence_.selectors())
    shapes.emplace_back(selectors_key(pattern), encode_selectors(selectors));
  if (has_unkeyed_placeholders_) shapes.emplace_back(unkeyed_placeholders, "yes");
  return shapes;
}

const Evidence& HttpAnalyser::evidence() {
  if (!concluded_) evidence_.conclude();
  concluded_ = true;
  return evidence_;
}

/// The answer with the volatile fields of the first one that was equal but for these, so that equal
/// answers have equal images.
Document HttpAnalyser::settled(const std::string& canonical, const Document& answer) {
  if (!evidence().has_volatile() || !answer.is_object() || !answer.contains("headers") ||
      !answer["headers"].is_object())
    return answer;
  Document lasting = answer;
  for (const auto& [name, value] : answer["headers"].items())
    if (evidence().is_volatile(lowered(name))) lasting["headers"].erase(name);
  const std::string key = canonical + '\0' + json_text(lasting);
  Document settled_answer = answer;
  settled_answer["headers"] = first_headers_.try_emplace(key, answer["headers"]).first->second;
  return settled_answer;
}

}  // namespace understudy::http
