// Puts a table together. Deterministic: the same calls give the same bytes.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "table/format.hpp"
#include "table/mapped_table.hpp"
#include "understudy/document.hpp"
#include "understudy/request.hpp"

namespace understudy::table {

/// One answer of one request, before it has its place.
struct AnswerEntry {
  std::uint64_t state = 0;
  std::uint32_t image = 0;  ///< from ServiceBuilder::image
  std::uint32_t flags = 0;  ///< format::AnswerFlag
  std::uint32_t source = 0;
  std::uint32_t line = 0;
  std::vector<format::AdvanceRecord> writes;  ///< keys from ServiceBuilder::key, ascending
  std::vector<MaybeWriteId> evidence;         ///< beside the request's `reads`
  MaybeWriteId cause{};
  /// Of a MentionRecord, where `flags` say answer_varies or answer_counts.
  std::string document{};
  std::uint32_t ordered = 0;
  bool opaque = false;
};

struct RequestEntry {
  Identity identity;
  std::uint32_t flags = 0;   ///< format::RequestFlag
  std::vector<KeyId> reads;  ///< from ServiceBuilder::key
  std::vector<format::AdvanceRecord> writes;
  std::vector<AnswerEntry> answers;  ///< sorted by state, but for a volatile one: in order
  std::uint64_t mask = 0;            ///< of a MaskRecord, where `flags` say request_varies
  std::uint64_t batch = 0;           ///< of another one; 0 where it adds no rows that vary
};

struct RuleEntry {
  Document condition;
  std::string image;
  std::string file;
  std::uint32_t line = 0;
  std::int32_t priority = 0;
};

/// What a format::VaryingRecord says of a value.
struct VaryingEntry {
  std::uint32_t flags = 0;
  std::uint32_t recording = 0;
};

/// Everything of one service. Numbers are given in the order of first mention.
class ServiceBuilder {
 public:
  ServiceBuilder(std::string name, std::string protocol)
      : name_(std::move(name)), protocol_(std::move(protocol)) {}

  [[nodiscard]] KeyId key(const std::string& name) { return KeyId(keys_.number_of(name)); }
  [[nodiscard]] std::uint32_t image(const std::string& octets) { return images_.number_of(octets); }
  [[nodiscard]] std::uint32_t source(const std::string& file) { return sources_.number_of(file); }
  RequestId add(RequestEntry request) { return requests_.add(std::move(request)); }
  /// The writes that evidence speaks of, in the order of recording.
  void set_writes(ListBy<WriteId, format::WriteRecord> writes) { writes_ = std::move(writes); }
  void add(RuleEntry rule) { rules_.push_back(std::move(rule)); }
  void set_pattern_flags(const std::string& pattern, std::uint32_t flags) {
    pattern_flags_[pattern] |= flags;
  }
  /// By folded value.
  void set_varying(std::map<std::string, VaryingEntry> values) { varying_ = std::move(values); }
  void set_beginnings(std::vector<format::BeginningRecord> beginnings) {
    beginnings_ = std::move(beginnings);
  }
  /// Sorted; see match/places.hpp.
  void set_places(std::vector<std::uint64_t> places) { places_ = std::move(places); }
  void set_profile(Document profile) { profile_ = std::move(profile); }
  /// See Emulator::knowledge().
  void set_knowledge(Document knowledge) { knowledge_ = std::move(knowledge); }
  /// See Emulator::contents().
  void set_contents(std::string contents) { contents_ = std::move(contents); }
  void set_shapes(std::vector<std::pair<std::string, std::string>> shapes) {
    shapes_ = std::move(shapes);
  }
  [[nodiscard]] std::size_t key_count() const noexcept { return keys_.all().size(); }
  [[nodiscard]] std::size_t rule_count() const noexcept { return rules_.size(); }

 private:
  friend class TableWriter;
  /// Different texts by number. They stay where they are, so that each is kept once.
  class Texts {
   public:
    std::uint32_t number_of(std::string_view text) {
      if (const auto found = numbers_.find(text); found != numbers_.end()) return found->second;
      const auto number = static_cast<std::uint32_t>(all_.size());
      numbers_.emplace(all_.emplace_back(text), number);
      return number;
    }
    [[nodiscard]] const std::deque<std::string>& all() const noexcept { return all_; }

   private:
    std::deque<std::string> all_;
    std::unordered_map<std::string_view, std::uint32_t> numbers_;
  };

  std::string name_, protocol_, contents_;
  Document profile_, knowledge_;
  Texts keys_, images_, sources_;
  ListBy<RequestId, RequestEntry> requests_;
  std::vector<RuleEntry> rules_;
  ListBy<WriteId, format::WriteRecord> writes_;
  std::vector<std::pair<std::string, std::string>> shapes_;
  std::unordered_map<std::string, std::uint32_t> pattern_flags_;
  std::map<std::string, VaryingEntry> varying_;
  std::vector<std::uint64_t> places_;
  std::vector<format::BeginningRecord> beginnings_;
};

/// The table file's bytes.
[[nodiscard]] std::vector<std::uint8_t> build_table(const Document& config,
                                                    const std::vector<ServiceBuilder>& services);
/// The same, of builders that are done with: each is empty once it is written, so that a large
/// table is not in memory twice.
[[nodiscard]] std::vector<std::uint8_t> build_table(const Document& config,
                                                    std::vector<ServiceBuilder>&& services);

/// From now on these answers of a table can only be guesses.
[[nodiscard]] std::shared_ptr<const MappedTable> with_guesses(
    std::shared_ptr<const MappedTable> table, const std::set<const format::AnswerRecord*>& guesses,
    std::string& problem);

}  // namespace understudy::table
