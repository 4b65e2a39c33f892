// SORT and SORT_RO. https://redis.io/docs/latest/commands/sort/
#include <algorithm>
#include <cmath>

#include "protocols/redis/emulator/call.hpp"
#include "protocols/redis/emulator/scores.hpp"

namespace understudy::redis::emulation {
namespace {

struct SortOptions {
  std::optional<std::string_view> by, store;
  std::vector<std::string_view> get;
  std::int64_t offset = 0, count = -1;
  bool descending = false, alpha = false;

  /// BY a pattern without a star: as they come.
  [[nodiscard]] bool is_unsorted() const { return by && by->find('*') == std::string_view::npos; }
};

/// An element with what it is sorted by.
struct Item {
  std::string element;
  double score = 0;
  std::optional<std::string> text{};
};

/// What is wrong in them, and which mistake counts first, differs between versions.
bool read_sort_options(const Call& call, bool may_store, SortOptions& options) {
  for (std::size_t word = 2; word < call.count(); ++word) {
    const bool one = word + 1 < call.count(), two = word + 2 < call.count();
    if (call.says(word, "ASC")) {
      options.descending = false;
    } else if (call.says(word, "DESC")) {
      options.descending = true;
    } else if (call.says(word, "ALPHA")) {
      options.alpha = true;
    } else if (call.says(word, "BY") && one) {
      options.by = call.word(++word);
    } else if (call.says(word, "GET") && one) {
      options.get.push_back(call.word(++word));
    } else if (call.says(word, "STORE") && one && may_store) {
      options.store = call.word(++word);
    } else if (call.says(word, "LIMIT") && two) {
      const auto offset = call.integer(++word), count = call.integer(++word);
      if (!offset || !count) return false;
      options.offset = std::max<std::int64_t>(*offset, 0);
      options.count = *count;
    } else {
      return false;
    }
  }
  return true;
}

/// Nothing with an error in `refusal`, or without one where they, or their order, are not sure.
std::optional<std::vector<std::string>> elements_of(Call& call, const SortOptions& options,
                                                    Answer& refusal) {
  const Seen seen = call.see(call.word(1));
  if (seen.unknown() || !call.is_sure_to_last(*seen.entry)) return std::nullopt;
  std::vector<std::string> elements;
  if (seen.absent()) return elements;
  const Contents& contents = seen.entry->contents;
  if (const auto* list = std::get_if<List>(&contents)) {
    elements.assign(list->begin(), list->end());
  } else if (const auto* set = std::get_if<Set>(&contents); set && !options.is_unsorted()) {
    for (const auto& [member, nothing] : set->listed()) elements.emplace_back(member);
  } else if (const auto* sorted = std::get_if<SortedSet>(&contents);
             sorted && !options.is_unsorted()) {
    for (const auto& [score, member] : sorted->order()) elements.push_back(member);
  } else {
    if (set == nullptr && sorted == nullptr) refusal = wrong_type();
    return std::nullopt;
  }
  return elements;
}

/// What a pattern says of an element: `weight_*`, `item:*->price`, `#`. False where it is not sure.
bool look_up(Call& call, std::string_view pattern, const std::string& element,
             std::optional<std::string>& found) {
  found.reset();
  if (pattern == "#") return found = element, true;
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return true;
  const std::size_t arrow = pattern.find("->", star);
  const bool is_field = arrow != std::string_view::npos && arrow + 2 < pattern.size();
  std::string key(pattern.substr(0, star));
  key += element;
  key += is_field ? pattern.substr(star + 1, arrow - star - 1) : pattern.substr(star + 1);
  const Seen seen = call.see(key);
  if (seen.unknown() || !call.is_sure_to_last(*seen.entry)) return false;
  if (is_field) {
    const auto* hash = std::get_if<Hash>(&seen.entry->contents);
    const std::string* value = hash != nullptr ? hash->find(pattern.substr(arrow + 2)) : nullptr;
    if (value != nullptr) found = *value;
  } else if (const auto* text = std::get_if<String>(&seen.entry->contents)) {
    found = *text;
  }
  return true;
}

/// As every locale sorts it.
bool sorts_alike(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); });
}

/// Plain numbers and plain words; what strtod makes of anything else (blanks, a NUL, hexadecimal
/// digits, numbers that are too large or too small) is left to it.
bool is_plain(std::string_view text) {
  constexpr std::string_view digits = "0123456789+-.";
  const bool number =
      std::ranges::all_of(text, [&](char c) { return digits.find(c) != std::string_view::npos; });
  if (number) return text.size() < 20 && parse_score(text).has_value();
  return text.find_first_not_of("abcdefghjklmoqrstuvwxyz") == std::string_view::npos;
}

/// False with an error in `refusal`, or without one.
bool weigh(Call& call, const SortOptions& options, Item& item, Answer& refusal) {
  std::optional<std::string> value = item.element;
  if (options.by && !look_up(call, *options.by, item.element, value)) return false;
  if (options.alpha) {
    item.text = value;
    return !value || options.store || sorts_alike(*value);
  }
  if (!value || value->empty()) return true;
  if (!is_plain(*value)) return false;
  const auto score = parse_score(*value);
  if (!score) refusal = error("ERR One or more scores can't be converted into double");
  item.score = score.value_or(0);
  return score.has_value();
}

int compare(const SortOptions& options, const Item& one, const Item& other) {
  if (options.alpha) return one.text < other.text ? -1 : one.text == other.text ? 0 : 1;
  if (one.score != other.score) return one.score < other.score ? -1 : 1;
  return one.element < other.element ? -1 : one.element == other.element ? 0 : 1;
}

bool sort_items(Call& call, const SortOptions& options, std::vector<Item>& items, Answer& refusal) {
  for (Item& item : items)
    if (!weigh(call, options, item, refusal)) return false;
  std::ranges::stable_sort(items, [&](const Item& one, const Item& other) {
    const int order = compare(options, one, other);
    return options.descending ? order > 0 : order < 0;
  });
  // Those that are sorted alike come in an order of the server's own.
  for (std::size_t i = 1; i < items.size(); ++i)
    if (items[i].element != items[i - 1].element && compare(options, items[i - 1], items[i]) == 0)
      return false;
  return true;
}

void keep_page(const SortOptions& options, std::vector<Item>& items) {
  const auto size = static_cast<std::int64_t>(items.size());
  const std::int64_t first = std::min(options.offset, size);
  const std::int64_t last =
      options.count < 0 ? size : std::min(size, first + std::min(options.count, size));
  items.erase(items.begin() + last, items.end());
  items.erase(items.begin(), items.begin() + first);
}

Answer stored(Call& call, std::string_view destination, const std::vector<Value>& values) {
  List list;
  for (const Value& value : values) list.push_back(value.text);
  return store(call, destination, std::move(list));
}

template <bool may_store>
Answer sort(Call& call) {
  SortOptions options;
  Answer refusal;
  if (!read_sort_options(call, may_store, options)) return std::nullopt;
  const auto elements = elements_of(call, options, refusal);
  if (!elements) return refusal;
  std::vector<Item> items;
  for (const std::string& element : *elements) items.push_back({element});
  if (!options.is_unsorted() && !sort_items(call, options, items, refusal)) return refusal;
  keep_page(options, items);
  if (options.get.empty()) options.get.emplace_back("#");
  std::vector<Value> values;
  for (const Item& item : items)
    for (const std::string_view pattern : options.get) {
      std::optional<std::string> found;
      if (!look_up(call, pattern, item.element, found)) return std::nullopt;
      values.push_back(found ? bulk(*found) : null());
    }
  if (options.store) return stored(call, *options.store, values);
  return list(std::move(values));
}

constexpr NamedHandler sorting_handlers[] = {{"SORT", sort<true>}, {"SORT_RO", sort<false>}};

}  // namespace

std::span<const NamedHandler> sorting_commands() noexcept {
  return sorting_handlers;
}

}  // namespace understudy::redis::emulation
