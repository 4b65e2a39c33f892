#include "protocols/redis/command_table.hpp"

#include <algorithm>
#include <array>

namespace understudy::redis {

namespace {

#include "protocols/redis/command_table_rows.inc"

constexpr std::size_t slot_count = 1024;
constexpr std::uint16_t empty_slot = 0xFFFF;
static_assert(std::size(commands) < slot_count / 2);

constexpr std::uint32_t hash_of(std::string_view name) {
  std::uint32_t hash = 2166136261U;
  for (const char octet : name) hash = (hash ^ static_cast<std::uint8_t>(octet)) * 16777619U;
  return hash ^ (hash >> 15);
}

// Open addressing over the rows, built by the compiler.
constexpr std::array<std::uint16_t, slot_count> make_slots() {
  std::array<std::uint16_t, slot_count> slots{};
  slots.fill(empty_slot);
  for (std::uint16_t row = 0; row < std::size(commands); ++row) {
    std::size_t slot = hash_of(commands[row].name) % slot_count;
    while (slots[slot] != empty_slot) slot = (slot + 1) % slot_count;
    slots[slot] = row;
  }
  return slots;
}
constexpr std::array<std::uint16_t, slot_count> slots = make_slots();

struct NamedArea {
  std::string_view name;
  OptionArea area;
};

constexpr NamedArea option_areas[] = {{"BITCOUNT", {4}},
                                      {"BITPOS", {5}},
                                      {"BLMOVE", {3}},
                                      {"COPY", {3}},
                                      {"EXPIRE", {3}},
                                      {"EXPIREAT", {3}},
                                      {"FLUSHALL", {1}},
                                      {"FLUSHDB", {1}},
                                      {"GETEX", {2}},
                                      {"GEODIST", {4}},
                                      {"HRANDFIELD", {3}},
                                      {"LMOVE", {3}},
                                      {"LPOS", {3}},
                                      {"PEXPIRE", {3}},
                                      {"PEXPIREAT", {3}},
                                      {"SCAN", {2, 2}},
                                      {"SET", {3}},
                                      {"ZRANDMEMBER", {3}},
                                      {"ZRANGE", {4}},
                                      {"ZRANGEBYLEX", {4}},
                                      {"ZRANGEBYSCORE", {4}},
                                      {"ZREVRANGE", {4}},
                                      {"ZREVRANGEBYLEX", {4}},
                                      {"ZREVRANGEBYSCORE", {4}}};

constexpr std::array<OptionArea, std::size(commands)> make_areas() {
  std::array<OptionArea, std::size(commands)> areas{};
  for (const auto& [name, area] : option_areas)
    for (std::size_t row = 0; row < std::size(commands); ++row)
      if (commands[row].name == name) areas[row] = area;
  return areas;
}
constexpr std::array<OptionArea, std::size(commands)> areas = make_areas();

// Commands without keys that are about the selected database all the same, or may be.
constexpr std::string_view of_one_database[] = {"DBSIZE",     "DEBUG",   "EVAL",      "EVALSHA",
                                                "EVALSHA_RO", "EVAL_RO", "FCALL",     "FCALL_RO",
                                                "FLUSHDB",    "KEYS",    "RANDOMKEY", "SCAN"};

constexpr bool names_no_database(const Command& command) {
  if (command.spec_count > 0 || command.is(flags::movablekeys)) return false;
  return std::ranges::find(of_one_database, command.name) == std::end(of_one_database);
}

constexpr std::array<bool, std::size(commands)> make_server_wide() {
  std::array<bool, std::size(commands)> rows{};
  for (std::size_t row = 0; row < std::size(commands); ++row)
    rows[row] = names_no_database(commands[row]);
  return rows;
}
constexpr std::array<bool, std::size(commands)> server_wide = make_server_wide();

constexpr char upper(char octet) {
  return octet >= 'a' && octet <= 'z' ? static_cast<char>(octet - 'a' + 'A') : octet;
}

// Parts a name from its subcommand and from what follows in canonical octets.
constexpr std::string_view separators{" \0", 2};

bool can_name(Arguments arguments) {
  return !arguments.empty() && arguments.front() != unnameable &&
         arguments.front().find_first_of(separators) == std::string_view::npos;
}

}  // namespace

void append_upper(std::string& target, std::string_view text) {
  for (const char octet : text) target += upper(octet);
}

OptionArea option_area(const Command& command) noexcept {
  return areas[static_cast<std::size_t>(&command - commands)];
}

bool is_server_wide(const Command& command) noexcept {
  return server_wide[static_cast<std::size_t>(&command - commands)];
}

std::span<const KeySpec> Command::key_specs() const noexcept {
  return std::span(redis::key_specs).subspan(first_spec, spec_count);
}

std::span<const Command> all_commands() noexcept {
  return commands;
}

const Command* find_command(std::string_view name) noexcept {
  for (std::size_t slot = hash_of(name) % slot_count; slots[slot] != empty_slot;
       slot = (slot + 1) % slot_count)
    if (commands[slots[slot]].name == name) return &commands[slots[slot]];
  return nullptr;
}

void resolve(Arguments arguments, ResolvedCommand& resolved) {
  resolved.container = nullptr;
  resolved.name_arguments = 1;
  resolved.name.clear();
  if (!can_name(arguments)) {
    resolved.command = nullptr;
    resolved.name.push_back(unnameable.front());
    resolved.name_arguments = 0;
    return;
  }
  append_upper(resolved.name, arguments.front());
  resolved.command = find_command(resolved.name);
  if (resolved.command == nullptr || !resolved.command->is(flags::container)) return;
  if (arguments.size() < 2 || arguments[1].find_first_of(separators) != std::string_view::npos)
    return;
  const Command* const container = resolved.command;
  resolved.name += ' ';
  append_upper(resolved.name, arguments[1]);
  resolved.name_arguments = 2;
  resolved.container = container;
  resolved.command = find_command(resolved.name);
}

bool equals_ignoring_case(std::string_view left, std::string_view right) noexcept {
  return std::ranges::equal(left, right, {}, upper, upper);
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& octet : lower)
    if (octet >= 'A' && octet <= 'Z') octet = static_cast<char>(octet - 'A' + 'a');
  return lower;
}

}  // namespace understudy::redis
