// A recorded answer as octets that are ready to be sent.
//
//   image    := 'H' variants:u8 closes:u8 entry*  octets
//   entry    := needs:u8 head:u32 body:u32 date:u32       (big-endian lengths; one a variant)
//   octets   := head body, one after the other, in the order of the entries
//
// `closes` is 1 where the connection ends with the answer. A head ends with its blank line; `date`
// is the offset in it where 29 octets of a Date belong, or all ones. The variants stand from the
// most demanding of a client to the one that suits every one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "understudy/analyser.hpp"
#include "understudy/bytes.hpp"
#include "understudy/document.hpp"

namespace understudy::http {

/// What a client must understand to be sent a variant.
enum Needs : std::uint8_t {
  needs_nothing = 0,
  needs_gzip = 1,
  needs_deflate = 2,
  needs_chunked = 4
};

struct Variant {
  static constexpr std::uint32_t no_date = 0xFFFFFFFF;
  std::string_view head;
  std::string_view body;
  std::uint32_t date = no_date;
  bool closes = false;  ///< the connection ends with this answer, whatever the client wishes
};

/// Checks and encodes the answer document to a request of that method. `problems` gets pointers
/// below "/answer".
[[nodiscard]] std::string encode_image(std::string_view method, const Document& answer,
                                       std::vector<Problem>& problems);

/// The first variant whose needs are all in `understood`; nothing for octets that are no image.
[[nodiscard]] std::optional<Variant> choose_variant(Bytes image, unsigned understood) noexcept;

/// Octets of an HTTP-date (IMF-fixdate, RFC 9110, 5.6.7).
inline constexpr std::size_t date_octets = 29;

}  // namespace understudy::http
