// Which fields of requests make no difference, as several recordings of one flow show.
//
// Asked for German and for English alike, a service that knows languages answers differently. Where
// it never does, the field is no part of what is asked. This takes much, since what was not seen to
// matter may matter elsewhere:
//
//   * Every request that was sent with the field was asked with another value of it in another
//     recording, and each time it was answered alike, the fields of the answer included. One answer
//     that differs says the contrary, whatever else may explain it.
//   * The two values ask for nothing in common. Who accepts JSON before anything and who accepts
//     anything are both given JSON; nor does absence ask for another thing.
//   * Answers that are never otherwise show nothing (a health check, `{"ok": true}`): there have to
//     be several that the same kind of request is also answered differently from, for another
//     resource or at another time.
//   * No answer says that it Varies by the field.
//
// Who asks, whose it is and what is to be done are never shown so: two users, or two tenants, who
// do the same find the same, and are two all the same. What one of them does the other one must not
// see, and no number of equal answers tells that they are one.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

namespace understudy::http {

/// An exchange as it is compared here, secrets taken out; what is equal has equal numbers.
struct ComparedExchange {
  using Id = std::uint32_t;
  Id recording = 0;
  Id asked = 0;     ///< the request without fields that may make no difference
  Id kind = 0;      ///< equal for requests of one operation
  Id value = 0;     ///< of the field in question; 0 where it is absent
  Id answer = 0;    ///< all of it
  Id contents = 0;  ///< what an answer of success says in its body; 0 where there is none
};

/// Whether it is shown that an answer does not depend on the field. `exchanges` are in the order of
/// recording and time; `differ(a, b)` tells of two values that they ask for nothing in common.
[[nodiscard]] bool makes_no_difference(
    std::span<const ComparedExchange> exchanges,
    const std::function<bool(ComparedExchange::Id, ComparedExchange::Id)>& differ);

/// Whether recordings can show of a field that it makes no difference: those that choose how an
/// answer is put, not what it is about. `name` is in lower case.
[[nodiscard]] bool may_make_no_difference(std::string_view name) noexcept;

/// Of two values of such a field, as they are compared: they ask for nothing in common.
[[nodiscard]] bool ask_otherwise(std::string_view name, std::string_view a, std::string_view b);

}  // namespace understudy::http
