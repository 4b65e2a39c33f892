// KEYS and SCAN, HSCAN, SSCAN and ZSCAN: all that there is, page by page.
// https://redis.io/docs/latest/commands/scan/
#include "protocols/redis/emulator/scanning.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <functional>

#include "protocols/redis/effects.hpp"
#include "protocols/redis/emulator/call.hpp"
#include "protocols/redis/glob.hpp"

namespace understudy::redis::emulation {
namespace {

/// Marks the cursors that are ours: those of a server are no larger than its tables.
/// Below 2^53, beyond which some clients read another number.
constexpr std::uint64_t ours = 1ULL << 51;
constexpr std::uint64_t default_count = 10;

/// Those that are there now; nothing where it is not sure of them all. Keys that have ended and
/// that the server has not noticed yet it does not show.
std::optional<std::vector<std::string>> present_keys(Call& call) {
  const auto segments = call.keys().segments(call.database());
  if (!segments) return std::nullopt;
  std::vector<std::string> keys;
  for (const std::string& segment : *segments) {
    std::string key = key_of(segment);
    const Seen seen = call.see(key);
    if (seen.unknown()) return std::nullopt;
    if (seen.present() && !call.is_sure_to_last(*seen.entry)) return std::nullopt;
    if (seen.present()) keys.push_back(std::move(key));
  }
  return keys;
}

// In the order of their octets; the server's is its own choice.
Answer keys(Call& call) {
  const auto there = present_keys(call);
  if (!there) return std::nullopt;
  std::vector<Value> found;
  for (const std::string& key : *there)
    if (matches_glob(call.word(1), key)) found.push_back(bulk(key));
  return list(std::move(found));
}

struct Scan {
  std::uint64_t cursor = 0, count = default_count;
  std::optional<std::string_view> pattern, type;

  [[nodiscard]] bool is_ours() const noexcept { return cursor == 0 || (cursor & ours) != 0; }
  [[nodiscard]] bool shows(std::string_view name) const {
    return !pattern || matches_glob(*pattern, name);
  }
};

/// Servers take more than numbers, from version to version.
bool read_cursor(std::string_view text, Scan& scan) {
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), scan.cursor);
  return problem == std::errc{} && end == text.data() + text.size();
}

/// False with an error in `refusal`, or without one where it is not sure. `at`: of the cursor.
bool read_options(const Call& call, std::size_t at, Scan& scan, Answer& refusal) {
  for (std::size_t word = at + 1; word < call.count(); word += 2) {
    const bool has_value = word + 1 < call.count();
    if (call.says(word, "MATCH") && has_value) {
      scan.pattern = call.word(word + 1);
    } else if (call.says(word, "NOVALUES")) {
      return false;  // of newer servers
    } else if (call.says(word, "TYPE") && has_value && at == 1) {
      scan.type = call.word(word + 1);
    } else if (call.says(word, "COUNT") && has_value) {
      const auto count = call.integer(word + 1);
      refusal = !count ? not_an_integer() : *count < 1 ? syntax_error() : Answer();
      if (refusal) return false;
      scan.count = static_cast<std::uint64_t>(*count);
    } else {
      refusal = syntax_error();
      return false;
    }
  }
  return true;
}

struct Place {
  std::uint64_t hash;
  std::string_view key;
  auto operator<=>(const Place&) const = default;
};

/// From a cursor on, which is the place of a key: so those that stay are found, whatever comes and
/// goes between two pages. Returns the next cursor, 0 at the end.
template <class Names>
std::uint64_t take_page(const Scan& scan, const Names& names, std::vector<std::string_view>& page) {
  std::vector<Place> places;
  for (const std::string_view key : names) {
    const std::uint64_t hash = std::hash<std::string_view>{}(key) & (ours - 1);
    if (scan.cursor == 0 || hash >= (scan.cursor & (ours - 1))) places.push_back({hash, key});
  }
  std::ranges::sort(places);
  for (std::size_t i = 0; i < places.size(); ++i) {
    const bool is_same_place = i > 0 && places[i].hash == places[i - 1].hash;
    if (i >= scan.count && !is_same_place) return ours | places[i].hash;
    page.push_back(places[i].key);
  }
  return 0;
}

/// Pages as large as COUNT says, as a server's are more or less.
Answer scan(Call& call) {
  Scan scan;
  Answer refusal;
  if (!read_cursor(call.word(1), scan) || !read_options(call, 1, scan, refusal)) return refusal;
  const auto there = present_keys(call);
  if (!there || !scan.is_ours()) return std::nullopt;
  std::vector<std::string_view> page;
  const std::uint64_t next = take_page(scan, *there, page);
  std::vector<Value> found;
  for (const std::string_view key : page) {
    if (!scan.shows(key)) continue;
    if (scan.type) {
      const auto type = type_of(call.see(key));
      if (!type) return std::nullopt;
      if (!equals_ignoring_case(*scan.type, *type)) continue;
    }
    found.push_back(bulk(key));
  }
  return list({bulk(std::to_string(next)), list(std::move(found))});
}

// -- one key

/// What is kept so small is told whole, whatever COUNT says.
constexpr std::size_t small_size = 128, small_octets = 64, small_integers = 512;

bool is_short(std::string_view text) {
  return text.size() <= small_octets;
}

bool is_small(const Hash& hash) {
  return hash.size() <= small_size && std::ranges::all_of(hash.listed(), [](const auto& field) {
           return is_short(field.first) && is_short(*field.second);
         });
}

bool is_small(const Set& set) {
  return set.size() <= small_integers && std::ranges::all_of(set.listed(), [](const auto& member) {
           return parse_integer(member.first).has_value();
         });
}

bool is_small(const SortedSet& set) {
  return set.size() <= small_size && std::ranges::all_of(set.order(), [](const auto& member) {
           return is_short(member.second);
         });
}

template <class T>
std::vector<std::string_view> names_of(const T& collection) {
  std::vector<std::string_view> names;
  for (const auto& [name, value] : collection.listed()) names.push_back(name);
  return names;
}

std::vector<std::string_view> names_of(const SortedSet& set) {
  std::vector<std::string_view> names;
  for (const auto& [score, member] : set.order()) names.emplace_back(member);
  return names;
}

/// False where its spelling is not sure: versions print digits that do not end otherwise.
bool show(const Hash& hash, std::string_view name, std::vector<Value>& found) {
  found.push_back(bulk(name));
  found.push_back(bulk(*hash.find(name)));
  return true;
}

bool show(const Set&, std::string_view name, std::vector<Value>& found) {
  found.push_back(bulk(name));
  return true;
}

bool show(const SortedSet& set, std::string_view name, std::vector<Value>& found) {
  const double score = *set.score(name);
  const std::string digits = format_double(score, DoubleStyle::shortest);
  const bool plain = digits.size() < 12 && digits.find('e') == std::string::npos && score != 0;
  if (score != 0 && (!plain || digits != format_double(score, DoubleStyle::seventeen_digits)))
    return false;
  if (score == 0 && std::signbit(score)) return false;
  found.push_back(bulk(name));
  found.push_back(bulk(score == 0 ? "0" : digits));
  return true;
}

template <class T>
Answer scan_key(Call& call) {
  Scan scan;
  Answer refusal;
  if (!read_cursor(call.word(2), scan)) return std::nullopt;
  const auto there = call.find<T>(call.word(1));
  if (there.refused) return there.refusal;
  if (!there) return list({bulk("0"), list({})});
  if (!read_options(call, 2, scan, refusal)) return refusal;
  if (!scan.is_ours()) return std::nullopt;
  const auto names = names_of(*there.value);
  std::vector<std::string_view> page;
  const bool whole = scan.cursor == 0 && is_small(*there.value);
  if (whole) page = names;
  const std::uint64_t next = whole ? 0 : take_page(scan, names, page);
  std::vector<Value> found;
  for (const std::string_view name : page)
    if (scan.shows(name) && !show(*there.value, name, found)) return std::nullopt;
  return list({bulk(std::to_string(next)), list(std::move(found))});
}

constexpr NamedHandler scanning_handlers[] = {{"KEYS", keys},
                                              {"SCAN", scan},
                                              {"HSCAN", scan_key<Hash>},
                                              {"SSCAN", scan_key<Set>},
                                              {"ZSCAN", scan_key<SortedSet>}};

}  // namespace

std::span<const NamedHandler> scanning_commands() noexcept {
  return scanning_handlers;
}

bool is_scan(std::string_view name) {
  return name == "SCAN" || name == "HSCAN" || name == "SSCAN" || name == "ZSCAN";
}

bool is_part_of_scan(std::string_view name, Arguments words, const Value& reply) {
  if (!is_scan(name)) return false;
  const std::size_t cursor = name == "SCAN" ? 1 : 2;
  return words.size() <= cursor || words[cursor] != "0" || reply.kind != Kind::array ||
         reply.items.size() != 2 || reply.items[0].text != "0";
}

}  // namespace understudy::redis::emulation
