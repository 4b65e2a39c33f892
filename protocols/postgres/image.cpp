#include "protocols/postgres/image.hpp"

#include <array>

namespace understudy::postgres {
namespace {

constexpr std::uint8_t image_version = 1, with_steps = 2;  // of old tables none has steps
constexpr std::uint8_t flag_rows = 1, flag_error = 2, flag_empty = 4, flag_partial = 8,
                       flag_copy_out = 16;
constexpr std::size_t part_count = 6;  // without steps one less

std::uint8_t flags_of(const StatementAnswer& answer) noexcept {
  return static_cast<std::uint8_t>(
      (answer.returns_rows ? flag_rows : 0) | (answer.error ? flag_error : 0) |
      (answer.empty ? flag_empty : 0) | (answer.partial ? flag_partial : 0) |
      (answer.copy == CopyDirection::out ? flag_copy_out : 0));
}

void encode_row(const Row& row, Octets& out) {
  FrameWriter writer(out, 'D');
  writer.be(static_cast<std::uint16_t>(row.size()));
  for (const auto& cell : row) encode_cell(cell, writer);
  writer.finish();
}

void encode_copy_out(const StatementAnswer& answer, Octets& out) {
  for (const std::string& piece : answer.copy_out) {
    FrameWriter writer(out, 'd');
    writer.text(piece);
    writer.finish();
  }
  if (!answer.error) encode_empty('c', out);
}

void encode_tail(const StatementAnswer& answer, Octets& out) {
  if (answer.error)
    encode_fields('E', *answer.error, out);
  else if (answer.empty)
    encode_empty('I', out);
  else
    encode_command_complete(answer.tag, out);
}

}  // namespace

std::string encode_image(const StatementAnswer& answer) {
  std::array<Octets, part_count> parts;
  auto& [description, notices, rows, tail, statuses, steps] = parts;
  if (answer.copy == CopyDirection::out) {
    encode_copy_response('H', answer.copy_response, description);
    encode_copy_out(answer, rows);
  } else if (answer.returns_rows) {
    encode_row_description(answer.columns, description);
    for (const Row& row : answer.rows) encode_row(row, rows);
  }
  for (const Fields& notice : answer.notices) encode_fields('N', notice, notices);
  encode_tail(answer, tail);
  for (const auto& [name, value] : answer.parameters)
    encode_parameter_status(name, value, statuses);
  for (const CursorStep& step : answer.steps) {
    ByteWriter writer(steps);
    const std::string made = encode_image(step.answer);
    writer.c_string(step.movement);
    writer.be(static_cast<std::uint32_t>(made.size()));
    writer.bytes(as_bytes(made));
  }

  Octets image;
  ByteWriter writer(image);
  writer.byte(answer.steps.empty() ? image_version : with_steps);
  writer.byte(flags_of(answer));
  writer.be(std::uint16_t{0});
  writer.be(static_cast<std::uint32_t>(answer.rows.size()));
  const std::size_t count = answer.steps.empty() ? part_count - 1 : part_count;
  for (std::size_t i = 0; i < count; ++i) writer.be(static_cast<std::uint32_t>(parts[i].size()));
  for (const Octets& part : parts) writer.bytes(part);
  return std::string(as_text(image));
}

std::optional<Image> decode_image(Bytes octets) noexcept {
  ByteReader reader(octets);
  const auto found_version = reader.be<std::uint8_t>();
  const auto flags = reader.be<std::uint8_t>();
  (void)reader.be<std::uint16_t>();
  Image image;
  image.row_count = reader.be<std::uint32_t>();
  std::array<std::uint32_t, part_count> lengths{};
  const std::size_t count = found_version == with_steps ? part_count : part_count - 1;
  for (std::size_t i = 0; i < count; ++i) lengths[i] = reader.be<std::uint32_t>();
  image.description = reader.take(lengths[0]);
  const std::size_t from = reader.offset();
  image.notices = reader.take(lengths[1]);
  image.rows = reader.take(lengths[2]);
  image.tail = reader.take(lengths[3]);
  const std::size_t to = reader.offset();
  image.statuses = reader.take(lengths[4]);
  image.steps = reader.take(lengths[5]);
  if (!reader.complete() || (found_version != image_version && found_version != with_steps))
    return std::nullopt;
  image.notices_to_tail = octets.subspan(from, to - from);
  image.returns_rows = (flags & flag_rows) != 0;
  image.is_error = (flags & flag_error) != 0;
  image.is_empty = (flags & flag_empty) != 0;
  image.is_partial = (flags & flag_partial) != 0;
  image.is_copy_out = (flags & flag_copy_out) != 0;
  return image;
}

Bytes take_step(Bytes& steps, std::string_view movement) noexcept {
  ByteReader reader(steps);
  const Bytes done = reader.until(0);
  const Bytes image = reader.take(reader.be<std::uint32_t>());
  if (reader.failed() || as_text(done) != movement) return {};
  steps = steps.subspan(reader.offset());
  return image;
}

}  // namespace understudy::postgres
