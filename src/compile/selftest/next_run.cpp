#include "compile/selftest/next_run.hpp"

#include "match/fresh_value.hpp"
#include "match/masked.hpp"
#include "table/cbor.hpp"

namespace understudy::compile {
namespace {

constexpr std::uint32_t next = 1;

}  // namespace

NextRun::NextRun(const LoadedService& service, const table::ServiceSection& section)
    : service_(service), section_(section), analyser_(service.protocol->new_analyser()) {
  analyser_->restore(section.profile());
  if (!section.has_varying()) return;
  for (const Step& step : service.steps) {
    if (step.analysis.effect == Effect::none) continue;
    for (const auto& [folded, spelled] :
         match::spelled_values(*service.protocol, step.analysis.identity.canonical, service.places))
      if (const std::string* found = other(folded))
        plain_.add(spelled, match::respell(*found, spelled));
  }
}

const std::string* NextRun::other(const std::string& folded) {
  if (!section_.is_varying(folded)) return nullptr;
  const auto [found, added] = others_.try_emplace(folded);
  if (added) found->second = match::another(folded, next);
  return &found->second;
}

std::string NextRun::request(const Step& step) {
  const Identity& identity = step.analysis.identity;
  if (!section_.has_varying()) return identity.canonical;
  return match::renamed(
      *service_.protocol, identity.canonical,
      [&](const std::string& folded) { return other(folded); }, service_.places);
}

std::string NextRun::truth(const Step& step) {
  // No value was recognised in it; where one stands there all the same, the image is not right.
  if (step.document.empty()) return plain_.replaced_in_text(step.analysis.image);
  const Document document = table::document_from_cbor(as_bytes(step.document));
  const match::Rename rename = [&](const std::string& folded) { return other(folded); };
  const Document recorded = document.value("answer", Document());
  const Document answer = plain_.replaced(match::renamed(recorded, rename));
  if (answer == recorded) return step.analysis.image;
  std::vector<Problem> problems;
  return analyser_->encode(match::renamed(document.value("request", Document()), rename), answer,
                           problems);
}

}  // namespace understudy::compile
