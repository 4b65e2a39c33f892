// What the recordings of a service show beyond single exchanges.
//
// Two answers to one request, and no write in between: then a request field made the difference,
// which so becomes part of the identity (a selector), or, where only answer fields differ, these
// are volatile. Different answers with writes in between, none of them to a path above or below:
// then the answer depends on what these wrote. Where one of the two was a denial, credentials that
// differ are selectors in any case.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "protocols/http/identity.hpp"
#include "protocols/http/keys.hpp"
#include "understudy/exchange.hpp"

namespace understudy::http {

class Evidence {
 public:
  void add(const SessionHeader& session, const Exchange& exchange, const Asked& asked,
           const Dependencies& dependencies);
  /// To be called after the last add and before the questions below.
  void conclude();

  [[nodiscard]] const std::map<std::string, Selectors>& selectors() const noexcept {
    return selectors_;
  }
  [[nodiscard]] const Selectors& selectors_of(const std::string& pattern) const;
  /// Widest paths that requests of the pattern read besides their own.
  [[nodiscard]] const std::set<KeyPath>& further_reads(const std::string& pattern) const;
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
    Id request;  // canonical, without selectors
    Id pattern;
    std::uint64_t began;
    std::uint64_t ended;
    Id content;   // status, reason and body of the answer
    bool denied;  // 401 or 403
    FieldIds asked;
    FieldIds answered;
  };
  struct Write {
    Id recording;
    std::uint64_t began;
    std::size_t seen;
    std::vector<KeyPath> paths;
  };

  /// A request field in which two requests with different answers differ.
  struct Difference {
    Id name;
    bool in_presence;  // one of them has no such field
  };
  struct Suspicion {
    Id pattern;
    std::vector<Difference> fields;
  };

  Id id_of(std::string_view text);
  void compare(const Seen& earlier, const Seen& later, std::size_t earlier_index,
               std::size_t later_index);
  std::vector<const Write*> writes_between(const Seen& earlier, const Seen& later,
                                           std::size_t later_index) const;
  enum class Suspects : std::uint8_t { all, credentials };
  void suspect_request_fields(const Seen& earlier, const Seen& later, Suspects suspects);
  void settle_suspicions();
  void blame_answer_fields(const Seen& earlier, const Seen& later);
  void blame_writes(const Seen& later, const std::vector<const Write*>& writes);
  void select(Id pattern, const Difference& field);
  [[nodiscard]] bool is_random(Id name) const;

  std::unordered_map<std::string, Id> ids_;
  std::vector<std::string> texts_;
  std::vector<Seen> seen_;
  std::vector<Write> writes_;
  std::vector<Suspicion> suspicions_;
  std::map<std::string, Selectors> selectors_;
  std::map<std::string, std::set<KeyPath>> further_reads_;
  std::set<std::string, std::less<>> volatile_;
  struct FieldUse {
    std::uint64_t requests = 0;
    std::set<Id> values;
  };
  std::map<Id, FieldUse> uses_;  // of request fields
};

}  // namespace understudy::http
