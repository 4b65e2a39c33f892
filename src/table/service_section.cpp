#include "table/service_section.hpp"

#include <algorithm>
#include <bit>

#include "table/cbor.hpp"
#include "table/hash.hpp"

namespace understudy::table {
namespace {

/// The records that `span` describes; empty where they would not lie inside the file.
template <class Record>
std::span<const Record> records(Bytes file, const format::Span& span) noexcept {
  const bool inside = span.offset % alignof(Record) == 0 && span.offset <= file.size() &&
                      span.count <= (file.size() - span.offset) / sizeof(Record);
  if (!inside) return {};
  return {reinterpret_cast<const Record*>(file.data() + span.offset), span.count};
}

bool octets_inside(Bytes file, const format::Span& span) noexcept {
  return span.offset <= file.size() && span.count <= file.size() - span.offset;
}

bool run_inside(std::uint32_t begin, std::uint32_t count, std::size_t size) noexcept {
  return begin <= size && count <= size - begin;
}

template <class Kind>
bool is_below(Id<Kind> id, std::size_t limit) noexcept {
  return id.index() < limit;
}
template <class Kind>
bool is_below(MaybeId<Kind> id, std::size_t limit) noexcept {
  return !id || is_below(*id, limit);
}

template <class Number>
bool all_below(std::span<const Number> numbers, std::size_t limit) noexcept {
  return std::ranges::all_of(numbers, [&](Number number) { return is_below(number, limit); });
}

/// An index must be a power of two of slots with at least one empty, so that probing ends.
template <class Number>
bool index_sound(std::span<const Number> index, std::size_t items) noexcept {
  return std::has_single_bit(index.size()) && std::ranges::count(index, Number()) > 0 &&
         all_below(index, items);
}

/// Octet by byte equal, or zero on one side.
bool compatible(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i] != b[i] && a[i] != 0 && b[i] != 0) return false;
  return true;
}

}  // namespace

ServiceSection::ServiceSection(Bytes file, const format::ServiceRecord& record)
    : file_(file),
      record_(record),
      requests_(records<format::RequestRecord>(file, record.requests)),
      request_index_(records<MaybeRequestId>(file, record.request_index)),
      key_index_(records<MaybeKeyId>(file, record.key_index)),
      key_lists_(records<KeyId>(file, record.key_lists)),
      pattern_members_(records<RequestId>(file, record.pattern_members)),
      evidence_(records<MaybeWriteId>(file, record.evidence)),
      by_cause_(records<AnswerId>(file, record.by_cause)),
      keys_(records<format::Span>(file, record.keys)),
      images_(records<format::Span>(file, record.images)),
      sources_(records<format::Span>(file, record.sources)),
      answers_(records<format::AnswerRecord>(file, record.answers)),
      patterns_(records<format::PatternRecord>(file, record.patterns)),
      shapes_(records<format::ShapeRecord>(file, record.shapes)),
      rules_(records<format::RuleRecord>(file, record.rules)),
      varying_(records<format::VaryingRecord>(file, record.varying)),
      masks_(records<format::MaskRecord>(file, record.masks)),
      mentions_(records<format::MentionRecord>(file, record.mentions)),
      places_(records<std::uint64_t>(file, record.places)),
      beginnings_(records<format::BeginningRecord>(file, record.beginnings)),
      recorded_writes_(records<format::WriteRecord>(file, record.writes)),
      advances_(records<format::AdvanceRecord>(file, record.advances)) {}

bool ServiceSection::check() const noexcept {
  const auto inside = [&](const format::Span& span) { return octets_inside(file_, span); };
  const bool sizes =
      requests_.size() == record_.requests.count && key_lists_.size() == record_.key_lists.count &&
      pattern_members_.size() == record_.pattern_members.count &&
      keys_.size() == record_.keys.count && images_.size() == record_.images.count &&
      sources_.size() == record_.sources.count && answers_.size() == record_.answers.count &&
      patterns_.size() == record_.patterns.count && shapes_.size() == record_.shapes.count &&
      rules_.size() == record_.rules.count && varying_.size() == record_.varying.count &&
      masks_.size() == record_.masks.count && places_.size() == record_.places.count &&
      beginnings_.size() == record_.beginnings.count &&
      mentions_.size() == record_.mentions.count &&
      recorded_writes_.size() == record_.writes.count &&
      advances_.size() == record_.advances.count && evidence_.size() == record_.evidence.count &&
      by_cause_.size() == answers_.size();
  return sizes && check_evidence() && check_varying() && inside(record_.name) &&
         inside(record_.protocol) && inside(record_.profile) && inside(record_.knowledge) &&
         inside(record_.contents) && index_sound(request_index_, requests_.size()) &&
         index_sound(key_index_, keys_.size()) &&
         std::ranges::all_of(
             advances_,
             [&](const format::AdvanceRecord& b) { return is_below(b.key, keys_.size()); }) &&
         std::ranges::all_of(
             beginnings_,
             [&](const format::BeginningRecord& b) { return is_below(b.key, keys_.size()); }) &&
         all_below(key_lists_, keys_.size()) && all_below(pattern_members_, requests_.size()) &&
         std::ranges::all_of(keys_, inside) && std::ranges::all_of(images_, inside) &&
         std::ranges::all_of(sources_, inside) &&
         std::ranges::all_of(requests_,
                             [&](const format::RequestRecord& r) {
                               return inside(r.canonical) && inside(r.qualifier) &&
                                      r.pattern < patterns_.size() &&
                                      run_inside(r.reads, r.read_count, key_lists_.size()) &&
                                      run_inside(r.writes, r.write_count, advances_.size()) &&
                                      run_inside(r.answers, r.answer_count, answers_.size());
                             }) &&
         std::ranges::all_of(answers_,
                             [&](const format::AnswerRecord& a) {
                               return a.image < images_.size() && a.source < sources_.size() &&
                                      run_inside(a.writes, a.write_count, advances_.size());
                             }) &&
         std::ranges::all_of(patterns_,
                             [&](const format::PatternRecord& p) {
                               return inside(p.text) && run_inside(p.members, p.member_count,
                                                                   pattern_members_.size());
                             }) &&
         std::ranges::all_of(
             shapes_,
             [&](const format::ShapeRecord& s) { return inside(s.key) && inside(s.content); }) &&
         std::ranges::all_of(rules_, [&](const format::RuleRecord& r) {
           return inside(r.condition) && inside(r.image) && inside(r.file);
         });
}

bool ServiceSection::check_varying() const noexcept {
  return std::ranges::all_of(varying_,
                             [&](const format::VaryingRecord& varying) {
                               return octets_inside(file_, varying.value);
                             }) &&
         std::ranges::all_of(masks_,
                             [&](const format::MaskRecord& mask) {
                               return is_below(mask.request, requests_.size());
                             }) &&
         std::ranges::all_of(mentions_, [&](const format::MentionRecord& mention) {
           return is_below(mention.answer, answers_.size()) &&
                  octets_inside(file_, mention.document);
         });
}

bool ServiceSection::check_evidence() const noexcept {
  const auto inside = [&](const format::RequestRecord& request) {
    const bool runs = run_inside(request.answers, request.answer_count, answers_.size()) &&
                      run_inside(request.reads, request.read_count, key_lists_.size());
    if (!runs) return false;
    const auto belongs = [&](AnswerId id) {
      return id.index() >= request.answers && id.index() - request.answers < request.answer_count;
    };
    return std::ranges::all_of(answers_by_cause(request), belongs) &&
           std::ranges::all_of(answers(request), [&](const format::AnswerRecord& a) {
             return run_inside(a.evidence, request.read_count, evidence_.size());
           });
  };
  return all_below(evidence_, recorded_writes_.size()) && all_below(by_cause_, answers_.size()) &&
         std::ranges::all_of(requests_, inside) &&
         std::ranges::all_of(answers_,
                             [&](const format::AnswerRecord& a) {
                               return is_below(a.cause, recorded_writes_.size());
                             }) &&
         std::ranges::all_of(recorded_writes_, [&](const format::WriteRecord& w) {
           return is_below(w.request, requests_.size()) && w.source < sources_.size();
         });
}

bool ServiceSection::load_documents() {
  profile_ = document_from_cbor(octets(record_.profile));
  knowledge_ = document_from_cbor(octets(record_.knowledge));
  return !profile_.is_discarded() && !knowledge_.is_discarded() &&
         std::ranges::none_of(rules_, [&](const format::RuleRecord& rule) {
           return document_from_cbor(octets(rule.condition)).is_discarded();
         });
}

std::optional<Bytes> ServiceSection::shape(std::string_view key) const noexcept {
  const auto found = std::ranges::lower_bound(
      shapes_, key, {}, [&](const format::ShapeRecord& shape) { return text(shape.key); });
  if (found == shapes_.end() || text(found->key) != key) return std::nullopt;
  return octets(found->content);
}

ServiceSection::Found ServiceSection::find(std::string_view canonical,
                                           std::string_view qualifier) const noexcept {
  const std::uint64_t hash = hash_of(canonical);
  const std::size_t mask = request_index_.size() - 1;
  Found found;
  for (std::size_t slot = hash & mask; request_index_[slot]; slot = (slot + 1) & mask) {
    const RequestId id = *request_index_[slot];
    const format::RequestRecord& request = requests_[id];
    if (request.hash != hash || text(request.canonical) != canonical) continue;
    const std::string_view recorded = text(request.qualifier);
    if (recorded == qualifier) {
      found.exact = id;
    } else if (compatible(recorded, qualifier) && found.compatible_count < Found::at_most) {
      found.compatible[found.compatible_count++] = id;
    }
  }
  return found;
}

const format::VaryingRecord* ServiceSection::known(std::string_view folded) const noexcept {
  const auto found = std::ranges::lower_bound(
      varying_, folded, {},
      [&](const format::VaryingRecord& record) { return text(record.value); });
  return found == varying_.end() || text(found->value) != folded ? nullptr : &*found;
}

const format::VaryingRecord* ServiceSection::varying(std::string_view folded) const noexcept {
  const auto* found = known(folded);
  constexpr std::uint32_t others = format::value_constant | format::value_shifted;
  return found == nullptr || (found->flags & others) != 0 ? nullptr : found;
}

std::optional<std::uint32_t> ServiceSection::shifted_from(std::string_view folded) const noexcept {
  const auto* found = known(folded);
  if (found == nullptr || (found->flags & format::value_shifted) == 0) return std::nullopt;
  return found->recording;
}

bool ServiceSection::is_constant(std::string_view folded) const noexcept {
  const auto* found = known(folded);
  return found != nullptr && (found->flags & format::value_constant) != 0;
}

std::span<const format::MaskRecord> ServiceSection::masked(std::uint64_t hash) const noexcept {
  // Two searches: clang 14, which builds the fuzz targets, can't take libstdc++'s subranges.
  const auto begin = std::ranges::lower_bound(masks_, hash, {}, &format::MaskRecord::hash);
  const auto end = std::ranges::upper_bound(masks_, hash, {}, &format::MaskRecord::hash);
  return {begin, end};
}

const format::MentionRecord* ServiceSection::mention(
    const format::AnswerRecord& answer) const noexcept {
  const AnswerId id = answers_.id_of(answer);
  const auto found = std::ranges::lower_bound(mentions_, id, {}, &format::MentionRecord::answer);
  return found == mentions_.end() || found->answer != id ? nullptr : &*found;
}

MaybeKeyId ServiceSection::find_key(std::string_view name) const noexcept {
  const std::size_t mask = key_index_.size() - 1;
  for (std::size_t slot = hash_of(name) & mask; key_index_[slot]; slot = (slot + 1) & mask)
    if (text(keys_[*key_index_[slot]]) == name) return key_index_[slot];
  return {};
}

}  // namespace understudy::table
