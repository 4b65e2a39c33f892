// What is known of each command by its name: arity, flags, where its keys are.
// Data of Redis 7.0.15 and of the commands that later versions added.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "protocols/redis/command_decoder.hpp"

namespace understudy::redis {

/// As in the COMMAND reply, and `container` for commands that only hold subcommands.
namespace flags {
inline constexpr std::uint32_t write = 1U << 0;
inline constexpr std::uint32_t readonly = 1U << 1;
inline constexpr std::uint32_t denyoom = 1U << 2;
inline constexpr std::uint32_t admin = 1U << 3;
inline constexpr std::uint32_t pubsub = 1U << 4;
inline constexpr std::uint32_t noscript = 1U << 5;
inline constexpr std::uint32_t blocking = 1U << 6;
inline constexpr std::uint32_t loading = 1U << 7;
inline constexpr std::uint32_t stale = 1U << 8;
inline constexpr std::uint32_t skip_monitor = 1U << 9;
inline constexpr std::uint32_t skip_slowlog = 1U << 10;
inline constexpr std::uint32_t asking = 1U << 11;
inline constexpr std::uint32_t fast = 1U << 12;
inline constexpr std::uint32_t no_auth = 1U << 13;
inline constexpr std::uint32_t no_mandatory_keys = 1U << 14;
inline constexpr std::uint32_t no_async_loading = 1U << 15;
inline constexpr std::uint32_t no_multi = 1U << 16;
inline constexpr std::uint32_t movablekeys = 1U << 17;
inline constexpr std::uint32_t allow_busy = 1U << 18;
inline constexpr std::uint32_t container = 1U << 19;
}  // namespace flags

/// Names of the bits above, lowest first, as COMMAND spells them; `container` has none.
inline constexpr std::string_view flag_names[] = {
    "write",    "readonly",     "denyoom",           "admin",
    "pubsub",   "noscript",     "blocking",          "loading",
    "stale",    "skip_monitor", "skip_slowlog",      "asking",
    "fast",     "no_auth",      "no_mandatory_keys", "no_async_loading",
    "no_multi", "movablekeys",  "allow_busy"};

enum class KeyAccess : std::uint8_t { read, write };
enum class Begin : std::uint8_t { index, keyword, unknown };
enum class Find : std::uint8_t { range, keynum };
enum class Keyword : std::uint8_t { none, store, storedist, keys, streams };

/// https://redis.io/docs/latest/develop/reference/key-specs/
struct KeySpec {
  KeyAccess access;
  Begin begin;
  std::int8_t start;  ///< of `index` the argument, of `keyword` where the search starts
  Keyword keyword;
  Find find;
  std::int8_t extent;  ///< of `range` the last key (negative: from the end), of `keynum` the first
  std::int8_t step;
  std::int8_t limit;  ///< of `range` the divisor, of `keynum` where the number stands
};

struct Command {
  std::string_view name;  ///< upper case; a subcommand as "CONFIG GET"
  std::int8_t arity;      ///< number of arguments, the name included; negative: at least as many
  std::int8_t first_key;
  std::int8_t last_key;
  std::int8_t key_step;
  std::uint8_t first_spec;
  std::uint8_t spec_count;
  std::uint16_t since;  ///< major × 256 + minor; 0 for what 7.0 has
  std::uint32_t flags;

  [[nodiscard]] constexpr bool is(std::uint32_t flag) const noexcept { return (flags & flag) != 0; }
  [[nodiscard]] constexpr bool accepts(std::size_t arguments) const noexcept {
    const auto count = static_cast<std::ptrdiff_t>(arguments);
    return arity >= 0 ? count == arity : count >= -arity;
  }
  [[nodiscard]] std::span<const KeySpec> key_specs() const noexcept;
};

[[nodiscard]] std::span<const Command> all_commands() noexcept;

/// Arguments that are keywords or numbers and nothing else, so that their case says nothing. The
/// server takes `ex` for EX; drivers spell it as they like.
struct OptionArea {
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  std::size_t first = none;  ///< the first such argument; `none` where there is no such area
  std::size_t step = 1;      ///< 2 where every other argument is a keyword's free value

  [[nodiscard]] constexpr bool contains(std::size_t argument) const noexcept {
    return argument >= first && (argument - first) % step == 0;
  }
};
[[nodiscard]] OptionArea option_area(const Command& command) noexcept;

/// Whether a command says the same in every database: CONFIG, SCRIPT, PUBLISH, FLUSHALL, …
[[nodiscard]] bool is_server_wide(const Command& command) noexcept;

/// By its full upper-case name, "GET" or "CONFIG GET"; null for what is not in the table.
[[nodiscard]] const Command* find_command(std::string_view name) noexcept;

/// The name of a command whose first argument can't be one, or is this; all its arguments are then
/// values.
inline constexpr std::string_view unnameable = "?";

/// What a command's first arguments say. `name` is owned and reused: nothing is allocated once it
/// has grown.
struct ResolvedCommand {
  const Command* command = nullptr;    ///< null for an unknown command or subcommand
  const Command* container = nullptr;  ///< of a subcommand, known or not
  std::string name;                    ///< upper case, with the subcommand if it has one
  std::size_t name_arguments = 1;      ///< 2 where the second argument belongs to the name
};
void resolve(Arguments arguments, ResolvedCommand& resolved);

/// Appends `text` with its ASCII letters in upper case.
void append_upper(std::string& target, std::string_view text);
[[nodiscard]] bool equals_ignoring_case(std::string_view left, std::string_view right) noexcept;
[[nodiscard]] std::string lower_case(std::string_view text);

}  // namespace understudy::redis
