#include "engine/renamer.hpp"

#include <algorithm>

#include "table/hash.hpp"

namespace understudy::engine {

namespace format = table::format;
using match::MaskedValue;

Renamer::Renamer(const Protocol& protocol, const table::ServiceSection& section,
                 std::shared_ptr<match::Renaming> renaming)
    : protocol_(protocol),
      section_(section),
      renaming_(std::move(renaming)),
      analyser_(protocol.new_analyser()) {
  analyser_->restore(section.profile());
}

bool Renamer::concerns(const Found& found) const noexcept {
  if (!section_.has_varying()) return false;
  return found.empty() || (section_.requests()[found.first()].flags & format::request_varies) != 0;
}

bool Renamer::Proposal::certain(bool accepted) const noexcept {
  return std::ranges::all_of(bindings, [&](const Binding& binding) {
    return binding.proven || (binding.made && accepted);
  });
}

const match::Masked& Renamer::recorded(std::uint32_t request) {
  const auto found = recorded_.find(request);
  if (found != recorded_.end()) return found->second;
  const std::string_view canonical = section_.text(section_.requests()[request].canonical);
  return recorded_.emplace(request, match::mask(protocol_, canonical)).first->second;
}

/// Whether each live value is, or may become, the name of the recorded one in its place.
bool Renamer::consistent(const Values& recorded, const Values& live,
                         std::vector<Binding>& bindings) const {
  bindings.clear();
  if (recorded.size() != live.size()) return false;
  for (std::size_t i = 0; i < live.size(); ++i) {
    const std::string& theirs = recorded[i].folded;
    const std::string& ours = live[i].folded;
    const format::VaryingRecord* varying = section_.varying(theirs);
    if (varying == nullptr) {
      if (theirs != ours || renaming_->recorded_of(ours) != nullptr) return false;
      continue;
    }
    if (renaming_->bound(theirs, ours)) continue;
    const bool made = live[i].role == ValueRole::made;
    const bool time = match::is_time(match::kind_of_folded(theirs));
    const bool free =
        renaming_->live_of(theirs) == nullptr && (time || renaming_->recorded_of(ours) == nullptr);
    if (!free && !(time && made)) return false;
    const auto same = std::ranges::find(bindings, theirs, &Binding::recorded);
    if (same == bindings.end())
      bindings.push_back({theirs, ours, made, varying->proven != 0 || theirs == ours});
    else
      same->made |= made;
  }
  return true;
}

/// By what is bound already, spelled as the live request is: without a search.
std::optional<Renamer::Proposal> Renamer::bound(std::string_view canonical,
                                                std::string_view qualifier, const Values& live) {
  const std::string translated =
      match::renamed(protocol_, canonical,
                     [&](const std::string& folded) { return renaming_->recorded_of(folded); });
  Proposal proposal;
  proposal.found = section_.find(translated, qualifier);
  if (proposal.found.empty()) return std::nullopt;
  if (!consistent(recorded(proposal.found.first()).values, live, proposal.bindings))
    return std::nullopt;
  return proposal;
}

/// All its values are bound, so that it can't be what a new value stands for.
bool Renamer::is_taken(std::uint32_t request) {
  return std::ranges::all_of(recorded(request).values, [&](const MaskedValue& value) {
    return !section_.is_varying(value.folded) ||
           (!match::is_time(match::kind_of_folded(value.folded)) &&
            renaming_->live_of(value.folded) != nullptr);
  });
}

std::span<const format::MaskRecord> Renamer::open_candidates(const match::Masked& live) {
  const std::uint64_t hash = table::hash_of(live.mask);
  const auto all = section_.masked(hash);
  if (all.empty()) return all;
  std::size_t& taken = taken_[hash];
  while (taken < all.size() && is_taken(all[taken].request)) ++taken;
  return all.subspan(taken);
}

Renamer::Proposal Renamer::propose(std::string_view canonical, std::string_view qualifier,
                                   const std::function<bool(const Found&)>& answered) {
  const match::Masked live = match::mask(protocol_, canonical);
  if (live.values.empty()) return {section_.find(canonical, qualifier), {}};
  if (auto known = bound(canonical, qualifier, live.values)) return *std::move(known);
  Proposal first;
  for (const format::MaskRecord& candidate : open_candidates(live)) {
    const match::Masked& theirs = recorded(candidate.request);
    Proposal proposal;
    if (theirs.mask != live.mask || !consistent(theirs.values, live.values, proposal.bindings))
      continue;
    const auto& request = section_.requests()[candidate.request];
    proposal.found = section_.find(section_.text(request.canonical), qualifier);
    if (proposal.found.empty()) continue;
    if (answered(proposal.found)) return proposal;
    // What is only asked for, and not in this state, nothing speaks for.
    if (first.found.empty() && proposal.certain(true)) first = std::move(proposal);
  }
  return first;
}

void Renamer::bind(const Proposal& proposal) {
  for (const Binding& binding : proposal.bindings) renaming_->bind(binding.recorded, binding.live);
}

Renamer::Rewritten Renamer::rewrite(const format::AnswerRecord& answer) {
  const std::scoped_lock lock(mutex());
  const auto known = made_.find(&answer);
  if (known != made_.end() &&
      (known->second.revision == 0 || known->second.revision == renaming_->revision()))
    return known->second.rewritten;
  bool lasting = true;
  Made made{make(answer, lasting), 0};
  if (!lasting) made.revision = renaming_->revision();
  return made_.insert_or_assign(&answer, std::move(made)).first->second.rewritten;
}

/// `lasting` becomes false where more bindings may change it.
Renamer::Rewritten Renamer::make(const format::AnswerRecord& answer, bool& lasting) {
  Rewritten rewritten;
  const format::MentionRecord* mention = section_.mention(answer);
  if (mention == nullptr) return rewritten;
  const Bytes cbor = section_.octets(mention->document);
  const Document document = Document::from_cbor(cbor.begin(), cbor.end(), true, false);
  if (!document.is_object() || !document.contains("answer")) {
    lasting = false;
    rewritten.certain = !renaming_->renames();
    return rewritten;
  }
  bool differs = false;
  const match::Rename live = [&](const std::string& folded) -> const std::string* {
    if (!section_.is_varying(folded)) return nullptr;
    const std::string* found = renaming_->live_of(folded);
    // Of a time more may be bound, so that it is no longer known which one is meant.
    lasting &= found != nullptr && !match::is_time(match::kind_of_folded(folded));
    rewritten.certain &= !renaming_->ambiguous(folded);
    differs |= found != nullptr && *found != folded;
    return found;
  };
  const Document told = match::renamed(document["answer"], live);
  if (!differs) return rewritten;
  std::vector<Problem> problems;
  const Document asked = match::renamed(document.value("request", Document()), live);
  std::string image = analyser_->encode(asked, told, problems);
  if (problems.empty())
    rewritten.image = std::make_shared<const std::string>(std::move(image));
  else
    rewritten.certain = false;
  return rewritten;
}

std::string Renamer::recorded_text(std::string_view live) {
  const std::scoped_lock lock(mutex());
  return match::renamed(live,
                        [&](const std::string& folded) { return renaming_->recorded_of(folded); });
}

void Renamer::clear() {
  renaming_->clear();
  const std::scoped_lock lock(mutex());
  taken_.clear();
  made_.clear();
}

}  // namespace understudy::engine
