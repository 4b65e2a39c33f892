// The image of an answer in the matcher table: its messages ready to send, in
// the order of the wire, behind a head that says where each kind begins.
//
//   octet version, octet flags, int16 0, int32 rows, int32 length of each part, then the parts:
//   description  RowDescription (text formats), or CopyOutResponse
//   notices      NoticeResponse …
//   rows         DataRow … (text formats), or CopyData … and CopyDone
//   tail         CommandComplete, EmptyQueryResponse or ErrorResponse
//   statuses     ParameterStatus …
//   steps        of a cursor: what was done with it, ended by a 0, int32 length, image of the
//   answer …
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "protocols/postgres/answer.hpp"
#include "understudy/bytes.hpp"

namespace understudy::postgres {

/// Views of an image; valid as long as the table is mapped.
struct Image {
  bool returns_rows = false, is_error = false, is_empty = false, is_partial = false,
       is_copy_out = false;
  std::uint32_t row_count = 0;
  Bytes description, notices, rows, tail, statuses, steps;
  Bytes notices_to_tail;  ///< three parts as one slice
};

[[nodiscard]] std::string encode_image(const StatementAnswer& answer);
/// Nothing where the octets are no image.
[[nodiscard]] std::optional<Image> decode_image(Bytes octets) noexcept;

/// The image of the answer to the first of an image's `steps`, which is taken off, where that is
/// `movement`; empty where it is another one.
[[nodiscard]] Bytes take_step(Bytes& steps, std::string_view movement) noexcept;

}  // namespace understudy::postgres
