#include "compile/next_run.hpp"

#include "match/fresh_value.hpp"
#include "match/masked.hpp"
#include "table/cbor.hpp"

namespace understudy::compile {
namespace {

constexpr std::uint32_t next = 1;

}  // namespace

NextRun::NextRun(const LoadedService& service, const table::ServiceSection& section,
                 std::shared_ptr<match::Renaming> renaming)
    : service_(service),
      section_(section),
      renamer_(*service.protocol, section, std::move(renaming)),
      analyser_(service.protocol->new_analyser()) {
  analyser_->restore(section.profile());
}

const std::string* NextRun::other(const std::string& folded) {
  if (!section_.is_varying(folded)) return nullptr;
  const auto [found, added] = others_.try_emplace(folded);
  if (added) found->second = match::another(folded, next);
  return &found->second;
}

match::Renamer::Proposal NextRun::ask(const Step& step, const match::Renamer::AnswerOf& answer_of) {
  const Identity& identity = step.analysis.identity;
  const auto found = section_.find(identity.canonical, identity.qualifier);
  if (!renamer_.concerns(found)) return {found, {}};
  const std::string canonical =
      match::renamed(*service_.protocol, identity.canonical,
                     [&](const std::string& folded) { return other(folded); });
  return renamer_.propose(canonical, identity.qualifier, answer_of);
}

std::string NextRun::truth(const Step& step) {
  if (step.document.empty()) return step.analysis.image;
  const Document document = table::document_from_cbor(as_bytes(step.document));
  bool differs = false;
  const match::Rename rename = [&](const std::string& folded) {
    const std::string* found = other(folded);
    differs |= found != nullptr;
    return found;
  };
  const Document answer = match::renamed(document.value("answer", Document()), rename);
  if (!differs) return step.analysis.image;
  std::vector<Problem> problems;
  return analyser_->encode(match::renamed(document.value("request", Document()), rename), answer,
                           problems);
}

}  // namespace understudy::compile
