#include "protocols/mysql/image.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "protocols/mysql/charset.hpp"
#include "protocols/mysql/frame.hpp"
#include "protocols/mysql/lenenc.hpp"
#include "protocols/mysql/rows.hpp"

namespace understudy::mysql {

namespace {

constexpr std::uint8_t image_version = 2;
constexpr std::size_t session_state_size = 5;

using Octets = std::vector<std::uint8_t>;

// "Rows matched: 3  Changed: 1  Warnings: 0", from which both counts follow.
bool parse_counts(std::string_view info, std::uint64_t& matched, std::uint64_t& changed) {
  constexpr std::string_view first = "Rows matched: ";
  constexpr std::string_view second = "  Changed: ";
  if (!info.starts_with(first)) return false;
  const char* end = info.data() + info.size();
  const auto one = std::from_chars(info.data() + first.size(), end, matched);
  const std::string_view rest(one.ptr, static_cast<std::size_t>(end - one.ptr));
  if (one.ec != std::errc{} || !rest.starts_with(second)) return false;
  return std::from_chars(rest.data() + second.size(), end, changed).ec == std::errc{};
}

void write_ok(const OkPacket& ok, ByteWriter& writer) {
  std::uint64_t changed = ok.affected;
  std::uint64_t matched = ok.matched.value_or(ok.affected);
  (void)parse_counts(ok.info, matched, changed);
  writer.le(changed, 8);
  writer.le(matched, 8);
  writer.le(ok.insert_id, 8);
  writer.le(ok.warnings, 2);
  writer.le(ok.status & status::of_answer, 2);
  writer.text(ok.info);
}

void write_error(const ErrorPacket& error, ByteWriter& writer) {
  writer.le(error.code, 2);
  for (std::size_t i = 0; i < session_state_size; ++i)
    writer.byte(error.state.size() == session_state_size ? static_cast<std::uint8_t>(error.state[i])
                                                         : 0);
  writer.text(error.message);
}

bool is_plain_ascii(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// A number that has more digits than the text protocol prints of it.
bool is_exact_float(const Column& column, std::string_view text) {
  const bool rounded = column.type == FieldType::float_ ||
                       (column.type == FieldType::double_ && column.decimals < floating_decimals);
  return rounded && print_floating(column, text) != text;
}

// The result set as packets; `flags` gains what its cells say.
class PacketWriter {
 public:
  PacketWriter(const ResultSet& set, std::uint16_t collation, Octets& target)
      : set_(set), collation_(collation), target_(target), writer_(target) {}

  std::size_t write_head(std::uint8_t& flags) {
    const std::size_t begin = target_.size();
    const std::size_t start = begin_packet(target_);
    write_lenenc(writer_, set_.columns.size());
    end_packet(target_, start, sequence_);
    for (Column column : set_.columns) {
      if (column.charset == 0)
        to_wire(column, collation_);
      else if (!column.is_octets())
        flags &= static_cast<std::uint8_t>(~RowsEntry::uniform);
      if (!is_plain_ascii(column.name) || !is_plain_ascii(column.table))
        flags &= static_cast<std::uint8_t>(~RowsEntry::ascii);
      const std::size_t packet = begin_packet(target_);
      encode_column(column, {}, writer_);
      end_packet(target_, packet, sequence_);
    }
    return target_.size() - begin;
  }

  void write_definitions() {
    const bool extended = std::ranges::any_of(
        set_.columns, [](const Column& column) { return !column.extended.empty(); });
    if (!extended) return;
    std::uint8_t sequence = 2;
    for (Column column : set_.columns) {
      if (column.charset == 0) to_wire(column, collation_);
      const std::size_t packet = begin_packet(target_);
      encode_column(column, with_extended_metadata, writer_);
      end_packet(target_, packet, sequence);
    }
  }

  void write_rows(std::uint8_t& flags) {
    for (const Document& row : set_.rows) {
      const std::size_t packet = begin_packet(target_);
      for (std::size_t i = 0; i < row.size(); ++i) write_cell(set_.columns[i], row[i], flags);
      end_packet(target_, packet, sequence_);
    }
  }

  void write_end() {
    const std::size_t packet = begin_packet(target_);
    encode_eof({.status = 0, .warnings = set_.warnings}, writer_);
    end_packet(target_, packet, sequence_);
  }

 private:
  void write_cell(const Column& column, const Document& cell, std::uint8_t& flags) {
    if (cell.is_null()) return writer_.byte(null_cell);
    const std::string text = cell_text(cell);
    if (!column.is_octets() && !is_plain_ascii(text))
      flags &= static_cast<std::uint8_t>(~RowsEntry::ascii);
    if (is_exact_float(column, text)) flags |= RowsEntry::exact_floats;
    write_lenenc_text(writer_, text);
  }

  const ResultSet& set_;
  std::uint16_t collation_;
  Octets& target_;
  ByteWriter writer_;
  std::uint8_t sequence_ = 1;
};

void write_rows(const ResultSet& set, std::uint16_t collation, Octets& target) {
  ByteWriter writer(target);
  std::uint8_t flags = RowsEntry::ascii | RowsEntry::uniform;
  writer.le(set.warnings, 2);
  writer.le(set.status & status::of_answer, 2);
  writer.le(collation, 2);
  const std::size_t flags_at = writer.position();
  writer.byte(0);
  writer.le(set.columns.size(), 4);
  writer.le(set.rows.size(), 8);
  const std::size_t head_at = writer.position();
  writer.le(0, 4);
  const std::size_t definitions_at = writer.position();
  writer.le(0, 4);
  PacketWriter packets(set, collation, target);
  packets.write_definitions();
  writer.patch_le(definitions_at, target.size() - definitions_at - 4, 4);
  const std::size_t head = packets.write_head(flags);
  packets.write_end();
  packets.write_rows(flags);
  packets.write_end();
  writer.patch_le(flags_at, flags, 1);
  writer.patch_le(head_at, head, 4);
}

template <class Write>
void write_entry(Octets& target, EntryKind kind, std::uint8_t& count, Write&& write) {
  ByteWriter writer(target);
  writer.byte(static_cast<std::uint8_t>(kind));
  const std::size_t length_at = writer.position();
  writer.le(0, 4);
  write(writer);
  writer.patch_le(length_at, target.size() - length_at - 4, 4);
  ++count;
}

}  // namespace

std::string encode_image(const Results& results, std::uint16_t collation) {
  Octets target = {image_version, 0};
  std::uint8_t count = 0;
  if (results.infile)
    write_entry(target, EntryKind::file, count, [&](ByteWriter& w) { w.text(*results.infile); });
  for (const Result& result : results.list) {
    if (const auto* ok = std::get_if<OkPacket>(&result)) {
      write_entry(target, EntryKind::ok, count, [&](ByteWriter& w) { write_ok(*ok, w); });
    } else if (const auto* error = std::get_if<ErrorPacket>(&result)) {
      write_entry(target, EntryKind::error, count, [&](ByteWriter& w) { write_error(*error, w); });
    } else {
      const auto& set = std::get<ResultSet>(result);
      write_entry(target, EntryKind::rows, count,
                  [&](ByteWriter&) { write_rows(set, collation, target); });
      if (set.error)
        write_entry(target, EntryKind::stop, count,
                    [&](ByteWriter& w) { write_error(*set.error, w); });
    }
  }
  target[1] = count;
  return std::string(as_text(target));
}

bool decode_image(Bytes image, std::vector<Entry>& entries) {
  ByteReader reader(image);
  entries.clear();
  if (reader.le(1) != image_version) return false;
  for (std::uint64_t left = reader.le(1); left > 0; --left) {
    Entry entry;
    entry.kind = static_cast<EntryKind>(reader.le(1));
    entry.body = reader.take(static_cast<std::size_t>(reader.le(4)));
    if (reader.failed()) return false;
    entries.push_back(entry);
  }
  return reader.complete();
}

bool decode_entry(Bytes body, OkEntry& ok) {
  ByteReader reader(body);
  ok.changed = reader.le(8);
  ok.matched = reader.le(8);
  ok.insert_id = reader.le(8);
  ok.warnings = static_cast<std::uint16_t>(reader.le(2));
  ok.status = static_cast<std::uint16_t>(reader.le(2));
  ok.info = as_text(reader.rest());
  return !reader.failed();
}

bool decode_entry(Bytes body, RowsEntry& rows) {
  ByteReader reader(body);
  rows.warnings = static_cast<std::uint16_t>(reader.le(2));
  rows.status = static_cast<std::uint16_t>(reader.le(2));
  rows.collation = static_cast<std::uint16_t>(reader.le(2));
  rows.flags = static_cast<std::uint8_t>(reader.le(1));
  rows.columns = static_cast<std::uint32_t>(reader.le(4));
  rows.rows = reader.le(8);
  rows.head = static_cast<std::size_t>(reader.le(4));
  rows.definitions = reader.take(static_cast<std::size_t>(reader.le(4)));
  rows.packets = reader.rest();
  // The head and the two EOF packets are always there.
  return !reader.failed() && rows.head <= rows.packets.size() &&
         rows.packets.size() - rows.head >= 2 * (frame_header + 5);
}

bool decode_entry(Bytes body, ErrorPacket& error) {
  ByteReader reader(body);
  error.code = static_cast<std::uint16_t>(reader.le(2));
  error.state = as_text(reader.take(session_state_size));
  if (error.state.starts_with('\0')) error.state.clear();
  error.message = as_text(reader.rest());
  return !reader.failed();
}

}  // namespace understudy::mysql
