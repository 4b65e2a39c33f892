#include "protocols/postgres/watched.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "protocols/postgres/transcode.hpp"

namespace understudy::postgres {
namespace {

/// The text of a binary value; nothing where the same octets can't be made of it again.
std::optional<std::string> printed(const Column& column, const std::string& octets) {
  if (has_one_format(column.type, column.length, octets)) return octets;
  std::string text;
  std::vector<std::uint8_t> again;
  if (!binary_to_text(column.type, as_bytes(octets), text) ||
      !text_to_binary(column.type, text, again) || as_text(again) != octets)
    return std::nullopt;
  return text;
}

/// False, with the rows as they were, where a cell of the column can't be printed.
bool print_column(std::vector<Row>& rows, std::size_t index, const Column& column) {
  std::vector<std::optional<std::string>> texts;
  texts.reserve(rows.size());
  for (const Row& row : rows) {
    auto& text = texts.emplace_back();
    if (row[index] && !(text = printed(column, *row[index]))) return false;
  }
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i][index] = std::move(texts[i]);
  return true;
}

}  // namespace

StatementRequest request_of(const WatchedPortal& portal) {
  StatementRequest request;
  request.sql = portal.statement->text;
  request.parameters = portal.parameters;
  request.types = portal.statement->types;
  request.types.resize(portal.parameters.size());
  return request;
}

Parameters parameters_of(const Asked& bind, const std::vector<Oid>& types) {
  Parameters parameters;
  for (std::size_t i = 0; i < bind.parameters.size(); ++i) {
    const auto& octets = bind.parameters[i];
    const Oid type = i < types.size() ? types[i] : oid::unspecified;
    std::string text;
    const bool binary = octets && format_at(bind.parameter_formats, i) == Format::binary;
    if (binary && binary_to_text(type, as_bytes(*octets), text))
      parameters.emplace_back(std::move(text));
    else
      parameters.push_back(octets);
  }
  return parameters;
}

bool finish_rows(RowsUnderWay& rows, StatementAnswer& answer) {
  if (!rows.columns) return rows.rows.empty();
  const auto fits = [&](const Row& row) { return row.size() == rows.columns->size(); };
  if (!std::ranges::all_of(rows.rows, fits)) return false;
  answer.returns_rows = true;
  answer.columns = std::move(*rows.columns);
  answer.rows = std::move(rows.rows);
  for (std::size_t i = 0; i < answer.columns.size(); ++i) {
    Column& column = answer.columns[i];
    if (column.format == Format::binary && print_column(answer.rows, i, column))
      column.format = Format::text;
  }
  rows = {};
  return true;
}

bool is_protocol_error(const Fields& error) noexcept {
  static constexpr std::array<std::string_view, 5> codes = {"26000", "34000", "42P05", "42P03",
                                                            "08P01"};
  return std::ranges::find(codes, field(error, 'C')) != codes.end();
}

void shift_position(Fields& error, std::int64_t by) {
  for (auto& [code, value] : error) {
    std::int64_t position = 0;
    const auto [end, failed] = std::from_chars(value.data(), value.data() + value.size(), position);
    if (code == 'P' && failed == std::errc{} && position + by > 0)
      value = std::to_string(position + by);
  }
}

}  // namespace understudy::postgres
