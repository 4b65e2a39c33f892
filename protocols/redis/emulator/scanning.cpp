// KEYS and SCAN: all keys of a database.
// https://redis.io/docs/latest/commands/scan/
#include "protocols/redis/emulator/scanning.hpp"

#include <algorithm>
#include <charconv>
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
};

std::optional<std::uint64_t> cursor_of(std::string_view text) {
  std::uint64_t cursor = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), cursor);
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return cursor;
}

/// False with an error in `refusal`, or without one where it is not sure.
bool read_scan(const Call& call, Scan& scan, Answer& refusal) {
  const auto cursor = cursor_of(call.word(1));
  if (!cursor) return false;  // servers take more than numbers, from version to version
  scan.cursor = *cursor;
  for (std::size_t word = 2; word < call.count(); word += 2) {
    const bool has_value = word + 1 < call.count();
    if (call.says(word, "MATCH") && has_value) {
      scan.pattern = call.word(word + 1);
    } else if (call.says(word, "TYPE") && has_value) {
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
std::uint64_t take_page(const Scan& scan, const std::vector<std::string>& keys,
                        std::vector<std::string_view>& page) {
  std::vector<Place> places;
  for (const std::string& key : keys) {
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
  if (!read_scan(call, scan, refusal)) return refusal;
  const auto there = present_keys(call);
  if (!there || (scan.cursor != 0 && (scan.cursor & ours) == 0)) return std::nullopt;
  std::vector<std::string_view> page;
  const std::uint64_t next = take_page(scan, *there, page);
  std::vector<Value> found;
  for (const std::string_view key : page) {
    if (scan.pattern && !matches_glob(*scan.pattern, key)) continue;
    if (scan.type) {
      const auto type = type_of(call.see(key));
      if (!type) return std::nullopt;
      if (!equals_ignoring_case(*scan.type, *type)) continue;
    }
    found.push_back(bulk(key));
  }
  return list({bulk(std::to_string(next)), list(std::move(found))});
}

constexpr NamedHandler scanning_handlers[] = {{"KEYS", keys}, {"SCAN", scan}};

}  // namespace

std::span<const NamedHandler> scanning_commands() noexcept {
  return scanning_handlers;
}

bool is_part_of_scan(std::string_view name, Arguments words, const Value& reply) {
  if (name != "SCAN") return false;
  return words.size() < 2 || words[1] != "0" || reply.kind != Kind::array ||
         reply.items.size() != 2 || reply.items[0].text != "0";
}

}  // namespace understudy::redis::emulation
