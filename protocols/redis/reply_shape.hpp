// How one reply looks in RESP2 and in RESP3.
//
// RESP3 says what a reply is (a map, a set, a double); RESP2 flattens it. A recording of a RESP2
// client is lifted to the RESP3 form by what is known of the command; the way back, for a client
// that negotiated RESP2, needs the command only where structure differs. Shapes are written as
//
//   .        anything, as it stands          d        double, in RESP2 a bulk string
//   t        verbatim text, ditto            %KV      map, in RESP2 a flat array
//   ~E       set, in RESP2 an array          *E       array of E
//   PAB      array of pairs, in RESP2 flat   MKV      map, in RESP2 an array of pairs
//   (ABC)    array of just these             {a:A b:B}  map with the shapes of some fields
//   ?E       array of E; an empty one is a set  @x     one of a few shapes that hold themselves
//   0E       E, whose null is `*-1` in RESP2 (otherwise `$-1`)
#pragma once

#include <string_view>

#include "protocols/redis/command_decoder.hpp"
#include "protocols/redis/value.hpp"

namespace understudy::redis {

/// The shape of the reply to a command; `name` as in ResolvedCommand.
[[nodiscard]] std::string_view shape_of(std::string_view name, Arguments arguments) noexcept;

/// The RESP3 meaning of a reply that was seen in either version. A null that is not the one of the
/// shape keeps its kind, so that lower() gives back what was lifted.
void lift(Value& value, std::string_view shape);

/// The RESP2 form of a lifted reply.
void lower(Value& value, std::string_view shape);

/// The RESP3 form of a lifted reply.
void unify_nulls(Value& value);

}  // namespace understudy::redis
