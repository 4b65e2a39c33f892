#include "compile/report/decisions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

#include "compile/values/align.hpp"

namespace understudy::compile {
namespace {

using Key = std::tuple<std::string, std::uint32_t, std::uint32_t, match::ValueKind, PlaceClass,
                       std::string>;  // template, value, token, kind, class, because

struct Tally {
  Decision decision;
  std::set<std::string> values;
};

/// Why one value is what it is, in one place.
struct Reason {
  PlaceClass place_class = PlaceClass::constant;
  bool certain = true;
  std::string because;
  std::vector<std::string> evidence;
};

class Decider {
 public:
  Decider(std::span<const LoadedService> services, const Findings& findings)
      : services_(services), findings_(findings) {}

  std::vector<Decision> of(std::uint32_t service) {
    tallies_.clear();
    tokens_.clear();
    for (StepId i; i != services_[service].steps.next(); ++i) look_at(service, i);
    std::vector<Decision> decisions;
    for (auto& [key, tally] : tallies_) {
      const auto& [request, value, token, kind, place_class, because] = key;
      tally.decision.values = tally.values.size();
      tally.decision.place = tokens_[{request, value}] > 1 ? fmt::format("{}.{}", value, token)
                                                           : std::to_string(value);
      decisions.push_back(std::move(tally.decision));
    }
    return decisions;
  }

 private:
  void look_at(std::uint32_t service, StepId id) {
    const Step& step = services_[service].steps[id];
    if (step.analysis.effect == Effect::none) return;
    const auto masked = match::mask(*services_[service].protocol, step.analysis.identity.canonical,
                                    services_[service].places);
    if (masked.values.empty()) return;
    const std::string request = match::template_of(masked.mask);
    for (const match::MaskedValue& value : masked.values) {
      std::uint32_t& tokens = tokens_[{request, value.value}];
      tokens = std::max(tokens, value.token);
      const auto finding = findings_.find(value.folded);
      if (finding == findings_.end()) continue;
      const bool first = is_first(finding->second, service, id);
      if (!first && is_again(finding->second, service, step, value)) continue;
      Reason reason = reason_of(value.folded, finding->second, first);
      const match::ValueKind kind = match::kind_of_folded(value.folded);
      Tally& tally =
          tallies_[{request, value.value, value.token, kind, reason.place_class, reason.because}];
      tally.values.insert(value.folded);
      if (!tally.decision.example.empty()) continue;
      if (!first) reason.evidence.insert(reason.evidence.begin(), place(service, id));
      tally.decision = {.request = request,
                        .place = {},
                        .kind = kind,
                        .place_class = reason.place_class,
                        .certain = reason.certain,
                        .because = reason.because,
                        .values = 0,
                        .example = match::spell(value.folded),
                        .evidence = std::move(reason.evidence)};
    }
  }

  [[nodiscard]] static bool is_first(const ValueFinding& finding, std::uint32_t service,
                                     StepId step) {
    return !finding.in_answer && finding.service == service && finding.step == step;
  }

  /// Another recording of the flow, in the place where the value was seen first.
  [[nodiscard]] bool is_again(const ValueFinding& finding, std::uint32_t service, const Step& step,
                              const match::MaskedValue& value) const {
    const Step& first = services_[finding.service].steps[finding.step];
    return !finding.in_answer && finding.service == service && first.recording != step.recording &&
           finding.value == value.value && finding.token == value.token &&
           pattern_of(first.analysis.identity.canonical) ==
               pattern_of(step.analysis.identity.canonical);
  }

  [[nodiscard]] std::string place(std::uint32_t service, StepId step) const {
    return place_of(services_[service], services_[service].steps[step]);
  }

  /// `first`: this is where the value was seen first.
  [[nodiscard]] Reason reason_of(const std::string& value, const ValueFinding& finding,
                                 bool first) const {
    const std::string origin = place(finding.service, finding.step);
    if (finding.value_class == ValueClass::echo)
      return {PlaceClass::echo, true, "a server made it, and showed it before", {origin}};
    if (finding.value_class != ValueClass::fresh) return constant(finding, origin);
    if (!first) return {PlaceClass::echo, true, "the client made it before", {origin}};
    if (finding.pinned != nullptr) return pinned(PlaceClass::fresh, *finding.pinned, origin);
    if (finding.refers)
      return {PlaceClass::fresh,
              false,
              "written here first, but by the column's name it refers to another table; the first "
              "use of another one is a guess",
              {origin}};
    if (!finding.proven)
      return {PlaceClass::fresh,
              false,
              "this write makes it; one recording does not prove it",
              {origin}};
    const Alignment::Evidence& evidence = services_.front().alignment->proven.at(value);
    return {PlaceClass::fresh,
            true,
            "proven: another recording has another value there",
            {evidence.earlier, evidence.later}};
  }

  [[nodiscard]] static Reason pinned(PlaceClass place_class, const PinnedPlace& pinned,
                                     const std::string& origin) {
    return {place_class, true, fmt::format("pinned at {}:{}", pinned.file, pinned.line), {origin}};
  }

  [[nodiscard]] Reason constant(const ValueFinding& finding, const std::string& origin) const {
    if (finding.pinned != nullptr) return pinned(PlaceClass::constant, *finding.pinned, origin);
    if (finding.value_class == ValueClass::constant && finding.also)
      return {PlaceClass::constant,
              true,
              "proven: several recordings have it",
              {origin, place(finding.also->first, finding.also->second)}};
    if (finding.value_class == ValueClass::fixed)
      return {PlaceClass::constant, false, "a time far from that of the recording", {origin}};
    return {PlaceClass::constant,
            false,
            "no write that took effect makes it, it is only asked for",
            {origin}};
  }

  std::span<const LoadedService> services_;
  const Findings& findings_;
  std::map<Key, Tally> tallies_;
  std::map<std::pair<std::string, std::uint32_t>, std::uint32_t> tokens_;
};

}  // namespace

std::string_view name_of(PlaceClass place_class) noexcept {
  constexpr std::array<std::string_view, 3> names = {"fresh", "echo", "constant"};
  return names[static_cast<std::size_t>(place_class)];
}

std::vector<std::vector<Decision>> decide(std::span<const LoadedService> services,
                                          const Findings& findings) {
  std::vector<std::vector<Decision>> all;
  Decider decider(services, findings);
  for (std::uint32_t i = 0; i < services.size(); ++i) all.push_back(decider.of(i));
  return all;
}

std::string summary_of(const std::vector<Decision>& decisions) {
  if (decisions.empty()) return {};
  std::array<std::set<std::pair<std::string, std::string>>, 3> places;
  std::set<std::pair<std::string, std::string>> certain;
  for (const Decision& decision : decisions) {
    const std::pair place(decision.request, decision.place);
    places[static_cast<std::size_t>(decision.place_class)].insert(place);
    if (decision.certain && decision.place_class == PlaceClass::fresh) certain.insert(place);
  }
  return fmt::format(
      "values in {} places are fresh (in {} of them proven or pinned), in {} echo, "
      "in {} constant",
      places[0].size(), certain.size(), places[1].size(), places[2].size());
}

}  // namespace understudy::compile
