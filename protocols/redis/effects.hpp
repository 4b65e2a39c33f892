// What a command reads and writes, as dependencies of the version chains.
//
//   {"0", "cart:7"}   a key of database 0        {"0"}   all keys of it (SCAN, FLUSHDB)
//   {"server", "CONFIG"}   facts of the server   {}      everything (FLUSHALL, EVAL without keys)
#pragma once

#include <string_view>
#include <vector>

#include "protocols/redis/command_table.hpp"
#include "protocols/redis/value.hpp"
#include "understudy/analyser.hpp"

namespace understudy::redis {

struct Effects {
  Effect effect = Effect::read;
  std::vector<KeyPath> reads{};
  std::vector<KeyPath> writes{};
  std::vector<KeyPath> contents{};       ///< see Analysis
  std::vector<Determined> determined{};  ///< see Analysis
  bool understood = true;
};

/// Octets as one segment of a path: what parts segments is escaped.
[[nodiscard]] std::string segment_of(std::string_view octets);
/// The octets of a segment.
[[nodiscard]] std::string key_of(std::string_view segment);
[[nodiscard]] KeyPath key_path(std::uint32_t db, std::string_view key);

/// Of a command that is not connection-scoped.
[[nodiscard]] Effects effects_of(const ResolvedCommand& resolved, Arguments arguments,
                                 std::uint32_t db);

/// SCRIPT LOAD names the script that it changes in its reply only.
void add_loaded_script(const Value& reply, Effects& effects);

/// False where the (lifted) reply proves that a write changed nothing.
[[nodiscard]] bool has_changed(const ResolvedCommand& resolved, Arguments arguments,
                               const Value& reply);

/// True where the reply would have been the same whatever was stored before: OK to SET without NX,
/// XX and GET, to MSET, SETEX, FLUSHDB, …; an error about how a command is written.
[[nodiscard]] bool answers_blindly(const ResolvedCommand& resolved, Arguments arguments,
                                   const Value& reply);

}  // namespace understudy::redis
