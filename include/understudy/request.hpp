// The identity of a logical request, the same however a driver spelled it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "understudy/message.hpp"

namespace understudy {

/// What a request does to the transaction of its connection. The version chains of a scope are
/// overlaid by those of the open transaction, merged by commit and dropped by rollback.
enum class Control : std::uint8_t {
  none,
  begin,
  commit,
  rollback,
  savepoint,    ///< `control_name` names it
  release,      ///< of `control_name`
  rollback_to,  ///< `control_name`
  reset,        ///< the session starts anew; an open transaction and all watches are dropped
  watch,        ///< remember the version of one dependency: `control_name` is its join()ed KeyPath
  unwatch       ///< forget all remembered versions
};

/// Which of the changes that others committed meanwhile a request in a transaction sees.
enum class Sight : std::uint8_t {
  newest,    ///< all of them
  snapshot,  ///< those that were there when its transaction first asked so
  unknown    ///< the one or the other
};

/// Of a request that is answered when another connection has brought something, or nothing came in
/// time. It is never guessed at.
struct Patience {
  std::string_view nothing;              ///< image of the answer that says that nothing came
  std::chrono::milliseconds at_most{0};  ///< zero: for ever
  bool only_new = false;                 ///< what is there already does not count
};

/// Borrowed from the machine until its next non-const call.
struct Request {
  /// The pattern (the request with its values taken out), a NUL, then the values in an encoding
  /// that is injective for the protocol. Equal requests have equal octets and the reverse.
  std::string_view canonical;
  /// How each value was spelled, an octet or more a value at the protocol's choice. Compared octet
  /// by octet with that of the recorded request: equal, or zero (unknown) on one side.
  std::string_view qualifier;
  Control control = Control::none;
  std::string_view control_name{};
  /// The machine can answer by itself where the table holds nothing.
  bool synthesisable = false;
  /// Not empty: `canonical` is not what the client asked but the nearest recorded request, and this
  /// says, for a person, in what the two differ that no recording proves to be irrelevant. Its
  /// answer is a guess at best.
  std::string_view unproven{};
  /// False where the answer may depend on what `canonical` does not say, as on a setting of the
  /// session: an emulator would not know.
  bool computable = true;
  /// Facts of the session that differ from those of the first recorded one, in the protocol's own
  /// spelling, whether `canonical` tells of them or not: for an emulator.
  std::string_view session{};
  /// What the answer looks like is asked for, nothing more: an emulator carries nothing out.
  bool describes = false;
  const Patience* patience = nullptr;  ///< null: it is answered at once
  /// Said to those that listen before it is answered, or null. Where nobody does, `unheard` is the
  /// image of the answer that says so.
  const Message* message = nullptr;
  std::string_view unheard{};
  /// In a transaction; of a `begin`: from its end on.
  Sight sight = Sight::newest;
};

/// The owned counterpart, made at compile time.
struct Identity {
  std::string canonical;
  std::string qualifier;
};

/// The pattern part of a canonical request.
[[nodiscard]] inline std::string_view pattern_of(std::string_view canonical) noexcept {
  return canonical.substr(0, canonical.find('\0'));
}

}  // namespace understudy
