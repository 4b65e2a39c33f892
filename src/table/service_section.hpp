// One service of a mapped table: read without parsing, immutable, thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "table/format.hpp"
#include "table/id.hpp"
#include "understudy/bytes.hpp"
#include "understudy/service_table.hpp"

namespace understudy::table {

class ServiceSection final : public ServiceTable {
 public:
  /// `file` outlives the section. check() must have succeeded before anything else is asked.
  ServiceSection(Bytes file, const format::ServiceRecord& record);

  /// Whether every offset and number inside leads to where it may; false for a damaged section.
  [[nodiscard]] bool check() const noexcept;
  /// Decodes profile and knowledge; false where one of them, or the condition of a rule, is no
  /// document.
  [[nodiscard]] bool load_documents();

  [[nodiscard]] const Document& profile() const noexcept override { return profile_; }
  /// What Emulator::knowledge() gave; null where the protocol computes no answers.
  [[nodiscard]] const Document& knowledge() const noexcept { return knowledge_; }
  /// What Emulator::contents() gave.
  [[nodiscard]] Bytes contents() const noexcept { return octets(record_.contents); }
  [[nodiscard]] std::optional<Bytes> shape(std::string_view key) const noexcept override;

  [[nodiscard]] std::string_view name() const noexcept { return text(record_.name); }
  [[nodiscard]] std::string_view protocol() const noexcept { return text(record_.protocol); }

  [[nodiscard]] SpanBy<RequestId, const format::RequestRecord> requests() const noexcept {
    return requests_;
  }
  [[nodiscard]] std::span<const format::PatternRecord> patterns() const noexcept {
    return patterns_;
  }
  [[nodiscard]] std::span<const format::RuleRecord> rules() const noexcept { return rules_; }
  [[nodiscard]] SpanBy<AnswerId, const format::AnswerRecord> all_answers() const noexcept {
    return answers_;
  }
  [[nodiscard]] std::size_t key_count() const noexcept { return keys_.size(); }
  [[nodiscard]] std::string_view key_name(KeyId key) const noexcept { return text(keys_[key]); }
  [[nodiscard]] std::string_view source_name(std::uint32_t source) const noexcept {
    return text(sources_[source]);
  }

  [[nodiscard]] std::span<const KeyId> reads(const format::RequestRecord& r) const noexcept {
    return key_lists_.subspan(r.reads, r.read_count);
  }
  [[nodiscard]] std::span<const format::AdvanceRecord> writes(
      const format::RequestRecord& r) const noexcept {
    return advances_.subspan(r.writes, r.write_count);
  }
  [[nodiscard]] std::span<const format::AdvanceRecord> writes(
      const format::AnswerRecord& a) const noexcept {
    return advances_.subspan(a.writes, a.write_count);
  }
  [[nodiscard]] std::span<const format::AnswerRecord> answers(
      const format::RequestRecord& r) const noexcept {
    return std::span(answers_).subspan(r.answers, r.answer_count);
  }
  /// The answers of `r`, by the request that caused them and its turn.
  [[nodiscard]] std::span<const AnswerId> answers_by_cause(
      const format::RequestRecord& r) const noexcept {
    return by_cause_.subspan(r.answers, r.answer_count);
  }
  [[nodiscard]] SpanBy<WriteId, const format::WriteRecord> recorded_writes() const noexcept {
    return recorded_writes_;
  }
  /// For each of the `read_count` keys of the answer's request the write that had come last on it.
  [[nodiscard]] std::span<const MaybeWriteId> evidence(const format::AnswerRecord& a,
                                                       std::size_t read_count) const noexcept {
    return evidence_.subspan(a.evidence, read_count);
  }
  [[nodiscard]] std::span<const RequestId> members(const format::PatternRecord& p) const noexcept {
    return pattern_members_.subspan(p.members, p.member_count);
  }
  [[nodiscard]] std::span<const format::BeginningRecord> beginnings() const noexcept {
    return beginnings_;
  }
  /// See match/places.hpp.
  [[nodiscard]] std::span<const std::uint64_t> places() const noexcept { return places_; }
  [[nodiscard]] bool has_varying() const noexcept { return !varying_.empty(); }
  /// Whether the client makes this recorded value (folded) anew in each run.
  [[nodiscard]] bool is_varying(std::string_view folded) const noexcept {
    return varying(folded) != nullptr;
  }
  /// Null where it does not vary.
  [[nodiscard]] const format::VaryingRecord* varying(std::string_view folded) const noexcept;
  /// In which recording the server made this time, where it is shown later than it was recorded.
  [[nodiscard]] std::optional<std::uint32_t> shifted_from(std::string_view folded) const noexcept;
  /// Whether it was recorded and never is another one.
  [[nodiscard]] bool is_constant(std::string_view folded) const noexcept;
  /// The requests with such values whose mask has this hash, in the order of recording.
  [[nodiscard]] std::span<const format::MaskRecord> masked(std::uint64_t hash) const noexcept;
  /// Of an answer for which such values matter; null for another.
  [[nodiscard]] const format::MentionRecord* mention(
      const format::AnswerRecord& answer) const noexcept;
  [[nodiscard]] Bytes image(std::uint32_t number) const noexcept { return octets(images_[number]); }
  [[nodiscard]] std::string_view text(const format::Span& span) const noexcept {
    return as_text(octets(span));
  }
  [[nodiscard]] Bytes octets(const format::Span& span) const noexcept {
    return file_.subspan(span.offset, span.count);
  }

  /// Requests with the same canonical bytes whose qualifiers agree (see Request::qualifier).
  struct Found {
    static constexpr std::size_t at_most = 8;
    MaybeRequestId exact;                         ///< the one with an equal qualifier
    std::array<RequestId, at_most> compatible{};  ///< others that agree
    std::size_t compatible_count = 0;
    [[nodiscard]] bool empty() const noexcept { return !exact && compatible_count == 0; }
    [[nodiscard]] RequestId first() const noexcept { return exact ? *exact : compatible[0]; }
  };
  [[nodiscard]] Found find(std::string_view canonical, std::string_view qualifier) const noexcept;
  /// A dependency key by name; none where no recorded read depends on it.
  [[nodiscard]] MaybeKeyId find_key(std::string_view name) const noexcept;

 private:
  [[nodiscard]] bool check_varying() const noexcept;
  [[nodiscard]] const format::VaryingRecord* known(std::string_view folded) const noexcept;
  [[nodiscard]] bool check_evidence() const noexcept;

  Bytes file_;
  const format::ServiceRecord& record_;
  Document profile_, knowledge_;
  SpanBy<RequestId, const format::RequestRecord> requests_;
  std::span<const MaybeRequestId> request_index_;
  std::span<const MaybeKeyId> key_index_;
  std::span<const KeyId> key_lists_;
  std::span<const RequestId> pattern_members_;
  std::span<const MaybeWriteId> evidence_;
  std::span<const AnswerId> by_cause_;
  SpanBy<KeyId, const format::Span> keys_;
  std::span<const format::Span> images_, sources_;
  SpanBy<AnswerId, const format::AnswerRecord> answers_;
  std::span<const format::PatternRecord> patterns_;
  std::span<const format::ShapeRecord> shapes_;
  std::span<const format::RuleRecord> rules_;
  std::span<const format::VaryingRecord> varying_;
  std::span<const format::MaskRecord> masks_;
  std::span<const format::MentionRecord> mentions_;
  std::span<const std::uint64_t> places_;
  std::span<const format::BeginningRecord> beginnings_;
  SpanBy<WriteId, const format::WriteRecord> recorded_writes_;
  std::span<const format::AdvanceRecord> advances_;
};

}  // namespace understudy::table
