#include "compile/varying.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "compile/align.hpp"
#include "match/instant.hpp"
#include "table/hash.hpp"

namespace understudy::compile {
namespace {

constexpr std::int64_t day = 86'400'000'000;

Document document_of(std::string_view cbor) {
  return Document::from_cbor(cbor.begin(), cbor.end(), true, false);
}

std::vector<std::string> shown_values(const Step& step) {
  std::vector<std::string> values;
  match::collect_values(answer_of(step), values);
  return values;
}

/// Where one recording shows a value.
struct Seen {
  std::uint64_t tick = 0;  ///< of the first time
  ValueFinding first;
  bool made = false;  ///< by a write that took effect, at whatever time
  bool near = true;   ///< a time about that of the recording
};

class Finder {
 public:
  explicit Finder(std::span<const LoadedService> services) : services_(services) {}

  Findings run() {
    for (std::uint32_t s = 0; s < services_.size(); ++s)
      for (std::uint32_t i = 0; i < services_[s].steps.size(); ++i) look_at(s, i);
    Findings findings;
    for (const auto& [value, by_recording] : seen_) {
      const Seen& seen = by_recording.begin()->second;
      ValueFinding& finding = findings[value] = seen.first;
      finding.proven = is_proven(value);
      finding.value_class = finding.proven            ? proven_class(seen)
                            : by_recording.size() > 1 ? ValueClass::constant
                                                      : class_of(seen);
    }
    return findings;
  }

 private:
  using ByRecording = std::map<std::uint32_t, Seen>;

  void look_at(std::uint32_t service, std::uint32_t number) {
    const Step& step = services_[service].steps[number];
    if (step.analysis.effect == Effect::none) return;
    const auto masked = match::mask(*services_[service].protocol, step.analysis.identity.canonical);
    const bool writes = step.analysis.effect == Effect::write && step.analysis.changed;
    for (const match::MaskedValue& value : masked.values) {
      Seen& seen = see(value.folded, step, step.began, {{}, service, number, false});
      seen.made |= writes && value.role == ValueRole::made;
    }
    for (const std::string& value : shown_values(step))
      see(value, step, step.ended, {{}, service, number, true});
  }

  Seen& see(const std::string& value, const Step& step, std::uint64_t tick, ValueFinding where) {
    const auto [found, added] = seen_[value].try_emplace(step.recording);
    Seen& seen = found->second;
    if (added || tick < seen.tick) {
      seen.tick = tick;
      seen.first = where;
    }
    if (added && match::is_time(match::kind_of_folded(value)))
      seen.near = std::abs(match::time_of(value) - step.recorded_at) <= day;
    return seen;
  }

  [[nodiscard]] bool is_proven(const std::string& value) const {
    return !services_.empty() && services_.front().alignment &&
           services_.front().alignment->proven.contains(value);
  }

  static ValueClass proven_class(const Seen& seen) {
    return seen.first.in_answer ? ValueClass::echo : ValueClass::fresh;
  }

  static ValueClass class_of(const Seen& seen) {
    if (seen.first.in_answer) return ValueClass::echo;
    if (!seen.made) return ValueClass::sought;
    return seen.near ? ValueClass::fresh : ValueClass::fixed;
  }

  std::span<const LoadedService> services_;
  std::map<std::string, ByRecording> seen_;
};

}  // namespace

Document answer_of(const Step& step) {
  if (step.document.empty()) return {};
  return document_of(step.document).value("answer", Document());
}

Findings find_values(std::span<const LoadedService> services) {
  return Finder(services).run();
}

Varying::Varying(const LoadedService& service, const Findings& findings)
    : service_(&service), findings_(&findings), plain_(service.protocol->new_analyser()) {
  plain_->restore(service.analyser->profile());
  const auto note = [&](const std::string& value) {
    const auto found = findings.find(value);
    if (found != findings.end() && found->second.value_class == ValueClass::fresh)
      values_.emplace(value, found->second.proven);
  };
  for (const Step& step : service.steps) {
    if (step.analysis.effect == Effect::none) continue;
    const auto masked = match::mask(*service.protocol, step.analysis.identity.canonical);
    for (const auto& value : masked.values) note(value.folded);
    for (const std::string& value : shown_values(step)) note(value);
  }
}

bool Varying::is_fresh(std::string_view folded) const {
  if (findings_ == nullptr) return false;
  const auto found = findings_->find(folded);
  return found != findings_->end() && found->second.value_class == ValueClass::fresh;
}

std::uint64_t Varying::mask_of(std::string_view canonical) const {
  if (values_.empty()) return 0;
  const match::Masked masked = match::mask(*service_->protocol, canonical);
  const bool varies = std::ranges::any_of(
      masked.values, [&](const match::MaskedValue& value) { return is_fresh(value.folded); });
  return varies ? table::hash_of(masked.mask) : 0;
}

bool Varying::shown_by(const Step& step) const {
  return !values_.empty() && std::ranges::any_of(shown_values(step), [&](const std::string& value) {
    return is_fresh(value);
  });
}

std::string Varying::document_of(const Step& step) const {
  const Document document = compile::document_of(step.document);
  std::vector<Problem> problems;
  const std::string image = plain_->encode(document["request"], document["answer"], problems);
  return image == step.analysis.image ? step.document : std::string();
}

void keep_values(const SessionHeader& session, const Exchange& exchange, Step& step) {
  if (const auto started = match::parse_instant(session.started))
    step.recorded_at = started->microseconds;
  const Document settled = std::exchange(step.analysis.settled, {});
  const Document& answer = settled.is_null() ? exchange.answer : settled;
  std::vector<std::string> values;
  match::collect_values(answer, values);
  if (values.empty()) return;
  const auto cbor = Document::to_cbor({{"request", exchange.request}, {"answer", answer}});
  step.document.assign(cbor.begin(), cbor.end());
}

}  // namespace understudy::compile
