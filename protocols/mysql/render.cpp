#include "protocols/mysql/render.hpp"

#include <algorithm>

#include "protocols/mysql/answer_secrets.hpp"
#include "protocols/mysql/charset.hpp"
#include "protocols/mysql/frame.hpp"
#include "protocols/mysql/lenenc.hpp"
#include "protocols/mysql/rows.hpp"

namespace understudy::mysql {

namespace {

constexpr std::size_t eof_packet = frame_header + 5;
constexpr std::size_t status_in_eof = frame_header + 3;

// What a client of another character set than UTF-8 reads of a column's definition.
void encode_names(const Charset& charset, Column& column) {
  for (std::string* name :
       {&column.schema, &column.table, &column.org_table, &column.name, &column.org_name})
    if (auto encoded = from_utf8(charset, *name)) *name = *std::move(encoded);
}

// Reads the packets of an image one by one, rejoining long ones.
class PacketCursor {
 public:
  PacketCursor(Bytes packets, std::size_t offset) : packets_(packets), offset_(offset) {}

  [[nodiscard]] Bytes next() {
    Bytes frame = frame_at(packets_, offset_);
    offset_ += frame.size();
    if (frame.empty()) return {};
    if (frame.size() < frame_header + max_frame_payload) return frame.subspan(frame_header);
    joined_.clear();
    while (!frame.empty()) {
      joined_.insert(joined_.end(), frame.begin() + frame_header, frame.end());
      if (frame.size() < frame_header + max_frame_payload) break;
      frame = frame_at(packets_, offset_);
      offset_ += frame.size();
    }
    return joined_;
  }
  [[nodiscard]] std::size_t offset() const noexcept { return offset_; }

 private:
  Bytes packets_;
  std::size_t offset_;
  std::vector<std::uint8_t> joined_;
};

std::size_t first_row(const RowsEntry& entry) noexcept {
  return entry.head + eof_packet;
}
std::size_t last_eof(const RowsEntry& entry) noexcept {
  return entry.packets.size() - eof_packet;
}

bool wants_extended(const RenderContext& context) noexcept {
  return (context.negotiated.mariadb & mariadb_capability::extended_metadata) != 0;
}

// The packets are right as they stand, but for status flags.
bool is_ready(const RowsEntry& entry, const RenderContext& context, std::uint8_t sequence) {
  const bool same_text =
      (entry.flags & RowsEntry::uniform) != 0 && context.collation == entry.collation;
  return same_text && !wants_extended(context) && context.encoding == Encoding::text &&
         sequence == 1 && (entry.flags & RowsEntry::exact_floats) == 0 &&
         !context.negotiated.has(capability::deprecate_eof);
}

void borrow_all(const RowsEntry& entry, const RenderContext& context, std::uint8_t& sequence,
                Output& output) {
  const auto flags = static_cast<std::uint16_t>(context.status | entry.status);
  const std::size_t first = entry.head + status_in_eof;
  const std::size_t last = last_eof(entry) + status_in_eof;
  output.borrow(entry.packets.first(first));
  ByteWriter writer(output.buffer());
  writer.le(flags, 2);
  output.borrow(entry.packets.subspan(first + 2, last - first - 2));
  writer.le(flags, 2);
  sequence = static_cast<std::uint8_t>(entry.packets[last_eof(entry) + 3] + 1);
}

// Rewrites rows for a client that the image does not fit as it stands.
class RowRenderer {
 public:
  RowRenderer(const RowsEntry& entry, const RenderContext& context)
      : context_(context), columns_(columns_of(entry, context)) {
    const bool floats = (entry.flags & RowsEntry::exact_floats) != 0;
    if ((entry.flags & RowsEntry::ascii) == 0) find_charsets(entry);
    rewrite_ = context.encoding == Encoding::binary || floats || transcode_;
    floats_ = floats && context.encoding == Encoding::text;
  }

  [[nodiscard]] const std::vector<Column>& columns() const noexcept { return columns_; }
  [[nodiscard]] const RenderContext& context() const noexcept { return context_; }
  [[nodiscard]] bool known() const noexcept { return known_; }

  void render(Bytes row, std::uint8_t& sequence, Output& output) {
    std::vector<std::uint8_t>& target = output.buffer();
    const std::size_t start = begin_packet(target);
    ByteWriter writer(target);
    if (!rewrite_) {
      writer.bytes(row);
    } else if (decode_text_row(row, columns_.size(), cells_)) {
      adapt();
      if (context_.encoding == Encoding::binary)
        (void)encode_binary_row(columns_, cells_, writer);
      else
        encode_text_row(cells_, writer);
    }
    end_packet(target, start, sequence);
  }

 private:
  void find_charsets(const RowsEntry&) {
    charsets_.assign(columns_.size(), nullptr);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i].is_octets()) continue;
      const Charset* charset = charset_of(columns_[i].charset);
      known_ = known_ && charset != nullptr;
      if (charset == nullptr || charset->encoding == Charset::Encoding::utf8) continue;
      charsets_[i] = charset;
      transcode_ = true;
    }
  }

  void adapt() {
    store_.clear();
    store_.reserve(cells_.size());
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      if (!cells_[i]) continue;
      if (transcode_ && charsets_[i] != nullptr) {
        auto converted = from_utf8(*charsets_[i], *cells_[i]);
        if (converted) cells_[i] = store_.emplace_back(*std::move(converted));
      } else if (floats_ && (columns_[i].type == FieldType::float_ ||
                             columns_[i].type == FieldType::double_)) {
        cells_[i] = store_.emplace_back(print_floating(columns_[i], *cells_[i]));
      }
    }
  }

  const RenderContext& context_;
  std::vector<Column> columns_;
  std::vector<const Charset*> charsets_;
  bool rewrite_ = false, transcode_ = false, floats_ = false, known_ = true;
  std::vector<Cell> cells_;
  std::vector<std::string> store_;
};

// A run of packets with the sequence ids that they get here.
void copy_renumbered(Bytes packets, std::uint8_t& sequence, Output& output) {
  std::vector<std::uint8_t>& target = output.buffer();
  const std::size_t start = target.size();
  output.copy(packets);
  for (std::size_t offset = 0;;) {
    const Bytes frame = frame_at(packets, offset);
    if (frame.empty()) return;
    target[start + offset + 3] = sequence++;
    offset += frame.size();
  }
}

void render_head(const RowsEntry& entry, const RowRenderer& rows, std::uint8_t& sequence,
                 Output& output) {
  std::vector<std::uint8_t>& target = output.buffer();
  const std::size_t start = begin_packet(target);
  ByteWriter writer(target);
  write_lenenc(writer, entry.columns);
  end_packet(target, start, sequence);
  render_columns(rows.columns(), rows.context(), sequence, output);
}

}  // namespace

void render_ok(const OkPacket& ok, std::uint8_t header, std::string_view state,
               std::uint8_t& sequence, Output& output) {
  std::vector<std::uint8_t>& target = output.buffer();
  const std::size_t start = begin_packet(target);
  ByteWriter writer(target);
  encode_ok(ok, header, state, writer);
  end_packet(target, start, sequence);
}

void render_error(const ErrorPacket& error, std::uint8_t& sequence, Output& output) {
  std::vector<std::uint8_t>& target = output.buffer();
  const std::size_t start = begin_packet(target);
  ByteWriter writer(target);
  encode_error(error, writer);
  end_packet(target, start, sequence);
}

void render_end(const RenderContext& context, std::uint16_t flags, std::uint16_t warnings,
                std::uint8_t& sequence, Output& output) {
  if (context.negotiated.has(capability::deprecate_eof))
    return render_ok({.status = flags, .warnings = warnings}, eof_header, {}, sequence, output);
  std::vector<std::uint8_t>& target = output.buffer();
  const std::size_t start = begin_packet(target);
  ByteWriter writer(target);
  encode_eof({.status = flags, .warnings = warnings}, writer);
  end_packet(target, start, sequence);
}

std::vector<Column> columns_of(const RowsEntry& entry, const RenderContext& context) {
  std::vector<Column> columns;
  const Charset* names =
      (entry.flags & RowsEntry::ascii) != 0 ? nullptr : charset_of(context.collation);
  if (names != nullptr && is_utf8(*names)) names = nullptr;
  const bool extended = !entry.definitions.empty();
  PacketCursor cursor(extended ? entry.definitions : entry.packets.first(entry.head), 0);
  if (!extended) (void)cursor.next();  // the column count
  for (std::uint32_t i = 0; i < entry.columns; ++i) {
    Column column;
    if (!decode_column(cursor.next(), extended ? with_extended_metadata : Negotiated{}, column))
      break;
    if (context.collation != 0 && column.charset != context.collation)
      to_wire(column, context.collation);
    if (names != nullptr) encode_names(*names, column);
    columns.push_back(std::move(column));
  }
  if (context.secrets != nullptr) restore_names(*context.secrets, columns);
  return columns;
}

void render_columns(const std::vector<Column>& columns, const RenderContext& context,
                    std::uint8_t& sequence, Output& output) {
  std::vector<std::uint8_t>& target = output.buffer();
  for (const Column& column : columns) {
    const std::size_t start = begin_packet(target);
    ByteWriter writer(target);
    encode_column(column, context.negotiated, writer);
    end_packet(target, start, sequence);
  }
}

bool render_rows(const RowsEntry& entry, const ErrorPacket* stop, Rows rows,
                 const RenderContext& context, std::uint8_t& sequence, Output& output) {
  const bool as_recorded = context.secrets == nullptr;
  if (as_recorded && stop == nullptr && rows == Rows::all && is_ready(entry, context, sequence)) {
    borrow_all(entry, context, sequence, output);
    return true;
  }
  RowRenderer renderer(entry, context);
  if (!renderer.known()) return false;
  const auto flags = static_cast<std::uint16_t>(context.status | entry.status);
  const bool same_head = as_recorded && (entry.flags & RowsEntry::uniform) != 0 &&
                         context.collation == entry.collation && !wants_extended(context);
  if (same_head)
    copy_renumbered(entry.packets.first(entry.head), sequence, output);
  else
    render_head(entry, renderer, sequence, output);
  if (rows == Rows::cursor) {
    render_end(context, flags | status::cursor_exists, entry.warnings, sequence, output);
    return true;
  }
  if (!context.negotiated.has(capability::deprecate_eof))
    render_end(context, flags, entry.warnings, sequence, output);
  PacketCursor cursor(entry.packets.first(last_eof(entry)), first_row(entry));
  for (Bytes row = cursor.next(); !row.empty(); row = cursor.next())
    renderer.render(row, sequence, output);
  if (stop != nullptr)
    render_error(*stop, sequence, output);
  else
    render_end(context, flags, entry.warnings, sequence, output);
  return true;
}

bool render_fetch(const RowsEntry& entry, std::size_t& position, std::uint64_t count,
                  const RenderContext& context, std::uint8_t& sequence, Output& output) {
  RowRenderer renderer(entry, context);
  PacketCursor cursor(entry.packets.first(last_eof(entry)), std::max(position, first_row(entry)));
  bool left = true;
  for (; left && count > 0; --count) {
    const Bytes row = cursor.next();
    left = !row.empty();
    if (left) renderer.render(row, sequence, output);
  }
  position = cursor.offset();
  // The end is told only when a row beyond the last one was asked for.
  const std::uint16_t more = left ? status::cursor_exists : status::last_row_sent;
  render_end(context, context.status | more, entry.warnings, sequence, output);
  return left;
}

}  // namespace understudy::mysql
