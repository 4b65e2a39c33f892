// A recorded answer as octets that are ready to be sent.
//
//   image    := 'H' variants:u8 flags:u8 entry*  octets
//   entry    := needs:u8 head:u32 body:u32 date:u32       (big-endian lengths; one a variant)
//   octets   := head body, one after the other, in the order of the entries
//
// `flags`: 1 the connection ends with the answer; 2 the answer has no end, the connection stays
// open until the client leaves; 4 head or body name the service itself (own_urls.hpp), so that the
// live address is put in when it is sent; 8 and the Content-Length as well. A head ends with its
// blank line; `date` is the offset in it where 29 octets of a Date belong, or all ones. The
// variants stand from the most demanding of a client to the one that suits every one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/http/coding.hpp"
#include "understudy/analyser.hpp"
#include "understudy/bytes.hpp"
#include "understudy/document.hpp"

namespace understudy::http {

/// What a client must understand to be sent a variant.
enum Needs : std::uint8_t {
  needs_nothing = 0,
  needs_gzip = 1,
  needs_deflate = 2,
  needs_chunked = 4,
  needs_br = 8,
  needs_zstd = 16,
  needs_other = 32  ///< the coding that the variant's Content-Encoding names
};

/// What a client must understand to be sent that coding.
[[nodiscard]] std::uint8_t needs_of(Coding coding) noexcept;
/// The Needs that a client of this Accept-Encoding meets; not `needs_other`.
[[nodiscard]] unsigned understood_codings(std::string_view accept_encoding);

struct Variant {
  static constexpr std::uint32_t no_date = 0xFFFFFFFF;
  std::string_view head;
  std::string_view body;
  std::uint32_t date = no_date;
  bool closes = false;  ///< the connection ends with this answer, whatever the client wishes
  bool stays_open = false;
  bool names_itself = false;
  bool is_sized_late = false;  ///< and its Content-Length is put in as well
};

/// Checks and encodes the answer document to a request of that method. `problems` gets pointers
/// below "/answer".
[[nodiscard]] std::string encode_image(std::string_view method, const Document& answer,
                                       std::vector<Problem>& problems);

/// The first variant whose needs are all in `understood`, or of a coding beyond them that
/// `accept_encoding` names; nothing where there is none, and for octets that are no image.
[[nodiscard]] std::optional<Variant> choose_variant(Bytes image, unsigned understood,
                                                    std::string_view accept_encoding = {});

/// Octets of an HTTP-date (IMF-fixdate, RFC 9110, 5.6.7).
inline constexpr std::size_t date_octets = 29;

}  // namespace understudy::http
