#include "protocols/sql/lists.hpp"

#include <algorithm>
#include <vector>

#include "protocols/sql/statement.hpp"
#include "protocols/sql/value_length.hpp"
#include "understudy/request.hpp"

namespace understudy::sql {
namespace {

constexpr std::size_t list_qualifier_size = 4;
constexpr std::string_view list_opening = " in (", inside = "\x01, ";
static_assert(inside[0] == slot_mark);

/// Slots `first` to `first + count`.
struct List {
  std::size_t first = 0, count = 0;
};

/// The IN lists of a pattern that hold nothing but values, two at least.
std::vector<List> lists_of(std::string_view pattern) {
  std::vector<List> lists;
  std::size_t slots = 0, counted = 0;  // the slots before `counted`
  for (std::size_t at = pattern.find(list_opening); at != std::string_view::npos;
       at = pattern.find(list_opening, at + 1)) {
    const std::size_t begin = at + list_opening.size();
    const std::size_t end = pattern.find_first_not_of(inside, begin);
    if (end == std::string_view::npos || pattern[end] != ')') continue;
    slots += static_cast<std::size_t>(
        std::ranges::count(pattern.substr(counted, begin - counted), slot_mark));
    counted = begin;
    const auto count = std::ranges::count(pattern.substr(begin, end - begin), slot_mark);
    if (count > 1) lists.push_back({slots, static_cast<std::size_t>(count)});
  }
  return lists;
}

/// The octets of one value with its length, and what is said of it.
struct Entry {
  std::string text, qualifier;
};

/// How many octets the value that `rest` begins with takes; 0 where it is damaged.
std::size_t size_of_value(std::string_view rest) {
  const std::size_t before = rest.size();
  std::size_t length = 0;
  if (!take_length(rest, length)) return 0;
  const std::size_t size = length == 0 ? 0 : length - 1;
  return size <= rest.size() ? before - rest.size() + size : 0;
}

void sort(std::string& canonical, std::size_t begin, std::string* qualifier,
          std::size_t qualifier_begin) {
  const std::string_view pattern = pattern_of(std::string_view(canonical).substr(begin));
  if (pattern.find(list_opening) == std::string_view::npos) return;
  std::size_t slot = 0, at = begin + pattern.size() + 1;
  for (const List& list : lists_of(pattern)) {
    const auto skip = [&] {
      const std::size_t size =
          at < canonical.size() ? size_of_value(std::string_view(canonical).substr(at)) : 0;
      at += size;
      ++slot;
      return size;
    };
    while (slot < list.first)
      if (skip() == 0) return;
    const std::size_t from = at;
    std::vector<Entry> entries;
    for (std::size_t i = 0; i < list.count; ++i) {
      const std::size_t value = at, place = qualifier_begin + slot * list_qualifier_size;
      if (skip() == 0) return;
      entries.push_back({canonical.substr(value, at - value), {}});
      if (qualifier != nullptr)
        entries.back().qualifier = qualifier->substr(place, list_qualifier_size);
    }
    std::ranges::stable_sort(entries, {}, [](const Entry& entry) {
      return std::pair<std::string_view, std::string_view>(entry.text, entry.qualifier);
    });
    std::size_t to = from, place = qualifier_begin + list.first * list_qualifier_size;
    for (const Entry& entry : entries) {
      canonical.replace(to, entry.text.size(), entry.text);
      to += entry.text.size();
      if (qualifier != nullptr) qualifier->replace(place, list_qualifier_size, entry.qualifier);
      place += list_qualifier_size;
    }
  }
}

}  // namespace

void sort_lists(std::string& canonical, std::size_t begin) {
  sort(canonical, begin, nullptr, 0);
}

void sort_lists(std::string& canonical, std::size_t begin, std::string& qualifier,
                std::size_t qualifier_begin) {
  sort(canonical, begin, &qualifier, qualifier_begin);
}

}  // namespace understudy::sql
