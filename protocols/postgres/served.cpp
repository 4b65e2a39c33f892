#include "protocols/postgres/served.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "protocols/postgres/transaction.hpp"
#include "protocols/postgres/transcode.hpp"

namespace understudy::postgres {
namespace {

bool all_text(const std::vector<Format>& formats) noexcept {
  return std::ranges::all_of(formats, [](Format format) { return format == Format::text; });
}

bool decode_columns(ServedPortal& portal) {
  if (!portal.columns.empty() || portal.image->description.empty()) return true;
  return decode_row_description(portal.image->description.subspan(5), portal.columns);
}

bool has_raw_columns(const ServedPortal& portal) noexcept {
  return std::ranges::any_of(portal.columns,
                             [](const Column& column) { return column.format == Format::binary; });
}

Fields damaged() {
  return make_fields("ERROR", "XX000", "the table's image of this answer is damaged");
}

Fields no_such_format(const Column& column, Format wanted) {
  return make_fields(
      "ERROR", "0A000",
      fmt::format("understudy can't give column \"{}\" of type {} in {} format", column.name,
                  name_of_type(column.type), wanted == Format::binary ? "binary" : "text"),
      "The recording holds it in the other format only.",
      "Record with this driver, or ask for the other format.");
}

/// The next message of framed octets; empty at the end.
Bytes next_frame(Bytes octets) {
  Frame frame;
  const Limits limits{.message_octets = octets.size()};
  return cut_frame(octets, limits, frame) == FrameStatus::complete ? octets.first(frame.octets)
                                                                   : Bytes{};
}

/// Binary as text or the reverse; false, with `buffer` as it was, where nothing here can.
bool append_in_other_format(const Column& column, std::string_view cell, Octets& buffer) {
  if (column.format == Format::text) return text_to_binary(column.type, cell, buffer);
  std::string text;
  if (!binary_to_text(column.type, as_bytes(cell), text)) return false;
  buffer.insert(buffer.end(), text.begin(), text.end());
  return true;
}

/// One DataRow in the formats of the portal.
SendFailure send_row(const ServedPortal& portal, Bytes row, Cells& cells, Output& out) {
  if (!decode_data_row(row.subspan(5), cells) || cells.size() != portal.columns.size())
    return damaged();
  Octets& buffer = out.buffer();
  const std::size_t start = buffer.size();
  FrameWriter writer(buffer, 'D');
  writer.be(static_cast<std::uint16_t>(cells.size()));
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const Column& column = portal.columns[i];
    const Format wanted = format_at(portal.formats, i);
    if (!cells[i] || wanted == column.format ||
        has_one_format(column.type, column.length, *cells[i])) {
      encode_cell(cells[i], writer);
      continue;
    }
    const std::size_t at = writer.position();
    writer.be(std::uint32_t{0});
    if (!append_in_other_format(column, *cells[i], buffer)) {
      buffer.resize(start);
      return no_such_format(column, wanted);
    }
    writer.patch_be(at, static_cast<std::uint32_t>(writer.position() - at - 4));
  }
  writer.finish();
  return std::nullopt;
}

/// The tag of a portal that was fetched in several goes counts the rows of the last one.
void send_tail(const ServedPortal& portal, bool resumed, std::uint64_t rows, Output& out) {
  std::string tag;
  const bool complete = !portal.image->is_error && !portal.image->is_empty;
  if (resumed && complete && decode_command_complete(portal.image->tail.subspan(5), tag) &&
      tag.starts_with("SELECT"))
    return encode_command_complete(fmt::format("SELECT {}", rows), out.buffer());
  out.borrow(portal.image->tail);
}

Fields only_partly_recorded() {
  return make_fields(
      "ERROR", "UX404",
      "understudy has no more rows of this query: they were not fetched when it was recorded", "",
      "Record again with all rows fetched.");
}

}  // namespace

bool ServedPortal::answer_with(Bytes octets) {
  image = decode_image(octets);
  columns.clear();
  return image.has_value();
}

void ServedPortal::answer_with(const StatementAnswer& answer) {
  own_image = encode_image(answer);
  (void)answer_with(as_bytes(own_image));
}

SendFailure send_description(ServedPortal& portal, Output& out) {
  const Image& image = *portal.image;
  if (image.is_copy_out || all_text(portal.formats)) {
    out.borrow(image.description);
    return std::nullopt;
  }
  if (!decode_columns(portal)) return damaged();
  std::vector<Column> columns = portal.columns;
  for (std::size_t i = 0; i < columns.size(); ++i) columns[i].format = format_at(portal.formats, i);
  encode_row_description(columns, out.buffer());
  return std::nullopt;
}

SendFailure send_rows(ServedPortal& portal, std::uint32_t max_rows, Output& out) {
  const Image& image = *portal.image;
  if (portal.done && !image.returns_rows)
    return make_fields("ERROR", portal_over, "portal can't be run again");
  if (image.is_copy_out || (portal.offset == 0 && !image.returns_rows)) {
    portal.done = true;
    if (image.is_copy_out) out.borrow(image.description);
    out.borrow(image.notices_to_tail);
    return std::nullopt;
  }
  if (!image.is_copy_out && !decode_columns(portal)) return damaged();
  const bool as_recorded =
      all_text(portal.formats) && !has_raw_columns(portal) && !image.is_partial;
  if (as_recorded && portal.offset == 0 && (max_rows == 0 || max_rows > image.row_count) &&
      !portal.done) {
    portal.offset = image.rows.size();
    portal.fetched = image.row_count;
    portal.done = true;
    out.borrow(image.notices_to_tail);
    return std::nullopt;
  }
  const bool resumed = portal.offset > 0 || portal.done;
  if (!resumed) out.borrow(image.notices);
  Cells cells;
  std::uint64_t sent = 0;
  for (; max_rows == 0 || sent < max_rows; ++sent) {
    const Bytes row = next_frame(image.rows.subspan(portal.offset));
    if (row.empty()) break;
    if (auto failure = send_row(portal, row, cells, out)) return failure;
    portal.offset += row.size();
    ++portal.fetched;
  }
  if (max_rows != 0 && sent == max_rows) return encode_empty('s', out.buffer()), std::nullopt;
  if (image.is_partial) return only_partly_recorded();
  send_tail(portal, resumed, sent, out);
  portal.done = true;
  return std::nullopt;
}

std::vector<Row> rows_of(const Image& image) {
  std::vector<Row> rows;
  Cells cells;
  std::size_t offset = 0;
  while (offset < image.rows.size()) {
    const Bytes frame = next_frame(image.rows.subspan(offset));
    if (frame.empty() || !decode_data_row(frame.subspan(5), cells)) break;
    offset += frame.size();
    Row& row = rows.emplace_back();
    for (const auto& cell : cells)
      row.push_back(cell ? std::optional(std::string(*cell)) : std::nullopt);
  }
  return rows;
}

}  // namespace understudy::postgres
