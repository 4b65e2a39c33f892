// Values that vary from run to run, while a service is served: which recorded request a live one
// stands for, and answers with the live values put in.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "match/batch.hpp"
#include "match/masked.hpp"
#include "match/renaming.hpp"
#include "table/service_section.hpp"
#include "understudy/protocol.hpp"

namespace understudy::match {

/// Of one service in one scope; the renaming is that of the scope. Hold `mutex()` where not said
/// otherwise.
class Renamer {
 public:
  using Found = table::ServiceSection::Found;

  /// `protocol` and `section` outlive it.
  Renamer(const Protocol& protocol, const table::ServiceSection& section,
          std::shared_ptr<Renaming> renaming);

  [[nodiscard]] std::mutex& mutex() noexcept { return renaming_->mutex(); }
  /// Without the lock: whether a request that was found so, or not at all, is to be proposed for.
  [[nodiscard]] bool concerns(const Found& found) const noexcept;

  /// The answer to a recorded request in the present state, or null.
  using AnswerOf = std::function<const table::format::AnswerRecord*(const Found&)>;

  struct Binding {
    std::string recorded, live;  ///< folded
    bool made = false;           ///< by the request itself
    bool proven = false;         ///< that it varies, or it is the recorded value itself
  };
  struct Proposal {
    Found found;
    std::vector<Binding> bindings;  ///< those that it would add
    bool ambiguous = false;         ///< another recorded request could be meant as well
    /// It adds so many rows in place of the recorded ones; 0: as many.
    std::size_t rows = 0;
    std::vector<std::string> apart{};  ///< values of rows beyond the recorded ones
    /// That the new values stand for these recorded ones. A value that the request makes by itself
    /// and that is accepted would have been so whatever it was.
    [[nodiscard]] bool certain(bool accepted) const noexcept;
  };
  /// The recorded request that a live one stands for: the one to which it is bound, else of those
  /// that differ in unbound varying values only the first that has an answer, else the first that
  /// makes them all; else one that adds another number of such rows. An empty `found` where there
  /// is none.
  [[nodiscard]] Proposal propose(std::string_view canonical, std::string_view qualifier,
                                 const AnswerOf& answer_of);
  void bind(const Proposal& proposal);

  struct Rewritten {
    std::shared_ptr<const std::string> image;  ///< null where the recorded one is right as it is
    bool certain = true;  ///< false where a value in it should be another and could not be put in
  };
  [[nodiscard]] Rewritten rewrite(const table::format::AnswerRecord& answer);
  /// The image of the answer to so many rows in place of those that `found` adds; null where the
  /// recorded one says more.
  [[nodiscard]] std::shared_ptr<const std::string> of_rows(
      const table::format::AnswerRecord& answer, const Found& found, std::size_t rows);

  /// A text in which live values stand, with the recorded ones. Takes the lock by itself.
  [[nodiscard]] std::string recorded_text(std::string_view live);

  /// Forgets what is bound, in the whole scope. Takes the lock by itself.
  void clear();

 private:
  using Values = std::vector<MaskedValue>;
  [[nodiscard]] const Masked& recorded(table::RequestId request);
  [[nodiscard]] bool consistent(const Values& recorded, const Values& live,
                                std::vector<Binding>& bindings) const;
  [[nodiscard]] std::optional<Proposal> bound(std::string_view canonical,
                                              std::string_view qualifier, const Values& live);
  [[nodiscard]] std::span<const table::format::MaskRecord> open_candidates(std::uint64_t hash);
  [[nodiscard]] bool is_ambiguous(const Proposal& chosen, const table::format::AnswerRecord& answer,
                                  std::span<const table::format::MaskRecord> others,
                                  const Masked& live, std::string_view qualifier,
                                  const AnswerOf& answer_of);
  [[nodiscard]] Proposal proposal_of(table::RequestId request, const Masked& live,
                                     std::string_view qualifier);
  [[nodiscard]] bool is_taken(table::RequestId request);
  [[nodiscard]] const std::optional<Batch>& recorded_batch(table::RequestId request);
  [[nodiscard]] Proposal propose_as_it_is(std::string_view canonical, std::string_view qualifier,
                                          const AnswerOf& answer_of);
  [[nodiscard]] std::string unshifted(std::string_view canonical);
  [[nodiscard]] const std::string* shifted(const std::string& folded);
  [[nodiscard]] const std::string* unshifted_time(const std::string& folded);
  [[nodiscard]] Proposal propose_rows(std::string_view canonical, std::string_view qualifier,
                                      const AnswerOf& answer_of);
  [[nodiscard]] Proposal proposal_of_rows(table::RequestId request, const Batch& live);
  [[nodiscard]] bool stand_apart(const Batch& recorded, const Batch& live, Proposal& proposal);
  [[nodiscard]] bool only_counts(table::RequestId request) const;
  [[nodiscard]] std::shared_ptr<const std::string> make_of_rows(
      const table::format::AnswerRecord& answer, const Found& found, std::size_t rows);
  [[nodiscard]] Rewritten make(const table::format::AnswerRecord& answer, bool& lasting);

  struct Made {
    Rewritten rewritten;
    std::uint64_t revision = 0;  ///< of the renaming; 0 where it holds for good
  };

  const Protocol& protocol_;
  const table::ServiceSection& section_;
  std::shared_ptr<Renaming> renaming_;
  std::unique_ptr<Analyser> analyser_;
  std::unordered_map<table::RequestId, Masked> recorded_;  ///< by request
  std::unordered_map<table::RequestId, std::optional<Batch>> batches_;
  std::unordered_map<std::string, std::string> later_, earlier_;  ///< shifted times, both ways
  std::unordered_map<std::uint64_t, std::size_t> taken_;  ///< leading candidates of a mask, bound
  std::unordered_map<const table::format::AnswerRecord*, Made> made_;
  /// Answers to another number of rows than the recorded one.
  std::map<std::pair<const table::format::AnswerRecord*, std::size_t>,
           std::shared_ptr<const std::string>>
      counted_;
};

}  // namespace understudy::match
