#include "protocols/redis/emulator/request.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>
#include <unordered_map>

#include "protocols/redis/emulator/scanning.hpp"
#include "protocols/redis/numbers.hpp"
#include "protocols/redis/resp_encoder.hpp"

namespace understudy::redis::emulation {

Handler find_handler(std::string_view name) {
  static const std::unordered_map<std::string_view, Handler> handlers = [] {
    std::unordered_map<std::string_view, Handler> all;
    for (const auto commands :
         {string_commands(), counter_commands(), key_commands(), scanning_commands(),
          script_commands(), list_commands(), hash_commands(), set_commands(),
          sorted_set_commands(), sorted_set_range_commands()})
      for (const auto& [command, handler] : commands) all.emplace(command, handler);
    return all;
  }();
  const auto found = handlers.find(name);
  return found == handlers.end() ? nullptr : found->second;
}

Request::Request(std::string_view canonical)
    : line(read_canonical(canonical)), words(line.views()) {
  resolve(words, resolved);
  if (resolved.command == nullptr || !resolved.command->accepts(words.size())) return;
  std::string again;
  make_canonical(resolved, words, line.db, line.user, again);
  sound = again == canonical;
  if (sound) handler = find_handler(resolved.name);
}

std::string Request::subject() const {
  if (words.size() < 2 || !name().starts_with("EVAL")) return name();
  std::string digest(words[1]);
  std::ranges::transform(digest, digest.begin(), [](unsigned char c) { return std::tolower(c); });
  return "EVAL " + (name().starts_with("EVALSHA") ? digest : digest_of(words[1]));
}

Effects Request::effects() const {
  if (sound) return effects_of(resolved, words, line.db);
  return {.effect = Effect::write, .reads = {KeyPath{}}, .writes = {KeyPath{}}};
}

namespace {

std::string octets_of_value(const Value& value) {
  std::string octets;
  encode(value, octets);
  return octets;
}

void normalise(Value& value) {
  value.attributes.clear();
  if (is_null(value.kind)) value.kind = Kind::null;
  if (value.kind == Kind::double_number)
    if (const auto number = parse_double(value.text))
      value.text = format_double(*number == 0 ? 0 : *number, DoubleStyle::seventeen_digits);
  for (Value& item : value.items) normalise(item);
}

// Sorts runs of `step` items.
void sort_items(Value& value, std::size_t step) {
  std::vector<std::string> runs;
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    if (i % step == 0) runs.emplace_back();
    runs.back() += octets_of_value(value.items[i]);
  }
  std::ranges::sort(runs);
  value.items.clear();
  for (const std::string& run : runs) value.items.push_back(Value::of(Kind::bulk_string, run));
}

bool is_unordered(std::string_view name) {
  return name == "HKEYS" || name == "HVALS" || name == "KEYS";
}

}  // namespace

std::string meaning_of(const Request& request, const Value& reply) {
  Value meaning = reply;
  normalise(meaning);
  if (meaning.kind == Kind::map)
    sort_items(meaning, 2);
  else if (meaning.kind == Kind::set ||
           (meaning.kind == Kind::array && is_unordered(request.name())))
    sort_items(meaning, 1);
  else if (is_scan(request.name()) && meaning.kind == Kind::array && meaning.items.size() == 2)
    sort_items(meaning.items[1], request.name() == "HSCAN" || request.name() == "ZSCAN" ? 2 : 1);
  return octets_of_value(meaning);
}

}  // namespace understudy::redis::emulation
