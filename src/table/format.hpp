// The layout of a table file (docs/table-format.md). Little-endian, every
// record aligned to 8 bytes, every position an offset from the file's start.
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <type_traits>

#include "table/id.hpp"

namespace understudy::table::format {

static_assert(std::endian::native == std::endian::little,
              "tables are mapped as they are; a big-endian machine needs its own reader");

inline constexpr std::array<char, 8> magic = {'U', 'N', 'D', 'R', 'S', 'T', 'D', 'Y'};
inline constexpr std::uint32_t version = 8;

/// `count` records or octets that begin at `offset`.
struct Span {
  std::uint64_t offset = 0;
  std::uint64_t count = 0;
};

struct FileHeader {
  std::array<char, 8> magic{};
  std::uint32_t version = 0;
  std::uint32_t service_count = 0;
  std::uint64_t file_octets = 0;
  std::uint64_t checksum = 0;  ///< see checksum_of()
  Span config;                 ///< CBOR
  Span services;               ///< ServiceRecord
};

struct ServiceRecord {
  Span name;
  Span protocol;
  Span profile;        ///< CBOR
  Span knowledge;      ///< CBOR, see Emulator; null where the protocol computes no answers
  Span contents;       ///< bytes, see Emulator::contents()
  Span requests;       ///< RequestRecord
  Span request_index;  ///< MaybeRequestId, a power of two of slots
  Span key_lists;      ///< KeyId; requests refer to runs of it
  Span keys;           ///< Span of bytes each: the joined KeyPath with its aspect (match/keys.hpp)
  Span key_index;      ///< MaybeKeyId, as request_index
  Span answers;        ///< AnswerRecord
  Span images;         ///< Span of bytes each
  Span patterns;       ///< PatternRecord
  Span pattern_members;  ///< RequestId; patterns refer to runs of it
  Span shapes;           ///< ShapeRecord, sorted by key
  Span rules;            ///< RuleRecord, in the order in which they are tried
  Span sources;          ///< Span of bytes each: names of session files
  Span varying;          ///< VaryingRecord, sorted by value
  Span masks;            ///< MaskRecord, sorted by hash, then by request
  Span mentions;         ///< MentionRecord, sorted by answer
  Span writes;           ///< WriteRecord, in the order of recording
  Span evidence;         ///< MaybeWriteId; answers refer to runs of it
  Span advances;         ///< AdvanceRecord; requests and answers refer to runs of it
  Span beginnings;       ///< BeginningRecord, sorted by recording
  Span places;           ///< std::uint64_t, sorted: see match/places.hpp
  Span by_cause;         ///< AnswerId, beside `answers`: sorted within a request
};

enum RequestFlag : std::uint32_t {
  request_writes = 1,       ///< advances its answer's `writes`, where it is not known its own
  request_volatile = 2,     ///< one state had several answers: `answers` in order of recording
  request_control = 4,      ///< a transaction control whose recorded failure is in the table
  request_static = 8,       ///< depends on nothing that any recorded request writes
  request_varies = 16,      ///< has a value that the client makes anew in each run: one of `masks`
  request_unsteady = 32,    ///< volatile because its answers show the clock or chance
  request_counts_asks = 64  ///< its states are those of the first, second, … equal ask in a state
};

struct RequestRecord {
  std::uint64_t hash = 0;  ///< of the canonical bytes; also the identity of a write
  Span canonical;
  Span qualifier;
  std::uint32_t pattern = 0;
  std::uint32_t flags = 0;
  std::uint32_t reads = 0, read_count = 0;      ///< run of key_lists
  std::uint32_t writes = 0, write_count = 0;    ///< run of advances: what it may advance at most
  std::uint32_t answers = 0, answer_count = 0;  ///< run of answers, sorted by state
};

enum AnswerFlag : std::uint32_t {
  answer_changed = 1,   ///< a write that took effect
  answer_guess = 2,     ///< recorded while what it depends on was being written
  answer_counts = 128,  ///< says how many rows were added and no more: one of `mentions`
  answer_varies = 256   ///< what the client makes anew in each run matters: one of `mentions`
};

struct AnswerRecord {
  std::uint64_t state = 0;
  std::uint32_t image = 0;
  std::uint32_t flags = 0;
  std::uint32_t source = 0;  ///< of the first exchange that was answered so
  std::uint32_t line = 0;
  std::uint32_t writes = 0,
                write_count = 0;  ///< run of advances: what is advanced where it changed
  /// Run of evidence as long as the request's `reads`: the write that came last on each of them.
  std::uint32_t evidence = 0;
  /// The write that is the likeliest to have changed the answer to this one; none where it was the
  /// first. For guesses only.
  MaybeWriteId cause;
};

enum AdvanceFlag : std::uint32_t {
  advance_always = 1  ///< `content` follows from the request alone, whatever it was answered
};

/// What a write does to the version of one key.
struct AdvanceRecord {
  std::uint64_t content = 0;  ///< the version that the key gets; 0: its chain is extended
  KeyId key;
  std::uint32_t flags = 0;

  friend auto operator<=>(const AdvanceRecord&, const AdvanceRecord&) = default;
};

/// A key that a recording found otherwise than the first one, before anything was written.
struct BeginningRecord {
  std::uint64_t version = 0;
  std::uint32_t recording = 0;  ///< in the order of first mention, from 0
  KeyId key;
};

/// A recorded write on which some answer's evidence rests.
struct WriteRecord {
  std::uint64_t identity = 0;  ///< as the chains know it
  RequestId request;
  std::uint32_t turn = 0;  ///< how often its recording had made this request, this time included
  std::uint32_t source = 0;
  std::uint32_t line = 0;
};

enum PatternFlag : std::uint32_t { pattern_volatile = 1, pattern_static = 2, pattern_opaque = 4 };

struct PatternRecord {
  Span text;
  std::uint32_t members = 0, member_count = 0;  ///< run of pattern_members, sorted by canonical
  std::uint32_t flags = 0, padding = 0;
};

struct ShapeRecord {
  Span key;
  Span content;
};

struct RuleRecord {
  Span condition;  ///< CBOR: a described request with predicates in place of values
  Span image;
  Span file;
  std::uint32_t line = 0;
  std::int32_t priority = 0;
};

enum ValueFlag : std::uint32_t {
  value_proven = 1,    ///< that it varies: several recordings of one flow show it, or a pin says so
  value_refers = 2,    ///< the write that brings it refers to something else by it
  value_constant = 4,  ///< it does not vary: no other one may stand for it, nor it for another
  value_shifted = 8,   ///< a time that the server made, shown as later as the recording is older
  value_unclear = 16   ///< an answer may show it where it means something else
};

/// A recorded value that the client makes anew in each run (docs/values.md), one that it may not
/// take for such, or a time that is shifted.
struct VaryingRecord {
  Span value;                   ///< folded, see match/value_type.hpp
  std::uint32_t flags = 0;      ///< ValueFlag
  std::uint32_t recording = 0;  ///< in which it was made, where it is shifted
};

/// Finds a request with such values by its bytes without them.
struct MaskRecord {
  std::uint64_t hash = 0;  ///< of match::Masked::mask, or of match::Batch
  RequestId request;
  std::uint32_t padding = 0;
};

/// An answer that shows such a value, so that it can be made anew with another one; one that
/// depends on the order of such values; or one that counts rows, which could be more or less.
struct MentionRecord {
  AnswerId answer;
  std::uint32_t ordered = 0;  ///< a bit for each match::ValueKind on whose order it depends
  std::uint32_t opaque = 0;   ///< 1: such a value is in it that can't be replaced
  std::uint32_t padding = 0;
  Span document;  ///< CBOR: {request, answer}; empty where it shows and counts none
};

static_assert(std::is_trivially_copyable_v<ServiceRecord> && sizeof(RequestRecord) % 8 == 0 &&
              sizeof(AnswerRecord) % 8 == 0 && sizeof(PatternRecord) % 8 == 0 &&
              sizeof(RuleRecord) % 8 == 0 && sizeof(WriteRecord) % 8 == 0 &&
              sizeof(AdvanceRecord) % 8 == 0);

}  // namespace understudy::table::format
