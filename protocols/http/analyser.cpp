#include "protocols/http/analyser.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "protocols/http/ascii.hpp"
#include "protocols/http/identity.hpp"
#include "protocols/http/image.hpp"
#include "protocols/http/keys.hpp"
#include "protocols/http/operation.hpp"
#include "protocols/http/whole.hpp"
#include "understudy/document_text.hpp"

namespace understudy::http {

namespace {

/// Recordings of old have the host in the facts of the session alone.
void add_host(const SessionHeader& session, Asked& asked) {
  if (find(asked.headers, "host") != nullptr || !session.facts.is_object()) return;
  const std::string host = telling_host(octets_of(session.facts.value("host", Document())));
  if (!host.empty()) asked.headers.push_back({"host", host});
}

}  // namespace

void HttpAnalyser::learn(const SessionHeader& session, const Exchange& exchange) {
  // After a renaming all is learned again, under the other names.
  if (std::exchange(concluded_, false)) {
    evidence_ = Evidence();
    for (const auto& paths : independent_) evidence_.pin_independent(paths);
    first_headers_.clear();
  }
  std::vector<Problem> reported_by_analyse;
  Asked asked = asked_of(exchange.request, secrets_, reported_by_analyse);
  add_host(session, asked);
  has_unkeyed_placeholders_ = has_unkeyed_placeholders_ || has_unkeyed_placeholder(asked);
  evidence_.add(session, exchange, asked,
                dependencies_of(asked, effect_of(asked), exchange.answer));
}

Analysis HttpAnalyser::analyse(const SessionHeader& session, const Exchange& exchange,
                               std::vector<Problem>& problems) {
  Asked asked = asked_of(exchange.request, secrets_, problems);
  add_host(session, asked);
  Dependencies dependencies = dependencies_of(asked, effect_of(asked), exchange.answer);
  Analysis analysis;
  analysis.identity.canonical =
      canonical_of(base_of(asked), context_of(asked, evidence().irrelevant()));
  const auto beyond = evidence().beyond(analysis.identity.canonical);
  std::ranges::copy(beyond.reads, std::back_inserter(dependencies.reads));
  if (dependencies.effect == Effect::write) {
    std::ranges::copy(beyond.writes, std::back_inserter(dependencies.writes));
    analysis.writes_otherwise = beyond.writes_otherwise;
  }
  analysis.effect = dependencies.effect;
  // In another state it may make another member, or none.
  if (!dependencies.collection.empty())
    analysis.writes_otherwise.push_back(dependencies.collection);
  analysis.reads = std::move(dependencies.reads);
  analysis.writes = std::move(dependencies.writes);
  analysis.changed = dependencies.changed;
  Document answer = settled(analysis.identity.canonical, exchange.answer);
  analysis.image = encode_image(asked.method, answer, problems);
  if (answer != exchange.answer) analysis.settled = std::move(answer);
  return analysis;
}

/// {request: "POST /rpc op=get", effect: read} or {independent: [/orders, /stock]}.
void HttpAnalyser::pin(const Document& said, std::vector<Problem>& problems) {
  if (said.contains("independent")) {
    std::vector<KeyPath> paths;
    for (const Document& path : said["independent"]) paths.push_back(segments_of(octets_of(path)));
    if (paths.size() < 2)
      problems.push_back(
          {"/independent", "expected two paths or more", "write `independent: [/orders, /stock]`"});
    evidence_.pin_independent(paths);
    independent_.push_back(std::move(paths));
  }
  if (!said.contains("effect")) return;
  const std::string effect = octets_of(said["effect"]);
  if (effect != "read" && effect != "write")
    problems.push_back({"/effect", "expected `read` or `write`", ""});
  effects_[octets_of(said.value("request", Document()))] =
      effect == "read" ? Effect::read : Effect::write;
}

Effect HttpAnalyser::effect_of(const Asked& asked) const {
  const std::string operation = operation_of(asked);
  if (!effects_.empty()) {
    // The narrowest first: as it is called, any of its kind.
    const std::string called = operation.empty() ? std::string() : ' ' + operation;
    for (const std::string& request : {pattern_of(asked) + called, template_of(asked) + called,
                                       pattern_of(asked), template_of(asked)})
      if (const auto pinned = effects_.find(request); pinned != effects_.end())
        return pinned->second;
  }
  return only_asks(asked, operation) ? Effect::read : Effect::write;
}

Identity HttpAnalyser::identify(const Document& request, std::vector<Problem>& problems) {
  const Asked asked = asked_of(request, secrets_, problems);
  const std::string base = base_of(asked);
  // Of who asks a person says nothing: then it is whoever asked first.
  if (!request.is_object() || !request.contains("headers"))
    if (const auto recorded = contexts_of(base); !recorded.empty())
      return {canonical_of(base, recorded.front()), {}};
  return {canonical_of(base, context_of(asked, evidence().irrelevant())), {}};
}

std::vector<Fields> HttpAnalyser::contexts_of(const std::string& base) {
  if (table_ == nullptr) {
    const auto recorded = evidence().contexts().find(base);
    return recorded == evidence().contexts().end() ? std::vector<Fields>() : recorded->second;
  }
  const auto shape = table_->shape(contexts_key(base));
  return shape ? decode_contexts(as_text(*shape)) : std::vector<Fields>();
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
  if (evidence_.irrelevant() != Irrelevant{})
    shapes.emplace_back(irrelevant_key, encode_irrelevant(evidence_.irrelevant()));
  std::map<std::string, std::vector<Fields>> by_key;  // of all requests that share a hash
  for (const auto& [base, contexts] : evidence_.contexts())
    std::ranges::copy(contexts, std::back_inserter(by_key[contexts_key(base)]));
  for (const auto& [key, contexts] : by_key) shapes.emplace_back(key, encode_contexts(contexts));
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
