// What the recordings of a service show beyond single exchanges.
//
// Fields that vary by themselves, over all their uses, are irrelevant, and so are those that
// several recordings show to make no difference (alike.hpp); all others are part of the request
// (its context). Two answers to one request, equal but for their fields and with no write in
// between: then these fields are volatile. Which writes leave which answers alone: see
// independence.hpp.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "protocols/http/identity.hpp"
#include "protocols/http/independence.hpp"
#include "protocols/http/keys.hpp"
#include "understudy/exchange.hpp"

namespace understudy::http {

class Evidence {
 public:
  /// A person's word, before anything is added; see Independence::pin.
  void pin_independent(std::vector<KeyPath> paths) { independence_.pin(std::move(paths)); }
  void add(const SessionHeader& session, const Exchange& exchange, const Asked& asked,
           const Dependencies& dependencies);
  /// To be called after the last add and before the questions below.
  void conclude();

  [[nodiscard]] const Irrelevant& irrelevant() const noexcept { return irrelevant_; }
  /// In which contexts each request was recorded, by base_of().
  [[nodiscard]] const std::map<std::string, std::vector<Fields>>& contexts() const noexcept {
    return contexts_;
  }
  /// What a request reads and writes beyond its own resource, by its canonical form.
  struct Beyond {
    std::vector<KeyPath> reads, writes;
    std::vector<KeyPath> writes_otherwise;  ///< see Analysis
  };
  [[nodiscard]] Beyond beyond(const std::string& canonical) const;
  [[nodiscard]] bool has_volatile() const noexcept { return !volatile_.empty(); }
  /// `name` in lower case.
  [[nodiscard]] bool is_volatile(std::string_view name) const {
    return volatile_.find(name) != volatile_.end();
  }

 private:
  using Id = std::uint32_t;
  using FieldIds = std::vector<std::pair<Id, Id>>;  // name and value, sorted

  struct Seen {
    Id recording;
    Id base;  // canonical, without its context
    Id pattern;
    std::uint64_t began;
    std::uint64_t ended;
    Id content;  // status, reason and body of the answer
    FieldIds asked;
    FieldIds answered;
    Id alike;     // the answer as it is compared with those of other recordings
    Id contents;  // its body likewise, where it succeeded and has one
    Independence::Request kind;
    Independence::Said said;
    Id request = 0;  // base and context; known when everything is
  };
  struct Write {
    Id recording;
    std::uint64_t began;
    std::size_t seen;
    std::vector<KeyPath> paths;
  };
  struct FieldUse {
    std::uint64_t requests = 0;
    std::set<Id> values;
  };

  Id id_of(std::string_view text);
  void compare(const Seen& earlier, const Seen& later, std::size_t later_index);
  std::vector<const Write*> writes_between(const Seen& earlier, const Seen& later,
                                           std::size_t later_index) const;
  void find_irrelevant(const std::vector<std::size_t>& order);
  [[nodiscard]] bool makes_no_difference(Id name, const std::vector<std::size_t>& order);
  void name_requests();
  void blame_answer_fields(const Seen& earlier, const Seen& later);
  void describe(const Exchange& exchange, const Asked& asked, const Dependencies& dependencies,
                Seen& seen);
  void add_secrets(const Document& node, std::set<Id>& secrets);
  void add_words(const Document& node, std::set<Id>& words);
  [[nodiscard]] Id what_is_said(const Asked& asked, const Document& body, bool reads);
  std::string unexplained(const Document& node, const std::string& name,
                          const std::function<bool(Id)>& asked_with);
  [[nodiscard]] bool varies(const std::string& name, const FieldUse& use) const;

  std::unordered_map<std::string_view, Id> ids_;  // of texts_
  std::deque<std::string> texts_;
  std::vector<Seen> seen_;
  std::vector<Write> writes_;
  std::map<Id, FieldUse> uses_;                   // of request fields
  std::map<Id, std::set<Id>> recordings_of_;      // in which a field was sent
  std::set<std::string, std::less<>> varied_by_;  // fields by which the service says that it does
  std::set<Id> hosts_;                            // that requests were sent to
  Irrelevant irrelevant_;
  std::map<std::string, std::vector<Fields>> contexts_;
  Independence independence_;
  std::unordered_map<std::string, std::uint32_t> numbers_;  // in independence_, by canonical form
  std::set<std::string, std::less<>> volatile_;
};

}  // namespace understudy::http
