// Requests that add another number of rows than any recorded one.
#include <algorithm>

#include "match/renamer.hpp"
#include "table/cbor.hpp"

namespace understudy::match {

namespace format = table::format;

const std::optional<Batch>& Renamer::recorded_batch(table::RequestId request) {
  const auto found = batches_.find(request);
  if (found != batches_.end()) return found->second;
  const format::RequestRecord& record = section_.requests()[request];
  return batches_
      .emplace(request, batch_of(protocol_, section_.text(record.canonical),
                                 section_.text(record.qualifier)))
      .first->second;
}

/// Each recorded answer to it does no more than count.
bool Renamer::only_counts(table::RequestId request) const {
  return std::ranges::all_of(section_.answers(section_.requests()[request]),
                             [](const format::AnswerRecord& answer) {
                               return (answer.flags & format::answer_counts) != 0;
                             });
}

/// The values of live rows for which there is no recorded one: new ones, that nothing recorded may
/// be taken for. Times say when, as those of the last recorded row do.
bool Renamer::stand_apart(const Batch& recorded, const Batch& live, Proposal& proposal) {
  for (std::size_t row = recorded.rows.size(); row < live.rows.size(); ++row)
    for (std::size_t place = 0; place < live.spreads.size(); ++place) {
      const std::string& ours = live.rows[row].values[place].folded;
      const std::string& theirs = recorded.rows.back().values[place].folded;
      if (live.spreads[place] == Spread::shared && recorded.spreads[place] == Spread::shared)
        continue;
      if (is_time(kind_of_folded(ours))) {
        const bool varies = section_.is_varying(theirs);
        if (!varies && theirs != ours) return false;
        if (varies && !renaming_->bound(theirs, ours))
          proposal.bindings.push_back({theirs, ours, true, false});
        continue;
      }
      const bool known = section_.is_varying(ours) || section_.is_constant(ours) ||
                         renaming_->recorded_of(ours) != nullptr || renaming_->is_apart(ours);
      if (known) return false;
      proposal.apart.push_back(ours);
    }
  return true;
}

/// Row by row, as far as both have rows.
Renamer::Proposal Renamer::proposal_of_rows(table::RequestId request, const Batch& live) {
  const std::optional<Batch>& theirs = recorded_batch(request);
  if (!theirs || theirs->rows.size() == live.rows.size() ||
      theirs->rows.front().mask != live.rows.front().mask || !as_distinct(*theirs, live) ||
      !only_counts(request))
    return {};
  Values recorded_values, live_values;
  const std::size_t both = std::min(theirs->rows.size(), live.rows.size());
  for (std::size_t row = 0; row < both; ++row) {
    const auto append = [row](Values& values, const Batch& batch) {
      values.insert(values.end(), batch.rows[row].values.begin(), batch.rows[row].values.end());
    };
    append(recorded_values, *theirs);
    append(live_values, live);
  }
  Proposal proposal;
  proposal.rows = live.rows.size();
  if (!consistent(recorded_values, live_values, proposal.bindings) ||
      !stand_apart(*theirs, live, proposal))
    return {};
  std::string qualifier;
  for (std::size_t row = 0; row < theirs->rows.size(); ++row) qualifier += live.qualifier;
  proposal.found = section_.find(section_.text(section_.requests()[request].canonical), qualifier);
  return proposal;
}

/// Each recorded one stands for one of this run, whatever the number of its rows.
Renamer::Proposal Renamer::propose_rows(std::string_view canonical, std::string_view qualifier,
                                        const AnswerOf& answer_of) {
  const auto live = batch_of(protocol_, canonical, qualifier);
  if (!live) return {};
  Proposal first;
  for (const format::MaskRecord& candidate : open_candidates(live->hash())) {
    Proposal proposal = proposal_of_rows(candidate.request, *live);
    if (proposal.found.empty()) continue;
    if (answer_of(proposal.found) != nullptr) return proposal;
    if (first.found.empty() && proposal.certain(true)) first = std::move(proposal);
  }
  return first;
}

std::shared_ptr<const std::string> Renamer::of_rows(const format::AnswerRecord& answer,
                                                    const Found& found, std::size_t rows) {
  const auto [known, added] = counted_.try_emplace({&answer, rows});
  if (added) known->second = make_of_rows(answer, found, rows);
  return known->second;
}

std::shared_ptr<const std::string> Renamer::make_of_rows(const format::AnswerRecord& answer,
                                                         const Found& found, std::size_t rows) {
  const format::MentionRecord* mention = section_.mention(answer);
  const std::optional<Batch>& recorded = recorded_batch(found.first());
  if (mention == nullptr || !recorded) return nullptr;
  const Document document = table::document_from_cbor(section_.octets(mention->document));
  const Document told =
      protocol_.answer_of_rows(document.value("answer", Document()), recorded->rows.size(), rows);
  if (told.is_null()) return nullptr;
  std::vector<Problem> problems;
  std::string image = analyser_->encode(document.value("request", Document()), told, problems);
  return problems.empty() ? std::make_shared<const std::string>(std::move(image)) : nullptr;
}

}  // namespace understudy::match
