// Header blocks of HTTP/2 (RFC 7541), by libnghttp2, and what HTTP/1.1 calls the same.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocols/http/message.hpp"
#include "understudy/bytes.hpp"

struct nghttp2_hd_inflater;
struct nghttp2_hd_deflater;

namespace understudy::http::h2 {

struct HeaderField {
  std::string name;
  std::string value;
  bool is_sensitive = false;  ///< never to be put into a table
};
using HeaderFields = std::vector<HeaderField>;

/// A decoded block. Of one that becomes larger than allowed only the beginning is kept.
struct HeaderBlock {
  HeaderFields fields;
  bool is_cut = false;
};

/// The blocks of one direction of a connection, all of them and in their order.
class HeaderDecoder {
 public:
  explicit HeaderDecoder(std::size_t most_octets);
  /// Nothing where the block is broken; then nothing behind it can be decoded either.
  [[nodiscard]] std::optional<HeaderBlock> decode(Bytes block);
  /// What the receiver allowed with SETTINGS_HEADER_TABLE_SIZE, once the sender has acknowledged
  /// it.
  void allow_table(std::uint32_t octets);

 private:
  struct Free {
    void operator()(nghttp2_hd_inflater* inflater) const noexcept;
  };
  std::unique_ptr<nghttp2_hd_inflater, Free> inflater_;
  std::size_t most_octets_;
};

class HeaderEncoder {
 public:
  HeaderEncoder();
  [[nodiscard]] std::string encode(const HeaderFields& fields);
  void allow_table(std::uint32_t octets);

 private:
  struct Free {
    void operator()(nghttp2_hd_deflater* deflater) const noexcept;
  };
  std::unique_ptr<nghttp2_hd_deflater, Free> deflater_;
};

/// The request or the head of an answer as HTTP/1.1 would have it: `:authority` is Host, the pieces
/// of a cookie are one, fields of the connection are none. Nothing where a part is missing.
[[nodiscard]] std::optional<Message> request_of(const HeaderFields& fields);
[[nodiscard]] std::optional<Message> answer_of(const HeaderFields& fields);
[[nodiscard]] Fields trailers_of(const HeaderFields& fields);

/// Whether a field, named in any case, has no place in HTTP/2 (RFC 9113, 8.2.2).
[[nodiscard]] bool is_of_connection(std::string_view name) noexcept;

}  // namespace understudy::http::h2
