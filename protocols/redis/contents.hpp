// What commands leave in keys, where their words and replies tell it: so that the state of a key is
// what it holds, not how it came to hold it.
//
// Below a key lie its members (fields of a hash, elements of a set or sorted set), the value of a
// string that is edited, and when the key expires:
//
//   {"0", "cart:7", "member", "apple"}   {"0", "hits", "value"}   {"0", "session:1", "expiry"}
//
// A command is about a member only where every command of the recording that touches the key is
// about the same kind of value: else it might fail because of what other members are. It depends on
// {"0", "cart:7", "kind"}, too, which nothing but writes to the whole key change: what was there
// before the recording may have been of another kind.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>

#include "protocols/redis/command_table.hpp"
#include "protocols/redis/effects.hpp"
#include "protocols/redis/value.hpp"

namespace understudy::redis {

/// Of the value of a key. `neutral`: as of DEL, for commands that take all kinds.
enum class ValueKind : std::uint8_t { neutral, string, hash, set, sorted_set, list, several };

/// Which kind of value each key holds throughout a recording.
class KeyKinds {
 public:
  /// `effects` are those of the command, as effects_of() gives them.
  /// `refused`: with WRONGTYPE.
  void learn(const ResolvedCommand& resolved, const Effects& effects, bool refused);
  [[nodiscard]] bool is_of_one_kind(const KeyPath& key) const;

 private:
  std::map<KeyPath, ValueKind> kinds_;
  bool several_ = false;  ///< a command may have put any kind into any key
};

/// Makes the effects of a command that got this (lifted) reply depend on contents where that is all
/// that matters, and tells what its writes determine.
void tell_contents(const ResolvedCommand& resolved, Arguments arguments, const Value& reply,
                   const KeyKinds& kinds, Effects& effects);

}  // namespace understudy::redis
