// https://redis.io/docs/latest/commands/?group=list
#include <algorithm>
#include <limits>

#include "protocols/redis/emulator/call.hpp"
#include "protocols/redis/emulator/pop_options.hpp"
#include "protocols/redis/emulator/slice.hpp"

namespace understudy::redis::emulation {

namespace {

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

enum class End : std::uint8_t { left, right };

void add(List& list, std::string_view element, End end) {
  if (end == End::left)
    list.emplace_front(element);
  else
    list.emplace_back(element);
}

std::string take(List& list, End end) {
  std::string element = std::move(end == End::left ? list.front() : list.back());
  if (end == End::left)
    list.pop_front();
  else
    list.pop_back();
  return element;
}

enum class Where : std::uint8_t { anywhere, in_a_list };

template <End end, Where where>
Answer push(Call& call) {
  const auto found = call.find<List>(call.word(1));
  if (found.refused) return found.refusal;
  if (!found && where == Where::in_a_list) return integer(0);
  List& list = call.made(found, call.word(1));
  for (const std::string_view element : call.from(2)) add(list, element, end);
  call.touch(call.word(1));
  return count_of(list.size());
}

template <End end>
Answer pop(Call& call) {
  if (call.count() > 3) return wrong_arity(call);
  const bool counts = call.count() > 2;
  const auto wanted = counts ? call.integer(2) : std::optional<std::int64_t>(1);
  if (!wanted || *wanted < 0) return error("ERR value is out of range, must be positive");
  const auto found = call.find<List>(call.word(1));
  if (!found) return found.refused ? found.refusal : null();
  std::vector<Value> taken;
  for (std::int64_t i = 0; i < *wanted && !found.value->empty(); ++i)
    taken.push_back(bulk(take(*found.value, end)));
  if (!taken.empty()) call.changed(call.word(1), *found.value);
  if (!counts) return std::move(taken.front());
  return list(std::move(taken));
}

// BLPOP and BRPOP; null where they would wait.
template <End end>
Answer pop_first(Call& call) {
  if (auto refusal = refused_timeout(call, call.count() - 1)) return *std::move(refusal);
  for (std::size_t word = 1; word + 1 < call.count(); ++word) {
    const std::string_view key = call.word(word);
    const auto found = call.find<List>(key);
    if (found.refused) return found.refusal;
    if (!found) continue;
    Value element = bulk(take(*found.value, end));
    call.changed(key, *found.value);
    return list({bulk(key), std::move(element)});
  }
  return null();
}

Answer lrange(Call& call) {
  const auto first = call.integer(2);
  const auto last = call.integer(3);
  if (!first || !last) return not_an_integer();
  const auto found = call.find<List>(call.word(1));
  if (!found) return found.refused ? found.refusal : list();
  const Slice slice = slice_of(*first, *last, found.value->size());
  std::vector<Value> elements;
  elements.reserve(slice.count);
  for (std::size_t i = 0; i < slice.count; ++i)
    elements.push_back(bulk((*found.value)[slice.first + i]));
  return list(std::move(elements));
}

// Null where there is no such element.
String* element_at(List& list, std::int64_t index) {
  const auto size = static_cast<std::int64_t>(list.size());
  if (index < 0) index += size;
  return index < 0 || index >= size ? nullptr : &list[static_cast<std::size_t>(index)];
}

Answer lindex(Call& call) {
  const auto found = call.find<List>(call.word(1));
  if (!found) return found.refused ? found.refusal : null();
  const auto index = call.integer(2);
  if (!index) return not_an_integer();
  const String* element = element_at(*found.value, *index);
  return element != nullptr ? bulk(*element) : null();
}

Answer lset(Call& call) {
  const auto found = call.find<List>(call.word(1));
  if (!found) return found.refused ? found.refusal : error("ERR no such key");
  const auto index = call.integer(2);
  if (!index) return not_an_integer();
  String* element = element_at(*found.value, *index);
  if (element == nullptr) return error("ERR index out of range");
  *element = call.word(3);
  call.touch(call.word(1));
  return ok();
}

Answer lrem(Call& call) {
  const auto count = call.integer(2);
  if (!count) return not_an_integer();
  if (*count < -most) return std::nullopt;
  const auto found = call.find<List>(call.word(1));
  if (!found) return found.refused ? found.refusal : integer(0);
  List& list = *found.value;
  const std::int64_t limit = *count == 0 ? most : *count < 0 ? -*count : *count;
  const std::string_view element = call.word(3);
  std::int64_t removed = 0;
  const auto unwanted = [&](const std::string& each) {
    return removed < limit && each == element && ++removed > 0;
  };
  if (*count < 0) {
    const auto kept = std::remove_if(list.rbegin(), list.rend(), unwanted);
    list.erase(list.begin(), kept.base());
  } else {
    list.erase(std::remove_if(list.begin(), list.end(), unwanted), list.end());
  }
  if (removed > 0) call.changed(call.word(1), list);
  return integer(removed);
}

Answer ltrim(Call& call) {
  const auto first = call.integer(2);
  const auto last = call.integer(3);
  if (!first || !last) return not_an_integer();
  const auto found = call.find<List>(call.word(1));
  if (!found) return found.refused ? found.refusal : ok();
  List& list = *found.value;
  const Slice slice = slice_of(*first, *last, list.size());
  const auto begin = list.begin() + static_cast<std::ptrdiff_t>(slice.first);
  const auto end = begin + static_cast<std::ptrdiff_t>(slice.count);
  if (slice.count == list.size()) {  // who watches it sees a change, in some versions
    call.touch(call.word(1));
    call.touch_perhaps(call.word(1));
    return ok();
  }
  list.erase(end, list.end());
  list.erase(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(slice.first));
  call.changed(call.word(1), list);
  return ok();
}

Answer linsert(Call& call) {
  const bool before = call.says(2, "BEFORE");
  if (!before && !call.says(2, "AFTER")) return syntax_error();
  const auto found = call.find<List>(call.word(1));
  if (!found) return found.refused ? found.refusal : integer(0);
  List& list = *found.value;
  const auto pivot = std::ranges::find(list, call.word(3));
  if (pivot == list.end()) return integer(-1);
  list.emplace(before ? pivot : std::next(pivot), call.word(4));
  call.touch(call.word(1));
  return count_of(list.size());
}

std::optional<End> end_of(const Call& call, std::size_t word) {
  if (call.says(word, "LEFT")) return End::left;
  if (call.says(word, "RIGHT")) return End::right;
  return std::nullopt;
}

Answer move(Call& call, End from, End to) {
  const std::string_view source_key = call.word(1);
  const std::string_view target_key = call.word(2);
  const auto source = call.find<List>(source_key);
  if (!source) return source.refused ? source.refusal : null();
  const auto target = call.find<List>(target_key);
  if (target.refused) return target.refusal;
  const std::string element = take(*source.value, from);
  List& list = source_key == target_key ? *source.value : call.made(target, target_key);
  add(list, element, to);
  call.touch(target_key);
  if (source_key != target_key) call.changed(source_key, *source.value);
  return bulk(element);
}

Answer lmove(Call& call) {
  const auto from = end_of(call, 3);
  const auto to = end_of(call, 4);
  return from && to ? move(call, *from, *to) : syntax_error();
}

Answer rpoplpush(Call& call) {
  return move(call, End::right, End::left);
}

Answer blmove(Call& call) {
  const auto from = end_of(call, 3);
  const auto to = end_of(call, 4);
  if (!from || !to) return syntax_error();
  if (auto refusal = refused_timeout(call, 5)) return *std::move(refusal);
  return move(call, *from, *to);
}
Answer brpoplpush(Call& call) {
  if (auto refusal = refused_timeout(call, 3)) return *std::move(refusal);
  return move(call, End::right, End::left);
}

// LMPOP from its number of keys on: numkeys key … LEFT|RIGHT [COUNT n].
Answer pop_several(Call& call, std::size_t first) {
  PopOptions options;
  if (auto problem = read_pop_options(call, first, {"LEFT", "RIGHT"}, options)) return *problem;
  for (const std::string_view key : options.keys) {
    const auto found = call.find<List>(key);
    if (found.refused) return found.refusal;
    if (!found) continue;
    std::vector<Value> taken;
    const End end = options.where == 0 ? End::left : End::right;
    for (std::int64_t i = 0; i < options.count && !found.value->empty(); ++i)
      taken.push_back(bulk(take(*found.value, end)));
    call.changed(key, *found.value);
    return list({bulk(key), list(std::move(taken))});
  }
  return null();
}
Answer lmpop(Call& call) {
  return pop_several(call, 1);
}
Answer blmpop(Call& call) {
  PopOptions options;  // what is wrong with them is told before what is wrong with the timeout
  if (auto problem = read_pop_options(call, 2, {"LEFT", "RIGHT"}, options)) return *problem;
  if (auto refusal = refused_timeout(call, 1)) return *std::move(refusal);
  return pop_several(call, 2);
}

struct Search {
  std::int64_t rank = 1;
  std::optional<std::int64_t> count;  // 0 is all
  std::int64_t longest = 0;           // 0 is all
};

// The error; nothing where the option is read.
std::optional<Value> read_option(const Call& call, std::size_t word, Search& search) {
  if (word + 1 >= call.count()) return syntax_error();
  const auto number = call.integer(word + 1);
  if (call.says(word, "RANK")) {
    if (!number) return not_an_integer();
    search.rank = *number;
    if (*number != 0) return std::nullopt;
    return error(
        "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use "
        "negative to start from the end of the list");
  }
  const bool counts = call.says(word, "COUNT");
  if (!counts && !call.says(word, "MAXLEN")) return syntax_error();
  if (!number || *number < 0)
    return error(counts ? "ERR COUNT can't be negative" : "ERR MAXLEN can't be negative");
  if (counts)
    search.count = *number;
  else
    search.longest = *number;
  return std::nullopt;
}

std::vector<Value> places_of(const List& list, std::string_view element, const Search& search) {
  std::vector<Value> places;
  const bool backwards = search.rank < 0;
  const std::int64_t skipped = (backwards ? -search.rank : search.rank) - 1;
  const std::int64_t wanted = search.count.value_or(1);
  const auto size = static_cast<std::int64_t>(list.size());
  const std::int64_t steps = search.longest == 0 ? size : std::min(size, search.longest);
  std::int64_t matches = 0;
  for (std::int64_t step = 0; step < steps; ++step) {
    const std::int64_t place = backwards ? size - 1 - step : step;
    if (list[static_cast<std::size_t>(place)] != element || matches++ < skipped) continue;
    places.push_back(integer(place));
    if (wanted != 0 && matches - skipped >= wanted) break;
  }
  return places;
}

Answer lpos(Call& call) {
  Search search;
  for (std::size_t word = 3; word < call.count(); word += 2)
    if (auto problem = read_option(call, word, search)) return problem;
  if (search.rank < -most) return std::nullopt;
  const auto found = call.find<List>(call.word(1));
  if (found.refused) return found.refusal;
  std::vector<Value> places;
  if (found) places = places_of(*found.value, call.word(2), search);
  if (search.count) return list(std::move(places));
  return places.empty() ? null() : std::move(places.front());
}

constexpr NamedHandler list_handlers[] = {
    {"LPUSH", push<End::left, Where::anywhere>},
    {"RPUSH", push<End::right, Where::anywhere>},
    {"LPUSHX", push<End::left, Where::in_a_list>},
    {"RPUSHX", push<End::right, Where::in_a_list>},
    {"LPOP", pop<End::left>},
    {"RPOP", pop<End::right>},
    {"BLPOP", pop_first<End::left>},
    {"BRPOP", pop_first<End::right>},
    {"LMPOP", lmpop},
    {"BLMPOP", blmpop},
    {"LLEN", size_of<List>},
    {"LRANGE", lrange},
    {"LINDEX", lindex},
    {"LSET", lset},
    {"LREM", lrem},
    {"LTRIM", ltrim},
    {"LINSERT", linsert},
    {"LMOVE", lmove},
    {"RPOPLPUSH", rpoplpush},
    {"BLMOVE", blmove},
    {"BRPOPLPUSH", brpoplpush},
    {"LPOS", lpos},
};

}  // namespace

std::span<const NamedHandler> list_commands() noexcept {
  return list_handlers;
}

}  // namespace understudy::redis::emulation
