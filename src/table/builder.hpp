// Puts a table together. Deterministic: the same calls give the same octets.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "table/format.hpp"
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
  std::vector<format::BumpRecord> writes;  ///< keys from ServiceBuilder::key, ascending
  std::vector<std::uint32_t> evidence;     ///< beside the request's `reads`: write number + 1, or 0
  std::uint32_t cause = 0;                 ///< write number + 1, or 0
  /// Of a MentionRecord, where `flags` say answer_varies or answer_counts.
  std::string document{};
  std::uint32_t ordered = 0;
  bool opaque = false;
};

struct RequestEntry {
  Identity identity;
  std::uint32_t flags = 0;           ///< format::RequestFlag
  std::vector<std::uint32_t> reads;  ///< from ServiceBuilder::key
  std::vector<format::BumpRecord> writes;
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

  [[nodiscard]] std::uint32_t key(const std::string& name) {
    return intern(keys_, key_numbers_, name);
  }
  [[nodiscard]] std::uint32_t image(const std::string& octets) {
    return intern(images_, image_numbers_, octets);
  }
  [[nodiscard]] std::uint32_t source(const std::string& file) {
    return intern(sources_, source_numbers_, file);
  }
  void add(RequestEntry request) { requests_.push_back(std::move(request)); }
  /// From now on the answer of the request, by their order of addition, in this state can only be
  /// a guess. False where there is none, or it is one already.
  bool make_guess(std::uint32_t request, std::uint64_t state);
  /// The same of all answers of all requests of a pattern.
  bool make_guesses(std::string_view pattern);
  [[nodiscard]] const Identity& identity(std::uint32_t request) const {
    return requests_[request].identity;
  }
  /// The writes that evidence speaks of, in the order of recording.
  void set_writes(std::vector<format::WriteRecord> writes) { writes_ = std::move(writes); }
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
  [[nodiscard]] std::size_t key_count() const noexcept { return keys_.size(); }
  [[nodiscard]] std::size_t rule_count() const noexcept { return rules_.size(); }

 private:
  friend class TableWriter;
  using Numbers = std::unordered_map<std::string, std::uint32_t>;
  static std::uint32_t intern(std::vector<std::string>& items, Numbers& numbers,
                              const std::string& item) {
    const auto [found, added] = numbers.emplace(item, static_cast<std::uint32_t>(items.size()));
    if (added) items.push_back(item);
    return found->second;
  }

  std::string name_, protocol_, contents_;
  Document profile_, knowledge_;
  std::vector<std::string> keys_, images_, sources_;
  Numbers key_numbers_, image_numbers_, source_numbers_;
  std::vector<RequestEntry> requests_;
  std::vector<RuleEntry> rules_;
  std::vector<format::WriteRecord> writes_;
  std::vector<std::pair<std::string, std::string>> shapes_;
  std::unordered_map<std::string, std::uint32_t> pattern_flags_;
  std::map<std::string, VaryingEntry> varying_;
  std::vector<std::uint64_t> places_;
  std::vector<format::BeginningRecord> beginnings_;
};

/// The table file's octets.
[[nodiscard]] std::vector<std::uint8_t> build_table(const Document& config,
                                                    const std::vector<ServiceBuilder>& services);

}  // namespace understudy::table
