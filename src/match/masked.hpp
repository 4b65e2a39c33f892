// Generated values found in requests and answers, taken out and put in.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "match/places.hpp"
#include "match/value_type.hpp"
#include "understudy/protocol.hpp"

namespace understudy::match {

struct MaskedValue {
  std::string folded;
  ValueRole role = ValueRole::sought;
  std::uint32_t value = 0;  ///< number of the value that it stands in, from 1
  std::uint32_t token = 0;  ///< number among the generated values of that one, from 1
};

/// A canonical request with a hole for each generated value. Holes are numbered, equal values have
/// equal holes; those of times are all alike, because other instants may coincide in another run.
struct Masked {
  std::string mask;
  std::vector<MaskedValue> values;  ///< one a hole, from left to right
};
/// At one of `places` there is a hole whatever stands there.
[[nodiscard]] Masked mask(const Protocol& protocol, std::string_view canonical, Places places = {});

/// The pattern of a masked request as a person reads it: `PUT /orders/<uuid>`, and `?` for the
/// byte that stands in place of a value.
[[nodiscard]] std::string template_of(std::string_view mask);

/// Gives a folded value for a folded value, or null where that stays.
using Rename = std::function<const std::string*(const std::string& folded)>;

/// Gives the text to stand in place of a value, or nothing where it stays.
using Respell =
    std::function<std::optional<std::string>(const std::string& folded, std::string_view spelled)>;
/// A document with each generated value in its texts and numbers replaced; keys of maps stay.
[[nodiscard]] Document respelled(const Document& document, const Respell& respell);
/// A generated value, and as it is spelled.
struct SpelledValue {
  std::string folded, spelled;
};
/// Those of a canonical request, in the order of Masked::values.
[[nodiscard]] std::vector<SpelledValue> spelled_values(const Protocol& protocol,
                                                       std::string_view canonical,
                                                       Places places = {});

/// The text with each generated value and placeholder in it renamed, spelled as it was.
[[nodiscard]] std::string renamed(std::string_view text, const Rename& rename);
/// So with each text and number of a document; keys of maps stay.
[[nodiscard]] Document renamed(const Document& document, const Rename& rename);
/// So with the values of a canonical request. What is_commonplace() is so only at its `places`.
[[nodiscard]] std::string renamed(const Protocol& protocol, std::string_view canonical,
                                  const Rename& rename, Places places = {});

/// Appends the folded generated values of a text.
void collect_values(std::string_view text, std::vector<std::string>& folded);
/// Appends the folded placeholders in the leaves of a document.
void collect_placeholders(const Document& document, std::vector<std::string>& folded);
/// Appends those in the leaves of a document.
void collect_values(const Document& document, std::vector<std::string>& folded);

}  // namespace understudy::match
