#include "table/builder.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <map>
#include <span>
#include <tuple>
#include <type_traits>
#include <unordered_map>

#include "table/checksum.hpp"
#include "table/hash.hpp"

namespace understudy::table {
namespace {

/// Lists of items, equal ones kept once.
template <class Item>
class Runs {
 public:
  static_assert(std::has_unique_object_representations_v<Item>);

  std::uint32_t add(const std::vector<Item>& list) {
    const auto size = static_cast<std::uint32_t>(list.size());
    const std::uint64_t hash = hash_of(
        std::string_view(reinterpret_cast<const char*>(list.data()), list.size() * sizeof(Item)));
    const auto [first, last] = known_.equal_range(hash);
    for (auto each = first; each != last; ++each)
      if (each->second.size == size &&
          std::equal(list.begin(), list.end(), items.begin() + each->second.begin))
        return each->second.begin;
    const auto begin = static_cast<std::uint32_t>(items.size());
    known_.emplace(hash, Run{begin, size});
    items.insert(items.end(), list.begin(), list.end());
    return begin;
  }

  std::vector<Item> items;

 private:
  struct Run {
    std::uint32_t begin, size;
  };
  std::unordered_multimap<std::uint64_t, Run> known_;  // by the hash of their bytes
};

/// Where nothing is known, nothing was written.
std::vector<MaybeWriteId> evidence_of(const AnswerEntry& answer, const RequestEntry& request) {
  std::vector<MaybeWriteId> evidence = answer.evidence;
  evidence.resize(request.reads.size());
  return evidence;
}

/// The answers of each request by the request that caused them and by its turn; those that nothing
/// caused come first.
std::vector<AnswerId> by_cause(const std::vector<format::RequestRecord>& requests,
                               const ListBy<AnswerId, format::AnswerRecord>& answers,
                               const ListBy<WriteId, format::WriteRecord>& writes) {
  std::vector<AnswerId> ids;
  ids.reserve(answers.size());
  for (AnswerId id; id != answers.next(); ++id) ids.push_back(id);
  const auto rank = [&](AnswerId id) {
    const MaybeWriteId cause = answers[id].cause;
    if (!cause) return std::tuple(MaybeRequestId(), 0U, id);
    return std::tuple(MaybeRequestId(writes[*cause].request), writes[*cause].turn, id);
  };
  for (const format::RequestRecord& request : requests)
    std::ranges::sort(std::span(ids).subspan(request.answers, request.answer_count), {}, rank);
  return ids;
}

}  // namespace

/// Lays records out behind each other, each run aligned to 8 bytes. A large table would be held
/// twice while it grows, so that it is measured first.
class TableWriter {
 public:
  enum class Pass : bool { measure, write };

  TableWriter(const Document& config, Pass pass, std::size_t size) : pass_(pass) {
    octets_.reserve(pass == Pass::write ? size : sizeof(format::FileHeader));
    octets_.resize(sizeof(format::FileHeader));
    size_ = octets_.size();
    config_ = put(Document::to_cbor(config));
  }

  void add(const ServiceBuilder& service) { services_.push_back(write(service)); }

  /// Where it is measured: the size of the file.
  [[nodiscard]] std::size_t measured() {
    static_cast<void>(put(services_));
    return size_;
  }

  std::vector<std::uint8_t> finish() {
    format::FileHeader header;
    header.magic = format::magic;
    header.version = format::version;
    header.service_count = static_cast<std::uint32_t>(services_.size());
    header.config = config_;
    header.services = put(services_);
    header.file_octets = octets_.size();
    std::memcpy(octets_.data(), &header, sizeof header);
    header.checksum = checksum_of(octets_);
    std::memcpy(octets_.data(), &header, sizeof header);
    return std::move(octets_);
  }

 private:
  template <class Record>
  format::Span put(const std::vector<Record>& records) {
    static_assert(std::is_trivially_copyable_v<Record>);
    return {put_bytes(records.data(), records.size() * sizeof(Record)), records.size()};
  }
  format::Span put(std::string_view text) {
    return {put_bytes(text.data(), text.size()), text.size()};
  }
  /// Gives where they are.
  std::size_t put_bytes(const void* data, std::size_t count) {
    const std::size_t offset = (size_ + 7) / 8 * 8;
    size_ = offset + count;
    if (pass_ == Pass::measure) return offset;
    octets_.resize(size_);
    if (count != 0) std::memcpy(octets_.data() + offset, data, count);
    return offset;
  }
  format::Span put_all(const std::deque<std::string>& texts) {
    std::vector<format::Span> spans;
    spans.reserve(texts.size());
    for (const std::string& text : texts) spans.push_back(put(text));
    return put(spans);
  }

  format::ServiceRecord write(const ServiceBuilder& service);
  void write_requests(const ServiceBuilder& service, format::ServiceRecord& record);
  format::Span write_patterns(const ServiceBuilder& service,
                              std::vector<format::RequestRecord>& requests,
                              format::ServiceRecord& record);
  format::Span write_shapes(const ServiceBuilder& service);
  void write_varying(const ServiceBuilder& service, format::ServiceRecord& record);
  format::Span write_rules(const ServiceBuilder& service);

  /// An open-addressed index of item numbers by hash, at most half full.
  template <class Kind>
  static std::vector<MaybeId<Kind>> index_of(const ListBy<Id<Kind>, std::uint64_t>& hashes) {
    std::vector<MaybeId<Kind>> index(std::bit_ceil(hashes.size() * 2 + 1));
    const std::size_t mask = index.size() - 1;
    for (Id<Kind> id; id != hashes.next(); ++id) {
      std::size_t slot = hashes[id] & mask;
      while (index[slot]) slot = (slot + 1) & mask;
      index[slot] = id;
    }
    return index;
  }

  Pass pass_;
  std::size_t size_ = 0;
  std::vector<std::uint8_t> octets_;
  std::vector<format::ServiceRecord> services_;
  format::Span config_;
};

format::ServiceRecord TableWriter::write(const ServiceBuilder& service) {
  format::ServiceRecord record;
  record.name = put(service.name_);
  record.protocol = put(service.protocol_);
  record.profile = put(Document::to_cbor(service.profile_));
  record.knowledge = put(Document::to_cbor(service.knowledge_));
  record.contents = put(service.contents_);
  record.keys = put_all(service.keys_.all());
  ListBy<KeyId, std::uint64_t> key_hashes;
  for (const std::string& key : service.keys_.all()) key_hashes.push_back(hash_of(key));
  record.key_index = put(index_of(key_hashes));
  record.images = put_all(service.images_.all());
  record.sources = put_all(service.sources_.all());
  write_requests(service, record);
  record.shapes = write_shapes(service);
  record.rules = write_rules(service);
  write_varying(service, record);
  return record;
}

void TableWriter::write_requests(const ServiceBuilder& service, format::ServiceRecord& record) {
  std::vector<format::RequestRecord> requests;
  ListBy<AnswerId, format::AnswerRecord> answers;
  ListBy<RequestId, std::uint64_t> hashes;
  Runs<KeyId> key_lists;
  Runs<MaybeWriteId> evidence;
  Runs<format::AdvanceRecord> advances;
  for (const RequestEntry& entry : service.requests_) {
    format::RequestRecord request;
    request.hash = hash_of(entry.identity.canonical);
    request.canonical = put(entry.identity.canonical);
    request.qualifier = put(entry.identity.qualifier);
    request.flags = entry.flags;
    request.reads = key_lists.add(entry.reads);
    request.read_count = static_cast<std::uint32_t>(entry.reads.size());
    request.writes = advances.add(entry.writes);
    request.write_count = static_cast<std::uint32_t>(entry.writes.size());
    request.answers = static_cast<std::uint32_t>(answers.size());
    request.answer_count = static_cast<std::uint32_t>(entry.answers.size());
    for (const AnswerEntry& a : entry.answers)
      answers.push_back({a.state, a.image, a.flags, a.source, a.line, advances.add(a.writes),
                         static_cast<std::uint32_t>(a.writes.size()),
                         evidence.add(evidence_of(a, entry)), a.cause});
    hashes.push_back(request.hash);
    requests.push_back(request);
  }
  record.key_lists = put(key_lists.items);
  record.advances = put(advances.items);
  record.evidence = put(evidence.items);
  record.writes = put(service.writes_);
  record.by_cause = put(by_cause(requests, answers, service.writes_));
  record.answers = put(answers);
  record.request_index = put(index_of(hashes));
  record.patterns = write_patterns(service, requests, record);
  record.requests = put(requests);
}

format::Span TableWriter::write_patterns(const ServiceBuilder& service,
                                         std::vector<format::RequestRecord>& requests,
                                         format::ServiceRecord& record) {
  ServiceBuilder::Texts texts;
  std::vector<std::vector<RequestId>> members;
  for (RequestId id; id != service.requests_.next(); ++id) {
    requests[id.index()].pattern =
        texts.number_of(pattern_of(service.requests_[id].identity.canonical));
    members.resize(texts.all().size());
    members[requests[id.index()].pattern].push_back(id);
  }
  for (std::vector<RequestId>& ids_of_pattern : members)
    std::ranges::stable_sort(ids_of_pattern, {}, [&](RequestId id) {
      return std::string_view(service.requests_[id].identity.canonical);
    });
  std::vector<format::PatternRecord> patterns;
  std::vector<RequestId> all_members;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const std::string& text = texts.all()[i];
    format::PatternRecord pattern;
    pattern.text = put(text);
    pattern.members = static_cast<std::uint32_t>(all_members.size());
    pattern.member_count = static_cast<std::uint32_t>(members[i].size());
    const auto flags = service.pattern_flags_.find(text);
    pattern.flags = flags == service.pattern_flags_.end() ? 0 : flags->second;
    all_members.insert(all_members.end(), members[i].begin(), members[i].end());
    patterns.push_back(pattern);
  }
  record.pattern_members = put(all_members);
  return put(patterns);
}

format::Span TableWriter::write_shapes(const ServiceBuilder& service) {
  auto sorted = service.shapes_;
  std::ranges::sort(sorted);
  std::vector<format::ShapeRecord> shapes;
  for (const auto& [key, content] : sorted) shapes.push_back({put(key), put(content)});
  return put(shapes);
}

void TableWriter::write_varying(const ServiceBuilder& service, format::ServiceRecord& record) {
  std::vector<format::VaryingRecord> varying;
  for (const auto& [value, entry] : service.varying_)
    varying.push_back({put(value), entry.flags, entry.recording});
  std::vector<format::MaskRecord> masks;
  std::vector<format::MentionRecord> mentions;
  AnswerId answer;
  for (RequestId id; id != service.requests_.next(); ++id) {
    const RequestEntry& request = service.requests_[id];
    if ((request.flags & format::request_varies) != 0) masks.push_back({request.mask, id});
    if (request.batch != 0) masks.push_back({request.batch, id});
    for (const AnswerEntry& entry : request.answers) {
      if ((entry.flags & (format::answer_varies | format::answer_counts)) != 0)
        mentions.push_back({answer, entry.ordered, entry.opaque ? 1U : 0U, 0, put(entry.document)});
      ++answer;
    }
  }
  std::ranges::stable_sort(masks, {}, &format::MaskRecord::hash);
  record.varying = put(varying);
  record.places = put(service.places_);
  record.beginnings = put(service.beginnings_);
  record.masks = put(masks);
  record.mentions = put(mentions);
}

format::Span TableWriter::write_rules(const ServiceBuilder& service) {
  std::vector<format::RuleRecord> rules;
  for (const RuleEntry& rule : service.rules_)
    rules.push_back({put(Document::to_cbor(rule.condition)), put(rule.image), put(rule.file),
                     rule.line, rule.priority});
  return put(rules);
}

namespace {

/// `written`: called with each builder once it is written.
template <class Builders, class Written>
std::vector<std::uint8_t> write_table(const Document& config, Builders& services,
                                      Written&& written) {
  TableWriter measuring(config, TableWriter::Pass::measure, 0);
  for (const ServiceBuilder& service : services) measuring.add(service);
  TableWriter writer(config, TableWriter::Pass::write, measuring.measured());
  for (auto& service : services) {
    writer.add(service);
    written(service);
  }
  return writer.finish();
}

}  // namespace

std::vector<std::uint8_t> build_table(const Document& config,
                                      const std::vector<ServiceBuilder>& services) {
  return write_table(config, services, [](const ServiceBuilder&) {});
}

std::vector<std::uint8_t> build_table(const Document& config,
                                      std::vector<ServiceBuilder>&& services) {
  return write_table(config, services,
                     [](ServiceBuilder& service) { service = ServiceBuilder({}, {}); });
}

std::shared_ptr<const MappedTable> with_guesses(
    std::shared_ptr<const MappedTable> table, const std::set<const format::AnswerRecord*>& guesses,
    std::string& problem) {
  std::vector<std::size_t> places;
  for (const format::AnswerRecord* answer : guesses)
    places.push_back(static_cast<std::size_t>(reinterpret_cast<const std::uint8_t*>(answer) -
                                              table->octets().data()));
  std::vector<std::uint8_t> octets = MappedTable::taken_apart(std::move(table));
  for (const std::size_t place : places) {
    format::AnswerRecord answer;
    std::memcpy(&answer, octets.data() + place, sizeof answer);
    answer.flags |= format::answer_guess;
    std::memcpy(octets.data() + place, &answer, sizeof answer);
  }
  format::FileHeader header;
  std::memcpy(&header, octets.data(), sizeof header);
  header.checksum = checksum_of(octets);
  std::memcpy(octets.data(), &header, sizeof header);
  return MappedTable::from_memory(std::move(octets), problem);
}

}  // namespace understudy::table
