// What a key holds, as far as it is known. All of it are values: copied, compared, thrown away.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace understudy::redis::emulation {

using String = std::string;
using List = std::deque<std::string>;

/// Names with a value each, listed in the order in which they came. Equal where all that they hold
/// is, in whatever order.
template <class Value>
class Ordered {
  struct Slot {
    std::uint64_t place;
    Value value;
  };
  using Slots = std::map<std::string, Slot, std::less<>>;

 public:
  [[nodiscard]] std::size_t size() const noexcept { return slots_.size(); }
  [[nodiscard]] bool empty() const noexcept { return slots_.empty(); }
  [[nodiscard]] bool contains(std::string_view name) const { return slots_.contains(name); }
  /// Null where it is not there.
  [[nodiscard]] const Value* find(std::string_view name) const {
    const auto found = slots_.find(name);
    return found == slots_.end() ? nullptr : &found->second.value;
  }
  /// True where the name is new.
  bool put(std::string_view name, Value value = {}) {
    if (const auto found = slots_.find(name); found != slots_.end()) {
      found->second.value = std::move(value);
      return false;
    }
    slots_.emplace(name, Slot{next_++, std::move(value)});
    return true;
  }
  bool erase(std::string_view name) {
    const auto found = slots_.find(name);
    if (found == slots_.end()) return false;
    slots_.erase(found);
    return true;
  }
  /// Borrowed until the next change.
  [[nodiscard]] std::vector<std::pair<std::string_view, const Value*>> listed() const {
    std::vector<const typename Slots::value_type*> order;
    order.reserve(slots_.size());
    for (const auto& slot : slots_) order.push_back(&slot);
    std::ranges::sort(order, {}, [](const auto* slot) { return slot->second.place; });
    std::vector<std::pair<std::string_view, const Value*>> list;
    list.reserve(order.size());
    for (const auto* slot : order) list.emplace_back(slot->first, &slot->second.value);
    return list;
  }

  friend bool operator==(const Ordered& left, const Ordered& right) {
    return std::ranges::equal(left.slots_, right.slots_, [](const auto& one, const auto& other) {
      return one.first == other.first && one.second.value == other.second.value;
    });
  }

 private:
  Slots slots_;
  std::uint64_t next_ = 0;
};

using Hash = Ordered<std::string>;
using Set = Ordered<std::monostate>;

/// Members by score, those of equal score by their octets.
class SortedSet {
 public:
  using Order = std::set<std::pair<double, std::string>>;

  [[nodiscard]] std::size_t size() const noexcept { return scores_.size(); }
  [[nodiscard]] bool empty() const noexcept { return scores_.empty(); }
  [[nodiscard]] const Order& order() const noexcept { return order_; }
  /// Null where it is no member.
  [[nodiscard]] const double* score(std::string_view member) const {
    const auto found = scores_.find(member);
    return found == scores_.end() ? nullptr : &found->second;
  }
  /// `score` is a number.
  void put(std::string_view member, double score) {
    erase(member);
    scores_.emplace(member, score);
    order_.emplace(score, member);
  }
  bool erase(std::string_view member) {
    const auto found = scores_.find(member);
    if (found == scores_.end()) return false;
    order_.erase({found->second, found->first});
    scores_.erase(found);
    return true;
  }

  friend bool operator==(const SortedSet& left, const SortedSet& right) {
    return left.order_ == right.order_;
  }

 private:
  std::map<std::string, double, std::less<>> scores_;
  Order order_;
};

struct Unknown {
  friend bool operator==(Unknown, Unknown) = default;
};
struct Absent {
  friend bool operator==(Absent, Absent) = default;
};

using Contents = std::variant<Unknown, Absent, String, List, Hash, Set, SortedSet>;

/// When a key ends.
struct Expiry {
  enum class Kind : std::uint8_t {
    never,
    at,        ///< at a known moment
    sometime,  ///< at an unknown moment, which may have passed
    unknown    ///< nothing tells whether it does
  };
  Kind kind = Kind::never;
  std::int64_t at = 0;  ///< milliseconds since 1970

  [[nodiscard]] bool ends() const noexcept { return kind == Kind::at || kind == Kind::sometime; }
  friend bool operator==(const Expiry&, const Expiry&) = default;
};

struct Entry {
  Contents contents;
  Expiry expiry;

  [[nodiscard]] bool unknown() const noexcept { return std::holds_alternative<Unknown>(contents); }
  [[nodiscard]] bool absent() const noexcept { return std::holds_alternative<Absent>(contents); }
  [[nodiscard]] bool present() const noexcept { return !unknown() && !absent(); }
  friend bool operator==(const Entry&, const Entry&) = default;
};

}  // namespace understudy::redis::emulation
