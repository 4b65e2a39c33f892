// RESP values from octets: replies, pushes and attributes of both versions.
//
//   + simple string   - simple error   : integer      $ bulk string    * array
//   _ null            # boolean        , double       ( big number     ! bulk error
//   = verbatim string % map            ~ set          > push           | attribute
//   $? *? %? ~?  streamed, ended by `;0` (strings) or `.` (aggregates)
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "protocols/redis/value.hpp"
#include "understudy/bytes.hpp"
#include "understudy/limits.hpp"

namespace understudy::redis {

/// Finds where a value ends without building it. Goes on where it stopped when more octets have
/// come, so that a large reply is looked at once, whatever pieces it arrives in.
class FrameScanner {
 public:
  enum class Status : std::uint8_t { need_more, complete, malformed };

  explicit FrameScanner(const Limits& limits) noexcept : limits_(limits) {}

  /// `pending` begins with the first octet of the value and has only grown since the last call.
  [[nodiscard]] Status scan(Bytes pending);
  /// Octets of the value; meaningful when complete.
  [[nodiscard]] std::size_t size() const noexcept { return offset_; }
  /// Why it is malformed; static storage.
  [[nodiscard]] std::string_view problem() const noexcept { return problem_; }
  /// Gets ready for the next value.
  void reset() noexcept;

 private:
  enum class LevelKind : std::uint8_t {
    counted,
    streamed,
    streamed_map,
    streamed_string,
    attribute
  };
  struct Level {
    LevelKind kind;
    std::uint64_t left;  // elements to come; of a streamed map the elements seen
  };
  enum class Step : std::uint8_t { again, need_more, complete, malformed };

  [[nodiscard]] Step step(Bytes pending);
  [[nodiscard]] Step leaf(char type, std::string_view line);
  [[nodiscard]] Step bulk(Bytes pending, char type, std::string_view line);
  [[nodiscard]] Step chunk(Bytes pending, std::string_view line);
  [[nodiscard]] Step aggregate(char type, std::string_view line);
  [[nodiscard]] Step end_of_stream();
  [[nodiscard]] Step octets(Bytes pending, std::string_view line, std::uint64_t length);
  [[nodiscard]] Step finish();
  [[nodiscard]] Step fail(std::string_view problem) noexcept;
  [[nodiscard]] Step open(LevelKind kind, std::uint64_t left);

  Limits limits_;
  std::vector<Level> levels_;
  std::size_t offset_ = 0;    // everything before is part of the value
  std::size_t searched_ = 0;  // no line end before this
  std::string_view problem_;
};

/// The value in exactly the octets of `frame`; nothing where they are not one whole value.
[[nodiscard]] std::optional<Value> decode_value(Bytes frame, const Limits& limits);

}  // namespace understudy::redis
