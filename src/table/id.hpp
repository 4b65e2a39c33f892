// Numbers of different things are of different types, so that none is taken for another.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <ranges>
#include <span>
#include <vector>

namespace understudy::table {

/// The number of a thing in the list of all of its kind, which `Kind` names. 4 bytes, in memory as
/// in a table file.
template <class Kind>
class Id {
 public:
  constexpr Id() noexcept = default;  ///< the first
  constexpr explicit Id(std::size_t index) noexcept : index_(static_cast<std::uint32_t>(index)) {}

  [[nodiscard]] constexpr std::size_t index() const noexcept { return index_; }
  constexpr Id& operator++() noexcept {
    ++index_;
    return *this;
  }
  friend constexpr auto operator<=>(const Id&, const Id&) = default;

 private:
  std::uint32_t index_ = 0;
};

/// The same or nothing, in as many bytes. Nothing is before all.
template <class Kind>
class MaybeId {
 public:
  constexpr MaybeId() noexcept = default;
  constexpr MaybeId(Id<Kind> id) noexcept  // NOLINT(google-explicit-constructor): as std::optional
      : behind_(static_cast<std::uint32_t>(id.index() + 1)) {}

  constexpr explicit operator bool() const noexcept { return behind_ != 0; }
  /// Not where there is none.
  [[nodiscard]] constexpr Id<Kind> operator*() const noexcept { return Id<Kind>(behind_ - 1); }
  friend constexpr auto operator<=>(const MaybeId&, const MaybeId&) = default;

 private:
  std::uint32_t behind_ = 0;  // the number + 1, so that zeroed memory holds none
};

/// A list whose items are found by their numbers, and by no others.
template <class Id, class Item>
class ListBy : public std::vector<Item> {
 public:
  using Base = std::vector<Item>;
  using Base::Base;

  [[nodiscard]] decltype(auto) operator[](Id id) { return Base::operator[](id.index()); }
  [[nodiscard]] decltype(auto) operator[](Id id) const { return Base::operator[](id.index()); }
  /// The number of what is added next.
  [[nodiscard]] Id next() const noexcept { return Id(Base::size()); }
  /// Gives the number of what is added.
  Id add(Item item) {
    Base::push_back(std::move(item));
    return Id(Base::size() - 1);
  }
};

/// The same of a list that lies elsewhere, as in a mapped file.
template <class Id, class Item>
class SpanBy : public std::span<Item> {
 public:
  using Base = std::span<Item>;
  using Base::Base;
  constexpr SpanBy(Base base) noexcept : Base(base) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] constexpr Item& operator[](Id id) const noexcept {
    return Base::operator[](id.index());
  }
  /// The number of an item of it.
  [[nodiscard]] constexpr Id id_of(const Item& item) const noexcept {
    return Id(static_cast<std::size_t>(&item - Base::data()));
  }
};

using KeyId = Id<struct KeyKind>;          ///< a dependency key of a service
using RequestId = Id<struct RequestKind>;  ///< a request in a section
using AnswerId = Id<struct AnswerKind>;    ///< an answer among all of a section
using WriteId = Id<struct WriteKind>;      ///< a recorded write in a section
using MaybeRequestId = MaybeId<RequestKind>;
using MaybeKeyId = MaybeId<KeyKind>;
using MaybeWriteId = MaybeId<WriteKind>;

}  // namespace understudy::table

template <class Kind>
struct std::hash<understudy::table::Id<Kind>> {
  std::size_t operator()(understudy::table::Id<Kind> id) const noexcept { return id.index(); }
};

template <class Kind>
struct std::hash<understudy::table::MaybeId<Kind>> {
  std::size_t operator()(understudy::table::MaybeId<Kind> id) const noexcept {
    return id ? (*id).index() + 1 : 0;
  }
};

template <class Id, class Item>
inline constexpr bool std::ranges::enable_borrowed_range<understudy::table::SpanBy<Id, Item>> =
    true;
