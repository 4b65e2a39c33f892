#include "protocols/redis/keys.hpp"

#include <optional>

#include "protocols/redis/numbers.hpp"

namespace understudy::redis {

namespace {

constexpr std::string_view keyword_names[] = {"", "STORE", "STOREDIST", "KEYS", "STREAMS"};

// Behind the keyword, which is searched forwards from a positive start and backwards from a
// negative one; the argument at the far end can't be the keyword.
std::optional<std::ptrdiff_t> behind_keyword(const KeySpec& spec, Arguments arguments) {
  const auto count = static_cast<std::ptrdiff_t>(arguments.size());
  const std::ptrdiff_t step = spec.start > 0 ? 1 : -1;
  const std::ptrdiff_t begin = spec.start > 0 ? spec.start : count + spec.start;
  const std::ptrdiff_t end = spec.start > 0 ? count - 1 : 1;
  const std::string_view keyword = keyword_names[static_cast<std::size_t>(spec.keyword)];
  for (std::ptrdiff_t i = begin; i > 0 && i < count && i != end; i += step)
    if (equals_ignoring_case(arguments[static_cast<std::size_t>(i)], keyword)) return i + 1;
  return std::nullopt;
}

struct Range {
  std::ptrdiff_t first = 0;
  std::ptrdiff_t last = -1;
};

Range range_of(const KeySpec& spec, std::ptrdiff_t begin, Arguments arguments) {
  const auto count = static_cast<std::ptrdiff_t>(arguments.size());
  if (spec.find == Find::range) {
    if (spec.extent >= 0) return {begin, begin + spec.extent};
    if (spec.limit == 0) return {begin, count + spec.extent};
    return {begin, begin + (count - begin) / spec.limit + spec.extent};
  }
  const std::ptrdiff_t number_at = begin + spec.limit;
  if (number_at >= count) return {};
  const auto number = parse_integer(arguments[static_cast<std::size_t>(number_at)]);
  if (!number || *number < 1 || *number > count) return {};
  const std::ptrdiff_t first = begin + spec.extent;
  return {first, first + (static_cast<std::ptrdiff_t>(*number) - 1) * spec.step};
}

void append(const KeySpec& spec, Range range, Arguments arguments, std::vector<KeyUse>& keys) {
  const auto count = static_cast<std::ptrdiff_t>(arguments.size());
  for (std::ptrdiff_t i = range.first; i > 0 && i <= range.last && i < count; i += spec.step)
    keys.push_back({arguments[static_cast<std::size_t>(i)], spec.access});
}

// `STORE destination` may stand anywhere behind SORT's key; the last one counts.
void append_sort_destination(Arguments arguments, std::vector<KeyUse>& keys) {
  std::optional<std::string_view> destination;
  for (std::size_t i = 2; i + 1 < arguments.size(); ++i)
    if (equals_ignoring_case(arguments[i], "STORE")) destination = arguments[++i];
  if (destination) keys.push_back({*destination, KeyAccess::write});
}

}  // namespace

std::vector<KeyUse> keys_of(const Command& command, Arguments arguments) {
  std::vector<KeyUse> keys;
  for (const KeySpec& spec : command.key_specs()) {
    if (spec.begin == Begin::unknown) continue;
    const auto begin = spec.begin == Begin::keyword ? behind_keyword(spec, arguments)
                                                    : std::optional<std::ptrdiff_t>(spec.start);
    if (begin) append(spec, range_of(spec, *begin, arguments), arguments, keys);
  }
  if (command.name == "SORT") append_sort_destination(arguments, keys);
  if (command.name == "MIGRATE" && keys.size() > 1 && keys.front().key.empty())
    keys.erase(keys.begin());
  return keys;
}

}  // namespace understudy::redis
