#include "match/renamer.hpp"

#include <algorithm>

#include "table/cbor.hpp"
#include "table/hash.hpp"

namespace understudy::match {

namespace format = table::format;

namespace {

std::string at_another_time(const std::string& folded, std::int64_t later) {
  return std::string(1, folded.front()) + std::to_string(time_of(folded) + later);
}

}  // namespace

Renamer::Renamer(const Protocol& protocol, const table::ServiceSection& section,
                 std::shared_ptr<Renaming> renaming)
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
  return !ambiguous && std::ranges::all_of(bindings, [&](const Binding& binding) {
    return binding.proven || (binding.made && accepted);
  });
}

const Masked& Renamer::recorded(table::RequestId request) {
  const auto found = recorded_.find(request);
  if (found != recorded_.end()) return found->second;
  const std::string_view canonical = section_.text(section_.requests()[request].canonical);
  return recorded_.emplace(request, mask(protocol_, canonical, section_.places())).first->second;
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
    if (section_.is_constant(ours) || renaming_->is_apart(ours)) return false;
    if (renaming_->bound(theirs, ours)) continue;
    // What refers to something else is not made by being written.
    const bool refers = (varying->flags & format::value_refers) != 0;
    const bool made = live[i].role == ValueRole::made && !refers;
    const bool time = is_time(kind_of_folded(theirs));
    const bool free =
        renaming_->live_of(theirs) == nullptr && (time || renaming_->recorded_of(ours) == nullptr);
    if (!free && !(time && made)) return false;
    const auto same = std::ranges::find(bindings, theirs, &Binding::recorded);
    if (same == bindings.end())
      bindings.push_back(
          {theirs, ours, made, (varying->flags & format::value_proven) != 0 || theirs == ours});
    else
      same->made |= made;
  }
  return true;
}

/// By what is bound already, spelled as the live request is: without a search.
std::optional<Renamer::Proposal> Renamer::bound(std::string_view canonical,
                                                std::string_view qualifier, const Values& live) {
  const std::string translated = renamed(
      protocol_, canonical,
      [&](const std::string& folded) { return renaming_->recorded_of(folded); }, section_.places());
  Proposal proposal;
  proposal.found = section_.find(translated, qualifier);
  if (proposal.found.empty()) return std::nullopt;
  // Each value is bound, or stands for itself. Not by its place: a list may have another order.
  for (const MaskedValue& value : live) {
    if (renaming_->is_apart(value.folded)) return std::nullopt;
    if (renaming_->recorded_of(value.folded) != nullptr || !section_.is_varying(value.folded))
      continue;
    if (renaming_->live_of(value.folded) != nullptr) return std::nullopt;
    if (std::ranges::find(proposal.bindings, value.folded, &Binding::live) ==
        proposal.bindings.end())
      proposal.bindings.push_back({value.folded, value.folded, false, true});
  }
  return proposal;
}

/// All its values are bound, so that it can't be what a new value stands for.
bool Renamer::is_taken(table::RequestId request) {
  return std::ranges::all_of(recorded(request).values, [&](const MaskedValue& value) {
    return !section_.is_varying(value.folded) ||
           (!is_time(kind_of_folded(value.folded)) && renaming_->live_of(value.folded) != nullptr);
  });
}

std::span<const format::MaskRecord> Renamer::open_candidates(std::uint64_t hash) {
  const auto all = section_.masked(hash);
  if (all.empty()) return all;
  std::size_t& taken = taken_[hash];
  while (taken < all.size() && is_taken(all[taken].request)) ++taken;
  return all.subspan(taken);
}

Renamer::Proposal Renamer::proposal_of(table::RequestId request, const Masked& live,
                                       std::string_view qualifier) {
  Proposal proposal;
  const Masked& theirs = recorded(request);
  if (theirs.mask == live.mask && consistent(theirs.values, live.values, proposal.bindings))
    proposal.found =
        section_.find(section_.text(section_.requests()[request].canonical), qualifier);
  return proposal;
}

/// Whether new values that are only sought may as well be others, with another answer: of several
/// times that are asked for, which is which?
bool Renamer::is_ambiguous(const Proposal& chosen, const format::AnswerRecord& answer,
                           std::span<const format::MaskRecord> others, const Masked& live,
                           std::string_view qualifier, const AnswerOf& answer_of) {
  constexpr std::size_t most = 256;
  if (std::ranges::all_of(chosen.bindings, &Binding::made)) return false;
  const auto unordered = std::ranges::count_if(chosen.bindings, [](const Binding& binding) {
    return !binding.made && binding.live != binding.recorded &&
           !is_time(kind_of_folded(binding.live));
  });
  if (unordered > 1) return true;  // in a list: which of them is which?
  if (others.size() > most) return true;
  return std::ranges::any_of(others, [&](const format::MaskRecord& other) {
    const Proposal proposal = proposal_of(other.request, live, qualifier);
    const auto* theirs = proposal.found.empty() ? nullptr : answer_of(proposal.found);
    return theirs != nullptr && theirs->image != answer.image;
  });
}

/// A recorded time as it is shown; null where it stays.
const std::string* Renamer::shifted(const std::string& folded) {
  if (renaming_->shifted_recordings() == 0) return nullptr;
  const auto recording = section_.shifted_from(folded);
  if (!recording) return nullptr;
  const auto [found, added] = later_.try_emplace(folded);
  if (added) found->second = at_another_time(folded, renaming_->shift_of(*recording));
  return &found->second;
}

/// The recorded time that was shown as this one; null where none was.
const std::string* Renamer::unshifted_time(const std::string& folded) {
  if (kind_of_folded(folded) != ValueKind::instant) return nullptr;
  for (std::uint32_t recording = 0; recording < renaming_->shifted_recordings(); ++recording) {
    std::string recorded = at_another_time(folded, -renaming_->shift_of(recording));
    if (section_.shifted_from(recorded) == recording)
      return &earlier_.insert_or_assign(folded, std::move(recorded)).first->second;
  }
  return nullptr;
}

std::string Renamer::unshifted(std::string_view canonical) {
  return renamed(protocol_, canonical,
                 [&](const std::string& folded) { return unshifted_time(folded); });
}

/// Where no request has the values as they are, some may be times that were shown later than they
/// had been recorded.
Renamer::Proposal Renamer::propose(std::string_view canonical, std::string_view qualifier,
                                   const AnswerOf& answer_of) {
  Proposal proposal = propose_as_it_is(canonical, qualifier, answer_of);
  if (!proposal.found.empty() || renaming_->shifted_recordings() == 0) return proposal;
  const std::string recorded = unshifted(canonical);
  return recorded == canonical ? proposal : propose_as_it_is(recorded, qualifier, answer_of);
}

Renamer::Proposal Renamer::propose_as_it_is(std::string_view canonical, std::string_view qualifier,
                                            const AnswerOf& answer_of) {
  const Masked live = mask(protocol_, canonical, section_.places());
  if (live.values.empty()) return {section_.find(canonical, qualifier), {}};
  if (auto known = bound(canonical, qualifier, live.values)) return *std::move(known);
  Proposal first;
  const auto candidates = open_candidates(table::hash_of(live.mask));
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    Proposal proposal = proposal_of(candidates[i].request, live, qualifier);
    if (proposal.found.empty()) continue;
    if (const auto* answer = answer_of(proposal.found)) {
      proposal.ambiguous =
          is_ambiguous(proposal, *answer, candidates.subspan(i + 1), live, qualifier, answer_of);
      return proposal;
    }
    // What is only asked for, and not in this state, nothing speaks for.
    if (first.found.empty() && proposal.certain(true)) first = std::move(proposal);
  }
  return first.found.empty() ? propose_rows(canonical, qualifier, answer_of) : first;
}

void Renamer::bind(const Proposal& proposal) {
  for (const Binding& binding : proposal.bindings) renaming_->bind(binding.recorded, binding.live);
  for (const std::string& live : proposal.apart) renaming_->set_apart(live);
}

Renamer::Rewritten Renamer::rewrite(const format::AnswerRecord& answer) {
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
  if (mention->ordered != 0) {
    lasting = false;
    rewritten.certain = renaming_->order_kept(mention->ordered);
  }
  if (mention->opaque != 0) {
    lasting = false;
    rewritten.certain &= !renaming_->renames();
  }
  const Bytes cbor = section_.octets(mention->document);
  if (cbor.empty()) return rewritten;
  const Document document = table::document_from_cbor(cbor);
  bool differs = false;
  const Rename live = [&](const std::string& folded) -> const std::string* {
    if (const std::string* later = shifted(folded)) {
      differs |= *later != folded;
      return later;
    }
    if (!section_.is_varying(folded)) return nullptr;
    const std::string* found = renaming_->live_of(folded);
    // Of a time more may be bound, so that it is no longer known which one is meant.
    lasting &= found != nullptr && !is_time(kind_of_folded(folded));
    // What this run has not made yet can't be in an answer.
    rewritten.certain &= found != nullptr && !renaming_->ambiguous(folded);
    if (found != nullptr && *found != folded)
      rewritten.certain &= (section_.varying(folded)->flags & format::value_unclear) == 0;
    differs |= found != nullptr && *found != folded;
    return found;
  };
  const Document told = renamed(document["answer"], live);
  if (!differs) return rewritten;
  std::vector<Problem> problems;
  const Document asked = renamed(document.value("request", Document()), live);
  std::string image = analyser_->encode(asked, told, problems);
  if (problems.empty())
    rewritten.image = std::make_shared<const std::string>(std::move(image));
  else
    rewritten.certain = false;
  return rewritten;
}

std::string Renamer::recorded_text(std::string_view live) {
  const std::scoped_lock lock(mutex());
  return renamed(live, [&](const std::string& folded) {
    const std::string* recorded = renaming_->recorded_of(folded);
    return recorded != nullptr ? recorded : unshifted_time(folded);
  });
}

void Renamer::clear() {
  renaming_->clear();
  const std::scoped_lock lock(mutex());
  taken_.clear();
  later_.clear();
  earlier_.clear();
  made_.clear();
}

}  // namespace understudy::match
